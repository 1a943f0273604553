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

    std::uint64_t count(decode::Step step) const { return ended[static_cast<std::size_t>(step)]; }
};

// Reads the frames of one link layer. Never throws, never allocates; every frame ends in one
// counter.
class Decoder {
  public:
    // `link_type` is a DLT_ value of libpcap. Nothing where that link layer is not decoded.
    static bool supports(int link_type);

    // Changes the link layer of the frames to come; the counters go on.
    void set_link_type(int link_type) { link_type_ = link_type; }

    // Decodes `frame`, of which the wire had `wire_length` bytes. True where `packet` holds a whole
    // TCP or UDP header; its payload points into `frame`.
    bool decode(Bytes frame, std::uint32_t wire_length, Packet& packet);

    const DecodeCounters& counters() const { return counters_; }

  private:
    int link_type_ = 1;
    DecodeCounters counters_;
};

}  // namespace umbra
