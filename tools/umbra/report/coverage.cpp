#include "tools/umbra/report/coverage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "tools/umbra/output.hpp"

namespace umbra {
namespace {

struct Kind {
    std::string_view sight;
    const char* meaning;
};

// Between inside and outside hosts, in the order in which they matter.
constexpr Kind kinds[] = {
    {"named", N_("said a name that could be read")},
    {"dns_only", N_("said none; the host had resolved one to the address")},
    {"ip_only", N_("said none; the address is in a published range")},
    {"doh", N_("DNS over HTTPS: what was looked up is hidden")},
    {"dot", N_("DNS over TLS: the same")},
    {"doq", N_("DNS over QUIC: the same")},
    {"ech", N_("encrypted hello: only an outer name could be read")},
    {"vpn", N_("a VPN: what is in it is hidden")},
    {"wireguard", N_("WireGuard: the same")},
    {"tor", N_("Tor: the same")},
    {"proxied", N_("through a proxy to an address")},
    {"quic_unread", N_("QUIC whose hello could not be read")},
    {"nameless", N_("TLS, HTTP or QUIC without a name")},
    {"other_protocol", N_("a known protocol that names no host")},
    {"truncated", N_("cut off by the capture")},
    {"began_before", N_("began before the capture")},
    {"unknown", N_("none of these")},
};

constexpr Kind quic_reasons[] = {
    {"no_initial", N_("began before the capture")},
    {"truncated", N_("cut off by the capture")},
    {"google_quic", N_("Google's old QUIC")},
    {"unknown_version", N_("an unknown version")},
    {"not_decryptable", N_("only the server's packets, or damaged ones")},
    {"hello_incomplete", N_("a part of the hello never came")},
    {"no_hello", N_("something else than a hello")},
};

std::string share(std::int64_t part, std::int64_t whole) {
    if (whole == 0) return _("{}%", "0");
    const double percent = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
    // A little is not nothing, and nearly all is not all.
    if (part > 0 && percent < 0.05) return _("<{}%", decimal_text(0.1, 1));
    if (part < whole && percent > 99.95) return _(">{}%", decimal_text(99.9, 1));
    return _("{}%", decimal_text(percent, 1));
}

std::string losses(const std::vector<store::Metric>& metrics) {
    const auto value = [&](std::string_view name) { return count_text(value_of(metrics, name)); };
    return _("{} packets seen, {} dropped by the kernel, {} by the interface", value("packets"),
             value("drops_kernel"), value("drops_interface"));
}

// The packets that reached the sensor inside of others, by what carried them; one may have come
// through several.
void print_tunnels(const std::vector<store::Metric>& metrics) {
    constexpr std::pair<std::string_view, std::string_view> tunnels[] = {
        {"erspan", "ERSPAN"}, {"gre", "GRE"},           {"vxlan", "VXLAN"}, {"geneve", "GENEVE"},
        {"tzsp", "TZSP"},     {"gtp", "GTP-U"},         {"mpls", "MPLS"},   {"pppoe", "PPPoE"},
        {"teredo", "Teredo"}, {"ip_in_ip", "IP in IP"},
    };
    const std::int64_t all = value_of(metrics, "tunnelled_packets");
    if (all == 0) return;
    std::string by_kind;
    for (const auto& [metric, name] : tunnels) {
        const std::int64_t packets = value_of(metrics, fmt::format("tunnelled_{}", metric));
        if (packets == 0) continue;
        by_kind += fmt::format("{}{} {}", by_kind.empty() ? "" : ", ", name, count_text(packets));
    }
    print_text(_("{} packets came through tunnels: {}.", count_text(all), by_kind));
}

}  // namespace

std::int64_t value_of(const std::vector<store::Metric>& metrics, std::string_view name) {
    const auto found = std::ranges::find(metrics, name, &store::Metric::name);
    return found == metrics.end() ? 0 : found->value;
}

Visible::Visible(const std::vector<store::Metric>& metrics) {
    for (const Kind& kind : kinds)
        all_ += value_of(metrics, fmt::format("payload_bytes_{}", kind.sight));
    named_ = value_of(metrics, "payload_bytes_named");
    dns_only_ = value_of(metrics, "payload_bytes_dns_only");
}

std::string visible_summary(const std::vector<store::Metric>& metrics) {
    const Visible visible(metrics);
    return _(
        "What was visible: of {} between inside and outside hosts, {} carried a readable name, {} "
        "was named by a DNS answer only, {} had no usable name and may hide more. {}.",
        human_bytes(visible.all()), share(visible.named(), visible.all()),
        share(visible.dns_only(), visible.all()), share(visible.unnamed(), visible.all()),
        losses(metrics));
}

Rows coverage_shares(const std::vector<store::Metric>& metrics) {
    const Visible visible(metrics);
    Rows rows{{{"kind", _("KIND")},
               {"share", _("SHARE")},
               {"bytes", _("BYTES"), true},
               {"flows", _("FLOWS")},
               {"meaning", _("WHAT IT IS")}},
              {}};
    for (const Kind& kind : kinds) {
        const std::int64_t bytes = value_of(metrics, fmt::format("payload_bytes_{}", kind.sight));
        const std::int64_t flows = value_of(metrics, fmt::format("flows_{}", kind.sight));
        if (flows == 0 && bytes == 0) continue;
        rows.rows.push_back({std::string(kind.sight), share(bytes, visible.all()), bytes, flows,
                             word(kind.meaning)});
    }
    return rows;
}

void print_coverage(const std::vector<store::Metric>& metrics) {
    print_text(visible_summary(metrics));
    std::cout << '\n';
    print(coverage_shares(metrics), Format::table);

    std::string reasons;
    for (const Kind& reason : quic_reasons) {
        const std::int64_t flows = value_of(metrics, fmt::format("quic_unread_{}", reason.sight));
        if (flows > 0) {
            reasons += fmt::format("{}{} ({})", reasons.empty() ? "" : ", ", count_text(flows),
                                   _(reason.meaning));
        }
    }
    std::cout << '\n';
    if (!reasons.empty()) print_text(_("QUIC flows not read: {}.\n", reasons));

    const auto bytes = [&](std::string_view name) { return human_bytes(value_of(metrics, name)); };
    const auto count = [&](auto... names) { return count_text((value_of(metrics, names) + ...)); };
    print_text(
        _("Not in these shares: {} between inside hosts, {} between outside hosts, {} fetched by "
          "proxies for their clients. Of the packets {} "
          "were not IP, {} neither TCP nor UDP, {} cut off by the capture, {} malformed; {} "
          "datagrams "
          "lacked a fragment.",
          bytes("payload_bytes_internal"), bytes("payload_bytes_transit"),
          bytes("payload_bytes_proxy_upstream"), count("packets_not_ip"),
          count("packets_other_transport"), count("packets_cut_short"), count("packets_malformed"),
          count("fragments_expired", "fragments_overlapping")));
    print_tunnels(metrics);
    constexpr std::string_view bounds[] = {"flows_evicted",   "naming_evicted",
                                           "dns_evicted",     "usage_rows_summed_up",
                                           "name_table_full", "naming_not_asked"};
    if (std::ranges::any_of(bounds, [&](auto name) { return value_of(metrics, name) > 0; })) {
        print_text(_(
            "Bounds were reached: {} flows and {} namings made room, {} DNS answers were forgotten "
            "early, {} rows of the smallest users were summed up, {} names found no place, {} "
            "flows were not classified.",
            count("flows_evicted"), count("naming_evicted"), count("dns_evicted"),
            count("usage_rows_summed_up"), count("name_table_full"), count("naming_not_asked")));
    }
}

}  // namespace umbra
