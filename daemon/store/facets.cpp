#include "daemon/store/facets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <unordered_map>

#include "daemon/store/columns.hpp"
#include "daemon/store/store_failure.hpp"

namespace umbra::store {
namespace {

// Strongest first.
constexpr std::array<std::string_view, 7> all_evidence = {
    "sni", "quic_sni", "http_host", "connect_host", "certificate", "dns", "ip_range"};

bool lets(const std::vector<std::string>& wanted, const std::string& word) {
    return wanted.empty() || std::ranges::find(wanted, word) != wanted.end();
}

bool lets_known(const std::vector<std::string>& wanted, const std::optional<std::string>& word) {
    return wanted.empty() || lets(wanted, word.value_or(""));
}

}  // namespace

unsigned evidence_bit(std::string_view evidence) {
    const auto place = std::ranges::find(all_evidence, evidence) - all_evidence.begin();
    return 1U << static_cast<unsigned>(place);
}

std::string evidence_list(unsigned bits) {
    std::vector<std::string_view> kinds;
    for (const std::string_view kind : all_evidence) {
        if (bits & evidence_bit(kind)) kinds.push_back(kind);
    }
    return fmt::format("{}", fmt::join(kinds, ","));
}

Facets::Facets(SQLite::Database& database, const std::string& path) {
    // A service that changed has several rows; the one that was used last has the words of today.
    std::map<std::string, ServiceWords> words;
    std::unordered_map<std::int64_t, std::string> name_of_id;
    SQLite::Statement services(database,
                               "SELECT id, service, name, vendor, vendor_name, category, "
                               "headquarters, sovereignty FROM services ORDER BY last_day, id");
    while (services.executeStep()) {
        const auto text = [&](int place) { return services.getColumn(place).getString(); };
        const auto maybe = [&](int place) { return text_or_null(services.getColumn(place)); };
        words[text(1)] = {text(1), text(2), text(3), text(4), text(5), maybe(6), maybe(7)};
        name_of_id[services.getColumn(0).getInt64()] = text(1);
    }
    std::unordered_map<std::string, std::uint32_t> number_of_name;
    for (auto& [name, service] : words) {
        number_of_name[name] = static_cast<std::uint32_t>(services_.size());
        services_.push_back(std::move(service));
    }

    SQLite::Statement facets(database,
                             "SELECT id, service_id, department, site, policy, policy_rule, "
                             "evidence, usage, region, shared FROM facets ORDER BY id");
    constexpr std::size_t most_facets = 1 << 26;
    while (facets.executeStep()) {
        const auto maybe = [&](int place) { return text_or_null(facets.getColumn(place)); };
        const auto id = static_cast<std::size_t>(facets.getColumn(0).getInt64());
        const auto name = name_of_id.find(facets.getColumn(1).getInt64());
        if (name == name_of_id.end() || id > most_facets) throw damaged(path);
        all_.resize(id + 1);
        all_[id] = {.service = number_of_name.at(name->second),
                    .department = maybe(2),
                    .site = maybe(3),
                    .policy = facets.getColumn(4).getString(),
                    .policy_rule = maybe(5),
                    .evidence = evidence_bit(facets.getColumn(6).getString()),
                    .usage = facets.getColumn(7).getString(),
                    .region = maybe(8),
                    .shared = facets.getColumn(9).getInt() != 0};
    }
}

bool Facets::passes(const Facet& facet, const Filter& filter) const {
    const ServiceWords& service = service_of(facet);
    const auto evidence = [&] { return evidence_list(facet.evidence); };
    return facet.usage != "contact" && lets_known(filter.departments, facet.department) &&
           lets_known(filter.sites, facet.site) && lets(filter.services, service.service) &&
           lets(filter.vendors, service.vendor) && lets(filter.categories, service.category) &&
           lets_known(filter.countries, service.headquarters) &&
           lets_known(filter.laws, service.sovereignty) && lets(filter.policies, facet.policy) &&
           (filter.evidences.empty() || lets(filter.evidences, evidence()));
}

}  // namespace umbra::store
