// From a segment to the frame on the wire.
#pragma once

#include "tools/trafgen/conversation.hpp"

namespace umbra::trafgen {

class FrameWriter {
  public:
    // `vlan`: the VLAN id of an 802.1Q tag on every frame; 0 for none.
    FrameWriter(std::uint64_t seed, std::uint16_t vlan);

    // The frame, valid until the next call.
    std::span<const std::uint8_t> frame(const Conversation& conversation, const Segment& segment);

  private:
    void copy_payload(const Stream& stream, std::uint64_t offset, std::size_t length,
                      std::uint8_t* to) const;

    std::vector<std::uint8_t> filler_;  // TLS records of application data, over and over
    std::vector<std::uint8_t> frame_;
    std::uint16_t vlan_;
    std::uint16_t ip_id_ = 0;
};

}  // namespace umbra::trafgen
