#include "daemon/usage/hosts_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include "daemon/support/failure.hpp"
#include "daemon/support/utf8.hpp"
#include "detectors/text.hpp"

namespace umbra {
namespace {

// The fields of one line. Throws a sentence.
std::vector<std::string> split(std::string_view line, char separator) {
    std::vector<std::string> fields;
    while (true) {
        std::string field;
        line = line.substr(std::min(line.find_first_not_of(' '), line.size()));
        if (line.starts_with('"')) {
            line.remove_prefix(1);
            while (true) {
                const auto quote = line.find('"');
                if (quote == std::string_view::npos) throw bad_input("a quote is not closed");
                field += line.substr(0, quote);
                line.remove_prefix(quote + 1);
                if (!line.starts_with('"')) break;
                field += '"';
                line.remove_prefix(1);
            }
            line = line.substr(std::min(line.find_first_not_of(' '), line.size()));
            if (!line.empty() && line[0] != separator) {
                throw bad_input("something follows a closing quote");
            }
        } else {
            const std::string_view text = line.substr(0, line.find(separator));
            field = trimmed(text);
            line.remove_prefix(text.size());
        }
        fields.push_back(std::move(field));
        if (line.empty()) return fields;
        line.remove_prefix(1);
    }
}

std::optional<std::string> HostsFile::Facts::*fact_of_column(std::string_view title) {
    if (title == "name") return &HostsFile::Facts::name;
    if (title == "department") return &HostsFile::Facts::department;
    if (title == "site") return &HostsFile::Facts::site;
    throw bad_input(
        fmt::format("no column `{}` is known (address, name, department, site)", title));
}

}  // namespace

HostsFile HostsFile::read(const std::filesystem::path& path) {
    std::ifstream file(path);
    if (!file || std::filesystem::is_directory(path)) {
        throw bad_input(fmt::format("--hosts {}: cannot be read", path.string()));
    }
    HostsFile hosts;
    std::vector<std::optional<std::string> Facts::*> columns;  // after the first
    std::vector<std::string> departments;
    char separator = ',';
    int number = 0;
    for (std::string text; std::getline(file, text);) {
        ++number;
        try {
            std::string_view line = text;
            if (number == 1 && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
            if (line.ends_with('\r')) line.remove_suffix(1);
            if (!is_plain_text(line)) throw bad_input("not UTF-8 text");
            if (number == 1) {
                separator = line.find(';') != std::string_view::npos ? ';' : ',';
                const auto titles = split(line, separator);
                if (Network::parse(titles[0]) || Mac::parse(titles[0])) {
                    throw bad_input("the header line is missing (address,name,department,site)");
                }
                for (std::size_t i = 1; i < titles.size(); ++i)
                    columns.push_back(fact_of_column(titles[i]));
                continue;
            }
            if (trimmed(line).empty()) continue;
            auto fields = split(line, separator);
            if (fields.size() > columns.size() + 1)
                throw bad_input("more fields than the header has");
            Line entry{.facts = {}, .number = number};
            for (std::size_t i = 1; i < fields.size(); ++i) {
                if (!fields[i].empty()) entry.facts.*columns[i - 1] = std::move(fields[i]);
            }
            if (auto& department = entry.facts.department) {
                const auto known = std::ranges::find_if(departments, [&](const std::string& name) {
                    return same_but_for_case(name, *department);
                });
                if (known == departments.end())
                    departments.push_back(*department);
                else
                    department = *known;
            }
            hosts.add(fields[0], std::move(entry));
        } catch (const Failure& failure) {
            throw bad_input(fmt::format("{}:{}: {}", path.string(), number, failure.what()));
        }
    }
    if (number == 0)
        throw bad_input(fmt::format("{}: empty, without a header line", path.string()));
    return hosts;
}

void HostsFile::add(std::string_view key, Line line) {
    const auto mac = Mac::parse(key);
    const auto network = Network::parse(key);
    if (!mac && !network) {
        throw bad_input(fmt::format(
            "`{}` is neither an address nor a network without host bits nor an Ethernet address",
            key));
    }
    Line& place = mac ? by_mac_[mac->value] : by_network_[network->prefix][network->base];
    if (place.number != 0) {
        throw bad_input(fmt::format("`{}` stands already in line {}", key, place.number));
    }
    place = std::move(line);
}

HostsFile::Facts HostsFile::find(const Address& address, Mac mac) const {
    Facts facts;
    const auto fill = [&](const Facts& from) {
        for (const auto fact : {&Facts::name, &Facts::department, &Facts::site}) {
            if (!(facts.*fact)) facts.*fact = from.*fact;
        }
    };
    if (const auto line = by_mac_.find(mac.value); mac.known() && line != by_mac_.end()) {
        fill(line->second.facts);
    }
    for (const auto& [prefix, lines] : by_network_) {
        const auto line = lines.find(address.masked(prefix));
        if (line != lines.end()) fill(line->second.facts);
    }
    return facts;
}

}  // namespace umbra
