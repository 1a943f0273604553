#include "daemon/store/answer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>

#include "daemon/store/columns.hpp"
#include "daemon/store/store_failure.hpp"

namespace umbra::store {
namespace {

// Strongest first.
constexpr std::array<std::string_view, 7> all_evidence = {
    "sni", "quic_sni", "http_host", "connect_host", "certificate", "dns", "ip_range"};

unsigned evidence_bit(std::string_view evidence) {
    const auto place = std::ranges::find(all_evidence, evidence) - all_evidence.begin();
    return 1U << static_cast<unsigned>(place);
}

// The index of a value in the order in which values were first seen.
template <typename Value>
class Numbers {
  public:
    std::uint32_t of(const Value& value, std::vector<Value>& seen) {
        const auto [place, is_new] =
            index_.try_emplace(value, static_cast<std::uint32_t>(seen.size()));
        if (is_new) seen.push_back(value);
        return place->second;
    }

  private:
    std::map<Value, std::uint32_t> index_;
};

}  // namespace

std::string evidence_list(unsigned bits) {
    std::vector<std::string_view> kinds;
    for (const std::string_view kind : all_evidence) {
        if (bits & evidence_bit(kind)) kinds.push_back(kind);
    }
    return fmt::format("{}", fmt::join(kinds, ","));
}

Answer::Answer(SQLite::Database& database, const std::string& path, const Period& period)
    : period_(period) {
    // A service that changed has several rows; the one that was used last has the words of today.
    // They are numbered in the order of their names.
    std::map<std::string, Service> words;
    std::unordered_map<std::int64_t, std::string> name_of_id;
    SQLite::Statement services(database,
                               "SELECT id, service, name, vendor_name, category, sovereignty "
                               "FROM services ORDER BY last_day, id");
    while (services.executeStep()) {
        const auto text = [&](int place) { return services.getColumn(place).getString(); };
        words[text(1)] = {text(1), text(2), text(3), text(4), text_or_null(services.getColumn(5))};
        name_of_id[services.getColumn(0).getInt64()] = text(1);
    }
    std::unordered_map<std::string, std::uint32_t> number_of_name;
    for (auto& [name, service] : words) {
        number_of_name[name] = static_cast<std::uint32_t>(services_.size());
        services_.push_back(std::move(service));
    }

    Numbers<std::optional<std::string>> department_numbers;
    Numbers<Aspect> aspect_numbers;
    SQLite::Statement facets(
        database,
        "SELECT id, service_id, department, shared, evidence, usage FROM facets ORDER BY id");
    constexpr std::size_t most_facets = 1 << 26;
    while (facets.executeStep()) {
        const auto id = static_cast<std::size_t>(facets.getColumn(0).getInt64());
        const auto name = name_of_id.find(facets.getColumn(1).getInt64());
        if (name == name_of_id.end() || id > most_facets) throw damaged(path);
        const Aspect aspect{number_of_name.at(name->second),
                            department_numbers.of(text_or_null(facets.getColumn(2)), departments_),
                            facets.getColumn(3).getInt() != 0};
        facets_.resize(id + 1);
        facets_[id] = {aspect_numbers.of(aspect, aspects_),
                       evidence_bit(facets.getColumn(4).getString()),
                       facets.getColumn(5).getString() == "contact"};
    }
}

bool Answer::add(const Figure& figure) {
    const auto id = static_cast<std::size_t>(figure.facet_id);
    if (id >= facets_.size() || facets_[id].evidence == 0) return false;
    const auto& [aspect, evidence, is_contact] = facets_[id];
    if (is_contact) return true;
    services_[aspects_[aspect].service].evidence |= evidence;
    sums_.add(figure.host_id, aspect, figure.sums);
    return true;
}

}  // namespace umbra::store
