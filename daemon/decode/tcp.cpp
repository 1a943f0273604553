#include "daemon/decode/layer.hpp"

namespace umbra::decode {

// +-------------------------------+-------------------------------+
// |          source port          |       destination port        |
// |                        sequence number                        |
// |                     acknowledgment number                     |
// +-------+-------+---------------+-------------------------------+
// | offset|  rsvd |     flags     |            window             |
// +-------+-------+---------------+-------------------------------+
// |           checksum            |         urgent pointer        |
// |                       options, padding                        |
// +---------------------------------------------------------------+
Step read_tcp(Frame& frame) {
    const Bytes header = frame.take(20);
    if (!frame.bytes.ok()) return Step::truncated;
    const std::uint32_t header_length = (header[12] >> 4) * 4U;
    if (header_length < 20 || header_length - 20 > frame.on_wire) return Step::malformed;
    Packet& packet = frame.packet;
    packet.transport = Transport::tcp;
    packet.source_port = u16_at(header, 0);
    packet.destination_port = u16_at(header, 2);
    packet.sequence = u32_at(header, 4);
    packet.tcp_flags = header[13];
    packet.payload_length = frame.on_wire - (header_length - 20);
    // The ports and the length are known even where the options were cut by the snap length.
    const std::size_t options = header_length - 20;
    packet.payload = options < frame.bytes.left() ? frame.bytes.rest().subspan(options) : Bytes{};
    return Step::decoded;
}

}  // namespace umbra::decode
