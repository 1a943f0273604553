#include "daemon/decode/glimpse.hpp"

namespace umbra::decode {
namespace {

constexpr std::uint16_t with_checksum = 0x8000, with_routing = 0x4000, with_key = 0x2000,
                        with_sequence = 0x1000, with_acknowledgment = 0x0080, version = 0x0007;

// What is carried is an EtherType, with some of GRE's own.
Step after_gre_type(Frame& frame, std::uint16_t type, bool sequence) {
    switch (type) {
        case 0x88be:  // ERSPAN: type I has neither a sequence number nor a header
            frame.enter(Tunnel::erspan);
            return sequence ? Step::erspan : Step::ethernet;
        case 0x22eb:
            frame.enter(Tunnel::erspan);
            return Step::erspan;
        case 0x883e:  // WCCP: its version 2 puts four bytes before the packet
            frame.enter(Tunnel::gre);
            return Glimpse(frame).may_be(0, 0x40, 0xf0) ? Step::ipv4
                                                        : frame.pass_over(4, Step::ipv4);
        default:
            frame.enter(Tunnel::gre);
            return after_ether_type(frame, type);
    }
}

}  // namespace

// RFC 2784, RFC 2890; version 1 (PPTP, RFC 2637 section 4.1) may also acknowledge.
// +-+-+-+-+-------+-+-------+-----+-------------------------------+
// |C|R|K|S|       |A|       |vers.|             type              |
// +-+-+-+-+-------+-+-------+-----+-------------------------------+
// |       checksum, reserved (where C is set)                     |
// |       key (K)                                                 |
// |       sequence number (S)                                     |
// |       acknowledgment number (A)                               |
// +---------------------------------------------------------------+
Step read_gre(Frame& frame) {
    const Bytes header = frame.take(4);
    if (!frame.bytes.ok()) return Step::truncated;
    const std::uint16_t flags = u16_at(header, 0), type = u16_at(header, 2);
    const bool pptp = (flags & version) == 1;
    // Source routes of RFC 1701 are obsolete; other versions there are none.
    if ((flags & version) > 1 || flags & with_routing) return Step::other_transport;
    std::size_t optional = 0;
    for (const std::uint16_t field : {with_checksum, with_key, with_sequence}) {
        if (flags & field) optional += 4;
    }
    if (pptp && flags & with_acknowledgment) optional += 4;
    frame.take(optional);
    if (!frame.bytes.ok()) return Step::truncated;
    if (frame.on_wire == 0) return Step::other_transport;  // keepalive or acknowledgment alone
    return after_gre_type(frame, type, flags & with_sequence);
}

}  // namespace umbra::decode
