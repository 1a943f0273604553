#include "daemon/decode/layer.hpp"

namespace umbra::decode {

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
    frame.packet.ip_id = u16_at(header, 4);
    std::uint8_t protocol = header[9];
    constexpr std::uint16_t more_fragments = 0x2000, offset = 0x1fff;
    if (const std::uint16_t place = u16_at(header, 6); place & (more_fragments | offset)) {
        Fragment fragment;
        fragment.key.identification = u16_at(header, 4);
        fragment.key.protocol = fragment.protocol = protocol;
        fragment.offset = (place & offset) * 8U;
        fragment.more = place & more_fragments;
        const Step step = read_fragment(frame, fragment, protocol);
        if (step != Step::decoded) return step;
    }
    return after_ip_protocol(frame, protocol);
}

}  // namespace umbra::decode
