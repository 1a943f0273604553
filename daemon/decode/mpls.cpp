#include "daemon/decode/glimpse.hpp"

namespace umbra::decode {
namespace {

constexpr int most_labels = 16;

// Nothing says what is below the labels; the first four bits are the convention (RFC 4928), which
// an Ethernet address may break.
Step after_labels(Frame& frame) {
    const Glimpse payload(frame);
    if (payload.may_be_ip()) return Step::ip;
    // A pseudowire's control word (RFC 4448 section 4.6): zero, and a sequence number.
    constexpr std::size_t control_word = 4;
    if (payload.may_be_u16(0, 0) && payload.after(control_word).may_be_ethernet()) {
        return frame.pass_over(control_word, Step::ethernet);
    }
    return payload.may_be_ethernet() ? Step::ethernet : Step::not_ip;
}

}  // namespace

// RFC 3032 section 2.1; S is set in the last entry of the stack.
// +---------------------------------------+-----+-+---------------+
// |                 label                 | TC  |S| time to live  |
// +---------------------------------------+-----+-+---------------+
Step read_mpls(Frame& frame) {
    frame.enter(Tunnel::mpls);
    for (int labels = 0; labels < most_labels; ++labels) {
        const Bytes entry = frame.take(4);
        if (!frame.bytes.ok()) return Step::truncated;
        if (entry[2] & 1U) return after_labels(frame);
    }
    return Step::too_deep;
}

}  // namespace umbra::decode
