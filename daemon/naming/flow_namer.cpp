#include "daemon/naming/flow_namer.hpp"

#include "detectors/http.hpp"
#include "detectors/tls.hpp"

namespace umbra {
namespace {

using Verdict = Detection::Verdict;

constexpr std::uint32_t tcp_head_capacity = 16384;

// What the beginning of one direction of a TCP stream is.
Detection detect_stream(Bytes head) {
    const Detection tls = detect_tls(head);
    if (tls.verdict != Verdict::not_mine) return tls;
    return detect_http(head);
}

}  // namespace

FlowNamer::FlowNamer(const NamingLimits& limits, NamingEnd& end) : limits_(limits), end_(end) {}

void FlowNamer::look(Flow& flow, const Packet& packet, bool from_low,
                     std::uint32_t expected_sequence) {
    if (packet.payload_length == 0) return;
    if (packet.transport == Transport::udp) {
        finish(flow, Detection::not_mine());
        return;
    }
    const std::uint32_t sequence = packet.sequence + (packet.tcp_flags & tcp_flag::syn ? 1 : 0);
    const bool first = flow.naming == none || !pending_[flow.naming].heads[from_low];
    if (flow.naming != none && pending_[flow.naming].ruled_out[from_low]) {
        if (++pending_[flow.naming].packets > limits_.most_packets_per_flow) give_up(flow);
        return;
    }

    Detection detection = Detection::need_more();
    const bool in_place = first && sequence == expected_sequence;
    if (in_place) detection = detect_stream(packet.payload);
    if (detection.verdict == Verdict::need_more) {
        Pending& pending = pending_of(flow);
        auto& head = pending.heads[from_low];
        if (!head) head.emplace(expected_sequence, tcp_head_capacity);
        const std::size_t before = head->memory();
        if (head->add(sequence, packet.payload)) ++counters_.overlap_conflicts;
        head_memory_ += head->memory() - before;
        if (!in_place) detection = detect_stream(head->contiguous());
        if (detection.verdict == Verdict::need_more &&
            (head->full() || ++pending.packets > limits_.most_packets_per_flow)) {
            give_up(flow);
            return;
        }
    }

    if (detection.verdict == Verdict::done && !detection.by_server) {
        // Who sends a hello or a request is the client.
        flow.client_is_low = from_low;
        flow.client_known = true;
        finish(flow, detection);
        return;
    }
    if (detection.verdict != Verdict::need_more) {
        Pending& pending = pending_of(flow);
        pending.ruled_out[from_low] = true;
        if (detection.by_server) pending.protocol = detection.protocol;
        const bool by_client = flow.client_known && from_low == flow.client_is_low;
        if (by_client || pending.ruled_out[!from_low]) give_up(flow);
    }
    while (head_memory_ > limits_.head_memory)
        evict_oldest();
}

void FlowNamer::give_up(Flow& flow) {
    Detection detection = Detection::not_mine();
    if (flow.naming != none) detection.protocol = pending_[flow.naming].protocol;
    ++counters_.given_up;
    finish(flow, detection);
}

void FlowNamer::finish(Flow& flow, Detection detection) {
    if (flow.naming != none) release(flow.naming);
    if (detection.name_refused) ++counters_.names_refused;
    flow.naming = none;
    flow.naming_over = true;
    end_.naming_over(flow, detection);
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
    pending = Pending{};
    pending.flow = &flow;
    pending.older = newest_;
    (newest_ == none ? oldest_ : pending_[newest_].newer) = index;
    newest_ = index;
    flow.naming = index;
    return pending;
}

void FlowNamer::evict_oldest() {
    ++counters_.evicted;
    give_up(*pending_[oldest_].flow);
}

void FlowNamer::release(std::uint32_t index) {
    Pending& pending = pending_[index];
    for (auto& head : pending.heads) {
        if (head) head_memory_ -= head->memory();
        head.reset();
    }
    (pending.older == none ? oldest_ : pending_[pending.older].newer) = pending.newer;
    (pending.newer == none ? newest_ : pending_[pending.newer].older) = pending.older;
    free_.push_back(index);
}

}  // namespace umbra
