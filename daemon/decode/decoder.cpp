#include "daemon/decode/decoder.hpp"

#include <algorithm>

namespace umbra {
namespace {

using decode::Step;

constexpr int most_layers = 16;  // Ethernet, tags and tunnels, IP, transport

// DLT_ values as in pcap/dlt.h; decoding itself does not depend on libpcap.
constexpr int dlt_ethernet = 1;

Step first_layer(int link_type) {
    return link_type == dlt_ethernet ? Step::ethernet : Step::unknown_link;
}

Step read_layer(Step step, decode::Frame& frame) {
    switch (step) {
        case Step::ethernet:
            return decode::read_ethernet(frame);
        case Step::ether_type:
            return decode::read_ether_type(frame);
        case Step::ipv4:
            return decode::read_ipv4(frame);
        case Step::ipv6:
            return decode::read_ipv6(frame);
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

bool Decoder::decode(Bytes bytes, std::uint32_t wire_length, Packet& packet) {
    const auto captured = static_cast<std::uint32_t>(bytes.size());
    ++counters_.frames;
    counters_.bytes += wire_length;
    if (captured < wire_length) ++counters_.cut_short;

    decode::Frame frame{Reader(bytes), std::max(wire_length, captured), packet};
    Step step = first_layer(link_type_);
    for (int layers = 0; step < Step::decoded; ++layers) {
        step = layers < most_layers ? read_layer(step, frame) : Step::too_deep;
    }
    ++counters_.ended[static_cast<std::size_t>(step)];
    if (frame.length_lied) ++counters_.length_lied;
    return step == Step::decoded;
}

}  // namespace umbra
