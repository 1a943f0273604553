#include "daemon/flow/flow_table.hpp"

#include <algorithm>

#include "daemon/support/hash.hpp"

namespace umbra {

FlowTable::FlowTable(const FlowLimits& limits)
    : limits_(limits),
      flows_(std::allocator<Flow>().allocate(limits.most_flows), Free{limits.most_flows}),
      wheel_(slots, Flow::none),
      seed_{secret_seed(), secret_seed()} {}

std::uint32_t FlowTable::hash_of(const FlowKey& key) const {
    const std::uint64_t ports = std::uint64_t{key.low_port} << 48 |
                                std::uint64_t{key.high_port} << 32 | key.vlan_and_transport;
    const auto* low = key.low.bytes.data();
    const auto* high = key.high.bytes.data();
    const std::uint64_t a = mix(word_at(low) ^ seed_[0], word_at(low + 8) ^ seed_[1]);
    const std::uint64_t b = mix(word_at(high) ^ seed_[1], word_at(high + 8) ^ seed_[0]);
    return static_cast<std::uint32_t>(mix(a ^ ports ^ seed_[0], b ^ seed_[1]));
}

FlowTable::Place FlowTable::place_of(const Packet& packet) const {
    Place place;
    place.key = FlowKey::of(packet, place.from_low);
    place.hash = hash_of(place.key);
    index_.prefetch(place.hash);
    return place;
}

void FlowTable::prefetch(const Place& place) const {
    const std::uint32_t index = index_.guess(place.hash);
    if (index == Flow::none) return;
    const auto* lines = reinterpret_cast<const char*>(&flows_[index]);
    __builtin_prefetch(lines, 1);
    __builtin_prefetch(lines + sizeof(Flow) / 2, 1);
}

FlowTable::Update FlowTable::update(const Packet& packet, const Place& place, FlowEnd& end) {
    const bool from_low = place.from_low;
    std::uint32_t index = index_.find(
        place.hash, [&](std::uint32_t candidate) { return flows_[candidate].key == place.key; });
    if (index == Flow::none) index = insert(place, packet, end);
    Flow& flow = flows_[index];

    const bool tcp = packet.transport == Transport::tcp;
    const bool opens =
        tcp && (packet.tcp_flags & tcp_flag::syn) && !(packet.tcp_flags & tcp_flag::ack);
    if (opens && flow.closed()) {
        end.flow_ended(flow);
        ++counters_.reused;
        take_from_wheel(index);
        start(flow, place, packet);
        file_in_wheel(index, due_second(flow));
    }

    flow.last_seen = std::max(flow.last_seen, packet.time);
    ++flow.packets;
    Direction& direction = flow.direction(from_low);
    // Before the first packet of a direction the stream begins where that packet does.
    const std::uint32_t expected =
        direction.started ? direction.next_sequence
                          : packet.sequence + (packet.tcp_flags & tcp_flag::syn ? 1 : 0);
    const std::uint32_t added = add_payload(direction, packet);
    if (tcp && (packet.tcp_flags & (tcp_flag::rst | tcp_flag::fin))) {
        const bool was_closed = flow.closed();
        if (packet.tcp_flags & tcp_flag::rst) flow.reset = true;
        if (packet.tcp_flags & tcp_flag::fin) {
            if (from_low)
                flow.finished_low = true;
            else
                flow.finished_high = true;
        }
        if (flow.closed() && !was_closed) {
            take_from_wheel(index);
            file_in_wheel(index, due_second(flow));
        }
    }
    return {flow, from_low, added, expected};
}

std::uint32_t FlowTable::insert(const Place& place, const Packet& packet, FlowEnd& end) {
    advance(packet.time, end);
    if (size_ == limits_.most_flows) evict_one(end);
    std::uint32_t index = free_;
    if (index != Flow::none) {
        free_ = flows_[index].next_in_slot;
    } else {
        index = used_++;
    }
    Flow& flow = flows_[index];
    start(flow, place, packet);
    index_.insert(place.hash, index);
    ++size_;
    file_in_wheel(index, due_second(flow));
    return index;
}

void FlowTable::start(Flow& flow, const Place& place, const Packet& packet) {
    const FlowKey& key = place.key;
    std::construct_at(&flow);
    flow.key = key;
    flow.hash = place.hash;
    flow.in_use = true;
    flow.first_seen = flow.last_seen = packet.time;
    ++counters_.started;

    // The initiator is the client. A SYN tells; else the end with the lower well-known port serves;
    // else the first packet seen is taken for the client's.
    const bool sender_is_low = key.low == packet.source && key.low_port == packet.source_port;
    bool sender_is_client = true;
    if (packet.transport == Transport::tcp && (packet.tcp_flags & tcp_flag::syn)) {
        flow.client_known = true;
        sender_is_client = !(packet.tcp_flags & tcp_flag::ack);
    } else if (packet.source_port < 1024 && packet.destination_port >= 1024) {
        sender_is_client = false;
    }
    flow.client_is_low = sender_is_low == sender_is_client;
}

// The first whole second after the flow's time-out.
std::int64_t FlowTable::due_second(const Flow& flow) const {
    const bool tcp = flow.key.transport() == Transport::tcp;
    const Micros idle = flow.closed() ? limits_.closed_linger
                        : tcp         ? limits_.tcp_idle
                                      : limits_.udp_idle;
    return (flow.last_seen + idle) / second + 1;
}

void FlowTable::file_in_wheel(std::uint32_t index, std::int64_t due) {
    // Further than one turn ahead: looked at once a turn.
    due = std::clamp(due, now_second_ + 1, now_second_ + slots - 1);
    Flow& flow = flows_[index];
    flow.slot = static_cast<std::uint16_t>(static_cast<std::uint64_t>(due) % slots);
    flow.previous_in_slot = Flow::none;
    flow.next_in_slot = wheel_[flow.slot];
    if (flow.next_in_slot != Flow::none) flows_[flow.next_in_slot].previous_in_slot = index;
    wheel_[flow.slot] = index;
}

void FlowTable::take_from_wheel(std::uint32_t index) {
    const Flow& flow = flows_[index];
    if (flow.previous_in_slot == Flow::none) {
        wheel_[flow.slot] = flow.next_in_slot;
    } else {
        flows_[flow.previous_in_slot].next_in_slot = flow.next_in_slot;
    }
    if (flow.next_in_slot != Flow::none) {
        flows_[flow.next_in_slot].previous_in_slot = flow.previous_in_slot;
    }
}

void FlowTable::advance(Micros now, FlowEnd& end) {
    const std::int64_t target = now / second;
    if (!time_started_) {
        time_started_ = true;
        now_second_ = target;
    }
    // After a gap longer than the wheel, one turn visits every slot.
    if (target - now_second_ > slots) now_second_ = target - slots;
    while (now_second_ < target) {
        ++now_second_;
        std::uint32_t index = wheel_[static_cast<std::uint64_t>(now_second_) % slots];
        while (index != Flow::none) {
            const Flow& flow = flows_[index];
            const std::uint32_t next = flow.next_in_slot;
            if (const std::int64_t due = due_second(flow); due <= now_second_) {
                ++(flow.closed() ? counters_.expired_closed : counters_.expired_idle);
                remove(index, end);
            } else {
                take_from_wheel(index);
                file_in_wheel(index, due);
            }
            index = next;
        }
    }
}

void FlowTable::evict_one(FlowEnd& end) {
    // The slots ahead, nearest first. Flows that were active since they were filed move on to where
    // they belong, so that each is moved at most once between two looks at it.
    for (std::int64_t ahead = 1; ahead < slots; ++ahead) {
        const std::int64_t slot_second = now_second_ + ahead;
        const std::uint32_t& head = wheel_[static_cast<std::uint64_t>(slot_second) % slots];
        while (head != Flow::none) {
            const std::uint32_t index = head;
            const std::int64_t due = std::min(due_second(flows_[index]), now_second_ + slots - 1);
            if (due <= slot_second) {
                ++counters_.evicted;
                remove(index, end);
                return;
            }
            take_from_wheel(index);
            file_in_wheel(index, due);
        }
    }
}

void FlowTable::remove(std::uint32_t index, FlowEnd& end) {
    Flow& flow = flows_[index];
    end.flow_ended(flow);
    take_from_wheel(index);
    index_.erase(flow.hash, index);
    flow.in_use = false;
    flow.next_in_slot = free_;
    free_ = index;
    --size_;
}

void FlowTable::clear(FlowEnd& end) {
    for (std::uint32_t index = 0; index < used_; ++index) {
        if (flows_[index].in_use) remove(index, end);
    }
}

}  // namespace umbra
