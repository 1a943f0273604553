// umbra report: what the database says, for people and for programs.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iostream>

#include "daemon/store/reader.hpp"
#include "daemon/support/time.hpp"
#include "tools/umbra/command.hpp"
#include "tools/umbra/coverage.hpp"
#include "tools/umbra/output.hpp"
#include "tools/umbra/report_departments.hpp"

namespace po = boost::program_options;

namespace umbra {
namespace {

using store::Period;

std::string utc(std::int64_t seconds) {
    return format_utc(seconds * second);
}

std::int64_t parse_bound(const std::string& option, const std::string& text) {
    const auto time = parse_time(text);
    if (!time) {
        throw bad_input(fmt::format(
            "--{} {}: not a time (write 2026-11-02 or 2026-11-02T09:00:00Z)", option, text));
    }
    return *time / second;
}

// What was asked for; without --since the last 24 hours that hold data.
Period period_of(const po::variables_map& values, const Period& extent) {
    Period period = extent;
    if (values.contains("until"))
        period.until = parse_bound("until", values["until"].as<std::string>());
    if (values.contains("since")) {
        period.since = parse_bound("since", values["since"].as<std::string>());
    } else {
        constexpr std::int64_t day = 86400;
        period.since = std::max(extent.since, std::min(period.until, extent.until) - day);
    }
    if (period.since >= period.until && values.contains("since")) {
        throw bad_input(fmt::format("--since {} is not before the end of the period, {}",
                                    values["since"].as<std::string>(), utc(period.until)));
    }
    return period;
}

Rows services(store::Reader& reader, const Period& period) {
    Rows rows{{{"service", "SERVICE"},
               {"service_name", ""},
               {"vendor", "VENDOR", false, 3},
               {"category", "CATEGORY", false, 2},
               {"sovereignty", "LAW", false, 1},
               {"hosts", "HOSTS"},
               {"flows", "FLOWS"},
               {"bytes_out", "OUT", true},
               {"bytes_in", "IN", true},
               {"evidence", "EVIDENCE", false, 4},
               {"first_seen", ""},
               {"last_seen", ""}},
              {}};
    for (const auto& total : reader.services(period)) {
        rows.rows.push_back({total.service, total.name, total.vendor, total.category,
                             value_or_null(total.sovereignty), total.hosts, total.flows,
                             total.bytes_out, total.bytes_in, total.evidence,
                             Time{total.first_seen}, Time{total.last_seen}});
    }
    return rows;
}

Rows hosts(store::Reader& reader, const Period& period) {
    Rows rows{{{"host", "HOST"},
               {"host_name", ""},
               {"department", ""},
               {"services", "SERVICES"},
               {"top_service", "MOST USED"},
               {"flows", "FLOWS"},
               {"bytes_out", "OUT", true},
               {"bytes_in", "IN", true},
               {"first_seen", "FIRST SEEN", false, 2},
               {"last_seen", "LAST SEEN", false, 1}},
              {}};
    for (const auto& total : reader.hosts(period)) {
        rows.rows.push_back({total.address, value_or_null(total.name),
                             value_or_null(total.department), total.services, total.top_service,
                             total.flows, total.bytes_out, total.bytes_in, Time{total.first_seen},
                             Time{total.last_seen}});
    }
    return rows;
}

// Names in no entry of the catalogue, for its next edition.
Rows candidates(store::Reader& reader, const Period& period) {
    Rows rows{{{"name", "NAME"},
               {"rule", "RULE", false, 1},
               {"hosts", "HOSTS"},
               {"flows", "FLOWS"},
               {"first_seen", "FIRST SEEN", false, 3},
               {"last_seen", "LAST SEEN", false, 2}},
              {}};
    for (const auto& total : reader.candidates(period)) {
        rows.rows.push_back({total.name, total.rule, total.hosts, total.flows,
                             Time{total.first_seen}, Time{total.last_seen}});
    }
    return rows;
}

Rows coverage(store::Reader& reader, const Period& period) {
    Rows rows{{{"metric", "WHAT"}, {"value", "COUNT"}}, {}};
    for (const auto& metric : reader.coverage(period))
        rows.rows.push_back({metric.name, metric.value});
    return rows;
}

Rows overview_figures(store::Reader& reader, const Period& period) {
    const store::Total total = reader.total(period);
    const auto metrics = reader.coverage(period);
    Rows rows{{{"figure", "FIGURE"}, {"value", "VALUE"}}, {}};
    const auto add = [&](const char* name, std::int64_t value) {
        rows.rows.push_back({std::string(name), value});
    };
    add("hosts", total.hosts);
    add("services", total.services);
    add("flows", total.flows);
    add("bytes_out", total.bytes_out);
    add("bytes_in", total.bytes_in);
    add("shared_flows", total.shared_flows);
    add("shared_bytes", total.shared_bytes);
    for (const char* name : {"packets", "drops_kernel", "drops_interface"})
        add(name, value_of(metrics, name));
    const Visible visible(metrics);
    add("payload_bytes_named", visible.named());
    add("payload_bytes_dns_only", visible.dns_only());
    add("payload_bytes_unnamed", visible.unnamed());
    return rows;
}

std::string counted(std::int64_t count, const char* thing) {
    return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

void print_overview(store::Reader& reader, const Period& period) {
    const store::Total total = reader.total(period);
    std::cout << fmt::format(
        "AI services seen by sensor {}\n\n"
        "  {} used {} in {}\n"
        "  {} went out to them, {} came back\n\n",
        printable(reader.sensor()), counted(total.hosts, "host"),
        counted(total.services, "service"), counted(total.flows, "flow"),
        human_bytes(total.bytes_out), human_bytes(total.bytes_in));
    if (total.shared_flows > 0) {
        print_text(fmt::format(
            "Not in these figures: {} with {} to hosts that serve more than an AI service.\n",
            counted(total.shared_flows, "flow"), human_bytes(total.shared_bytes)));
    }
    static constexpr std::size_t most_lines = 10;
    const auto print_top = [](const char* what, const char* all, Rows rows) {
        const std::size_t count = rows.rows.size();
        rows.rows.resize(std::min(count, most_lines));
        if (count == 0) return;
        print(rows, Format::table);
        if (count > most_lines) {
            std::cout << fmt::format("… and {} more {}: umbra report {} --database …\n",
                                     count - most_lines, what, all);
        }
        std::cout << '\n';
    };
    print_top("services", "services", services(reader, period));
    print_top("hosts", "hosts", hosts(reader, period));

    print_text(visible_summary(reader.coverage(period)));
}

// What no window covers: nobody watched, or what was seen could not be written.
void print_holes(const std::vector<store::Metric>& metrics, const Period& period) {
    const std::int64_t minutes =
        (period.until - period.since - value_of(metrics, "seconds_watched")) / 60;
    if (minutes > 0) {
        print_text(fmt::format("Not watched: {} minutes of {}.", minutes,
                               (period.until - period.since) / 60));
    }
    if (const auto lost = value_of(metrics, "windows_lost"); lost > 0)
        print_text(fmt::format("{} windows could not be written and were lost.", lost));
}

}  // namespace

ExitCode report_command(const Words& words) {
    CommandLine command{
        "umbra report WHAT --database DB: what hosts and services there were\n"
        "\n"
        "  overview   one screen: totals, the largest services and hosts, what was visible\n"
        "  services   a row for each service\n"
        "  hosts      a row for each inside host\n"
        "  departments a row for each department that is not too small\n"
        "  coverage   what share of the traffic had a usable name, and what the rest was\n"
        "  candidates names in no entry that look like an AI service (umbrad --candidates)\n"
        "\n"
        "  umbra report overview --database umbra.db\n"
        "  umbra report services --database umbra.db --since 2026-11-02 --format csv\n",
        po::options_description(),
        {"what"}};
    command.options.add_options()("database,d", po::value<std::string>(),
                                  "the file that umbrad writes")(
        "since", po::value<std::string>(),
        "begin of the period, UTC if no zone is given (default: the last 24 hours that hold data)")(
        "until", po::value<std::string>(), "end of the period, not included")(
        "least-group", po::value<std::int64_t>()->default_value(5)->value_name("HOSTS"),
        "departments of fewer hosts are not told apart")(
        "format", po::value<std::string>()->default_value("table"), "table, csv, json, ndjson");
    const auto values = command.parse(words);
    if (!values) return ExitCode::done;
    if (!values->contains("what"))
        throw bad_input("report: say what to report (see umbra report --help)");
    const std::string what = (*values)["what"].as<std::vector<std::string>>().front();
    const auto departments = [&](store::Reader& reader, const Period& period) {
        return department_rows(reader.departments(period),
                               (*values)["least-group"].as<std::int64_t>());
    };
    const std::vector<std::pair<std::string, std::function<Rows(store::Reader&, const Period&)>>>
        makers{{"overview", overview_figures}, {"services", services}, {"hosts", hosts},
               {"departments", departments},   {"coverage", coverage}, {"candidates", candidates}};
    const auto maker =
        std::ranges::find(makers, what, [](const auto& entry) { return entry.first; });
    if (maker == makers.end()) {
        throw bad_input(
            fmt::format("report: unknown report `{}`; there are overview, services, hosts, "
                        "departments, coverage, candidates",
                        what));
    }
    if (!values->contains("database"))
        throw bad_input("report: --database DB is missing (see --help)");
    const Format format = parse_format((*values)["format"].as<std::string>());

    store::Reader reader((*values)["database"].as<std::string>());
    const auto extent = reader.extent();
    const Period asked = period_of(*values, extent.value_or(Period{}));
    const Period period = reader.answerable(asked);
    if (period != asked && extent) {
        std::cerr << fmt::format("umbra: of {} to {} not every window is kept; this is {} to {}\n",
                                 utc(asked.since), utc(asked.until), utc(period.since),
                                 utc(period.until));
    }
    if (format != Format::table) {
        print(maker->second(reader, period), format);
        return ExitCode::done;
    }
    if (!extent) {
        std::cout << "Nothing recorded yet: no window has closed.\n";
        return ExitCode::done;
    }
    print_text(fmt::format("{} to {}{}", utc(period.since), utc(period.until),
                           values->contains("since") ? "" : " (the last 24 hours that hold data)"));
    std::cout << '\n';
    if (what == "overview") {
        print_overview(reader, period);
    } else if (what == "coverage") {
        const auto metrics = reader.coverage(period);
        print_coverage(metrics);
        print_holes(metrics, period);
    } else {
        print(maker->second(reader, period), format);
    }
    return ExitCode::done;
}

}  // namespace umbra
