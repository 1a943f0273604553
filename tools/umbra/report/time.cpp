// Reports over time: trends, and what one host did.
#include <algorithm>
#include <map>

#include "tools/umbra/report/fields.hpp"
#include "tools/umbra/report/reports.hpp"
#include "tools/umbra/report/suppress.hpp"

namespace umbra {
namespace {

using store::Facet;
using store::Period;

constexpr std::int64_t day = store::day_length;

// A service's or department's usage in one unit, and in the one before.
struct Cell : store::Total {
    Period when;
    std::string name;
    bool suppressed = false;
    std::optional<store::Total> before;  // nothing: not known, or not to be told
};

// A line for each service or department.
using Lines = std::vector<std::vector<Cell>>;

// The totals of a unit by the names that lines have. `told` gets the names that may be told.
std::map<std::string, store::Total> totals_by_name(Desk& desk, const Period& period,
                                                   std::map<std::string, bool>& told) {
    std::map<std::string, store::Total> totals;
    const store::Answer answer = desk.answer(period);
    if (desk.asked().by == "department") {
        for (const auto& group : store::grouped(answer, store::by_department)) {
            const std::string name = department_text(group.key);
            totals[name] = group;
            told[name] = desk.tells(group.key);
        }
    } else {
        for (const auto& group : store::grouped(answer, store::by_service)) {
            const std::string& name = desk.service(group.key).service;
            totals[name] = group;
            told[name] = true;
        }
    }
    return totals;
}

// Takes out what would tell of few hosts of a department.
void suppress(Lines& lines, const std::map<std::string, bool>& told, std::int64_t least) {
    std::vector<std::vector<std::int64_t>> hosts;
    std::vector<bool> is_told;
    for (const auto& line : lines) {
        is_told.push_back(told.at(line.front().name));
        auto& row = hosts.emplace_back();
        for (const Cell& cell : line)
            row.push_back(cell.hosts);
    }
    const auto left_out = suppress_small_cells(hosts, is_told, least);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        for (std::size_t k = 0; k < lines[i].size(); ++k)
            lines[i][k].suppressed = left_out[i][k];
    }
    std::erase_if(lines, [&](const auto& line) { return !told.at(line.front().name); });
}

Lines lines_of(Desk& desk) {
    std::vector<Period> units = trend_units(desk);
    if (units.empty()) return {};
    // The unit before the first is for the comparison alone.
    const std::int64_t length = units.front().until - units.front().since;
    const auto extent = desk.reader().extent();
    const bool has_before = extent && units.front().since > extent->since;
    const Period before{units.front().since - length, units.front().since};
    units.insert(units.begin(), before);
    std::map<std::string, bool> told;
    std::vector<std::map<std::string, store::Total>> totals;
    totals.reserve(units.size());
    for (const Period& unit : units)
        totals.push_back(totals_by_name(desk, unit, told));

    Lines lines;
    for (const auto& [name, yes] : told) {
        auto& line = lines.emplace_back();
        for (std::size_t i = 0; i < units.size(); ++i)
            line.push_back({totals[i][name], units[i], name, false, {}});
    }
    if (desk.asked().by == "department") suppress(lines, told, desk.asked().least_group);
    for (auto& line : lines) {
        for (std::size_t i = 1; i < line.size(); ++i) {
            const bool is_known = (i > 1 || has_before) && !line[i - 1].suppressed;
            if (is_known && !line[i].suppressed) line[i].before = line[i - 1];
        }
        line.erase(line.begin());
    }
    // What was used in the unit before alone has no line of its own.
    std::erase_if(lines, [](const auto& line) {
        return std::ranges::all_of(
            line, [](const Cell& cell) { return cell.hosts == 0 && !cell.before; });
    });
    return lines;
}

Field<Cell> number(Column column, std::int64_t store::Total::*member) {
    return {std::move(column),
            [member](const Cell& cell) { return cell.suppressed ? Value() : Value(cell.*member); }};
}

Field<Cell> change(Column column, std::int64_t store::Total::*member) {
    return {std::move(column), [member](const Cell& cell) {
                return cell.before ? Value(cell.*member - (*cell.before).*member) : Value();
            }};
}

}  // namespace

std::vector<Period> trend_units(Desk& desk) {
    return desk.units(desk.unit(0, 62 * day));
}

