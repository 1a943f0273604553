// Reports that group the usage of a period by one thing.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tools/umbra/report/fields.hpp"
#include "tools/umbra/report/reports.hpp"
#include "tools/umbra/report/suppress.hpp"

namespace umbra {
namespace {

using store::Facet;
using store::Group;

template <typename Item>
Field<Item> most_used(Desk& desk, int rank) {
    return {{"top_service", _("MOST USED"), false, rank},
            [&desk](const Item& item) { return desk.service(item.top_service).service; }};
}

// All that is told of a kind of usage.
template <typename Item>
void add_usage(Desk& desk, std::vector<Field<Item>>& fields) {
    add_services(fields);
    add_hosts(fields);
    fields.push_back(most_used<Item>(desk, 2));
    add_traffic(fields);
    add_bar(fields);
    add_evidence(fields);
    add_times(fields);
}

}  // namespace

Rows services_report(Desk& desk) {
    using Item = Group<std::uint32_t>;
    const auto words = [&desk](auto member) {
        return [&desk, member](const Item& item) { return Value(desk.service(item.key).*member); };
    };
    std::vector<Field<Item>> fields{
        {{"service", _("SERVICE")}, words(&store::ServiceWords::service)},
        {{"service_name", ""}, words(&store::ServiceWords::name)},
        {{"vendor", _("VENDOR"), false, 7}, words(&store::ServiceWords::vendor_name)},
        {{"category", _("CATEGORY"), false, 4},
         [&desk](const Item& item) { return word(desk.service(item.key).category); }},
        {{"sovereignty", _("LAW"), false, 2},
         [&desk](const Item& item) { return word_or_null(desk.service(item.key).sovereignty); }}};
    add_hosts(fields);
    add_traffic(fields);
    add_bar(fields);
    add_evidence(fields);
    add_times(fields);
    return rows_of(fields, store::grouped(desk.answer(), store::by_service));
}

Rows hosts_report(Desk& desk) {
    using Item = Group<bool>;
    std::vector<Field<Item>> fields{
        {{"host", _("HOST")}, [&](const Item& item) { return desk.host(item.host_id).address; }},
        {{"host_name", _("NAME"), false, 7},
         [&](const Item& item) { return value_or_null(desk.host(item.host_id).name); }},
        {{"department", _("DEPARTMENT"), false, 4},
         [&](const Item& item) { return desk.name_of(desk.host(item.host_id).department); }}};
    add_services(fields);
    fields.push_back(most_used<Item>(desk, 2));
    add_traffic(fields);
    add_bar(fields);
    add_times(fields);
    return rows_of(fields, store::grouped(desk.answer(), store::all_in_one, true));
}

Rows departments_report(Desk& desk) {
    struct Item : store::Total {
        Value name;
        bool suppressed = false;
    };
    std::vector<Item> items;
    Item rest{{}, {}, true};
    std::int64_t left_out = 0;
    for (const auto& group : store::grouped(desk.answer(), store::by_department)) {
        if (desk.tells(group.key)) {
            items.push_back({group, department_cell(department_text(group.key))});
            continue;
        }
        ++left_out;
        rest.hosts += group.hosts;
        rest.Sums::add(group);
        rest.evidence |= group.evidence;
    }
    std::vector<Field<Item>> fields{
        {{"department", _("DEPARTMENT")}, [](const Item& item) { return item.name; }},
        {{"suppressed", ""}, [](const Item& item) { return std::int64_t{item.suppressed}; }}};
    add_hosts(fields);
    add_services(fields);
    fields.push_back(most_used<Item>(desk, 1));
    add_traffic(fields);
    add_bar(fields);
    add_evidence(fields);
    add_times(fields);
    Rows rows = rows_of(fields, items);
    if (left_out == 0) return rows;
    // Of the small ones no more than their sum, and that only where it is of enough hosts.
    rest.name =
        left_out == 1 ? phrase("(1 small department)") : phrase("({} small departments)", left_out);
    auto row = rows_of(fields, std::vector{rest}).rows.front();
    for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string& name = rows.columns[i].name;
        const bool is_sum =
            name == "hosts" || name == "flows" || name == "bytes_out" || name == "bytes_in";
        const bool is_told = name == "department" || name == "suppressed" ||
                             (is_sum && rest.hosts >= desk.asked().least_group);
        if (!is_told) row[i] = {};
    }
    rows.rows.push_back(std::move(row));
    return rows;
}

