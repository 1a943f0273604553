#include "daemon/decode/layer.hpp"

namespace umbra::decode {

// +-------------------------------+-------------------------------+
// |          source port          |       destination port        |
// |            length             |           checksum            |
// +-------------------------------+-------------------------------+
Step read_udp(Frame& frame) {
    const Bytes header = frame.take(8);
    if (!frame.bytes.ok()) return Step::truncated;
    // The length counts the header. Zero: offload merged several datagrams, or a jumbogram.
    const std::uint32_t length = u16_at(header, 4);
    if (length != 0) {
        if (length < 8) return Step::malformed;
        if (length - 8 > frame.on_wire) frame.length_lied = true;
        frame.limit(length - 8);
    }
    Packet& packet = frame.packet;
    packet.transport = Transport::udp;
    packet.source_port = u16_at(header, 0);
    packet.destination_port = u16_at(header, 2);
    packet.payload_length = frame.on_wire;
    packet.payload = frame.bytes.rest();
    return Step::decoded;
}

}  // namespace umbra::decode
