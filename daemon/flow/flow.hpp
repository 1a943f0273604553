// One flow: both directions of a 5-tuple and VLAN.
#pragma once

#include "daemon/decode/packet.hpp"

namespace umbra {

// The two ends in a fixed order, so that both directions have one key.
struct FlowKey {
    Address low, high;
    std::uint16_t low_port = 0, high_port = 0;
    std::uint32_t vlan_and_transport = 0;

    static FlowKey of(const Packet& packet, bool& from_low) {
        const auto ends = packet.source <=> packet.destination;
        from_low = ends < 0 || (ends == 0 && packet.source_port <= packet.destination_port);
        const std::uint32_t rest = packet.vlan << 8 | static_cast<std::uint32_t>(packet.transport);
        if (from_low) {
            return {packet.source, packet.destination, packet.source_port, packet.destination_port,
                    rest};
        }
        return {packet.destination, packet.source, packet.destination_port, packet.source_port,
                rest};
    }

    Transport transport() const { return static_cast<Transport>(vlan_and_transport & 0xffU); }

    bool operator==(const FlowKey&) const = default;
};

// One direction of a flow.
struct Direction {
    std::uint64_t bytes = 0;          // payload; of TCP by progress in sequence space
    std::uint32_t next_sequence = 0;  // TCP: the end of what was sent so far
    bool started = false;             // a packet was seen
    bool syn_seen = false;            // so the first byte counted is the stream's first
    bool fin_seen = false;            // so `next_sequence` is one further than the last byte
    bool restarted = false;           // after a leap: `bytes` no longer tells where it began

    // The sequence number of the first byte counted; as long as the direction is not restarted.
    std::uint32_t first_sequence() const {
        return next_sequence - static_cast<std::uint32_t>(bytes) - (fin_seen ? 1 : 0);
    }
};

// Kept small: a table holds millions, and a packet touches two cache lines of one. What naming
// needs lives elsewhere, for as long as it needs it.
struct alignas(128) Flow {
    static constexpr std::uint32_t none = ~0U;

    FlowKey key;
    Micros first_seen = 0, last_seen = 0;
    Direction from_low, from_high;
    std::uint32_t packets = 0;
    std::uint32_t name = none;    // what the owner of the table knows the flow by
    std::uint32_t naming = none;  // state of naming, while it goes on
    std::uint32_t cell = none;  // where the ledger counts it, in the window it was last counted in
    std::uint32_t cell_window = 0;
    // the table's own
    std::uint32_t hash = 0;  // of the key
    std::uint32_t next_in_slot = none, previous_in_slot = none;
    std::uint16_t slot = 0;
    std::uint8_t sight = 0;  // what could be seen of it, as the owner of the table numbers it
    bool client_is_low : 1 = true;
    bool client_known : 1 = false;  // a SYN or a hello told who the client is, not the first packet
    bool finished_low : 1 = false, finished_high : 1 = false, reset : 1 = false;
    bool naming_over : 1 = false;  // named or given up: its packets are only counted
    bool in_use : 1 = false;
    // As the owner of the table marks them: an AI service's; counted as usage.
    bool is_ai : 1 = false, is_counted : 1 = false;

    Direction& direction(bool low) { return low ? from_low : from_high; }
    const Direction& direction(bool low) const { return low ? from_low : from_high; }
    const Address& client() const { return client_is_low ? key.low : key.high; }
    const Address& server() const { return client_is_low ? key.high : key.low; }
    std::uint16_t client_port() const { return client_is_low ? key.low_port : key.high_port; }
    std::uint16_t server_port() const { return client_is_low ? key.high_port : key.low_port; }
    const Direction& outward() const { return client_is_low ? from_low : from_high; }
    const Direction& inward() const { return client_is_low ? from_high : from_low; }
    bool closed() const { return reset || (finished_low && finished_high); }
};

// Counts `packet` to the bytes of its direction and returns how many it added. TCP counts progress
// in sequence space: a retransmission adds nothing, a byte that the capture missed still counts
// (RFC 9293 section 3.4, arithmetic modulo 2^32); SYN, FIN and RST are no bytes. A leap further
// than `longest_leap` is no progress but a new starting point: only its own payload counts. Where
// the first segment seen was not the stream's first, one that comes late from up to
// `longest_reordering` before it adds what lies between.
constexpr std::uint32_t longest_leap = 64U << 20;
constexpr std::uint32_t longest_reordering = 1U << 20;
std::uint32_t add_payload(Direction& direction, const Packet& packet);

}  // namespace umbra
