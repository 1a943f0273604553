// The report on departments: what small ones did is not told.
#pragma once

#include "daemon/store/reader.hpp"
#include "tools/umbra/output.hpp"

namespace umbra {

// A row for each department of at least `least` hosts, then one for those that are left out (see
// suppress.hpp), as far as their sum tells of no fewer hosts.
Rows department_rows(const std::vector<store::DepartmentTotal>& totals, std::int64_t least);

}  // namespace umbra
