// What the layers share. A layer is one function: it reads its header from the front of a frame,
// notes in the packet what it learned, and says which layer follows or why decoding ends here.
#pragma once

#include "daemon/decode/fragments.hpp"
#include "daemon/decode/packet.hpp"

namespace umbra::decode {

enum class Step : std::uint8_t {
    // the next layer
    ethernet,
    ether_type,  // the two bytes that follow say what comes next
    llc,
    linux_cooked,
    linux_cooked_2,
    bsd_loopback,
    hdlc,
    ppp,
    pppoe,
    mpls,
    ip,  // of either version
    ipv4,
    ipv6,
    gre,
    erspan,
    ether_ip,
    tcp,
    udp,
    // the end
    decoded,
    not_ip,
    fragment,         // of a datagram that is not whole yet, or never will be
    other_transport,  // IP that carries neither TCP nor UDP
    truncated,        // the header was not captured whole
    malformed,        // the header contradicts itself
    too_deep,         // more nested layers than the bound
    unknown_link,     // a link layer that is not decoded
};
constexpr std::size_t step_count = static_cast<std::size_t>(Step::unknown_link) + 1;

// What carried the packet that was found inside.
enum class Tunnel : std::uint8_t {
    mpls,
    pppoe,
    gre,
    erspan,
    ip_in_ip,
    vxlan,
    geneve,
    gtp,
    teredo,
    tzsp
};
constexpr std::size_t tunnel_count = static_cast<std::size_t>(Tunnel::tzsp) + 1;

struct Frame {
    Reader bytes;           // what was captured and is not yet read
    std::uint32_t on_wire;  // how many bytes the wire had from here; never less than bytes.left()
    Packet& packet;
    Fragments& fragments;
    std::uint32_t tunnels = 0;  // the kinds that were entered, a bit each
    bool length_lied = false;   // an IP or UDP length that reaches past the frame

    // Consumes `count` bytes of header; fails where they were not captured.
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
    // Consumes a header of which nothing is of interest here.
    Step pass_over(std::size_t count, Step next) {
        take(count);
        return bytes.ok() ? next : Step::truncated;
    }
    void enter(Tunnel tunnel) {
        tunnels |= 1U << static_cast<unsigned>(tunnel);
        packet.source_mac = {};
    }
    bool cut_short() const { return bytes.left() < on_wire; }
};

inline std::uint16_t u16_at(Bytes bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}
inline std::uint32_t u32_at(Bytes bytes, std::size_t at) {
    return std::uint32_t{u16_at(bytes, at)} << 16 | u16_at(bytes, at + 2);
}

// IEEE 802.1Q and 802.1ad, and what was used before the latter had a type.
constexpr bool is_vlan_tag(std::uint16_t type) {
    return type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200;
}

// The layer that an EtherType announces (IEEE 802 numbers), with tags passed over.
Step after_ether_type(Frame& frame, std::uint16_t type);
// The same of the tags and headers that switching fabrics put before it.
Step after_fabric_type(Frame& frame, std::uint16_t type);
// The layer that an IP protocol number announces (IANA protocol numbers).
Step after_ip_protocol(Frame& frame, std::uint8_t protocol);

// Adds what is left of the frame to the datagram of which it is a fragment. `decoded` where that
// made the datagram whole: the frame goes on with it, and `protocol` is what it carries.
Step read_fragment(Frame& frame, Fragment fragment, std::uint8_t& protocol);

// What neighbours say to each other: ends decoding, and lies in the packet as its payload.
Step read_arp(Frame& frame);
Step read_icmpv6(Frame& frame, std::uint8_t hop_limit);

Step read_ethernet(Frame& frame);        // IEEE 802.3
Step read_ether_type(Frame& frame);      // EtherType and 802.1Q/802.1ad tags
Step read_llc(Frame& frame);             // IEEE 802.2, SNAP
Step read_linux_cooked(Frame& frame);    // LINKTYPE_LINUX_SLL
Step read_linux_cooked_2(Frame& frame);  // LINKTYPE_LINUX_SLL2
Step read_bsd_loopback(Frame& frame);    // LINKTYPE_NULL, LINKTYPE_LOOP
Step read_hdlc(Frame& frame);            // PPP or Cisco's EtherTypes in HDLC framing
Step read_ppp(Frame& frame);             // RFC 1661, RFC 1662
Step read_pppoe(Frame& frame);           // RFC 2516
Step read_mpls(Frame& frame);            // RFC 3032, pseudowires of RFC 4448
Step read_ip(Frame& frame);
Step read_ipv4(Frame& frame);      // RFC 791
Step read_ipv6(Frame& frame);      // RFC 8200
Step read_gre(Frame& frame);       // RFC 2784, RFC 2890, RFC 2637
Step read_erspan(Frame& frame);    // draft-foschiano-erspan, types II and III
Step read_ether_ip(Frame& frame);  // RFC 3378
Step read_tcp(Frame& frame);       // RFC 9293
Step read_udp(Frame& frame);       // RFC 768

// What UDP carries. Its port alone proves nothing: where what follows is no such tunnel these
// return `decoded` and have taken nothing.
Step read_vxlan(Frame& frame);      // RFC 7348, group policy extension
Step read_vxlan_gpe(Frame& frame);  // draft-ietf-nvo3-vxlan-gpe
Step read_geneve(Frame& frame);     // RFC 8926
Step read_gtp(Frame& frame);        // 3GPP TS 29.281
Step read_teredo(Frame& frame);     // RFC 4380
Step read_tzsp(Frame& frame);       // TaZmen Sniffer Protocol, MikroTik's mirror

}  // namespace umbra::decode
