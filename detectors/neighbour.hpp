// What neighbours on an Ethernet say of who has which address.
#pragma once

#include <optional>

#include "daemon/decode/packet.hpp"

namespace umbra {

struct Neighbour {
    std::optional<Address> address;  // the sender's own, or the one that it is about to take
    Mac mac;                         // of the sender
    bool is_router = false;          // it says so
};

// Reads the ARP (RFC 826) or neighbour discovery (RFC 4861) message that is the packet's payload.
// Only what a sender says of itself is taken, and only where the frame bears the same Ethernet
// address: ARP requests, but not replies, which a proxy may give for others; advertisements that
// override, which a proxy's may not (RFC 4861 section 7.2.8); solicitations, of which those for a
// new address of one's own have no source yet (RFC 4862 section 5.4.2).
std::optional<Neighbour> read_neighbour(const Packet& packet);

}  // namespace umbra