Rows trend_report(Desk& desk) {
    std::vector<Cell> cells;
    for (const auto& line : lines_of(desk))
        cells.insert(cells.end(), line.begin(), line.end());
    std::ranges::stable_sort(cells, {}, [](const Cell& cell) { return cell.when.since; });
    const bool by_department = desk.asked().by == "department";
    std::vector<Field<Cell>> fields{
        {{"start", _("FROM")}, [](const Cell& cell) { return Time{cell.when.since}; }},
        {{"end", ""}, [](const Cell& cell) { return Time{cell.when.until}; }},
        {{desk.asked().by, by_department ? _("DEPARTMENT") : _("SERVICE")},
         [=](const Cell& cell) { return by_department ? department_cell(cell.name) : cell.name; }},
        number({"hosts", _("HOSTS")}, &store::Total::hosts),
        change({"hosts_change", _("CHANGE"), false, 0, Look::change}, &store::Total::hosts),
        number({"flows", _("FLOWS"), false, 2}, &store::Total::flows),
        number({"bytes_out", _("OUT"), true}, &store::Total::bytes_out),
        change({"bytes_out_change", _("CHANGE"), true, 0, Look::change}, &store::Total::bytes_out),
        number({"bytes_in", _("IN"), true, 1}, &store::Total::bytes_in)};
    if (by_department) {
        fields.push_back(
            {{"suppressed", ""}, [](const Cell& cell) { return std::int64_t{cell.suppressed}; }});
    }
    return rows_of(fields, cells);
}

Rows trend_summary(Desk& desk) {
    using Line = std::vector<Cell>;
    Lines lines = lines_of(desk);
    std::ranges::stable_sort(lines, std::greater{}, [](const Line& line) {
        return line.back().suppressed ? -1 : line.back().hosts;
    });
    const auto last = [](const Field<Cell>& field) {
        return Field<Line>{field.column,
                           [field](const Line& line) { return field.value(line.back()); }};
    };
    const bool by_department = desk.asked().by == "department";
    return rows_of<Line>(
        {{{desk.asked().by, by_department ? _("DEPARTMENT") : _("SERVICE")},
          [=](const Line& line) {
              const std::string& name = line.front().name;
              return by_department ? department_cell(name) : name;
          }},
         {{"", _("HOSTS OVER TIME")},
          [](const Line& line) {
              Series series;
              for (const Cell& cell : line)
                  series.values.push_back(cell.suppressed ? 0 : cell.hosts);
              return series;
          }},
         last(number({"hosts", _("HOSTS")}, &store::Total::hosts)),
         last(change({"hosts_change", _("CHANGE"), false, 0, Look::change}, &store::Total::hosts)),
         last(number({"bytes_out", _("OUT"), true}, &store::Total::bytes_out)),
         last(change({"bytes_out_change", _("CHANGE"), true, 0, Look::change},
                     &store::Total::bytes_out))},
        lines);
}

Rows host_report(Desk& desk) {
    struct Item : store::Group<std::tuple<std::uint32_t, std::string, std::optional<std::string>>> {
        Period when;
    };
    std::vector<Item> items;
    for (const Period& unit : desk.units(desk.unit(2 * day, 62 * day))) {
        const Period part{std::max(unit.since, desk.asked().period.since),
                          std::min(unit.until, desk.asked().period.until)};
        for (const auto& group : store::grouped(desk.answer(part), [](const Facet& facet) {
                 return std::optional(std::tuple(facet.service, facet.policy, facet.policy_rule));
             })) {
            items.push_back({group, part});
        }
    }
    std::vector<Field<Item>> fields{
        {{"start", _("FROM")}, [](const Item& item) { return Time{item.when.since}; }},
        {{"end", ""}, [](const Item& item) { return Time{item.when.until}; }},
        {{"service", _("SERVICE")},
         [&](const Item& item) { return desk.service(std::get<0>(item.key)).service; }},
        {{"category", _("CATEGORY"), false, 5},
         [&](const Item& item) { return word(desk.service(std::get<0>(item.key)).category); }},
        {{"sovereignty", _("LAW"), false, 3},
         [&](const Item& item) {
             return word_or_null(desk.service(std::get<0>(item.key)).sovereignty);
         }},
        {{"policy", _("POLICY"), false, 2},
         [](const Item& item) { return word(std::get<1>(item.key)); }},
        {{"policy_rule", "", false, 2},
         [](const Item& item) { return value_or_null(std::get<2>(item.key)); }}};
    add_evidence(fields);
    add_traffic(fields);
    add_bar(fields);
    add_times(fields);
    return rows_of(fields, items);
}

}  // namespace umbra
