#include "daemon/naming/flow_namer.hpp"

#include "detectors/stream.hpp"

namespace umbra {
namespace {

using Verdict = Detection::Verdict;

constexpr std::uint16_t dns_port = 53;

template <typename... Looks>
struct Overloaded : Looks... {
    using Looks::operator()...;
};
template <typename... Looks>
Overloaded(Looks...) -> Overloaded<Looks...>;

}  // namespace

FlowNamer::FlowNamer(const NamingLimits& limits, NamingEnd& end) : limits_(limits), end_(end) {
    if (limits.ndpi_rate > 0) ndpi_.emplace();
}

void FlowNamer::look(Flow& flow, const Packet& packet, bool from_low,
                     std::uint32_t expected_sequence) {
    if (packet.payload_length == 0) return;
    if (flow.naming != none && ++pending_[flow.naming].packets > limits_.most_packets_per_flow) {
        give_up(flow);
        return;
    }
    if (flow.naming != none &&
        std::holds_alternative<NdpiClassifier::FlowState>(pending_[flow.naming].state)) {
        classify(flow, packet);
    } else if (packet.transport == Transport::udp) {
        look_at_datagram(flow, packet, from_low);
    } else {
        const std::uint32_t sequence = packet.sequence + (packet.tcp_flags & tcp_flag::syn ? 1 : 0);
        const Segment segment{flow, packet, from_low, sequence, expected_sequence};
        if (flow.server_port() == dns_port) {
            look_at_dns_segment(segment, flow);
        } else {
            look_at_segment(segment, flow);
        }
    }
}

void FlowNamer::look_at_segment(const Segment& segment, Flow& flow) {
    std::optional<Detection> seen;
    if (segment.sequence == segment.expected && flow.naming == none) {
        seen = detect_stream(segment.packet.payload);
        const bool client_said_all =
            seen->verdict == Verdict::done && !seen->by_server && seen->name;
        if (client_said_all) return settle(flow, *seen, segment.from_low);
    }
    Pending& pending = pending_of(flow);
    if (std::holds_alternative<std::monostate>(pending.state)) {
        pending.state.emplace<StreamNaming>();
    }
    auto& naming = std::get<StreamNaming>(pending.state);
    pending.cut_short |= segment.cut_short();
    const std::uint32_t conflicts = naming.conflicts();
    const Detection found = naming.look(segment, seen);
    counters_.overlap_conflicts += naming.conflicts() - conflicts;
    switch (found.verdict) {
        case Verdict::need_more:
            return account(pending, naming.memory());
        case Verdict::done:
            return settle(flow, found, naming.client_is_low().value_or(segment.from_low));
        case Verdict::not_mine:
            return classify(flow, segment.packet);
    }
}

void FlowNamer::look_at_dns_segment(const Segment& segment, Flow& flow) {
    const bool by_server = segment.from_low != flow.client_is_low;
    if (!by_server) return;
    Pending& pending = pending_of(flow);
    if (std::holds_alternative<std::monostate>(pending.state)) {
        pending.state.emplace<DnsStream>(segment.expected);
    }
    auto& stream = std::get<DnsStream>(pending.state);
    stream.add(segment.sequence, segment.packet.payload);
    while (const auto message = stream.next())
        end_.dns_message(*message, segment.packet);
    if (stream.full()) return settle(flow, Detection::nameless(Protocol::dns), !segment.from_low);
    account(pending, stream.memory());
}

void FlowNamer::look_at_datagram(Flow& flow, const Packet& packet, bool from_low) {
    const bool truncated = packet.payload.size() < packet.payload_length;
    if (flow.naming == none) {
        if (packet.source_port == dns_port || packet.destination_port == dns_port) {
            return finish(flow, {.detection = Detection::nameless(Protocol::dns)});
        }
        const bool quic = looks_like_quic(packet.payload, truncated);
        if (!quic && !DtlsHello::begins_with(packet.payload)) return classify(flow, packet);
        // A hello that one datagram holds needs no place to wait in.
        Pending& pending = pending_of(flow);
        if (quic) {
            pending.state.emplace<QuicHello>();
        } else {
            pending.state.emplace<DtlsHello>();
        }
    }
    Pending& pending = pending_[flow.naming];
    pending.cut_short |= truncated;
    if (auto* dtls = std::get_if<DtlsHello>(&pending.state)) {
        Detection found = dtls->look(packet.payload);
        if (found.verdict == Verdict::need_more) return account(pending, dtls->memory());
        if (found.verdict == Verdict::not_mine) return classify(flow, packet);
        return settle(flow, found, from_low);
    }
    auto& quic = std::get<QuicHello>(pending.state);
    const std::uint32_t conflicts = quic.conflicts();
    const Detection found = quic.look(packet.payload, from_low, truncated, opener_);
    counters_.overlap_conflicts += quic.conflicts() - conflicts;
    if (found.verdict == Verdict::need_more) return account(pending, quic.memory());
    if (found.verdict == Verdict::not_mine) return classify(flow, packet);
    if (quic.why() == QuicUnread::read) return settle(flow, found, from_low);
    finish(flow, {.detection = found, .quic = quic.why(), .cut_short = pending.cut_short});
}

bool FlowNamer::may_ask_ndpi(Micros now) {
    if (now / second != ndpi_second_) {
        ndpi_second_ = now / second;
        ndpi_left_ = limits_.ndpi_rate;
    }
    return ndpi_left_ > 0;
}

// No detector knows the flow: what nDPI makes of this packet and the next ones.
void FlowNamer::classify(Flow& flow, const Packet& packet) {
    const bool cut_short = packet.payload.size() < packet.payload_length;
    if (!may_ask_ndpi(packet.time)) {
        ++counters_.ndpi_skipped;
        return finish(flow, {.detection = Detection::not_mine(), .cut_short = cut_short});
    }
    --ndpi_left_;
    Pending& pending = pending_of(flow);
    if (!std::holds_alternative<NdpiClassifier::FlowState>(pending.state)) {
        pending.state = ndpi_->begin();
        account(pending, 0);
    }
    auto& state = std::get<NdpiClassifier::FlowState>(pending.state);
    pending.cut_short |= cut_short;
    Traffic traffic = ndpi_->look(*state, packet);
    if (traffic.kind == TrafficKind::unknown) {
        if (++pending.ndpi_packets < limits_.most_packets_to_ndpi) return;
        traffic = ndpi_->conclude(*state);
    }
    finish(
        flow,
        {.detection = Detection::not_mine(), .traffic = traffic, .cut_short = pending.cut_short});
}

void FlowNamer::settle(Flow& flow, const Detection& detection, bool client_is_low) {
    flow.client_is_low = client_is_low;
    flow.client_known = true;
    const bool cut_short = flow.naming != none && pending_[flow.naming].cut_short;
    finish(flow, {.detection = detection, .cut_short = cut_short});
}

void FlowNamer::give_up(Flow& flow) {
    ++counters_.given_up;
    Naming naming{.detection = Detection::not_mine()};
    if (flow.naming != none) {
        Pending& pending = pending_[flow.naming];
        naming.cut_short = pending.cut_short;
        std::visit(Overloaded{[](std::monostate) {},
                              [&](StreamNaming& streams) {
                                  naming.detection = streams.conclude();
                                  if (const auto client_is_low = streams.client_is_low()) {
                                      flow.client_is_low = *client_is_low;
                                      flow.client_known = true;
                                  }
                              },
                              [&](const DnsStream&) {
                                  naming.detection = Detection::nameless(Protocol::dns);
                              },
                              [&](const QuicHello& quic) {
                                  naming.detection = quic.conclude();
                                  if (!naming.detection.name) naming.quic = quic.why();
                              },
                              [&](const DtlsHello& dtls) { naming.detection = dtls.conclude(); },
                              [&](const NdpiClassifier::FlowState& state) {
                                  naming.traffic = ndpi_->conclude(*state);
                              }},
                   pending.state);
    }
    finish(flow, naming);
}

void FlowNamer::finish(Flow& flow, const Naming& naming) {
    if (flow.naming != none) release(flow.naming);
    if (naming.detection.name_refused) ++counters_.names_refused;
    flow.naming = none;
    flow.naming_over = true;
    end_.naming_over(flow, naming);
}

FlowNamer::Pending& FlowNamer::pending_of(Flow& flow) {
    if (flow.naming != none) return pending_[flow.naming];
    if (pending_.size() - free_.size() >= limits_.most_pending) evict_oldest();
    std::uint32_t index = 0;
    if (free_.empty()) {
        index = static_cast<std::uint32_t>(pending_.size());
        pending_.emplace_back();
    } else {
        index = free_.back();
        free_.pop_back();
    }
    Pending& pending = pending_[index];
    pending.flow = &flow;
    pending.packets = 1;
    pending.older = newest_;
    (newest_ == none ? oldest_ : pending_[newest_].newer) = index;
    newest_ = index;
    flow.naming = index;
    return pending;
}

void FlowNamer::account(Pending& pending, std::size_t memory) {
    memory_ += memory - pending.memory;
    pending.memory = memory;
    while (memory_ > limits_.memory)
        evict_oldest();
}

void FlowNamer::evict_oldest() {
    ++counters_.evicted;
    give_up(*pending_[oldest_].flow);
}

void FlowNamer::release(std::uint32_t index) {
    Pending& pending = pending_[index];
    memory_ -= pending.memory;
    (pending.older == none ? oldest_ : pending_[pending.older].newer) = pending.newer;
    (pending.newer == none ? newest_ : pending_[pending.newer].older) = pending.older;
    pending = Pending{};
    free_.push_back(index);
}

}  // namespace umbra
