#include "daemon/store/totals.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace umbra::store {
namespace {

using Key = std::pair<std::int64_t, std::int64_t>;

// Sums by a pair of keys; `key_of` makes it of a host's id and an aspect.
template <typename KeyOf>
Figures regrouped(const Answer& answer, KeyOf key_of) {
    Figures figures;
    answer.each([&](std::int64_t host, const Aspect& aspect, const Sums& sums) {
        const Key key = key_of(host, aspect);
        figures.add(key.first, key.second, sums);
    });
    return figures;
}

// All that has one first key. `top` is the second key with the most bytes, of equals the lowest.
struct Group {
    std::int64_t members = 0;
    Sums sums;
    std::int64_t top = 0, top_bytes = -1;
};

std::unordered_map<std::int64_t, Group> groups_of(const Figures& figures) {
    std::unordered_map<std::int64_t, Group> groups;
    for (const auto& [key, member, sums] : figures.all()) {
        Group& group = groups[key];
        ++group.members;
        group.sums.add(sums);
        if (std::tuple(sums.bytes(), -member) > std::tuple(group.top_bytes, -group.top)) {
            group.top = member;
            group.top_bytes = sums.bytes();
        }
    }
    return groups;
}

template <typename Total, typename Name>
void most_bytes_first(std::vector<Total>& totals, Name name) {
    std::ranges::sort(totals, [&](const Total& a, const Total& b) {
        const std::int64_t bytes_a = a.bytes_out + a.bytes_in, bytes_b = b.bytes_out + b.bytes_in;
        return bytes_a != bytes_b ? bytes_a > bytes_b : a.*name < b.*name;
    });
}

const Answer::Service& service_of(const Answer& answer, std::int64_t index) {
    return answer.services()[static_cast<std::size_t>(index)];
}

}  // namespace

std::vector<ServiceTotal> services_of(const Answer& answer) {
    const Figures by_host = regrouped(
        answer, [](std::int64_t host, const Aspect& aspect) { return Key(aspect.service, host); });
    std::vector<ServiceTotal> totals;
    for (const auto& [index, group] : groups_of(by_host)) {
        const auto& [service, name, vendor, category, sovereignty, evidence] =
            service_of(answer, index);
        const Sums& sums = group.sums;
        totals.push_back({service, name, vendor, category, sovereignty, group.members, sums.flows,
                          sums.bytes_out, sums.bytes_in, evidence_list(evidence), sums.first_seen,
                          sums.last_seen});
    }
    most_bytes_first(totals, &ServiceTotal::service);
    return totals;
}

std::vector<HostTotal> hosts_of(const Answer& answer,
                                const std::unordered_map<std::int64_t, HostWords>& words) {
    const Figures by_service = regrouped(
        answer, [](std::int64_t host, const Aspect& aspect) { return Key(host, aspect.service); });
    std::vector<HostTotal> totals;
    for (const auto& [host, group] : groups_of(by_service)) {
        const auto found = words.find(host);
        if (found == words.end()) continue;
        const auto& [address, name, department] = found->second;
        const Sums& sums = group.sums;
        totals.push_back({address, name, department, group.members, sums.flows, sums.bytes_out,
                          sums.bytes_in, service_of(answer, group.top).service, sums.first_seen,
                          sums.last_seen});
    }
    most_bytes_first(totals, &HostTotal::address);
    return totals;
}

std::vector<DepartmentTotal> departments_of(const Answer& answer) {
    const auto hosts = groups_of(regrouped(answer, [](std::int64_t host, const Aspect& aspect) {
        return Key(aspect.department, host);
    }));
    const auto services = groups_of(regrouped(answer, [](std::int64_t, const Aspect& aspect) {
        return Key(aspect.department, aspect.service);
    }));
    std::vector<DepartmentTotal> totals;
    for (const auto& [index, group] : services) {
        const Sums& sums = group.sums;
        totals.push_back({answer.departments()[static_cast<std::size_t>(index)],
                          hosts.at(index).members, group.members, sums.flows, sums.bytes_out,
                          sums.bytes_in, service_of(answer, group.top).service, sums.first_seen,
                          sums.last_seen});
    }
    most_bytes_first(totals, &DepartmentTotal::department);
    return totals;
}

Total total_of(const Answer& answer) {
    const auto hosts = groups_of(regrouped(
        answer, [](std::int64_t host, const Aspect& aspect) { return Key(aspect.shared, host); }));
    const auto services = groups_of(regrouped(answer, [](std::int64_t, const Aspect& aspect) {
        return Key(aspect.shared, aspect.service);
    }));
    Total total{};
    if (const auto own = hosts.find(0); own != hosts.end()) {
        const Sums& sums = own->second.sums;
        total = {own->second.members,
                 services.at(0).members,
                 sums.flows,
                 sums.bytes_out,
                 sums.bytes_in,
                 0,
                 0};
    }
    if (const auto shared = hosts.find(1); shared != hosts.end()) {
        total.shared_flows = shared->second.sums.flows;
        total.shared_bytes = shared->second.sums.bytes();
    }
    return total;
}

}  // namespace umbra::store
