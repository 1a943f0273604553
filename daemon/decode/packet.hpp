// What decoding makes of one captured frame: the innermost IP packet's transport view.
#pragma once

#include "daemon/decode/address.hpp"
#include "daemon/decode/mac.hpp"
#include "daemon/decode/reader.hpp"
#include "daemon/support/time.hpp"

namespace umbra {

enum class Transport : std::uint8_t { tcp = 6, udp = 17 };

inline std::string_view to_string(Transport transport) {
    return transport == Transport::tcp ? "tcp" : "udp";
}

namespace tcp_flag {
constexpr std::uint8_t fin = 0x01, syn = 0x02, rst = 0x04, psh = 0x08, ack = 0x10;
}

// What neighbours on a link say to each other, in frames that hold neither TCP nor UDP.
enum class OnLink : std::uint8_t {
    none,
    arp,                 // RFC 826
    neighbour_discovery  // RFC 4861
};

struct Packet {
    Micros time = 0;
    Address source, destination;
    std::uint16_t source_port = 0, destination_port = 0;
    Transport transport = Transport::tcp;
    std::uint8_t tcp_flags = 0;
    bool is_flow = false;           // TCP or UDP that counts; where not, the time holds and on_link
    OnLink on_link = OnLink::none;  // then there is a payload too
    Mac source_mac;  // of the Ethernet that carried the packet, if it is not outside of a tunnel
    std::uint32_t vlan = 0;  // the two innermost 12-bit VLAN ids, 0 without a tag
    std::uint32_t sequence = 0;
    std::uint16_t ip_id = 0;           // identification of IPv4; 0 of IPv6
    std::uint16_t udp_checksum = 0;    // 0: none
    Bytes payload;                     // what was captured of the payload
    std::uint32_t payload_length = 0;  // what was on the wire of it
};

// One frame, as a capture gives it.
struct CapturedFrame {
    Micros time = 0;
    Bytes bytes;  // that were captured
    std::uint32_t wire_length = 0;
};

inline const Bytes& bytes_of(const Packet& packet) {
    return packet.payload;
}
inline Bytes& bytes_of(Packet& packet) {
    return packet.payload;
}
inline const Bytes& bytes_of(const CapturedFrame& frame) {
    return frame.bytes;
}
inline Bytes& bytes_of(CapturedFrame& frame) {
    return frame.bytes;
}

}  // namespace umbra
