// Datagrams that a mirror shows twice, as one of both directions of a port or of two ports does.
#pragma once

#include <cstdlib>
#include <vector>

#include "daemon/decode/packet.hpp"
#include "daemon/support/hash.hpp"

namespace umbra {

// Remembers the last datagrams, a fixed number of them: a burst that is longer makes it forget,
// never grow. TCP needs no such thing, it counts by progress.
class Deduplicator {
  public:
    static constexpr Micros span = 5000;  // within which the second copy comes
    static constexpr std::size_t most = 1U << 14;

    // Whether the same datagram was seen within the span: ends, ports, IP identification, length,
    // checksum and the first bytes of the payload. Two that say neither identification nor checksum
    // are not told apart by their headers and never taken for one.
    bool is_repeated(const Packet& packet) {
        if (packet.ip_id == 0 && packet.udp_checksum == 0) return false;
        const std::uint64_t fingerprint = fingerprint_of(packet);
        Seen& seen = seen_[fingerprint % most];
        if (seen.fingerprint == fingerprint && std::abs(packet.time - seen.time) <= span)
            return true;
        seen = {fingerprint, packet.time};
        return false;
    }

  private:
    struct Seen {
        std::uint64_t fingerprint = 0;
        Micros time = 0;
    };

    std::uint64_t fingerprint_of(const Packet& packet) const {
        const std::uint64_t header = std::uint64_t{packet.source_port} << 48 |
                                     std::uint64_t{packet.destination_port} << 32 |
                                     std::uint64_t{packet.ip_id} << 16 | packet.udp_checksum;
        const auto* text = reinterpret_cast<const char*>(packet.payload.data());
        const std::string_view first(text, std::min<std::size_t>(packet.payload.size(), 64));
        return mix(hash_of(packet.source, seed_) ^ header, hash_of(packet.destination, ~seed_)) ^
               hash_text(first, seed_ + packet.payload_length);
    }

    std::uint64_t seed_ = secret_seed();
    std::vector<Seen> seen_ = std::vector<Seen>(most);
};

}  // namespace umbra
