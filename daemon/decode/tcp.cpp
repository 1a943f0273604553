#include <algorithm>

#include "daemon/decode/layer.hpp"

namespace umbra::decode {
namespace {

// Some stacks and middleboxes count the padding of a short Ethernet frame into the IP length: a
// bare acknowledgment then seems to carry a few zero bytes.
bool is_padding(const Packet& packet) {
    constexpr std::uint32_t longest_padding = 6;
    return packet.payload_length <= longest_padding && packet.tcp_flags == tcp_flag::ack &&
           packet.payload.size() == packet.payload_length &&
           std::ranges::all_of(packet.payload, [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

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
    if (is_padding(packet)) {
        packet.payload = {};
        packet.payload_length = 0;
    }
    return Step::decoded;
}

}  // namespace umbra::decode
