#include "daemon/decode/decoder.hpp"

#include <algorithm>

namespace umbra {
namespace {

using decode::Step;

constexpr int most_layers = 16;  // Ethernet, tags and tunnels, IP, transport

// DLT_ values as in pcap/dlt.h; decoding itself does not depend on libpcap.
Step first_layer(int link_type) {
    switch (link_type) {
        case 1:  // EN10MB
            return Step::ethernet;
        case 0:    // NULL
        case 108:  // LOOP
            return Step::bsd_loopback;
        case 9:  // PPP
            return Step::ppp;
        case 50:   // PPP_SERIAL
        case 104:  // C_HDLC
            return Step::hdlc;
        case 51:  // PPP_ETHER
            return Step::pppoe;
        case 12:  // RAW: the number differs between systems, in files it is 101
        case 14:
        case 101:
            return Step::ip;
        case 228:  // IPV4
            return Step::ipv4;
        case 229:  // IPV6
            return Step::ipv6;
        case 113:  // LINUX_SLL
            return Step::linux_cooked;
        case 276:  // LINUX_SLL2
            return Step::linux_cooked_2;
        case 219:  // MPLS
            return Step::mpls;
        default:
            return Step::unknown_link;
    }
}

Step read_layer(Step step, decode::Frame& frame) {
    switch (step) {
        case Step::ethernet:
            return decode::read_ethernet(frame);
        case Step::ether_type:
            return decode::read_ether_type(frame);
        case Step::llc:
            return decode::read_llc(frame);
        case Step::linux_cooked:
            return decode::read_linux_cooked(frame);
        case Step::linux_cooked_2:
            return decode::read_linux_cooked_2(frame);
        case Step::bsd_loopback:
            return decode::read_bsd_loopback(frame);
        case Step::hdlc:
            return decode::read_hdlc(frame);
        case Step::ppp:
            return decode::read_ppp(frame);
        case Step::pppoe:
            return decode::read_pppoe(frame);
        case Step::mpls:
            return decode::read_mpls(frame);
        case Step::ip:
            return decode::read_ip(frame);
        case Step::ipv4:
            return decode::read_ipv4(frame);
        case Step::ipv6:
            return decode::read_ipv6(frame);
        case Step::gre:
            return decode::read_gre(frame);
        case Step::erspan:
            return decode::read_erspan(frame);
        case Step::ether_ip:
            return decode::read_ether_ip(frame);
        case Step::tcp:
            return decode::read_tcp(frame);
        case Step::udp:
            return decode::read_udp(frame);
        default:
            return step;
    }
}

}  // namespace

bool Decoder::supports(int link_type) {
    return first_layer(link_type) != Step::unknown_link;
}

void Decoder::set_link_type(int link_type) {
    first_layer_ = first_layer(link_type);
}

bool Decoder::decode(Bytes bytes, std::uint32_t wire_length, Packet& packet) {
    const auto captured = static_cast<std::uint32_t>(bytes.size());
    ++counters_.frames;
    counters_.bytes += wire_length;
    if (captured < wire_length) ++counters_.cut_short;

    decode::Frame frame{Reader(bytes), std::max(wire_length, captured), packet, fragments_};
    Step step = first_layer_;
    for (int layers = 0; step < Step::decoded; ++layers) {
        step = layers < most_layers ? read_layer(step, frame) : Step::too_deep;
    }
    ++counters_.ended[static_cast<std::size_t>(step)];
    if (frame.length_lied) ++counters_.length_lied;
    if (frame.tunnels != 0) count_tunnels(frame.tunnels);
    return step == Step::decoded;
}

void Decoder::count_tunnels(std::uint32_t kinds) {
    ++counters_.tunnelled;
    for (std::size_t kind = 0; kind < decode::tunnel_count; ++kind)
        counters_.tunnels[kind] += kinds >> kind & 1U;
}

}  // namespace umbra
