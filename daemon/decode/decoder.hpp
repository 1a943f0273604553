// From a captured frame to its innermost transport header, and the account of what was refused.
#pragma once

#include <array>

#include "daemon/decode/layer.hpp"

namespace umbra {

struct DecodeCounters {
    std::uint64_t frames = 0;
    std::uint64_t bytes = 0;                                // as on the wire
    std::array<std::uint64_t, decode::step_count> ended{};  // by the step that decoding ended with
    std::uint64_t cut_short = 0;    // frames of which only a part was captured (snap length)
    std::uint64_t length_lied = 0;  // an IP or UDP length that reaches past the frame
    std::uint64_t tunnelled = 0;    // frames with at least one tunnel, whatever was in it
    std::array<std::uint64_t, decode::tunnel_count> tunnels{};  // by the kinds they went through

    std::uint64_t count(decode::Step step) const { return ended[static_cast<std::size_t>(step)]; }
    std::uint64_t count(decode::Tunnel kind) const {
        return tunnels[static_cast<std::size_t>(kind)];
    }
};

// Reads the frames of one link layer, through tags and tunnels to the innermost packet. Never
// throws; every frame ends in one counter. Only fragments of datagrams take memory, up to their
// bound.
class Decoder {
  public:
    explicit Decoder(const FragmentLimits& fragments = {}) : fragments_(fragments) {}

    // `link_type` is a DLT_ value of libpcap. Nothing where that link layer is not decoded.
    static bool supports(int link_type);

    // Changes the link layer of the frames to come, at first Ethernet; the counters go on.
    void set_link_type(int link_type);

    // Decodes `frame`, of which the wire had `wire_length` bytes, seen at `packet.time`. True where
    // `packet` holds a whole TCP or UDP header; its payload points into `frame`, or into the
    // datagram that this frame's fragment completed, which lives until the next call.
    bool decode(Bytes frame, std::uint32_t wire_length, Packet& packet);

    // After the last frame: what is still incomplete stays so, and is counted.
    void finish() { fragments_.clear(); }

    const DecodeCounters& counters() const { return counters_; }
    const FragmentCounters& fragment_counters() const { return fragments_.counters(); }

  private:
    void count_tunnels(std::uint32_t kinds);

    decode::Step first_layer_ = decode::Step::ethernet;
    decode::Fragments fragments_;
    DecodeCounters counters_;
};

}  // namespace umbra
