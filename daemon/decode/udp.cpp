#include "daemon/decode/layer.hpp"

namespace umbra::decode {
namespace {

// Tunnels are known by port, of a server that is the destination.
Step read_tunnel(Frame& frame, std::uint16_t source_port, std::uint16_t destination_port) {
    constexpr std::uint16_t teredo = 3544;  // its answers come from there
    switch (destination_port) {
        case 4789:
        case 8472:  // Linux before the number was assigned, and what still follows it
            return read_vxlan(frame);
        case 4790:
            return read_vxlan_gpe(frame);
        case 6081:
            return read_geneve(frame);
        case 2152:
            return read_gtp(frame);
        case 37008:
            return read_tzsp(frame);
        case teredo:
            return read_teredo(frame);
        default:
            return source_port == teredo ? read_teredo(frame) : Step::decoded;
    }
}

}  // namespace

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
    const std::uint16_t source_port = u16_at(header, 0), destination_port = u16_at(header, 2);
    const Step inside = read_tunnel(frame, source_port, destination_port);
    if (inside != Step::decoded) return inside;
    Packet& packet = frame.packet;
    packet.transport = Transport::udp;
    packet.source_port = source_port;
    packet.destination_port = destination_port;
    packet.udp_checksum = u16_at(header, 6);
    packet.payload_length = frame.on_wire;
    packet.payload = frame.bytes.rest();
    return Step::decoded;
}

}  // namespace umbra::decode
