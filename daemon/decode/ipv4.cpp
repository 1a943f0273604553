#include "daemon/decode/layer.hpp"

namespace umbra::decode {

Step after_ip_protocol(std::uint8_t protocol) {
    switch (protocol) {
        case 6:
            return Step::tcp;
        case 17:
            return Step::udp;
        default:
            return Step::other_transport;
    }
}

//  0                   1                   2                   3
// +-------+-------+---------------+-------------------------------+
// |version|  IHL  |type of service|         total length          |
// +-------+-------+---------------+-----+-------------------------+
// |        identification         |flags|     fragment offset     |
// +---------------+---------------+-----+-------------------------+
// |  time to live |   protocol    |        header checksum        |
// +---------------+---------------+-------------------------------+
// |                        source address                         |
// |                      destination address                      |
// |                       options, padding                        |
// +---------------------------------------------------------------+
Step read_ipv4(Frame& frame) {
    const std::uint32_t available = frame.on_wire;
    const Bytes header = frame.take(20);
    if (!frame.bytes.ok()) return Step::truncated;
    const std::uint32_t header_length = (header[0] & 0x0fU) * 4U;
    if (header[0] >> 4 != 4 || header_length < 20) return Step::malformed;

    // A length of zero is what a capture on a host with segmentation offload holds: then the frame
    // itself says how long the packet is.
    std::uint32_t total = u16_at(header, 2);
    if (total == 0) total = available;
    if (total < header_length) return Step::malformed;
    if (total > available) {
        frame.length_lied = true;
        total = available;
        if (total < header_length) return Step::malformed;
    }
    frame.limit(total - 20);
    frame.take(header_length - 20);
    if (!frame.bytes.ok()) return Step::truncated;

    frame.packet.source = Address::v4(&header[12]);
    frame.packet.destination = Address::v4(&header[16]);
    const std::uint16_t fragment = u16_at(header, 6);
    const bool more_fragments = fragment & 0x2000U;
    if (more_fragments || (fragment & 0x1fffU) != 0) return Step::fragment;
    return after_ip_protocol(header[9]);
}

}  // namespace umbra::decode
