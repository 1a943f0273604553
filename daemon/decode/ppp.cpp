#include "daemon/decode/layer.hpp"

namespace umbra::decode {
namespace {

Step after_ppp_protocol(std::uint32_t protocol) {
    switch (protocol) {
        case 0x0021:
            return Step::ipv4;
        case 0x0057:
            return Step::ipv6;
        case 0x0281:
        case 0x0283:
            return Step::mpls;
        default:  // link control, compressed or encrypted packets, parts of multilink
            return Step::not_ip;
    }
}

}  // namespace

// Address 0xff and control 0x03 (RFC 1662 section 3.1) may be left out where the ends agreed so; so
// may the first byte of a protocol that is zero (RFC 1661 section 6.5). The last byte of every
// protocol is odd, the first even.
// +---------+---------+-------------------+
// |  0xff   |  0x03   |     protocol      | ...
// +---------+---------+-------------------+
Step read_ppp(Frame& frame) {
    const Bytes ahead = frame.bytes.rest();
    if (!ahead.empty() && ahead[0] == 0xff) frame.take(2);
    const Bytes first = frame.take(1);
    if (!frame.bytes.ok()) return Step::truncated;
    if (first[0] & 1U) return after_ppp_protocol(first[0]);
    const Bytes second = frame.take(1);
    if (!frame.bytes.ok()) return Step::truncated;
    return after_ppp_protocol(std::uint32_t{first[0]} << 8 | second[0]);
}

// +---------+---------+-------------------+
// |0x0f/0x8f|  0x00   |     EtherType     | ...   Cisco's framing; else PPP's
// +---------+---------+-------------------+
Step read_hdlc(Frame& frame) {
    const Bytes ahead = frame.bytes.rest();
    if (ahead.size() < 2) return Step::truncated;
    const bool cisco = (ahead[0] & 0x7fU) == 0x0f && ahead[1] == 0;
    return cisco ? frame.pass_over(2, Step::ether_type) : Step::ppp;
}

}  // namespace umbra::decode
