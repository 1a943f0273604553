#include "daemon/decode/layer.hpp"

namespace umbra::decode {

// IEEE 802.2 and its SNAP extension (RFC 1042)
// +---------+---------+---------+-----------------------------+-------------------+
// |DSAP 0xaa|SSAP 0xaa| ctl 0x03|        organization         |   protocol type   |
// +---------+---------+---------+-----------------------------+-------------------+
Step read_llc(Frame& frame) {
    if (frame.on_wire < 8) return Step::not_ip;  // too short for SNAP
    const Bytes header = frame.take(6);
    if (!frame.bytes.ok()) return Step::truncated;
    const std::uint32_t snap = u32_at(header, 0) >> 8;
    const std::uint32_t organization = u32_at(header, 2) & 0xffffffU;
    // Zero, and IEEE 802.1H's for protocols with a second form, mean that an EtherType follows.
    const bool ether_type = organization == 0 || organization == 0x0000f8;
    return snap == 0xaaaa03 && ether_type ? Step::ether_type : Step::not_ip;
}

}  // namespace umbra::decode
