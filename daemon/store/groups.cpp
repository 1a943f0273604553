#include "daemon/store/groups.hpp"

#include <tuple>

namespace umbra::store {

std::vector<Total> totals_of(const Answer& answer, const std::vector<std::uint32_t>& group_of_facet,
                             bool by_host, std::vector<std::uint32_t>& number) {
    const std::vector<Facet>& facets = answer.facets().all();
    std::vector<Total> totals;
    Figures groups, hosts, services;  // what has been seen of each; the last by group and member
    for (const auto& [host_id, facet_id, sums] : answer.figures()) {
        const auto facet = static_cast<std::size_t>(facet_id);
        const std::uint32_t group = group_of_facet[facet];
        if (group == no_group) continue;
        const std::int64_t own_host = by_host ? host_id : 0;
        const std::size_t place = groups.add(own_host, group, sums);
        if (place == totals.size()) {
            totals.emplace_back().host_id = own_host;
            number.push_back(group);
        }
        totals[place].evidence |= facets[facet].evidence;
        hosts.add(host_id, static_cast<std::int64_t>(place), {});
        services.add(facets[facet].service, static_cast<std::int64_t>(place), sums);
    }
    for (std::size_t i = 0; i < totals.size(); ++i)
        static_cast<Sums&>(totals[i]) = groups.all()[i].sums;
    for (const Figure& host : hosts.all())
        ++totals[static_cast<std::size_t>(host.facet_id)].hosts;

    std::vector<std::int64_t> top_bytes(totals.size(), -1);
    for (const auto& [service, group, sums] : services.all()) {
        const auto place = static_cast<std::size_t>(group);
        Total& total = totals[place];
        ++total.services;
        if (std::tuple(sums.bytes(), -service) >
            std::tuple(top_bytes[place], -std::int64_t{total.top_service})) {
            total.top_service = static_cast<std::uint32_t>(service);
            top_bytes[place] = sums.bytes();
        }
    }
    return totals;
}

std::optional<std::uint32_t> by_service(const Facet& facet) {
    return facet.service;
}

std::optional<std::optional<std::string>> by_department(const Facet& facet) {
    return std::optional<std::optional<std::string>>(std::in_place, facet.department);
}

std::optional<bool> all_in_one(const Facet&) {
    return true;
}

Headline headline_of(const Answer& answer) {
    Headline headline;
    for (const auto& group :
         grouped(answer, [](const Facet& facet) { return std::optional<bool>(facet.shared); })) {
        (group.key ? headline.shared : headline.own) = group;
    }
    return headline;
}

}  // namespace umbra::store
