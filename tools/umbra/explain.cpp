// umbra explain: each flow of a capture file and what named it.
#include <iostream>

#include "daemon/capture/read_progress.hpp"
#include "daemon/usage/monitor.hpp"
#include "tools/umbra/catalogue_option.hpp"
#include "tools/umbra/command.hpp"
#include "tools/umbra/output.hpp"

namespace po = boost::program_options;

namespace umbra {
namespace {

// The last one is for `--ja4`.
std::vector<Column> columns() {
    return {{"client", _("CLIENT")},
            {"client_port", _("PORT"), false, 4, Look::digits},
            {"server", _("SERVER"), false, 1},
            {"server_port", _("PORT"), false, 3, Look::digits},
            {"transport", "L4", false, 5},
            {"protocol", _("PROTOCOL"), false, 7},
            {"name", _("NAME")},
            {"evidence", _("EVIDENCE")},
            {"visibility", _("VISIBILITY"), false, 6},
            {"service", _("SERVICE")},
            {"vendor", ""},
            {"category", ""},
            {"host_role", ""},
            {"bytes_out", _("OUT"), true},
            {"bytes_in", _("IN"), true},
            {"packets", _("PACKETS"), false, 2},
            {"first_seen", ""},
            {"last_seen", ""},
            {"ja4", "JA4"}};
}

std::vector<Value> row_of(const ExplainedFlow& explained, const Catalogue& catalogue) {
    const Flow& flow = explained.flow;
    const auto text = [](std::string_view view) { return Value(std::string(view)); };
    Value service, vendor, category, role;
    if (const SignatureName* signature = explained.signature) {
        const Service& entry = catalogue.services[signature->service];
        service = entry.id;
        vendor = catalogue.vendor_of(entry).name;
        category = entry.category;
        role = text(to_string(signature->role));
    }
    return {flow.client().to_string(),
            std::int64_t{flow.client_port()},
            flow.server().to_string(),
            std::int64_t{flow.server_port()},
            text(to_string(flow.key.transport())),
            text(explained.protocol),
            explained.name ? text(*explained.name) : Value(),
            text(to_string(explained.evidence)),
            text(to_string(visibility_of(explained.evidence, explained.ech))),
            service,
            vendor,
            category,
            role,
            static_cast<std::int64_t>(flow.outward().bytes),
            static_cast<std::int64_t>(flow.inward().bytes),
            std::int64_t{flow.packets},
            format_utc(flow.first_seen, true),
            format_utc(flow.last_seen, true),
            explained.ja4.empty() ? Value() : text(explained.ja4)};
}

}  // namespace

ExitCode explain_command(const Words& words) {
    CommandLine command{
        _("umbra explain FILE: a row for each flow of a capture file (- is standard input)\n"
          "\n"
          "  umbra explain trace.pcap\n"
          "  umbra explain --all --format ndjson trace.pcap\n"),
        po::options_description(),
        {"file"}};
    command.options.add_options()("all", po::bool_switch(), _("also flows of no AI service"))(
        "ja4", po::bool_switch(), _("also the JA4 fingerprint of TLS and QUIC clients"))(
        "format", po::value<std::string>()->default_value("table"), "table, csv, json, ndjson")(
        "local-net", po::value<std::vector<std::string>>(),
        _("network of inside hosts; may repeat"));
    add_catalogue_options(command.options);
    const auto values = command.parse(words);
    if (!values) return ExitCode::done;
    if (!values->contains("file")) throw bad_input(_("explain: give a capture file (see --help)"));
    const Format format = parse_format((*values)["format"].as<std::string>());
    const bool all = (*values)["all"].as<bool>();

    const auto signatures = load_signatures(catalogue_folders(*values));
    MonitorLimits limits;
    limits.most_names = 1U << 22;  // every name of the file is shown
    Scope scope;
    if (values->contains("local-net")) {
        scope.inside =
            NetworkList::of("local-net", (*values)["local-net"].as<std::vector<std::string>>());
    }
    Monitor monitor(signatures, scope, limits);
    // Flows end in any order; people read them in the order in which they began.
    std::vector<std::pair<Micros, std::vector<Value>>> found;
    std::vector<Column> shown = columns();
    if (!(*values)["ja4"].as<bool>()) shown.pop_back();
    monitor.on_flow([&](const ExplainedFlow& flow) {
        if (!all && !flow.signature) return;
        found.emplace_back(flow.flow.first_seen, row_of(flow, signatures->catalogue));
        found.back().second.resize(shown.size());
    });

    auto source = capture::Source::file((*values)["file"].as<std::vector<std::string>>().front());
    monitor.set_link_type(source.link_type());
    auto take = [&](Micros time, Bytes frame, std::uint32_t wire_length) {
        monitor.packet(time, frame, wire_length);
    };
    Progress progress;
    {
        capture::ReadProgress reading(progress, source.size());
        constexpr int packets_a_turn = 4096;
        while (const auto packets = source.dispatch(packets_a_turn, take))
            reading.read(source, *packets);
    }
    monitor.finish();
    if (source.truncation()) std::cerr << "umbra: " << *source.truncation() << '\n';

    std::ranges::sort(found);
    Rows rows{shown, {}};
    for (auto& [time, row] : found)
        rows.rows.push_back(std::move(row));
    print(rows, format);
    return ExitCode::done;
}

}  // namespace umbra
