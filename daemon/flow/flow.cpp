#include "daemon/flow/flow.hpp"

namespace umbra {

static_assert(sizeof(Flow) <= 128, "a flow fills at most two cache lines");

std::uint32_t add_payload(Direction& direction, const Packet& packet) {
    std::uint32_t added = packet.payload_length;
    if (packet.transport == Transport::tcp) {
        const bool syn = packet.tcp_flags & tcp_flag::syn;
        const std::uint32_t begin = packet.sequence + (syn ? 1 : 0);
        const std::uint32_t end = begin + packet.payload_length;
        if (!direction.started) {
            direction.syn_seen = syn;
            direction.next_sequence = end;
        } else {
            const auto progress = static_cast<std::int32_t>(end - direction.next_sequence);
            const std::int64_t distance = progress < 0 ? -std::int64_t{progress} : progress;
            if (distance > longest_leap) {
                direction.next_sequence = end;
            } else if (progress > 0) {
                direction.next_sequence = end;
                added = static_cast<std::uint32_t>(progress);
            } else {
                added = 0;
            }
        }
    }
    direction.started = true;
    direction.bytes += added;
    return added;
}

}  // namespace umbra
