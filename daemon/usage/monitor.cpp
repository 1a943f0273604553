#include "daemon/usage/monitor.hpp"

#include "detectors/dns.hpp"

namespace umbra {
namespace {

constexpr std::uint16_t dns_port = 53;

bool is_dns(const Packet& packet) {
    return packet.transport == Transport::udp &&
           (packet.source_port == dns_port || packet.destination_port == dns_port);
}

}  // namespace

Monitor::Monitor(const Catalogue& catalogue, LocalNets local_nets, const MonitorLimits& limits)
    : local_nets_(std::move(local_nets)),
      limits_(limits),
      names_(limits.most_names),
      dns_(limits.most_dns_entries, names_),
      flows_(limits.flows),
      namer_(limits.naming, *this),
      matcher_(catalogue),
      ledger_(limits.window, limits.most_cells, names_) {}

void Monitor::packet(Micros time, Bytes frame, std::uint32_t wire_length) {
    if (ledger_.ends_before(time)) close_window();
    if (!ledger_.open()) ledger_.open_at(time);
    ledger_.saw(time);

    Packet packet;
    packet.time = time;
    if (!decoder_.decode(frame, wire_length, packet)) return;
    const FlowTable::Update update = flows_.update(packet, *this);
    Flow& flow = update.flow;
    if (is_dns(packet)) read_dns_answer(packet);
    if (flow.naming_over) {
        if (update.added > 0) account(flow, update.added, update.from_low);
    } else {
        namer_.look(flow, packet, update.from_low, update.expected_sequence);
    }
}

// Counts bytes of a settled flow, in the window in which they were seen.
void Monitor::account(Flow& flow, std::uint32_t added, bool from_low) {
    count_coverage(flow, added);
    if (flow.name == Flow::none) return;
    const Recognition& as = recognitions_[flow.name];
    if (!as.signature || !local_nets_.contains(flow.client())) return;
    const bool outward = from_low == flow.client_is_low;
    ledger_.count(flow, as, false, outward ? added : 0, outward ? 0 : added);
}

void Monitor::read_dns_answer(const Packet& packet) {
    const DnsResult result = read_dns(packet.payload);
    if (result.kind == DnsResult::Kind::malformed) ++dns_malformed_;
    if (!result.answer) return;
    ++dns_answers_;
    for (const Address& server : result.answer->found()) {
        dns_.add(packet.destination, server, result.answer->question.view(),
                 result.answer->lifetime, packet.time);
    }
}

// Where no packet told who the client is, the inside end is taken for it.
void Monitor::settle_client(Flow& flow) const {
    if (flow.client_known) return;
    if (!local_nets_.contains(flow.client()) && local_nets_.contains(flow.server())) {
        flow.client_is_low = !flow.client_is_low;
    }
}

void Monitor::naming_over(Flow& flow, const Detection& detection) {
    settle_client(flow);
    recognise(flow, detection);
    // The bytes that came before the name was known count in the window that is open now.
    const std::uint64_t out = flow.outward().bytes, in = flow.inward().bytes;
    count_coverage(flow, out + in);
    if (flow.name == Flow::none || !recognitions_[flow.name].signature) return;
    if (!local_nets_.contains(flow.client())) {
        ++totals_.outside_clients;
        return;
    }
    ++totals_.ai_flows;
    ledger_.count(flow, recognitions_[flow.name], true, out, in);
}

void Monitor::recognise(Flow& flow, const Detection& detection) {
    Recognition as;
    as.protocol = detection.protocol;
    const bool dns = flow.key.transport() == Transport::udp && flow.server_port() == dns_port;
    if (dns) as.protocol = Protocol::dns;
    if (detection.name) {
        as.evidence = detection.evidence;
        as.name = names_.hold(detection.name->view());
    } else if (!dns && !detection.name_refused) {
        if (const auto resolved = dns_.find(flow.client(), flow.server(), flow.last_seen)) {
            as.evidence = Evidence::dns;
            as.name = *resolved;
            names_.hold_again(as.name);
        }
    }
    if (as.name != NameTable::none) {
        if (const auto match = matcher_.find(names_.text(as.name))) as.signature = match->name;
    }
    // Of flows of no AI service only the kind of evidence is remembered, unless somebody asks for
    // all.
    flow.evidence = static_cast<std::uint8_t>(as.evidence);
    if (as.signature || flow_sink_) {
        flow.name = new_recognition(as);
    } else if (as.name != NameTable::none) {
        names_.release(as.name);
    }
}

std::uint32_t Monitor::new_recognition(const Recognition& recognition) {
    if (free_recognitions_.empty()) {
        recognitions_.push_back(recognition);
        return static_cast<std::uint32_t>(recognitions_.size() - 1);
    }
    const std::uint32_t index = free_recognitions_.back();
    free_recognitions_.pop_back();
    recognitions_[index] = recognition;
    return index;
}

void Monitor::count_coverage(const Flow& flow, std::uint64_t bytes) {
    const auto evidence = static_cast<Evidence>(flow.evidence);
    if (evidence == Evidence::none) {
        totals_.unnamed_bytes += bytes;
    } else if (evidence == Evidence::dns) {
        totals_.dns_only_bytes += bytes;
    } else {
        totals_.named_bytes += bytes;
    }
    if (flow.name != Flow::none && recognitions_[flow.name].signature) totals_.ai_bytes += bytes;
}

void Monitor::flow_ended(Flow& flow) {
    if (!flow.naming_over) namer_.give_up(flow);
    if (flow.name == Flow::none) return;
    const Recognition& as = recognitions_[flow.name];
    const bool has_name = as.name != NameTable::none;
    if (flow_sink_) {
        flow_sink_({flow, as.protocol, as.evidence,
                    has_name ? std::optional(names_.text(as.name)) : std::nullopt, as.signature});
    }
    if (has_name) names_.release(as.name);
    free_recognitions_.push_back(flow.name);
    flow.name = Flow::none;
}

void Monitor::advance(Micros now) {
    flows_.advance(now, *this);
    if (ledger_.ends_before(now)) close_window();
}

void Monitor::note_drops(std::uint64_t kernel, std::uint64_t interface) {
    drops_kernel_ = kernel;
    drops_interface_ = interface;
}

void Monitor::finish() {
    flows_.clear(*this);
    if (ledger_.open()) close_window();
}

void Monitor::close_window() {
    ClosedWindow window = ledger_.close();
    // Counters only rise; the window's share is what they rose by.
    std::vector<CoverageItem> now = counters();
    for (std::size_t i = 0; i < now.size(); ++i) {
        const std::uint64_t before = i < at_window_start_.size() ? at_window_start_[i].value : 0;
        window.coverage.push_back({now[i].metric, now[i].value - before});
    }
    at_window_start_ = std::move(now);
    if (window_sink_) window_sink_(std::move(window));
}

std::vector<CoverageItem> Monitor::counters() const {
    using decode::Step;
    const DecodeCounters& d = decoder_.counters();
    const FlowCounters& f = flows_.counters();
    const NamingCounters& n = namer_.counters();
    return {
        {"packets", d.frames},
        {"bytes_on_wire", d.bytes},
        {"packets_decoded", d.count(Step::decoded)},
        {"packets_not_ip", d.count(Step::not_ip)},
        {"packets_other_transport", d.count(Step::other_transport)},
        {"packets_fragment", d.count(Step::fragment)},
        {"packets_header_truncated", d.count(Step::truncated)},
        {"packets_malformed", d.count(Step::malformed)},
        {"packets_too_deep", d.count(Step::too_deep)},
        {"packets_unknown_link", d.count(Step::unknown_link)},
        {"packets_cut_short", d.cut_short},
        {"packets_length_lied", d.length_lied},
        {"drops_kernel", drops_kernel_},
        {"drops_interface", drops_interface_},
        {"flows_started", f.started},
        {"flows_expired_idle", f.expired_idle},
        {"flows_expired_closed", f.expired_closed},
        {"flows_reused", f.reused},
        {"flows_evicted", f.evicted},
        {"flows_given_up", n.given_up},
        {"naming_evicted", n.evicted},
        {"names_refused", n.names_refused},
        {"overlap_conflicts", n.overlap_conflicts},
        {"name_table_full", names_.refused()},
        {"ledger_full", ledger_.refused()},
        {"dns_answers", dns_answers_},
        {"dns_malformed", dns_malformed_},
        {"dns_evicted", dns_.evicted()},
        {"ai_flows", totals_.ai_flows},
        {"ai_bytes", totals_.ai_bytes},
        {"ai_flows_outside_client", totals_.outside_clients},
        {"payload_bytes_named", totals_.named_bytes},
        {"payload_bytes_dns_only", totals_.dns_only_bytes},
        {"payload_bytes_unnamed", totals_.unnamed_bytes},
    };
}

}  // namespace umbra
