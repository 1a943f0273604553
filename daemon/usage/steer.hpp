// Which of several workers a packet belongs to.
#pragma once

#include <tuple>

#include "daemon/decode/packet.hpp"
#include "daemon/usage/network_list.hpp"

namespace umbra {

// All that one host does goes to one worker, which so sees both directions of its flows and what
// it asked of DNS before. The host is the inside end; of two inside, or none, the end with the
// higher port, which is the client of whatever listens on a known one.
inline const Address& steered_by(const Packet& packet, const NetworkList& inside) {
    const bool source_inside = inside.contains(packet.source);
    const bool destination_inside = inside.contains(packet.destination);
    if (source_inside != destination_inside) {
        return source_inside ? packet.source : packet.destination;
    }
    const auto source = std::tie(packet.source_port, packet.source);
    const auto destination = std::tie(packet.destination_port, packet.destination);
    return source < destination ? packet.destination : packet.source;
}

inline std::size_t worker_of(const Address& host, std::uint64_t seed, std::size_t workers) {
    return (hash_of(host, seed) >> 32) % workers;
}

}  // namespace umbra
