// What the layers share. A layer is one function: it reads its header from the front of a frame,
// notes in the packet what it learned, and says which layer follows or why decoding ends here.
#pragma once

#include "daemon/decode/packet.hpp"

namespace umbra::decode {

enum class Step : std::uint8_t {
    // the next layer
    ethernet,
    ether_type,  // the two bytes that follow say what comes next
    ipv4,
    ipv6,
    tcp,
    udp,
    // the end
    decoded,
    not_ip,
    fragment,
    other_transport,  // IP that carries neither TCP nor UDP
    truncated,        // the header was not captured whole
    malformed,        // the header contradicts itself
    too_deep,         // more nested layers than the bound
    unknown_link,     // a link layer that is not decoded
};
constexpr std::size_t step_count = static_cast<std::size_t>(Step::unknown_link) + 1;

struct Frame {
    Reader bytes;           // what was captured and is not yet read
    std::uint32_t on_wire;  // how many bytes the wire had from here; never less than bytes.left()
    Packet& packet;
    bool length_lied = false;  // an IP length that reaches past the frame

    // Consumes `count` bytes of header; false where they were not captured.
    Bytes take(std::size_t count) {
        const Bytes taken = bytes.take(count);
        if (bytes.ok()) on_wire -= static_cast<std::uint32_t>(count);
        return taken;
    }
    // Cuts what follows to `length` bytes on the wire: drops padding and trailers.
    void limit(std::uint32_t length) {
        if (length < on_wire) on_wire = length;
        if (bytes.left() > on_wire) bytes = Reader(bytes.rest().first(on_wire));
    }
};

inline std::uint16_t u16_at(Bytes bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}
inline std::uint32_t u32_at(Bytes bytes, std::size_t at) {
    return std::uint32_t{u16_at(bytes, at)} << 16 | u16_at(bytes, at + 2);
}

// The layer that an EtherType announces (IEEE 802 numbers).
Step after_ether_type(std::uint16_t type);
// The layer that an IP protocol number announces (IANA protocol numbers).
Step after_ip_protocol(std::uint8_t protocol);

Step read_ethernet(Frame& frame);    // IEEE 802.3
Step read_ether_type(Frame& frame);  // EtherType and 802.1Q/802.1ad tags
Step read_ipv4(Frame& frame);        // RFC 791
Step read_ipv6(Frame& frame);        // RFC 8200
Step read_tcp(Frame& frame);         // RFC 9293
Step read_udp(Frame& frame);         // RFC 768

}  // namespace umbra::decode
