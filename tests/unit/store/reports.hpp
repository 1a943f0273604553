// What reports ask of a database, in a form that is easy to check.
#pragma once

#include "daemon/store/groups.hpp"
#include "daemon/store/reader.hpp"

namespace umbra::test {

struct Found : store::Total {
    std::string name;  // a service, an address, a department or `-`
    std::optional<std::string> department{};
    store::ServiceWords words{};
};

inline store::Headline headline(const std::string& path, const store::Period& period) {
    return store::headline_of(store::Reader(path).answer(period));
}
inline store::Total total(store::Reader& reader, const store::Period& period) {
    return store::headline_of(reader.answer(period)).own;
}
inline store::Total total(const std::string& path, const store::Period& period) {
    return headline(path, period).own;
}

inline std::vector<Found> services(store::Reader& reader, const store::Period& period) {
    std::vector<Found> found;
    const store::Answer answer = reader.answer(period);
    for (const auto& group : store::grouped(answer, store::by_service)) {
        const store::ServiceWords& words = answer.facets().services()[group.key];
        found.push_back({group, words.service, std::nullopt, words});
    }
    return found;
}

inline std::vector<Found> hosts(store::Reader& reader, const store::Period& period) {
    std::vector<Found> found;
    const auto words = reader.hosts();
    for (const auto& group : store::grouped(reader.answer(period), store::all_in_one, true)) {
        const store::HostWords& host = words.at(group.host_id);
        found.push_back({group, host.address, host.department});
    }
    return found;
}

inline std::vector<Found> departments(store::Reader& reader, const store::Period& period) {
    std::vector<Found> found;
    for (const auto& group : store::grouped(reader.answer(period), store::by_department))
        found.push_back({group, group.key.value_or("-"), group.key});
    return found;
}

}  // namespace umbra::test
