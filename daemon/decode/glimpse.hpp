// A look ahead that takes nothing, to judge whether bytes are what they are taken for.
#pragma once

#include <algorithm>

#include "daemon/decode/layer.hpp"

namespace umbra::decode {

// Bytes that were on the wire and were not captured may be anything. What they would decide stays
// open: the layer that is then read finds them missing and says so.
class Glimpse {
  public:
    explicit Glimpse(const Frame& frame) : Glimpse(frame.bytes.rest(), frame.on_wire) {}

    // What is behind the next `count` bytes; nothing fits there where the wire had fewer.
    Glimpse after(std::size_t count) const {
        if (count > on_wire_) return {{}, 0};
        return {bytes_.subspan(std::min(count, bytes_.size())),
                on_wire_ - static_cast<std::uint32_t>(count)};
    }
    // Whether the wire had a byte there and it can be `value` in the bits of `mask`.
    bool may_be(std::size_t at, std::uint8_t value, std::uint8_t mask = 0xff) const {
        return at < on_wire_ && (at >= bytes_.size() || (bytes_[at] & mask) == value);
    }
    bool may_be_u16(std::size_t at, std::uint32_t value) const {
        return may_be(at, static_cast<std::uint8_t>(value >> 8)) &&
               may_be(at + 1, static_cast<std::uint8_t>(value));
    }
    // An IP header of a length that fits.
    bool may_be_ipv4() const { return may_be_ipv4_header() && length_fits(2, 0); }
    bool may_be_ipv6() const { return may_be(0, 0x60, 0xf0) && length_fits(4, 40); }
    bool may_be_ip() const { return may_be_ipv4() || may_be_ipv6(); }
    // An Ethernet header, any VLAN tags, and what must follow such an EtherType. Here IP may say
    // that it is longer than the frame: some mirrors cut frames to a length.
    bool may_be_ethernet() const;

  private:
    Glimpse(Bytes bytes, std::uint32_t on_wire) : bytes_(bytes), on_wire_(on_wire) {}

    bool may_be_ipv4_header() const;
    bool length_fits(std::size_t at, std::uint32_t header) const {
        return on_wire_ >= at + 2 &&
               (bytes_.size() < at + 2 || u16_at(bytes_, at) + header <= on_wire_);
    }

    Bytes bytes_;
    std::uint32_t on_wire_;
};

}  // namespace umbra::decode
