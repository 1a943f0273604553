#include "daemon/decode/layer.hpp"

namespace umbra::decode {

// RFC 2516 section 4; the length is that of the PPP packet behind this header.
// +-------+-------+---------------+-------------------------------+
// |version| type  |     code      |            session            |
// +-------+-------+---------------+-------------------------------+
// |            length             |
// +-------------------------------+
Step read_pppoe(Frame& frame) {
    const Bytes header = frame.take(6);
    if (!frame.bytes.ok()) return Step::truncated;
    constexpr std::uint16_t session_data = 0x1100;
    if (u16_at(header, 0) != session_data) return Step::not_ip;
    frame.limit(u16_at(header, 4));
    frame.enter(Tunnel::pppoe);
    return Step::ppp;
}

}  // namespace umbra::decode
