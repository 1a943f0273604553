#include "signatures/regions.hpp"

#include <fmt/format.h>

#include <vector>

#include "daemon/support/failure.hpp"
#include "signatures/form.hpp"

namespace umbra {
namespace {

std::vector<std::string_view> fields_of(std::string_view line) {
    std::vector<std::string_view> fields;
    for (std::size_t begin = 0; begin <= line.size();) {
        const std::size_t end = std::min(line.find('\t', begin), line.size());
        fields.push_back(line.substr(begin, end - begin));
        begin = end + 1;
    }
    return fields;
}

}  // namespace

Regions Regions::read(const std::filesystem::path& catalogue_folder) {
    Regions regions;
    for (const ListItem& line : companion_list(catalogue_folder, "regions.tsv"))
        regions.add(line);
    return regions;
}

void Regions::add(const ListItem& line) {
    const auto fields = fields_of(line.text);
    const auto text = [&](std::size_t place) { return std::string(fields[place]); };
    const auto fail = [&](const std::string& sentence) {
        return bad_input(line.place + ": " + sentence);
    };
    bool is_new = true;
    if (fields[0] == "domain" && (fields.size() == 3 || (fields.size() == 4 && fields[3] == "-"))) {
        is_new = domains_.try_emplace(text(2), Domain{text(1), fields.size() == 4}).second;
    } else if (fields[0] == "region" && fields.size() == 5) {
        if (fields[3] != "EU" && !is_country(fields[3])) {
            throw fail(fmt::format("unknown country `{}`", fields[3]));
        }
        // Of two clouds neither: a usage keeps the region's name alone.
        is_new = regions_.try_emplace(text(2), Region{text(1), text(3)}).second;
    } else {
        throw fail(
            "neither `domain CLOUD DOMAIN [-]` nor `region CLOUD REGION COUNTRY WHERE` "
            "between tabs");
    }
    if (!is_new) throw fail(fmt::format("{} `{}` stands twice", fields[0], fields[2]));
}

std::string_view Regions::region_of(std::string_view host_name) const {
    std::string_view domain = host_name;
    while (true) {
        const std::size_t dot = domain.find('.');
        if (dot == std::string_view::npos) return {};
        std::string_view label = domain.substr(0, dot);
        domain.remove_prefix(dot + 1);
        const auto place = domains_.find(domain);
        if (place == domains_.end()) continue;
        while (true) {
            const auto region = regions_.find(label);
            if (region != regions_.end() && region->second.cloud == place->second.cloud) {
                return label;
            }
            const std::size_t hyphen = label.rfind('-');
            if (!place->second.cut_at_hyphen || hyphen == std::string_view::npos) return {};
            label = label.substr(0, hyphen);
        }
    }
}

std::optional<std::string> Regions::country_of(std::string_view region) const {
    const auto found = regions_.find(region);
    if (found == regions_.end()) return std::nullopt;
    return found->second.country;
}

}  // namespace umbra
