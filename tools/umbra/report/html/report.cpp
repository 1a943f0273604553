#include "tools/umbra/report/html/report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "tools/umbra/report/coverage.hpp"
#include "tools/umbra/report/html/page.hpp"
#include "tools/umbra/report/reports.hpp"

namespace umbra {
namespace {

using Json = nlohmann::ordered_json;
using store::Facet;

constexpr std::size_t most_lines = 7;     // of a chart
constexpr std::size_t most_bars = 12;     // of a chart
constexpr std::size_t most_columns = 12;  // of the heat map
constexpr std::size_t most_rows = 500;    // of a table

// The number in a cell, 0 where nothing is told.
std::int64_t number(const Value& value) {
    const auto* found = std::get_if<std::int64_t>(&value);
    return found ? *found : 0;
}

std::size_t place_of(const Rows& rows, std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find(rows.columns, name, &Column::name) -
                                    rows.columns.begin());
}

// The names with the most, at most so many.
std::vector<std::string> largest(const std::map<std::string, std::int64_t>& sums,
                                 std::size_t most) {
    std::vector<std::string> names;
    names.reserve(sums.size());
    for (const auto& [name, sum] : sums)
        names.push_back(name);
    std::ranges::stable_sort(names, std::greater{},
                             [&](const std::string& name) { return sums.at(name); });
    names.resize(std::min(names.size(), most));
    return names;
}

// Hosts by unit, of the services with the most.
Json trend_data(const Rows& trend, bool utc) {
    const std::size_t start = place_of(trend, "start"), service = place_of(trend, "service"),
                      hosts = place_of(trend, "hosts");
    std::vector<std::int64_t> units;
    std::map<std::string, std::map<std::int64_t, std::int64_t>> lines;
    std::map<std::string, std::int64_t> sums;
    for (const auto& row : trend.rows) {
        const std::int64_t unit = std::get<Time>(row[start]).seconds;
        if (units.empty() || units.back() != unit) units.push_back(unit);
        const std::string& name = std::get<std::string>(row[service]);
        lines[name][unit] = number(row[hosts]);
        sums[name] += number(row[hosts]);
    }
    const std::vector<std::string> names = largest(sums, most_lines);
    Json data{{"labels", Json::array()}, {"series", Json::array()}};
    const bool by_hour = units.size() > 1 && units[1] - units[0] < store::day_length / 2;
    for (const std::int64_t unit : units)
        data["labels"].push_back(by_hour ? minute_text(unit, utc) : day_text(unit, utc));
    for (const std::string& name : names) {
        Json values = Json::array();
        for (const std::int64_t unit : units)
            values.push_back(lines[name][unit]);
        data["series"].push_back({{"name", name}, {"values", values}});
    }
    return data;
}

// Bytes out of the services with the most, by status.
Json policy_data(Desk& desk) {
    std::map<std::string, std::map<std::string, std::int64_t>> bytes;
    std::map<std::string, std::int64_t> sums;
    for (const auto& group : store::grouped(desk.answer(), [](const Facet& facet) {
             return std::optional(std::pair(facet.service, facet.policy));
         })) {
        const std::string& name = desk.service(group.key.first).service;
        bytes[group.key.second][name] += group.bytes_out;
        sums[name] += group.bytes_out;
    }
    const std::vector<std::string> names = largest(sums, most_bars);
    Json data{{"labels", names}, {"series", Json::array()}};
    for (const char* status : {"forbidden", "unreviewed", "tolerated", "approved"}) {
        Json values = Json::array();
        for (const std::string& name : names)
            values.push_back(bytes[status][name]);
        data["series"].push_back(
            {{"name", word(status).shown}, {"colour", status}, {"values", values}});
    }
    return data;
}

Json law_data(Desk& desk) {
    Json data{{"labels", Json::array()}, {"values", Json::array()}};
    for (const auto& group : store::grouped(desk.answer(), [&](const Facet& facet) {
             return std::optional(desk.service(facet.service).sovereignty.value_or("unknown"));
         })) {
        data["labels"].push_back(word(group.key).shown);
        data["values"].push_back(group.bytes_out);
    }
    return data;
}

std::string heat_map(Desk& desk) {
    const Heat heat = heat_of(desk, most_columns);
    if (heat.departments.empty() || heat.services.empty())
        return fmt::format("<p>{}</p>\n",
                           html_text(_("No department is large enough to be told apart.")));
    std::int64_t most = 1;
    for (const auto& row : heat.hosts) {
        for (const auto& cell : row)
            most = std::max(most, cell.value_or(0));
    }
    std::string text = fmt::format(
        "<div class=\"table\"><table class=\"heat\"><caption>{}</caption>\n"
        "<thead><tr><th scope=\"col\">{}</th>",
        html_text(
            _("Hosts of each department that used each service. · stands for what would tell of "
              "fewer than {} hosts.",
              desk.asked().least_group)),
        html_text(_("DEPARTMENT")));
    for (const std::string& service : heat.services)
        text += "<th scope=\"col\">" + html::isolated(service, '.') + "</th>";
    text += "</tr></thead>\n<tbody>\n";
    for (std::size_t i = 0; i < heat.departments.size(); ++i) {
        text += "<tr><th scope=\"row\">" +
                html::isolated(shown(department_cell(heat.departments[i]), {}, desk.asked().utc)) +
                "</th>";
        for (const auto& cell : heat.hosts[i]) {
            if (!cell) {
                text += fmt::format("<td class=\"untold\" title=\"{}\">·</td>",
                                    html_text(_("not told")));
            } else {
                constexpr std::int64_t shades = 5;
                const std::int64_t shade = *cell == 0 ? 0 : 1 + (*cell * (shades - 1)) / most;
                text += fmt::format("<td class=\"h{}\">{}</td>", shade, count_text(*cell));
            }
        }
        text += "</tr>\n";
    }
    return text + "</tbody></table></div>\n";
}

std::string tile(const char* name, const std::string& value, bool is_alarm = false) {
    return fmt::format("<div{}><dt>{}</dt><dd>{}</dd></div>\n", is_alarm ? " class=\"alarm\"" : "",
                       html_text(name), value);
}

std::string tiles(Desk& desk) {
    const auto [own, shared] = store::headline_of(desk.answer());
    std::int64_t breaching_hosts = 0;
    for (const auto& group : store::grouped(desk.answer(), [](const Facet& facet) {
             return facet.policy == "forbidden" && !facet.shared ? std::optional(true)
                                                                 : std::nullopt;
         })) {
        breaching_hosts = group.hosts;
    }
    std::string text =
        "<dl class=\"tiles\">\n" + tile(_("hosts"), count_text(own.hosts)) +
        tile(_("services"), count_text(own.services)) +
        tile(_("went out"), human_bytes(own.bytes_out)) +
        tile(_("came back"), human_bytes(own.bytes_in)) +
        tile(_("hosts with forbidden use"), count_text(breaching_hosts), breaching_hosts > 0) +
        "</dl>\n";
    if (shared.flows > 0) {
        text += fmt::format("<p>{}</p>\n",
                            html_text(_("Not in these figures: {} flows with {} to hosts that "
                                        "serve more than an AI service.",
                                        count_text(shared.flows), human_bytes(shared.bytes()))));
    }
    return text + fmt::format("<p>{}</p>\n", html_text(visible_summary(desk.coverage())));
}

std::string heading(Desk& desk) {
    const Asked& asked = desk.asked();
    return fmt::format(
        "<header>\n<h1>{}</h1>\n<p class=\"faint\">{}</p>\n", html_text(_("Use of AI services")),
        _("Sensor {}, {} to {}", html::isolated(desk.reader().sensor()),
          format_time(asked.period.since, asked.utc), format_time(asked.period.until, asked.utc)));
}

std::string title(Desk& desk) {
    const Asked& asked = desk.asked();
    return _("AI services, {} to {}", minute_text(asked.period.since, asked.utc),
             minute_text(asked.period.until, asked.utc));
}

std::string footer() {
    return fmt::format(
        "<footer><p>{}</p></footer>\n",
        html_text(_("Made by Umbra. Evidence says what named the traffic, strongest first: sni and "
                    "quic_sni, the name in a hello; http_host and connect_host, in a request; "
                    "certificate, the server's; dns, a lookup shortly before; ip_range, a "
                    "published range. Bytes are payload; out is from host to service.")));
}

// Of the rows of a policy report, those that are not as they should be.
Rows breaches(Rows rows) {
    const std::size_t policy = place_of(rows, "policy");
    std::erase_if(rows.rows, [&](const auto& row) {
        return policy_rank(exact(row[policy])) > policy_rank("forbidden");
    });
    return rows;
}

}  // namespace

