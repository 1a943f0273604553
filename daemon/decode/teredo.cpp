#include "daemon/decode/glimpse.hpp"

namespace umbra::decode {
namespace {

// One end has a Teredo address (RFC 4380 section 2.6), or is a client that asks for one from its
// link-local address.
bool has_teredo_end(const Glimpse& ipv6) {
    constexpr std::size_t source = 8, destination = 24;
    const auto is_teredo = [&](std::size_t at) {
        return ipv6.may_be_u16(at, 0x2001) && ipv6.may_be_u16(at + 2, 0);
    };
    return is_teredo(source) || is_teredo(destination) || ipv6.may_be_u16(source, 0xfe80);
}

}  // namespace

// RFC 4380 section 5.1.1: an IPv6 packet, before it perhaps an authentication (0x0001, lengths of
// client identifier and authentication value, both of these, nonce of 8 bytes, confirmation) and
// the origin (0x0000, port, address).
Step read_teredo(Frame& frame) {
    Reader ahead = frame.bytes;
    const auto begins_with = [&](std::uint16_t indicator) {
        Reader further = ahead;
        const std::uint16_t value = further.u16();
        if (!further.ok()) ahead = further;
        return value == indicator;
    };
    if (begins_with(0x0001)) {
        ahead.skip(2);
        const std::size_t identifier = ahead.u8(), value = ahead.u8();
        ahead.skip(identifier + value + 8 + 1);
    }
    if (begins_with(0x0000)) ahead.skip(8);
    if (!ahead.ok()) return frame.cut_short() ? Step::truncated : Step::decoded;
    const std::size_t indications = frame.bytes.left() - ahead.left();
    const Glimpse packet = Glimpse(frame).after(indications);
    if (!packet.may_be_ipv6() || !has_teredo_end(packet)) return Step::decoded;
    frame.enter(Tunnel::teredo);
    return frame.pass_over(indications, Step::ipv6);
}

}  // namespace umbra::decode
