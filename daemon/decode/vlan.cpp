#include "daemon/decode/layer.hpp"

namespace umbra::decode {
namespace {

constexpr bool is_vlan_tag(std::uint16_t type) {
    return type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200;
}

}  // namespace

Step after_ether_type(std::uint16_t type) {
    switch (type) {
        case 0x0800:
            return Step::ipv4;
        case 0x86dd:
            return Step::ipv6;
        default:
            return Step::not_ip;
    }
}

// A tag is a type of its own kind and two bytes: PCP (3 bits), DEI (1 bit), VID (12 bits).
Step read_ether_type(Frame& frame) {
    const Bytes type_bytes = frame.take(2);
    if (!frame.bytes.ok()) return Step::truncated;
    const std::uint16_t type = u16_at(type_bytes, 0);
    if (!is_vlan_tag(type)) return after_ether_type(type);
    const Bytes tag = frame.take(2);
    if (!frame.bytes.ok()) return Step::truncated;
    const std::uint32_t id = u16_at(tag, 0) & 0x0fffU;
    frame.packet.vlan = (frame.packet.vlan << 12 | id) & 0xffffffU;
    return Step::ether_type;
}

}  // namespace umbra::decode
