#include "daemon/decode/layer.hpp"

namespace umbra::decode {

Step after_ip_protocol(Frame& frame, std::uint8_t protocol) {
    switch (protocol) {
        case 6:
            return Step::tcp;
        case 17:
            return Step::udp;
        case 4:
            frame.enter(Tunnel::ip_in_ip);
            return Step::ipv4;
        case 41:
            frame.enter(Tunnel::ip_in_ip);
            return Step::ipv6;
        case 47:
            return Step::gre;
        case 97:
            return Step::ether_ip;
        case 137:
            return Step::mpls;
        default:
            return Step::other_transport;
    }
}

// Both versions begin with their number.
Step read_ip(Frame& frame) {
    const Bytes ahead = frame.bytes.rest();
    if (ahead.empty()) return Step::truncated;
    switch (ahead[0] >> 4) {
        case 4:
            return Step::ipv4;
        case 6:
            return Step::ipv6;
        default:
            return Step::not_ip;
    }
}

// +-------+-----------------------+
// |   3   |       reserved        |   then an Ethernet frame
// +-------+-----------------------+
Step read_ether_ip(Frame& frame) {
    const Bytes header = frame.take(2);
    if (!frame.bytes.ok()) return Step::truncated;
    if (header[0] >> 4 != 3) return Step::malformed;
    frame.enter(Tunnel::ip_in_ip);
    return Step::ethernet;
}

}  // namespace umbra::decode
