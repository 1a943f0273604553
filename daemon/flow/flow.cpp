#include "daemon/flow/flow.hpp"

namespace umbra {

static_assert(sizeof(Flow) <= 128, "a flow fills at most two cache lines");

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
        if (!direction.started) {
            direction.syn_seen = syn;
        } else {
            const auto progress = static_cast<std::int32_t>(end - direction.next_sequence);
            const std::int64_t distance = progress < 0 ? -std::int64_t{progress} : progress;
            if (distance <= longest_leap) {
                added = progress > 0 ? static_cast<std::uint32_t>(progress) : 0;
                if (static_cast<std::int32_t>(next - direction.next_sequence) < 0) {
                    next = direction.next_sequence;
                }
            }
        }
        direction.next_sequence = next;
    }
    direction.started = true;
    direction.bytes += added;
    return added;
}

}  // namespace umbra
