// What reports are made of: the usage of an answer, grouped by what its facets say.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "daemon/store/answer.hpp"

namespace umbra::store {

// The usage of a group. A host or service that several groups have is counted in each.
struct Total : Sums {
    std::int64_t hosts = 0, services = 0;
    unsigned evidence = 0;          // a bit for each kind that named it
    std::uint32_t top_service = 0;  // the one with the most bytes, of equals the first by name
    std::int64_t host_id = 0;       // where groups are told apart by host, too
};

template <typename Key>
struct Group : Total {
    Key key;
};

constexpr std::uint32_t no_group = UINT32_MAX;

// `group_of_facet` holds a group's number, or `no_group`, for each facet. `number` gets the number
// of each total in the result.
std::vector<Total> totals_of(const Answer& answer, const std::vector<std::uint32_t>& group_of_facet,
                             bool by_host, std::vector<std::uint32_t>& number);

// `key_of` makes a facet's key, or nothing where its usage is left out. With `by_host`, each host
// has groups of its own. Most bytes first, of equals in the order of the keys, then of the hosts.
template <typename KeyOf>
auto grouped(const Answer& answer, KeyOf key_of, bool by_host = false) {
    using Key = typename decltype(key_of(std::declval<const Facet&>()))::value_type;
    std::map<Key, std::uint32_t> number_of_key;
    std::vector<std::uint32_t> group_of_facet;
    for (const Facet& facet : answer.facets().all()) {
        const std::optional<Key> key = facet.evidence == 0 ? std::nullopt : key_of(facet);
        group_of_facet.push_back(
            key ? number_of_key.try_emplace(*key, number_of_key.size()).first->second : no_group);
    }
    std::vector<const Key*> key_of_number(number_of_key.size());
    for (const auto& [key, number] : number_of_key)
        key_of_number[number] = &key;

    std::vector<std::uint32_t> number;
    const std::vector<Total> totals = totals_of(answer, group_of_facet, by_host, number);
    std::vector<Group<Key>> groups;
    for (std::size_t i = 0; i < totals.size(); ++i)
        groups.push_back({totals[i], *key_of_number[number[i]]});
    std::ranges::sort(groups, [](const Group<Key>& a, const Group<Key>& b) {
        if (a.bytes() != b.bytes()) return a.bytes() > b.bytes();
        return a.key != b.key ? a.key < b.key : a.host_id < b.host_id;
    });
    return groups;
}

// Keys that reports share.
std::optional<std::uint32_t> by_service(const Facet& facet);
std::optional<std::optional<std::string>> by_department(const Facet& facet);
std::optional<bool> all_in_one(const Facet& facet);

// What headlines tell of. Hosts that serve more than the AI service are left out: what is seen of
// those proves little.
struct Headline {
    Total own, shared;
};
Headline headline_of(const Answer& answer);

}  // namespace umbra::store