std::string html_overview(Desk& desk) {
    const bool utc = desk.asked().utc;
    const auto table = [&](const Rows& rows, const char* caption) {
        return html::table(rows, caption, most_rows, utc);
    };
    struct Part {
        std::string id, name, content;
    };
    const std::vector<Part> parts{
        {"overview", _("Overview"), tiles(desk)},
        {"trend", _("Adoption"),
         html::chart("trend", _("Lines: hosts that used each of the most used services, over time. "
                                "The figures are in the table of services."))},
        {"policy", _("Policy"),
         html::chart("policy", _("Bars: bytes that went out to each service, by policy status. The "
                                 "figures are in the tables below.")) +
             table(breaches(policy_report(desk)), _("Forbidden use, by rule, service and host"))},
        {"departments", _("Departments"),
         heat_map(desk) + table(departments_report(desk), _("Departments"))},
        {"sovereignty", _("Sovereignty"),
         html::chart("law",
                     _("Ring: bytes that went out, by the law that the vendor answers to. The "
                       "figures are in the table below."),
                     true) +
             table(countries_report(desk), _("The law that vendors answer to, and where the bytes "
                                             "rest as far as it is known"))},
        {"uploads", _("Largest uploads"),
         table(uploads_report(desk),
               _("The most that a host sent to a service within one window"))},
        {"new", _("New services"),
         table(new_report(desk), _("Services that were not seen before this period"))},
        {"coverage", _("What was visible"),
         table(coverage_shares(desk.coverage()), _("Traffic between inside and outside hosts"))},
        {"services", _("All services"), table(services_report(desk), _("Services"))},
        {"hosts", _("All hosts"), table(hosts_report(desk), _("Hosts"))}};
    std::string body =
        heading(desk) + fmt::format("<nav aria-label=\"{}\"><ul>", html_text(_("Parts")));
    for (const Part& part : parts)
        body += fmt::format("<li><a href=\"#{}\">{}</a></li>", part.id, html_text(part.name));
    body += "</ul></nav>\n</header>\n<main>\n";
    for (const Part& part : parts)
        body += html::section(part.id, part.name, part.content);
    body += std::string("</main>\n") + footer();
    Json units = Json::array();
    for (const char* unit : byte_units())
        units.push_back(_(unit));
    Asked by_service = desk.asked();
    by_service.by = "service";
    const bool is_short =
        by_service.period.until - by_service.period.since <= 2 * store::day_length;
    if (by_service.every.empty() && is_short) by_service.every = "hour";
    Desk trend_desk(desk.reader(), by_service);
    return html::page(title(desk), body,
                      {{"units", units},
                       {"trend", trend_data(trend_report(trend_desk), utc)},
                       {"policy", policy_data(desk)},
                       {"law", law_data(desk)}});
}

std::string html_report(Desk& desk, const Rows& rows) {
    const std::string body = heading(desk) + "</header>\n<main>\n" +
                             html::section("report", _(desk.asked().what.c_str()),
                                           html::table(rows, _(desk.asked().what.c_str()),
                                                       rows.rows.size(), desk.asked().utc)) +
                             "</main>\n" + footer();
    return html::page(title(desk), body, Json::object());
}

}  // namespace umbra
