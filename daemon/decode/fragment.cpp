#include "daemon/decode/layer.hpp"

namespace umbra::decode {

Step read_fragment(Frame& frame, Fragment fragment, std::uint8_t& protocol) {
    fragment.key.source = frame.packet.source;
    fragment.key.destination = frame.packet.destination;
    fragment.key.vlan = frame.packet.vlan;
    fragment.bytes = frame.bytes.rest();
    fragment.length = frame.on_wire;
    fragment.time = frame.packet.time;
    // Without its true length a fragment has no end, and what follows it no place.
    if (frame.length_lied || !fragment.well_formed()) return Step::malformed;
    const auto datagram = frame.fragments.add(fragment);
    if (!datagram) return Step::fragment;
    frame.bytes = Reader(datagram->bytes);
    frame.on_wire = datagram->length;
    protocol = datagram->protocol;
    return Step::decoded;
}

}  // namespace umbra::decode
