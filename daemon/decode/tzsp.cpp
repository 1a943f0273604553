#include "daemon/decode/glimpse.hpp"

namespace umbra::decode {

// Fields of a type, a length and that many bytes end with one of type 1; type 0 is padding. Neither
// of these two has a length.
// +---------------+---------------+-------------------------------+
// |   version 1   |packet received|  encapsulated: 1 is Ethernet  |  fields, then the frame
// +---------------+---------------+-------------------------------+
Step read_tzsp(Frame& frame) {
    const Glimpse header(frame);
    if (!header.may_be(0, 1) || !header.may_be(1, 0, 0xfe) || !header.may_be_u16(2, 1)) {
        return Step::decoded;
    }
    Reader ahead = frame.bytes;
    ahead.skip(4);
    for (std::uint8_t field = 0; ahead.ok() && field != 1;) {
        field = ahead.u8();
        if (field > 1) ahead.skip(ahead.u8());
    }
    if (!ahead.ok()) return frame.cut_short() ? Step::truncated : Step::decoded;
    const std::size_t length = frame.bytes.left() - ahead.left();
    if (!header.after(length).may_be_ethernet()) return Step::decoded;
    frame.enter(Tunnel::tzsp);
    return frame.pass_over(length, Step::ethernet);
}

}  // namespace umbra::decode
