#include "daemon/decode/glimpse.hpp"

namespace umbra::decode {
namespace {

constexpr std::size_t header_length = 8;

}  // namespace

// I is set; G marks a group policy (draft-smith-vxlan-group-policy), whose fields are the bytes two
// to four. What is inside is Ethernet.
// +-+-+-+-+-+-+-+-+-----------------------------------------------+
// |G|R|R|R|I|R|R|R|            reserved or group policy           |
// +-+-+-+-+-+-+-+-+-------------------------------+---------------+
// |               network identifier              |   reserved    |
// +-----------------------------------------------+---------------+
Step read_vxlan(Frame& frame) {
    const Glimpse header(frame);
    if (!header.may_be(0, 0x08, 0x7f) || !header.after(header_length).may_be_ethernet()) {
        return Step::decoded;
    }
    frame.enter(Tunnel::vxlan);
    return frame.pass_over(header_length, Step::ethernet);
}

// P is set where the next protocol is given; without it this is VXLAN.
// +-+-+---+-+-+-+-+-------------------------------+---------------+
// |R|R|ver|I|P|B|O|           reserved            | next protocol |
// +-+-+---+-+-+-+-+-------------------------------+---------------+
Step read_vxlan_gpe(Frame& frame) {
    const Glimpse header(frame);
    if (!header.may_be(0, 0x0c, 0xfc)) return read_vxlan(frame);
    const Glimpse payload = header.after(header_length);
    Step next = Step::decoded;
    if (header.may_be(3, 1) && payload.may_be_ipv4()) {
        next = Step::ipv4;
    } else if (header.may_be(3, 2) && payload.may_be_ipv6()) {
        next = Step::ipv6;
    } else if (header.may_be(3, 3) && payload.may_be_ethernet()) {
        next = Step::ethernet;
    }
    if (next == Step::decoded) return next;
    frame.enter(Tunnel::vxlan);
    return frame.pass_over(header_length, next);
}

}  // namespace umbra::decode
