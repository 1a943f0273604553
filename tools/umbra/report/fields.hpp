// A report's columns with what stands in them: one description for every format.
#pragma once

#include <functional>
#include <vector>

#include "daemon/store/groups.hpp"
#include "tools/umbra/output.hpp"

namespace umbra {

// `value` makes the cell of an item, such as a group of usage.
template <typename Item>
struct Field {
    Column column;
    std::function<Value(const Item&)> value;
};

template <typename Item>
Rows rows_of(const std::vector<Field<Item>>& fields, const std::vector<Item>& items) {
    Rows rows;
    for (const Field<Item>& field : fields)
        rows.columns.push_back(field.column);
    for (const Item& item : items) {
        auto& row = rows.rows.emplace_back();
        for (const Field<Item>& field : fields)
            row.push_back(field.value(item));
    }
    return rows;
}

// What all groups of usage tell; an item is a store::Total.
template <typename Item>
void add_hosts(std::vector<Field<Item>>& fields) {
    fields.push_back({{"hosts", _("HOSTS")}, [](const Item& item) { return item.hosts; }});
}
template <typename Item>
void add_services(std::vector<Field<Item>>& fields) {
    fields.push_back({{"services", _("SERVICES")}, [](const Item& item) { return item.services; }});
}
template <typename Item>
void add_traffic(std::vector<Field<Item>>& fields) {
    fields.push_back(
        {{"flows", _("FLOWS"), false, 5}, [](const Item& item) { return item.flows; }});
    fields.push_back(
        {{"bytes_out", _("OUT"), true}, [](const Item& item) { return item.bytes_out; }});
    fields.push_back(
        {{"bytes_in", _("IN"), true, 1}, [](const Item& item) { return item.bytes_in; }});
}
// The part of the traffic in both directions, to the eye.
template <typename Item>
void add_bar(std::vector<Field<Item>>& fields) {
    fields.push_back({{"", _("OUT AND IN"), false, 3, Look::bar},
                      [](const Item& item) { return item.bytes(); }});
}
template <typename Item>
void add_evidence(std::vector<Field<Item>>& fields) {
    fields.push_back({{"evidence", _("EVIDENCE"), false, 6},
                      [](const Item& item) { return store::evidence_list(item.evidence); }});
}
template <typename Item>
void add_times(std::vector<Field<Item>>& fields) {
    fields.push_back({{"first_seen", _("FIRST SEEN"), false, 8},
                      [](const Item& item) { return Time{item.first_seen}; }});
    fields.push_back({{"last_seen", _("LAST SEEN"), false, 9},
                      [](const Item& item) { return Time{item.last_seen}; }});
}

}  // namespace umbra