Rows categories_report(Desk& desk) {
    const auto groups = store::grouped(desk.answer(), [&](const Facet& facet) {
        return std::optional<std::string>(desk.service(facet.service).category);
    });
    using Item = Group<std::string>;
    std::vector<Field<Item>> fields{
        {{"category", _("CATEGORY")}, [](const Item& item) { return word(item.key); }}};
    add_usage(desk, fields);
    return rows_of(fields, groups);
}

Rows countries_report(Desk& desk) {
    using Key = std::pair<std::optional<std::string>, std::optional<std::string>>;
    using Item = Group<Key>;
    std::vector<Field<Item>> fields{
        {{"sovereignty", _("LAW")}, [](const Item& item) { return word_or_null(item.key.first); }},
        {{"residency", _("BYTES REST IN")},
         [](const Item& item) { return value_or_null(item.key.second); }}};
    add_usage(desk, fields);
    return rows_of(fields, store::grouped(desk.answer(), [&](const Facet& facet) {
                       return std::optional(
                           Key(desk.service(facet.service).sovereignty, desk.residency(facet)));
                   }));
}

Rows coverage_report(Desk& desk) {
    using Item = store::Metric;
    return rows_of<Item>({{{"metric", _("WHAT")}, [](const Item& item) { return item.name; }},
                          {{"value", _("COUNT")}, [](const Item& item) { return item.value; }}},
                         desk.coverage());
}

// Names in no entry of the catalogue, for its next edition.
Rows candidates_report(Desk& desk) {
    using Item = store::CandidateTotal;
    std::vector<Field<Item>> fields{
        {{"name", _("NAME")}, [](const Item& item) { return item.name; }},
        {{"rule", _("RULE"), false, 1}, [](const Item& item) { return item.rule; }}};
    add_hosts(fields);
    fields.push_back({{"flows", _("FLOWS")}, [](const Item& item) { return item.flows; }});
    add_times(fields);
    return rows_of(fields, desk.reader().candidates(desk.asked().period));
}

Heat heat_of(Desk& desk, std::size_t most_services) {
    const std::int64_t least = desk.asked().least_group;
    std::vector<store::Group<std::uint32_t>> services =
        store::grouped(desk.answer(), store::by_service);
    std::erase_if(services, [&](const auto& service) { return service.hosts < least; });
    std::ranges::stable_sort(services, std::greater{}, &store::Total::hosts);
    services.resize(std::min(services.size(), most_services));

    std::map<Department, std::map<std::uint32_t, std::int64_t>> cells;
    for (const auto& group : store::grouped(desk.answer(), [](const Facet& facet) {
             return std::optional(std::pair(facet.department, facet.service));
         })) {
        cells[group.key.first][group.key.second] = group.hosts;
    }
    std::vector<std::vector<std::int64_t>> hosts;
    std::vector<bool> told;
    for (auto& [department, row] : cells) {
        told.push_back(desk.tells(department));
        auto& line = hosts.emplace_back();
        for (const auto& service : services)
            line.push_back(row[service.key]);
    }
    const auto left_out = suppress_small_cells(hosts, told, least);
    Heat heat;
    for (const auto& service : services)
        heat.services.push_back(desk.service(service.key).service);
    std::size_t place = 0;
    for (const auto& [department, row] : cells) {
        const std::size_t line = place++;
        if (!told[line]) continue;
        heat.departments.push_back(department_text(department));
        auto& shown = heat.hosts.emplace_back();
        for (std::size_t i = 0; i < services.size(); ++i) {
            shown.push_back(left_out[line][i] ? std::nullopt : std::optional(hosts[line][i]));
        }
    }
    return heat;
}

}  // namespace umbra
