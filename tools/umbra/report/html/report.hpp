// The report that a manager can be sent: one file of HTML.
#pragma once

#include <string>

#include "tools/umbra/report/desk.hpp"

namespace umbra {

// Of everything, with charts.
std::string html_overview(Desk& desk);

// Of one report, as a table.
std::string html_report(Desk& desk, const Rows& rows);

}  // namespace umbra
