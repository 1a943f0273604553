#include "tools/umbra/report_departments.hpp"

#include <fmt/format.h>

#include "tools/umbra/suppress.hpp"

namespace umbra {

Rows department_rows(const std::vector<store::DepartmentTotal>& totals, std::int64_t least) {
    Rows rows{{{"department", "DEPARTMENT"},
               {"suppressed", ""},
               {"hosts", "HOSTS"},
               {"services", "SERVICES"},
               {"top_service", "MOST USED", false, 1},
               {"flows", "FLOWS"},
               {"bytes_out", "OUT", true},
               {"bytes_in", "IN", true},
               {"first_seen", "FIRST SEEN", false, 3},
               {"last_seen", "LAST SEEN", false, 2}},
              {}};
    std::vector<std::int64_t> hosts;
    hosts.reserve(totals.size());
    for (const auto& total : totals)
        hosts.push_back(total.hosts);
    const std::vector<bool> left_out = suppress_small_groups(hosts, least);

    store::DepartmentTotal rest{};
    std::int64_t count = 0;
    for (std::size_t i = 0; i < totals.size(); ++i) {
        const store::DepartmentTotal& total = totals[i];
        if (left_out[i]) {
            ++count;
            rest.hosts += total.hosts;
            rest.flows += total.flows;
            rest.bytes_out += total.bytes_out;
            rest.bytes_in += total.bytes_in;
            continue;
        }
        rows.rows.push_back({total.department.value_or("(no department)"), std::int64_t{0},
                             total.hosts, total.services, total.top_service, total.flows,
                             total.bytes_out, total.bytes_in, Time{total.first_seen},
                             Time{total.last_seen}});
    }
    if (count == 0) return rows;
    std::vector<Value> row(rows.columns.size());
    row[0] = fmt::format("({} small department{})", count, count == 1 ? "" : "s");
    row[1] = std::int64_t{1};
    if (rest.hosts >= least) {
        row[2] = rest.hosts;
        row[5] = rest.flows;
        row[6] = rest.bytes_out;
        row[7] = rest.bytes_in;
    }
    rows.rows.push_back(std::move(row));
    return rows;
}

}  // namespace umbra
