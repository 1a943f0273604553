#include "daemon/decode/layer.hpp"

namespace umbra::decode {
namespace {

// RFC 6325 section 3.2: version (2 bits), reserved (2), multi-destination (1), length of options in
// 4-byte units (5), hop count (6), two nicknames of 2 bytes; then an Ethernet frame.
Step read_trill(Frame& frame) {
    const Bytes header = frame.take(6);
    if (!frame.bytes.ok()) return Step::truncated;
    const std::size_t words = u16_at(header, 0) >> 6 & 0x1fU;
    return frame.pass_over(words * 4, Step::ethernet);
}

// IEEE 802.1AE section 9: tag control, short length, packet number (4 bytes), and the channel's
// identifier (8 bytes) where the control says so. Only what is protected but not encrypted can be
// read.
Step read_macsec(Frame& frame) {
    constexpr std::uint8_t with_channel = 0x20, encrypted = 0x08, changed = 0x04;
    const Bytes header = frame.take(6);
    if (!frame.bytes.ok()) return Step::truncated;
    if (header[0] & (encrypted | changed)) return Step::not_ip;
    return frame.pass_over(header[0] & with_channel ? 8 : 0, Step::ether_type);
}

}  // namespace

Step after_fabric_type(Frame& frame, std::uint16_t type) {
    switch (type) {
        case 0x8909:  // Cisco metadata: version, length, option, security group tag
        case 0x893f:  // E-tag, IEEE 802.1BR
            return frame.pass_over(6, Step::ether_type);
        case 0x8926:  // VN-tag of port extenders
            return frame.pass_over(4, Step::ether_type);
        case 0x88e7:  // I-tag of provider backbone bridges, IEEE 802.1ah
            return frame.pass_over(4, Step::ethernet);
        case 0x8903:  // Cisco FabricPath: forwarding tag, time to live
            return frame.pass_over(2, Step::ethernet);
        case 0x22f3:
            return read_trill(frame);
        case 0x88e5:
            return read_macsec(frame);
        default:
            return Step::not_ip;
    }
}

}  // namespace umbra::decode
