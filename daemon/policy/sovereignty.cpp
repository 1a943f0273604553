#include "daemon/policy/sovereignty.hpp"

#include <algorithm>
#include <array>

namespace umbra {
namespace {

// The members of the European Union (european-union.europa.eu, 2026).
constexpr std::array<std::string_view, 27> eu_members{
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"};

bool is_in_eu(std::string_view place) {
    return place == "EU" || std::ranges::find(eu_members, place) != eu_members.end();
}

bool is_one_place(std::string_view place) {
    return place.size() == 2;  // neither `EEA` nor `global`
}

}  // namespace

void locate(ClosedWindow& window) {
    for (Usage& usage : window.usage)
        usage.region = usage.catalogue->regions.region_of(usage.host_name);
}

std::optional<std::string> residency_of(const Regions& regions, std::string_view region,
                                        const Service& service) {
    if (auto country = regions.country_of(region)) return country;
    if (!service.facts) return std::nullopt;
    const auto& fact = (*service.facts)[FactKey::residency];
    if (!fact) return std::nullopt;
    if (fact->value.size() == 1 && is_one_place(fact->value.front())) return fact->value.front();
    if (!fact->value.empty() && std::ranges::all_of(fact->value, is_in_eu)) return "EU";
    return std::nullopt;
}

std::optional<std::string> residency_of(const Usage& usage) {
    return residency_of(usage.catalogue->regions, usage.region,
                        usage.catalogue->services[usage.service]);
}

}  // namespace umbra
