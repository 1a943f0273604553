#include "daemon/decode/layer.hpp"

namespace umbra::decode {

Step read_arp(Frame& frame) {
    frame.packet.on_link = OnLink::arp;
    frame.packet.payload = frame.bytes.rest();
    return Step::not_ip;
}

// Router and neighbour solicitations and advertisements and redirects are types 133 to 137. The hop
// limit of 255 proves that no router passed them on (RFC 4861 section 3.1).
Step read_icmpv6(Frame& frame, std::uint8_t hop_limit) {
    const Bytes message = frame.bytes.rest();
    if (hop_limit == 255 && !message.empty() && message[0] >= 133 && message[0] <= 137) {
        frame.packet.on_link = OnLink::neighbour_discovery;
        frame.packet.payload = message;
    }
    return Step::other_transport;
}

}  // namespace umbra::decode
