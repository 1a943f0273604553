#include "daemon/decode/glimpse.hpp"

namespace umbra::decode {

// 3GPP TS 29.281 section 5.1. The length counts what is behind the first eight bytes; the third
// word is there where E, S or PN is set, and extension headers where E is. Message type 255 carries
// a user's packet.
// +-----+-+-+-+-+-+---------------+-------------------------------+
// |  1  |1|0|E|S|PN    type       |            length             |
// +-----+-+-+-+-+-+---------------+-------------------------------+
// |                  tunnel endpoint identifier                   |
// +-------------------------------+---------------+---------------+
// |            sequence           |     N-PDU     |next extension |
// +-------------------------------+---------------+---------------+
Step read_gtp(Frame& frame) {
    constexpr std::uint8_t user_packet = 255;
    const Glimpse header(frame);
    if (frame.on_wire < 8 || !header.may_be(0, 0x30, 0xf8) || !header.may_be(1, user_packet) ||
        !header.may_be_u16(2, frame.on_wire - 8)) {
        return Step::decoded;
    }
    Reader ahead = frame.bytes;
    const std::uint8_t flags = ahead.u8();
    ahead.skip(7);
    std::uint8_t extension = 0;
    if (flags & 0x07U) {
        ahead.skip(3);
        extension = ahead.u8();
        if (!(flags & 0x04U)) extension = 0;
    }
    // Its length in 4-byte units, content, and the type of the next one.
    while (extension != 0 && ahead.ok()) {
        const std::size_t length = ahead.u8() * std::size_t{4};
        if (ahead.ok() && length == 0) return Step::decoded;
        ahead.skip(length - 2);
        extension = ahead.u8();
    }
    if (!ahead.ok()) return frame.cut_short() ? Step::truncated : Step::decoded;
    const std::size_t length = frame.bytes.left() - ahead.left();
    if (!header.after(length).may_be_ip()) return Step::decoded;
    frame.enter(Tunnel::gtp);
    return frame.pass_over(length, Step::ip);
}

}  // namespace umbra::decode
