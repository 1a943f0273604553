#include "daemon/usage/worker.hpp"

#include "detectors/client_hello.hpp"

namespace umbra {
namespace {

// Names of metrics that are made of the name of an enumeration's value, for as long as the process
// lives.
struct SightMetric {
    std::string bytes, flows;
};
const std::array<SightMetric, sight_count> metric_names = [] {
    std::array<SightMetric, sight_count> names;
    for (std::size_t i = 0; i < sight_count; ++i) {
        const std::string name(to_string(static_cast<Sight>(i)));
        names[i] = {"payload_bytes_" + name, "flows_" + name};
    }
    return names;
}();
const std::array<std::string, quic_unread_count> quic_metric_names = [] {
    std::array<std::string, quic_unread_count> names;
    for (std::size_t i = 0; i < quic_unread_count; ++i) {
        names[i] = "quic_unread_" + std::string(to_string(static_cast<QuicUnread>(i)));
    }
    return names;
}();

char ja4_transport(Protocol protocol) {
    return protocol == Protocol::quic ? 'q' : protocol == Protocol::dtls ? 'd' : 't';
}

}  // namespace

Worker::Worker(std::shared_ptr<const Signatures> signatures, const Scope& scope,
               HostDirectory& hosts, const MonitorLimits& limits)
    : scope_(scope),
      names_(limits.most_names),
      dns_(limits.most_dns_entries, names_),
      hosts_(hosts),
      flows_(limits.flows),
      namer_(limits.naming, *this),
      signatures_(std::move(signatures)),
      ledger_(limits.ledger, names_, hosts_, *this) {
    if (limits.dedup) deduplicator_.emplace();
}

void Worker::take(std::span<const Packet> packets) {
    std::array<FlowTable::Place, most_together> places;
    while (!packets.empty()) {
        const auto some = packets.first(std::min(packets.size(), most_together));
        packets = packets.subspan(some.size());
        if (some.size() > 1) {
            for (std::size_t i = 0; i < some.size(); ++i)
                places[i] = flows_.place_of(some[i]);
            for (std::size_t i = 0; i < some.size(); ++i)
                flows_.prefetch(places[i]);
        } else {
            places[0] = flows_.place_of(some[0]);
        }
        for (std::size_t i = 0; i < some.size(); ++i) {
            ledger_.saw(some[i].time);
            if (some[i].is_flow) {
                look(some[i], places[i]);
            } else if (some[i].on_link != OnLink::none) {
                hosts_.neighbour(some[i]);
            }
        }
    }
}

void Worker::look(const Packet& packet, const FlowTable::Place& place) {
    if (deduplicator_ && is_duplicate(packet)) return;
    const FlowTable::Update update = flows_.update(packet, place, *this);
    Flow& flow = update.flow;
    if (packet.transport == Transport::udp) look_at_service(packet);
    if (flow.packets == 1 && scope_.inside.contains(packet.source)) hosts_.saw(packet);
    if (flow.naming_over) {
        if (update.added > 0) account(flow, update.added, update.from_low, packet.time);
    } else {
        namer_.look(flow, packet, update.from_low, update.expected_sequence);
    }
}

// Datagrams that say something of other flows.
void Worker::look_at_service(const Packet& packet) {
    switch (std::min(packet.source_port, packet.destination_port)) {
        case 53:
            return dns_message(packet.payload, packet);
        case 67:  // DHCP, also between relay and server
        case 546:
        case 547:
            return hosts_.dhcp(packet);
        default:
            return;
    }
}

bool Worker::is_duplicate(const Packet& packet) {
    const bool repeated = packet.transport == Transport::udp && deduplicator_->is_repeated(packet);
    duplicates_ += repeated ? 1 : 0;
    return repeated;
}

// Counts bytes of a settled flow, in the window in which they were seen.
void Worker::account(Flow& flow, std::uint32_t added, bool from_low, Micros time) {
    bytes_[flow.sight] += added;
    if (!flow.is_ai) return;
    ai_bytes_ += added;
    if (!flow.is_counted) return;
    const bool outward = from_low == flow.client_is_low;
    const Amount amount{0, outward ? added : 0, outward ? 0 : added};
    ledger_.count(flow, recognitions_[flow.name], amount, time);
}

void Worker::dns_message(Bytes message, const Packet& packet) {
    const DnsResult result = read_dns(message);
    if (result.kind == DnsResult::Kind::malformed) ++dns_malformed_;
    if (!result.answer) return;
    ++dns_answers_;
    const DnsAnswer& answer = *result.answer;
    const std::string_view name = answer.question.view();
    const Address& client = packet.destination;
    for (const Address& server : answer.found())
        dns_.add(dns_.key(client, server), name, answer.lifetime, packet.time);
    if (answer.ech_public_name) {
        dns_.add(dns_.key(client, answer.ech_public_name->view()), name, answer.lifetime,
                 packet.time);
    }
    note_contact(answer, packet);
}

// Who asks for others, a resolver or a proxy, uses nothing itself.
void Worker::note_contact(const DnsAnswer& answer, const Packet& packet) {
    const Address& client = packet.destination;
    if (!scope_.inside.contains(client)) return;
    if (scope_.inside.contains(packet.source)) hosts_.note_resolver(packet.source, packet.time);
    if (scope_.proxies.contains(client) || answer.found().empty()) return;
    const auto match = signatures_->names.find(answer.question.view());
    if (!match) return;
    Recognition as;
    as.name = names_.hold(answer.question.view());
    if (as.name == NameTable::none) return;
    as.evidence = Evidence::dns;
    as.signature = match->name;
    as.catalogue = {signatures_, &signatures_->catalogue};
    ledger_.note_contact(client, as, answer.found().front(), packet.transport, packet.time);
    names_.release(as.name);
}

// Where no packet told who the client is, the inside end is taken for it, and not the proxy.
void Worker::settle_client(Flow& flow) const {
    if (flow.client_known || !scope_.inside.contains(flow.server())) return;
    if (!scope_.inside.contains(flow.client()) || scope_.proxies.contains(flow.client())) {
        flow.client_is_low = !flow.client_is_low;
    }
}

void Worker::naming_over(Flow& flow, const Naming& naming) {
    settle_client(flow);
    Recognition as = recognise(flow, naming);
    const Sight sight = sight_of(flow, naming, as);
    flow.sight = static_cast<std::uint8_t>(sight);
    ++flow_count_[flow.sight];
    if (naming.quic != QuicUnread::read) ++quic_unread_[static_cast<std::size_t>(naming.quic)];
    // The bytes that came before the name was known count in the window of the last of them.
    const std::uint64_t out = flow.outward().bytes, in = flow.inward().bytes;
    bytes_[flow.sight] += out + in;
    if (as.signature && sight != Sight::proxy_upstream) {
        flow.is_ai = true;
        flow.is_counted = sight != Sight::transit;
        ai_bytes_ += out + in;
        if (flow.is_counted) {
            ++ai_flows_;
            ledger_.count(flow, as, {1, out, in}, flow.last_seen);
        } else {
            ++ai_outside_clients_;
        }
    }
    const bool outward = sight != Sight::internal && sight != Sight::transit &&
                         sight != Sight::proxy_upstream && scope_.inside.contains(flow.client());
    if (candidates_ && !as.signature && as.name != NameTable::none && outward)
        candidates_->see(HostName::without_port(names_.text(as.name)), flow.client());
    // Of flows of no AI service nothing is remembered but what could be seen of them, unless
    // somebody asks for all.
    if (as.signature || flow_sink_) {
        flow.name = new_recognition(std::move(as));
    } else {
        names_.release(as.name);
    }
}

// An outer name is told from the real one by what is known to stand on the outside: clients that
// only pretend (GREASE, RFC 9849 section 6.2) say the real name.
bool Worker::is_encrypted_hello(const Flow& flow, const Detection& hello) const {
    if (!hello.ech || !hello.name) return false;
    const std::string_view outer = hello.name->view();
    if (is_ech_public_name(outer)) return true;
    const auto asked = dns_.find(dns_.key(flow.client(), outer), flow.last_seen);
    return asked && names_.text(*asked) != outer;
}

Recognition Worker::recognise(const Flow& flow, const Naming& naming) {
    const Detection& detection = naming.detection;
    Recognition as;
    as.protocol = detection.protocol != Protocol::unknown || naming.traffic.protocol == 0
                      ? to_string(detection.protocol)
                      : namer_.ndpi()->name(naming.traffic.protocol);
    as.ech = is_encrypted_hello(flow, detection);
    if (const auto& hello = detection.hello) {
        as.client = hello->of_browser() ? Client::browser : Client::programme;
        if (flow_sink_) as.ja4 = ja4(*hello, ja4_transport(detection.protocol));
    }
    if (detection.name && !as.ech) {
        as.evidence = detection.evidence;
        as.name = names_.hold(detection.name->view());
    } else if (detection.protocol != Protocol::dns && !detection.name_refused) {
        const auto resolved = dns_.find(dns_.key(flow.client(), flow.server()), flow.last_seen);
        if (resolved) {
            as.evidence = Evidence::dns;
            as.name = *resolved;
            names_.hold_again(as.name);
        }
    }
    if (as.name != NameTable::none) {
        const auto match = signatures_->names.find(HostName::without_port(names_.text(as.name)));
        if (match) {
            as.signature = match->name;
            as.catalogue = {signatures_, &signatures_->catalogue};
        }
    } else if (detection.protocol != Protocol::dns && !detection.name_refused && !as.ech &&
               naming.traffic.kind == TrafficKind::unknown) {
        if (const SignatureName* range = signatures_->ranges.find_signature(flow.server())) {
            as.evidence = Evidence::ip_range;
            as.signature = range;
            as.catalogue = {signatures_, &signatures_->catalogue};
        }
    }
    return as;
}

Sight Worker::sight_of(const Flow& flow, const Naming& naming, const Recognition& as) const {
    constexpr std::uint16_t encrypted_dns_port = 853;  // RFC 7858 section 3.1, RFC 9250 section 4.1
    if (scope_.proxies.contains(flow.client())) return Sight::proxy_upstream;
    const bool client_inside = scope_.inside.contains(flow.client());
    const bool server_inside = scope_.inside.contains(flow.server());
    // What goes to a proxy is not meant for it.
    const bool proxied = as.evidence == Evidence::connect_host ||
                         naming.traffic.kind == TrafficKind::proxy ||
                         naming.detection.protocol == Protocol::socks;
    if (client_inside && server_inside && !proxied && !as.signature) return Sight::internal;
    if (!client_inside && !server_inside) return Sight::transit;
    switch (naming.traffic.kind) {
        case TrafficKind::vpn:
            return Sight::vpn;
        case TrafficKind::wireguard:
            return Sight::wireguard;
        case TrafficKind::tor:
            return Sight::tor;
        case TrafficKind::encrypted_dns:
            return flow.server_port() == encrypted_dns_port ? Sight::dot : Sight::doh;
        default:
            break;
    }
    const Protocol protocol = naming.detection.protocol;
    if (flow.server_port() == encrypted_dns_port && protocol == Protocol::tls) return Sight::dot;
    if (flow.server_port() == encrypted_dns_port && protocol == Protocol::quic) return Sight::doq;
    if (as.ech) return Sight::ech;
    if (as.evidence == Evidence::dns) return Sight::dns_only;
    if (as.evidence == Evidence::ip_range) return Sight::ip_only;
    const bool address = naming.detection.name && naming.detection.name->is_address();
    if (as.evidence != Evidence::none && !address) {
        const bool doh = as.name != NameTable::none && namer_.ndpi() &&
                         namer_.ndpi()->serves_encrypted_dns(names_.text(as.name));
        return doh ? Sight::doh : Sight::named;
    }
    if (proxied) return Sight::proxied;
    if (naming.quic != QuicUnread::read) return Sight::quic_unread;
    if (protocol == Protocol::dns || naming.traffic.kind == TrafficKind::other) {
        return Sight::other_protocol;
    }
    if (protocol != Protocol::unknown) return Sight::nameless;
    if (naming.cut_short) return Sight::truncated;
    const bool tcp = flow.key.transport() == Transport::tcp;
    const bool syn_seen = flow.from_low.syn_seen || flow.from_high.syn_seen;
    return tcp && !syn_seen ? Sight::began_before : Sight::unknown;
}

std::uint32_t Worker::new_recognition(Recognition recognition) {
    if (free_recognitions_.empty()) {
        recognitions_.push_back(std::move(recognition));
        return static_cast<std::uint32_t>(recognitions_.size() - 1);
    }
    const std::uint32_t index = free_recognitions_.back();
    free_recognitions_.pop_back();
    recognitions_[index] = std::move(recognition);
    return index;
}

void Worker::flow_ended(Flow& flow) {
    if (!flow.naming_over) namer_.give_up(flow);
    if (flow.name == Flow::none) return;
    const Recognition as = std::move(recognitions_[flow.name]);
    const bool has_name = as.name != NameTable::none;
    if (flow_sink_) {
        flow_sink_({flow, as.protocol, as.evidence, as.ech,
                    has_name ? std::optional(names_.text(as.name)) : std::nullopt, as.signature,
                    as.ja4});
    }
    names_.release(as.name);
    free_recognitions_.push_back(flow.name);
    flow.name = Flow::none;
}

void Worker::advance(Micros now) {
    flows_.advance(now, *this);
    ledger_.advance(now);
}

void Worker::finish() {
    flows_.clear(*this);
    ledger_.finish();
}

// Counters only rise; a window's share is what they rose by.
std::vector<CoverageItem> Worker::coverage_so_far() {
    std::vector<CoverageItem> share = counters();
    std::vector<CoverageItem> now = share;
    for (std::size_t i = 0; i < at_window_start_.size(); ++i)
        share[i].value -= at_window_start_[i].value;
    at_window_start_ = std::move(now);
    return share;
}

void Worker::window_closed(ClosedWindow window) {
    if (candidates_) window.candidates = candidates_->take();
    if (window_sink_) window_sink_(std::move(window));
}

std::vector<CoverageItem> Worker::counters() const {
    const FlowCounters& f = flows_.counters();
    const NamingCounters& n = namer_.counters();
    std::vector<CoverageItem> items{
        {"duplicates", duplicates_},
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
        {"usage_rows_summed_up", ledger_.summed_up()},
        {"contacts_dropped", ledger_.contacts_dropped()},
        {"packets_late", ledger_.late()},
        {"dns_answers", dns_answers_},
        {"dns_malformed", dns_malformed_},
        {"dns_evicted", dns_.evicted()},
        {"naming_not_asked", n.ndpi_skipped},
        {"ai_flows", ai_flows_},
        {"ai_bytes", ai_bytes_},
        {"ai_flows_outside_client", ai_outside_clients_},
    };
    for (std::size_t i = 1; i < sight_count; ++i) {
        const auto& names = metric_names[i];
        items.push_back({names.bytes, bytes_[i]});
        items.push_back({names.flows, flow_count_[i]});
    }
    for (std::size_t i = 1; i < quic_unread_count; ++i)
        items.push_back({quic_metric_names[i], quic_unread_[i]});
    return items;
}

}  // namespace umbra
