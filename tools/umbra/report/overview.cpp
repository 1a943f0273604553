// The report on one screen.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>
#include <map>

#include "signatures/catalogue.hpp"
#include "tools/umbra/report/coverage.hpp"
#include "tools/umbra/report/fields.hpp"
#include "tools/umbra/report/reports.hpp"
#include "tools/umbra/report/suppress.hpp"

namespace umbra {
namespace {

using store::Facet;
using Totals = std::map<std::string, store::Total>;
// In the order in which they are shown; nothing in place of what must not be told.
using Shares = std::vector<std::pair<std::string, std::optional<store::Total>>>;

// Of the hosts that serve an AI service alone, like the headline.
template <typename WordOf>
Totals totals_by(Desk& desk, WordOf word_of) {
    Totals totals;
    for (const auto& group : store::grouped(desk.answer(), [&](const Facet& facet) {
             return facet.shared ? std::nullopt : std::optional<std::string>(word_of(facet));
         })) {
        totals[group.key] = group;
    }
    return totals;
}

// Of a department, what tells of few hosts is left out.
Shares told(const Desk& desk, Totals totals, const std::vector<std::string>& order) {
    Shares shares;
    std::vector<std::int64_t> hosts;
    for (const std::string& word : order) {
        shares.emplace_back(word, totals[word]);
        hosts.push_back(totals[word].hosts);
    }
    if (desk.asked().filter.departments.empty()) return shares;
    const auto left_out = suppress_small_groups(hosts, desk.asked().least_group);
    for (std::size_t i = 0; i < shares.size(); ++i) {
        if (left_out[i]) shares[i].second.reset();
    }
    return shares;
}

Shares policies(Desk& desk) {
    Totals totals = totals_by(desk, [](const Facet& facet) { return facet.policy; });
    return told(desk, std::move(totals), {"forbidden", "unreviewed", "tolerated", "approved"});
}

Shares laws(Desk& desk) {
    Totals totals = totals_by(desk, [&](const Facet& facet) {
        return desk.service(facet.service).sovereignty.value_or("unknown");
    });
    std::vector<std::string> order(all_sovereignties().begin(), all_sovereignties().end());
    order.emplace_back("unknown");
    return told(desk, std::move(totals), order);
}

// Whether anything is known of the time before the period.
bool has_history(Desk& desk) {
    const auto extent = desk.reader().extent();
    return extent && extent->since < desk.asked().period.since;
}

std::string flows_text(std::int64_t flows) {
    return _n(flows, "{} flow", "{} flows", count_text(flows));
}

void print_shares(const char* heading, const Shares& shares) {
    struct Item : store::Total {
        std::string word;
    };
    std::vector<Item> items;
    for (const auto& [word, total] : shares) {
        if (total && total->services > 0) items.push_back({*total, word});
    }
    std::vector<Field<Item>> fields{
        {{"word", heading}, [](const Item& item) { return word(item.word); }}};
    add_services(fields);
    add_hosts(fields);
    add_traffic(fields);
    add_bar(fields);
    print(rows_of(fields, items), Format::table);
    std::cout << '\n';
}

void print_top(Rows rows, const char* more) {
    constexpr std::size_t most_lines = 5;
    const std::size_t count = rows.rows.size();
    if (count == 0) return;
    rows.rows.resize(std::min(count, most_lines));
    print(rows, Format::table);
    if (count > most_lines) {
        std::cout << filled(more, count_text(static_cast<std::int64_t>(count - most_lines)));
    }
    std::cout << '\n';
}

void print_new(Desk& desk) {
    if (!has_history(desk)) {
        print_text(_("Nothing was recorded before this period: what is new in it is not known.\n"));
        return;
    }
    std::vector<std::string> names;
    for (const auto& row : new_report(desk).rows)
        names.push_back(std::get<std::string>(row.front()));
    if (names.empty()) {
        print_text(_("No service that was not seen before.\n"));
        return;
    }
    constexpr std::size_t most_names = 8;
    const std::size_t more = names.size() - std::min(names.size(), most_names);
    names.resize(names.size() - more);
    print_text(_("Not seen before this period: {}{}.\n", fmt::format("{}", fmt::join(names, ", ")),
                 more > 0 ? _(" and {} more", more) : ""));
}

}  // namespace

Rows overview_report(Desk& desk) {
    Rows rows{{{"figure", _("FIGURE")}, {"value", _("VALUE")}}, {}};
    const auto add = [&](std::string name, Value value) {
        rows.rows.push_back({std::move(name), std::move(value)});
    };
    const auto add_total = [&](const std::string& prefix,
                               const std::optional<store::Total>& total) {
        add(prefix + "hosts", total ? Value(total->hosts) : Value());
        add(prefix + "services", total ? Value(total->services) : Value());
        add(prefix + "flows", total ? Value(total->flows) : Value());
        add(prefix + "bytes_out", total ? Value(total->bytes_out) : Value());
        add(prefix + "bytes_in", total ? Value(total->bytes_in) : Value());
    };
    const auto [own, shared] = store::headline_of(desk.answer());
    add_total("", own);
    add("shared_flows", shared.flows);
    add("shared_bytes", shared.bytes());
    for (const auto& [status, total] : policies(desk))
        add_total(fmt::format("policy_{}_", status), total);
    for (const auto& [law, total] : laws(desk))
        add_total(fmt::format("law_{}_", law), total);
    add("services_new", has_history(desk)
                            ? Value(static_cast<std::int64_t>(new_report(desk).rows.size()))
                            : Value());
    for (const char* name : {"packets", "drops_kernel", "drops_interface"})
        add(name, value_of(desk.coverage(), name));
    const Visible visible(desk.coverage());
    add("payload_bytes_named", visible.named());
    add("payload_bytes_dns_only", visible.dns_only());
    add("payload_bytes_unnamed", visible.unnamed());
    return rows;
}

void print_overview(Desk& desk) {
    const auto [own, shared] = store::headline_of(desk.answer());
    std::cout << _(
        "AI services seen by sensor {}\n\n"
        "  {} used {} in {}\n"
        "  {} went out to them, {} came back\n\n",
        readable(desk.reader().sensor()),
        _n(own.hosts, "{} host", "{} hosts", count_text(own.hosts)),
        _n(own.services, "{} service", "{} services", count_text(own.services)),
        flows_text(own.flows), human_bytes(own.bytes_out), human_bytes(own.bytes_in));
    if (shared.flows > 0) {
        print_text(
            _("Not in these figures: {} with {} to hosts that serve more than an AI service.\n",
              flows_text(shared.flows), human_bytes(shared.bytes())));
    }
    print_shares(_("BY POLICY"), policies(desk));
    print_shares(_("BY LAW"), laws(desk));
    print_new(desk);
    print_top(services_report(desk),
              N_("… and {} more services: umbra report services --database …\n"));
    print_top(hosts_report(desk), N_("… and {} more hosts: umbra report hosts --database …\n"));
    print_text(visible_summary(desk.coverage()));
}

}  // namespace umbra
