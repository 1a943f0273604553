#include "daemon/decode/layer.hpp"

namespace umbra::decode {

// draft-foschiano-erspan-03 sections 4.2 and 4.3: type II has the first eight bytes, in which an
// index is the second four; type III all twelve, and eight more of the platform's where O is set.
// +-------+-----------------------+-----+---+-+-------------------+
// |version|         VLAN          | COS |En.|T|      session      |
// +-------+-----------------------+-----+---+-+-------------------+
// |                           timestamp                           |
// +-------------------------------+-+---------+-----------+-+---+-+
// |      security group tag       |P|frame type| hardware |D|Gra|O|
// +-------------------------------+-+---------+-----------+-+---+-+
Step read_erspan(Frame& frame) {
    const Bytes first = frame.take(8);
    if (!frame.bytes.ok()) return Step::truncated;
    const unsigned version = first[0] >> 4;
    if (version == 1) return Step::ethernet;
    if (version != 2) return Step::malformed;
    const Bytes rest = frame.take(4);
    if (!frame.bytes.ok()) return Step::truncated;
    constexpr unsigned ip_packet = 2;
    const unsigned frame_type = rest[2] >> 2 & 0x1fU;
    const bool subheader = rest[3] & 1U;
    return frame.pass_over(subheader ? 8 : 0, frame_type == ip_packet ? Step::ip : Step::ethernet);
}

}  // namespace umbra::decode
