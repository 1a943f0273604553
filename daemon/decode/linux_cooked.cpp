#include "daemon/decode/layer.hpp"

namespace umbra::decode {
namespace {

// The protocol is an EtherType, or a number of Linux below them.
Step after_linux_protocol(Frame& frame, std::uint16_t protocol) {
    constexpr std::uint16_t least_type = 0x0600, llc = 0x0004;
    if (protocol >= least_type) return after_ether_type(frame, protocol);
    return protocol == llc ? Step::llc : Step::not_ip;
}

}  // namespace

//  0               2               4               6                  14              16
// +---------------+---------------+---------------+------------------+---------------+
// |  packet type  |  device type  |address length |     address      |   protocol    |
// +---------------+---------------+---------------+------------------+---------------+
Step read_linux_cooked(Frame& frame) {
    const Bytes header = frame.take(16);
    return frame.bytes.ok() ? after_linux_protocol(frame, u16_at(header, 14)) : Step::truncated;
}

//  0               2               4               8               10          12              20
// +---------------+---------------+---------------+---------------+-----+-----+---------------+
// |   protocol    |   reserved    |   interface   |  device type  |type |len. |    address    |
// +---------------+---------------+---------------+---------------+-----+-----+---------------+
Step read_linux_cooked_2(Frame& frame) {
    const Bytes header = frame.take(20);
    return frame.bytes.ok() ? after_linux_protocol(frame, u16_at(header, 0)) : Step::truncated;
}

}  // namespace umbra::decode
