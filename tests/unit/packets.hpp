// Packets and frames made by hand, for the tests of decoding and of flows.
#pragma once

#include "daemon/decode/packet.hpp"
#include "tools/trafgen/octets.hpp"

namespace umbra::test {

using trafgen::Octets;

inline Address address(std::string_view text) {
    return Address::parse(text).value();
}

inline Bytes bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

struct Tcp {
    std::string_view source = "10.0.0.1", destination = "203.0.113.1";
    std::uint16_t source_port = 40000, destination_port = 443;
    std::uint8_t flags = tcp_flag::ack;
    std::uint32_t sequence = 0;
    std::string_view payload = {};
    Micros time = 0;

    Packet packet() const {
        Packet packet;
        packet.time = time;
        packet.source = address(source);
        packet.destination = address(destination);
        packet.source_port = source_port;
        packet.destination_port = destination_port;
        packet.transport = Transport::tcp;
        packet.tcp_flags = flags;
        packet.sequence = sequence;
        packet.payload = bytes_of(payload);
        packet.payload_length = static_cast<std::uint32_t>(payload.size());
        return packet;
    }
};

// An Ethernet frame up to and with its EtherType.
inline Octets ethernet(std::uint16_t type) {
    Octets frame;
    frame.fill(12, 2);
    frame.u16(type);
    return frame;
}

// An IPv4 header for `length` bytes behind it.
inline void put_ipv4(Octets& out, std::uint8_t protocol, std::size_t length,
                     std::size_t options = 0, std::uint16_t fragment = 0) {
    out.u8(0x45 + options / 4);
    out.u8(0);
    out.u16(20 + options + length);
    out.u16(1);
    out.u16(fragment);
    out.u8(64);
    out.u8(protocol);
    out.u16(0);
    out.bytes({10, 0, 0, 1});
    out.bytes({203, 0, 113, 1});
    out.fill(options, 1);
}

inline void put_ipv6(Octets& out, std::uint8_t next, std::size_t length) {
    out.u32(0x60000000);
    out.u16(length);
    out.u8(next);
    out.u8(64);
    for (const char* text : {"fd00::1", "2001:db8::1"})
        out.bytes(address(text).bytes);
}

inline void put_tcp(Octets& out, std::string_view payload, std::uint8_t offset = 5) {
    out.u16(40000);
    out.u16(443);
    out.u32(1000);
    out.u32(0);
    out.u8(std::uint64_t{offset} << 4U);
    out.u8(tcp_flag::ack);
    out.u16(1024);
    out.u32(0);
    out.text(payload);
}

inline void put_udp(Octets& out, std::string_view payload) {
    out.u16(40000);
    out.u16(443);
    out.u16(8 + payload.size());
    out.u16(0);
    out.text(payload);
}

}  // namespace umbra::test
