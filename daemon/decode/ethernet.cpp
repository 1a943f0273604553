#include "daemon/decode/layer.hpp"

namespace umbra::decode {
namespace {

// A tag is a type of its own kind and two bytes: PCP (3 bits), DEI (1 bit), VID (12 bits).
Step read_vlan_tag(Frame& frame) {
    const Bytes tag = frame.take(2);
    if (!frame.bytes.ok()) return Step::truncated;
    const std::uint32_t id = u16_at(tag, 0) & 0x0fffU;
    frame.packet.vlan = (frame.packet.vlan << 12 | id) & 0xffffffU;
    return Step::ether_type;
}

// Below 0x0600 it is a length (IEEE 802.3 section 3.2.6).
Step after_type_or_length(Frame& frame, std::uint16_t value) {
    constexpr std::uint16_t least_type = 0x0600;
    if (value >= least_type) return after_ether_type(frame, value);
    frame.limit(value);
    return Step::llc;
}

}  // namespace

Step after_ether_type(Frame& frame, std::uint16_t type) {
    if (type == 0x0800) return Step::ipv4;
    if (is_vlan_tag(type)) return read_vlan_tag(frame);
    switch (type) {
        case 0x0806:
            return read_arp(frame);
        case 0x86dd:
            return Step::ipv6;
        case 0x6558:  // transparent Ethernet bridging
            return Step::ethernet;
        case 0x8847:
        case 0x8848:
            return Step::mpls;
        case 0x8864:  // session; 0x8863 is discovery, which carries no IP
            return Step::pppoe;
        case 0x880b:
            return Step::ppp;
        case 0x8870:  // LLC in frames too long for a length field
            return Step::llc;
        default:
            return after_fabric_type(frame, type);
    }
}

//  0                   6                   12              14
// +-------------------+-------------------+---------------+
// |    destination    |      source       |  type/length  | ...
// +-------------------+-------------------+---------------+
Step read_ethernet(Frame& frame) {
    frame.packet.vlan = 0;  // the tags of an Ethernet outside of a tunnel are not this one's
    const Bytes header = frame.take(14);
    if (!frame.bytes.ok()) return Step::truncated;
    frame.packet.source_mac = Mac::of(&header[6]);
    return after_type_or_length(frame, u16_at(header, 12));
}

Step read_ether_type(Frame& frame) {
    const Bytes type = frame.take(2);
    return frame.bytes.ok() ? after_type_or_length(frame, u16_at(type, 0)) : Step::truncated;
}

}  // namespace umbra::decode
