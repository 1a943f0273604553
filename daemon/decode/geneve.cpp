#include "daemon/decode/glimpse.hpp"

namespace umbra::decode {

// RFC 8926 section 3.4; the length of the options is counted in 4-byte units. O marks control
// messages, C options that the endpoint must know.
// +---+-----------+-+-+-----------+-------------------------------+
// |ver|  length   |O|C| reserved  |             type              |
// +---+-----------+-+-+-----------+-------------------------------+
// |               network identifier              |   reserved    |
// |                            options                            |
// +---------------------------------------------------------------+
Step read_geneve(Frame& frame) {
    const Glimpse header(frame);
    const Bytes ahead = frame.bytes.rest();
    if (!header.may_be(0, 0, 0xc0) || !header.may_be(1, 0, 0x3f) || !header.may_be(7, 0)) {
        return Step::decoded;
    }
    const std::size_t length = ahead.empty() ? 8 : 8 + (ahead[0] & 0x3fU) * 4U;
    const Glimpse payload = header.after(length);
    Step next = Step::decoded;
    if (header.may_be_u16(2, 0x6558) && payload.may_be_ethernet()) {
        next = Step::ethernet;
    } else if (header.may_be_u16(2, 0x0800) && payload.may_be_ipv4()) {
        next = Step::ipv4;
    } else if (header.may_be_u16(2, 0x86dd) && payload.may_be_ipv6()) {
        next = Step::ipv6;
    }
    if (next == Step::decoded) return next;
    frame.enter(Tunnel::geneve);
    return frame.pass_over(length, next);
}

}  // namespace umbra::decode
