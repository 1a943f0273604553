// umbra report: what the database says, for people and for programs.
#include "tools/umbra/report/html/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iostream>

#include "tools/umbra/command.hpp"
#include "tools/umbra/report/coverage.hpp"
#include "tools/umbra/report/reports.hpp"
#include "tools/umbra/report/suppress.hpp"
#include "tools/umbra/unknown_word.hpp"

namespace po = boost::program_options;

namespace umbra {
namespace {

struct Report {
    const char* name;
    Rows (*rows)(Desk&);
    bool is_of_usage = true;  // so that filters have a meaning
};

constexpr Report all_reports[] = {{N_("overview"), overview_report},
                                  {N_("services"), services_report},
                                  {N_("hosts"), hosts_report},
                                  {N_("host"), host_report},
                                  {N_("departments"), departments_report},
                                  {N_("categories"), categories_report},
                                  {N_("countries"), countries_report},
                                  {N_("policy"), policy_report},
                                  {N_("trend"), trend_report},
                                  {N_("uploads"), uploads_report},
                                  {N_("new"), new_report},
                                  {N_("coverage"), coverage_report, false},
                                  {N_("candidates"), candidates_report, false}};

const Report& report_called(const std::string& name) {
    std::vector<std::string> names;
    for (const Report& report : all_reports) {
        if (name == report.name) return report;
        names.emplace_back(report.name);
    }
    fail_unknown("report", printable(name), names);
}

std::optional<std::size_t> column_called(const Rows& rows, std::string_view name) {
    const auto found = std::ranges::find(rows.columns, name, &Column::name);
    if (found == rows.columns.end()) return std::nullopt;
    return static_cast<std::size_t>(found - rows.columns.begin());
}

std::int64_t number_in(const std::vector<Value>& row, std::size_t place) {
    const auto* number = std::get_if<std::int64_t>(&row[place]);
    return number ? *number : 0;
}

// Of a department each row tells, such as of a service, stands for a cell of the heat map: what
// tells of few hosts has no figures.
void withhold_small(Rows& rows, std::int64_t least) {
    const auto hosts = column_called(rows, "hosts");
    if (!hosts) return;
    std::vector<std::int64_t> counts;
    for (const auto& row : rows.rows)
        counts.push_back(number_in(row, *hosts));
    const std::vector<bool> left_out = suppress_small_groups(counts, least);
    for (std::size_t i = 0; i < rows.rows.size(); ++i) {
        if (!left_out[i]) continue;
        for (std::size_t place = *hosts; place < rows.columns.size(); ++place)
            rows.rows[i][place] = {};
    }
}

// The last steps, the same for every report.
Rows arranged(Rows rows, const Asked& asked) {
    if (!asked.filter.departments.empty() && asked.what != "trend")
        withhold_small(rows, asked.least_group);
    if (const auto out = column_called(rows, "bytes_out"); asked.min_bytes > 0 && out) {
        std::erase_if(rows.rows,
                      [&](const auto& row) { return number_in(row, *out) < asked.min_bytes; });
    }
    if (!asked.sort.empty()) sort_rows(rows, asked.sort);
    if (asked.limit && rows.rows.size() > *asked.limit) rows.rows.resize(*asked.limit);
    return rows;
}

// What no window covers: nobody watched, or what was seen could not be written.
void print_holes(Desk& desk) {
    const store::Period& period = desk.asked().period;
    const std::int64_t minutes =
        (period.until - period.since - value_of(desk.coverage(), "seconds_watched")) / 60;
    if (minutes > 0) {
        print_text(_("Not watched: {} minutes of {}.", count_text(minutes),
                     count_text((period.until - period.since) / 60)));
    }
    if (const auto lost = value_of(desk.coverage(), "windows_lost"); lost > 0)
        print_text(_n(lost, "{} windows could not be written and were lost.",
                      "{} windows could not be written and were lost.", count_text(lost)));
}

void print_host(Desk& desk) {
    for (const std::int64_t id : desk.asked().filter.host_ids) {
        const store::HostWords& host = desk.host(id);
        const Value department =
            host.department ? desk.name_of(host.department) : department_cell(department_text({}));
        print_text(fmt::format("{}, {}, {}", readable(host.address),
                               host.name ? readable(*host.name) : _("(no name)"),
                               shown(department, {}, desk.asked().utc)));
    }
    std::cout << '\n';
}

void print_last_unit(Desk& desk) {
    const auto units = trend_units(desk);
    if (units.empty()) return;
    print_text(_("By {}; the figures are those of the last, from {}, against the one before.\n",
                 units.back().until - units.back().since > 2 * store::day_length    ? _("week")
                 : units.back().until - units.back().since > 2 * store::hour_length ? _("day")
                                                                                    : _("hour"),
                 format_time(units.back().since, desk.asked().utc)));
}

void print_table(const Report& report, Desk& desk) {
    const Asked& asked = desk.asked();
    const std::string name = report.name;
    print_text(_("{} to {}{}", format_time(asked.period.since, asked.utc),
                 format_time(asked.period.until, asked.utc),
                 !asked.has_default_period ? ""
                 : name == "trend"         ? _(" (the last 30 days that hold data)")
                                           : _(" (the last 24 hours that hold data)")));
    std::cout << '\n';
    if (name == "overview") {
        print_overview(desk);
    } else if (name == "coverage") {
        print_coverage(desk.coverage());
        print_holes(desk);
    } else {
        const bool is_summary = name == "trend" && asked.sort.empty();
        if (name == "host") print_host(desk);
        if (is_summary) print_last_unit(desk);
        print(arranged(is_summary ? trend_summary(desk) : report.rows(desk), asked), Format::table,
              asked.utc);
    }
}

bool breaches(Desk& desk, const std::vector<std::string>& statuses) {
    return std::ranges::any_of(desk.answer().figures(), [&](const store::Figure& figure) {
        const auto facet = static_cast<std::size_t>(figure.facet_id);
        return std::ranges::find(statuses, desk.reader().facets().all()[facet].policy) !=
               statuses.end();
    });
}

constexpr const char* usage = N_(
    "umbra report WHAT --database FILE: what hosts and services there were\n"
    "\n"
    "  overview      one screen: totals, by policy and law, what is new, what was visible\n"
    "  services      a row for each service\n"
    "  hosts         a row for each inside host\n"
    "  host ADDRESS  what one host used over time, with the evidence\n"
    "  departments   a row for each department that is not too small\n"
    "  categories    a row for each kind of service\n"
    "  countries     the law that vendors answer to, and where the bytes rest\n"
    "  policy        a row for each status, rule, service and host, breaches first\n"
    "  trend         hosts and bytes by day or week, of services or departments\n"
    "  uploads       the largest volumes that a host sent to a service within a window\n"
    "  new           services that were not seen before the period, and who used them first\n"
    "  coverage      what share of the traffic had a usable name, and what the rest was\n"
    "  candidates    names in no entry that look like an AI service (umbrad --candidates)\n"
    "\n"
    "  umbra report overview --database umbra.db\n"
    "  umbra report departments --database umbra.db --since last-week --law non-eu --min-bytes "
    "10MB\n"
    "  umbra report policy --database umbra.db --since yesterday --fail-on forbidden\n"
    "  umbra report services --database umbra.db --since 2026-11-02 --format csv\n"
    "  umbra report overview --database umbra.db --since last-month --format html > report.html\n");

// Filters have no meaning for what is not usage.
void check_filters(const Report& report, const po::variables_map& values) {
    const auto refuse = [&](const char* option) {
        if (!values.contains(option)) return;
        throw bad_input(_("report {}: --{} has no meaning for it", report.name, option));
    };
    if (!report.is_of_usage) {
        for (const char* option : {"host", "department", "site", "service", "vendor", "category",
                                   "country", "law", "policy", "evidence", "min-bytes"}) {
            refuse(option);
        }
    }
    if (std::string_view(report.name) != "policy") refuse("fail-on");
}

}  // namespace

ExitCode report_command(const Words& words) {
    CommandLine command{_(usage), po::options_description(), {"what", "address"}};
    add_report_options(command.options);
    auto values = command.parse(words);
    if (!values) return ExitCode::done;
    const std::string what =
        needed_word(*values, "report", "what", _("what to report, such as overview"));
    const Report& report = report_called(what);
    if (what == "host") {
        const std::string address =
            needed_word(*values, "report host", "address", _("the host's address, name or key"));
        values->insert_or_assign("host", po::variable_value(std::vector{address}, false));
    } else if (values->contains("address")) {
        throw bad_input(_("report {}: one word too many (see --help)", what));
    }
    check_filters(report, *values);
    store::Reader reader(needed_option(*values, "report", "database", "FILE"));
    Asked asked = read_report_options(*values, what, reader);
    const store::Period period = reader.answerable(asked.period);
    const bool is_empty = !reader.extent();
    if (period != asked.period && !is_empty) {
        std::cerr << _("umbra: of {} to {} not every window is kept; this is {} to {}\n",
                       format_time(asked.period.since, asked.utc),
                       format_time(asked.period.until, asked.utc),
                       format_time(period.since, asked.utc), format_time(period.until, asked.utc));
    }
    asked.period = period;
    Desk desk(reader, asked);
    if (asked.format == Format::html) {
        std::cout << (what == "overview" ? html_overview(desk)
                                         : html_report(desk, arranged(report.rows(desk), asked)));
    } else if (asked.format != Format::table) {
        print(arranged(report.rows(desk), asked), asked.format, asked.utc);
    } else if (is_empty) {
        std::cout << _("Nothing recorded yet: no window has closed.\n");
    } else {
        print_table(report, desk);
    }
    if (!values->contains("fail-on")) return ExitCode::done;
    return breaches(desk, asked.fail_on) ? ExitCode::answer_is_no : ExitCode::done;
}

}  // namespace umbra
