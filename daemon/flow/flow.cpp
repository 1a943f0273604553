#include "daemon/flow/flow.hpp"

#include <cstdlib>

namespace umbra {

static_assert(sizeof(Flow) == 128, "a flow fills two cache lines, and no more");
namespace {

// From one sequence number to another, modulo 2^32.
std::int32_t distance(std::uint32_t from, std::uint32_t to) {
    return static_cast<std::int32_t>(to - from);
}

// The bytes from `begin` to the first one counted, where they are yet to be counted.
std::uint32_t earlier_bytes(const Direction& direction, std::uint32_t begin, std::uint32_t length,
                            bool syn) {
    if (direction.syn_seen || direction.restarted || (length == 0 && !syn)) return 0;
    const std::int32_t earlier = distance(begin, direction.first_sequence());
    // A keep-alive stands one byte before the next and may carry one byte that is none
    // (RFC 9293 section 3.8.4).
    const bool keep_alive = earlier == 1 && length == 1 && direction.bytes == 0;
    const bool late = earlier > 0 && earlier <= std::int64_t{longest_reordering};
    return late && !keep_alive ? static_cast<std::uint32_t>(earlier) : 0;
}

}  // namespace

std::uint32_t add_payload(Direction& direction, const Packet& packet) {
    std::uint32_t added = packet.payload_length;
    if (packet.transport == Transport::tcp) {
        // The sequence number of a reset may be any, and what it carries is no data.
        if (packet.tcp_flags & tcp_flag::rst) return 0;
        const bool syn = packet.tcp_flags & tcp_flag::syn;
        const bool fin = packet.tcp_flags & tcp_flag::fin;
        // A SYN and a FIN take one sequence number each, which is no byte of the stream.
        const std::uint32_t begin = packet.sequence + (syn ? 1 : 0);
        const std::uint32_t end = begin + packet.payload_length;
        std::uint32_t next = end + (fin ? 1 : 0);
        if (direction.started) {
            const std::int64_t progress = distance(direction.next_sequence, end);
            if (std::abs(progress) > longest_leap) {
                direction.restarted = true;
            } else {
                added = earlier_bytes(direction, begin, packet.payload_length, syn);
                if (progress > 0) added += static_cast<std::uint32_t>(progress);
                if (distance(direction.next_sequence, next) < 0) next = direction.next_sequence;
            }
        }
        direction.next_sequence = next;
        direction.syn_seen |= syn;
        direction.fin_seen |= fin;
    }
    direction.started = true;
    direction.bytes += added;
    return added;
}

}  // namespace umbra
