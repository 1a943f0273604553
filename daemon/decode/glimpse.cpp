#include "daemon/decode/glimpse.hpp"

namespace umbra::decode {

bool Glimpse::may_be_ipv4_header() const {
    if (!may_be(0, 0x40, 0xf0)) return false;
    if (bytes_.empty()) return true;
    const unsigned header_length = (bytes_[0] & 0x0fU) * 4U;
    return header_length >= 20 && (bytes_.size() < 4 || u16_at(bytes_, 2) >= header_length);
}

bool Glimpse::may_be_ethernet() const {
    constexpr std::size_t first_type = 12, tag = 4, most_tags = 4;
    for (std::size_t at = first_type; at <= first_type + tag * most_tags; at += tag) {
        if (on_wire_ < at + 2) return false;
        if (bytes_.size() < at + 2) return true;
        const std::uint16_t type = u16_at(bytes_, at);
        if (is_vlan_tag(type)) continue;
        const Glimpse content = after(at + 2);
        switch (type) {
            case 0x0800:
                return content.may_be_ipv4_header();
            case 0x86dd:
                return content.may_be(0, 0x60, 0xf0);
            case 0x0806:  // ARP: hardware Ethernet, protocol IPv4
                return content.may_be_u16(0, 0x0001) && content.may_be_u16(2, 0x0800);
            case 0x8847:
                return true;
            case 0x8863:
            case 0x8864:
                return content.may_be(0, 0x11);  // PPPoE's version and type
            default:
                return false;
        }
    }
    return false;
}

}  // namespace umbra::decode
