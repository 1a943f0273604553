#include "tools/umbra/report/desk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "daemon/policy/sovereignty.hpp"
#include "daemon/support/failure.hpp"
#include "signatures/load.hpp"
#include "tools/umbra/report/suppress.hpp"

namespace umbra {

using store::Facet;
using store::Period;

// What says where bytes rest.
struct Desk::Places {
    Catalogue catalogue;
    std::map<std::string, const Service*, std::less<>> services;

    explicit Places(Catalogue loaded) : catalogue(std::move(loaded)) {
        for (const Service& service : catalogue.services)
            services[service.id] = &service;
    }
};

std::string department_text(const Department& department) {
    return department.value_or("(no department)");
}

Value department_cell(const std::string& text) {
    return text == department_text({}) ? Value(word(text)) : Value(text);
}

Desk::Desk(store::Reader& reader, Asked asked) : reader_(reader), asked_(std::move(asked)) {
    for (const std::string& name : asked_.filter.departments) {
        const Department department = name.empty() ? Department() : Department(name);
        if (tells(department)) continue;
        throw bad_input(
            _("--department {}: too few hosts of it in this period to be told apart from "
              "the others (see --least-group)",
              printable(department_text(department))));
    }
}

const store::Answer& Desk::answer() {
    if (!answer_) answer_.emplace(answer(asked_.period));
    return *answer_;
}

store::Answer Desk::answer(const Period& period) {
    return reader_.answer(period, asked_.filter);
}

const std::vector<store::Metric>& Desk::coverage() {
    if (!coverage_) coverage_ = reader_.coverage(asked_.period);
    return *coverage_;
}

const store::ServiceWords& Desk::service(std::uint32_t number) {
    return reader_.facets().services()[number];
}

const store::HostWords& Desk::host(std::int64_t id) {
    static const store::HostWords nobody{"-", {}, {}, {}};
    if (!hosts_) hosts_ = reader_.hosts();
    const auto found = hosts_->find(id);
    return found == hosts_->end() ? nobody : found->second;
}

// The hosts that were asked for have a department whatever its size: who asks for a host by name
// learns nothing of the others.
void Desk::find_told() {
    store::Filter filter = asked_.filter;
    filter.departments.clear();
    filter.host_ids.clear();
    std::optional<store::Answer> other;
    if (filter != asked_.filter) other = reader_.answer(asked_.period, filter);
    const auto groups = store::grouped(other ? *other : answer(), store::by_department);
    std::vector<std::int64_t> hosts;
    hosts.reserve(groups.size());
    for (const auto& group : groups)
        hosts.push_back(group.hosts);
    const std::vector<bool> left_out = suppress_small_groups(hosts, asked_.least_group);
    told_.emplace();
    for (std::size_t i = 0; i < groups.size(); ++i) {
        if (!left_out[i]) told_->insert(groups[i].key);
    }
}

bool Desk::tells(const Department& department) {
    if (!told_) find_told();
    return told_->contains(department);
}

Value Desk::name_of(const Department& department) {
    if (!tells(department)) return phrase("(small department)");
    return value_or_null(department);
}

std::optional<std::string> Desk::residency(const Facet& facet) {
    if (!places_) places_ = std::make_shared<Places>(load_catalogue(asked_.catalogue));
    static const Service unknown{};
    const auto found = places_->services.find(reader_.facets().service_of(facet).service);
    return residency_of(places_->catalogue.regions, facet.region.value_or(""),
                        found == places_->services.end() ? unknown : *found->second);
}

std::vector<Period> Desk::units(Unit unit) {
    const auto in_zone = [&](bool utc) {
        std::vector<Period> units;
        std::int64_t begin = unit_begin(asked_.period.since, unit, 0, utc);
        while (begin < asked_.period.until) {
            const std::int64_t end = unit_begin(begin, unit, 1, utc);
            units.push_back({begin, end});
            begin = end;
        }
        return units;
    };
    std::vector<Period> units = in_zone(asked_.utc);
    const auto is_kept = [&](const Period& one) { return reader_.answerable(one) == one; };
    return std::ranges::all_of(units, is_kept) ? units : in_zone(true);
}

Unit Desk::unit(std::int64_t longest_by_hour, std::int64_t longest_by_day) {
    if (asked_.every == "hour") return Unit::hour;
    if (asked_.every == "day") return Unit::day;
    if (asked_.every == "week") return Unit::week;
    const std::int64_t length = asked_.period.until - asked_.period.since;
    const bool keeps_hours = reader_.answerable(asked_.period) == asked_.period;
    if (length <= longest_by_hour && keeps_hours) return Unit::hour;
    return length <= longest_by_day ? Unit::day : Unit::week;
}

}  // namespace umbra
