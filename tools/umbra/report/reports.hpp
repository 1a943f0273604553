// The reports, each as rows. Those that tell departments apart leave out small ones.
#pragma once

#include <vector>

#include "tools/umbra/output.hpp"
#include "tools/umbra/report/desk.hpp"

namespace umbra {

Rows overview_report(Desk& desk);     // a row a figure
Rows services_report(Desk& desk);     // a row a service
Rows hosts_report(Desk& desk);        // a row a host
Rows departments_report(Desk& desk);  // a row a department, and one for the small ones
Rows categories_report(Desk& desk);   // a row a category
Rows countries_report(Desk& desk);    // a row a law and a place where bytes rest
Rows policy_report(Desk& desk);       // a row a status, rule, service and host, breaches first
Rows uploads_report(Desk& desk);      // the largest volumes a host sent to a service in a window
Rows new_report(Desk& desk);          // a row a service that was not seen before the period
Rows coverage_report(Desk& desk);     // a row a metric
Rows candidates_report(Desk& desk);   // a row a name that no entry has

// Of one host: a row an hour, day or week and service.
Rows host_report(Desk& desk);

// A row an hour, day or week and service or department, with the change to the unit before.
Rows trend_report(Desk& desk);
std::vector<store::Period> trend_units(Desk& desk);
// The same for people: a row a service or department.
Rows trend_summary(Desk& desk);

// A department's share of each service, for the heat map. A number in place of which nothing is
// told has no value.
struct Heat {
    std::vector<std::string> departments;
    std::vector<std::string> services;  // the most used
    std::vector<std::vector<std::optional<std::int64_t>>> hosts;
};
Heat heat_of(Desk& desk, std::size_t most_services);

// Statuses of policy, breaches first.
int policy_rank(const std::string& status);

// For people: the whole of a report on standard output.
void print_overview(Desk& desk);

}  // namespace umbra
