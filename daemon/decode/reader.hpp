// A view of bytes that is consumed from the front. Reading past the end makes it fail for good:
// every later read gives zero or nothing, so a parser may read a whole header and ask `ok()` once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace umbra {

using Bytes = std::span<const std::uint8_t>;

class Reader {
  public:
    explicit Reader(Bytes bytes) : bytes_(bytes) {}

    bool ok() const { return ok_; }
    std::size_t left() const { return bytes_.size(); }
    Bytes rest() const { return bytes_; }

    // Unsigned integers in network byte order.
    std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t u24() { return number(3); }
    std::uint32_t u32() { return number(4); }

    Bytes take(std::size_t count) {
        if (count > bytes_.size()) {
            fail();
            return {};
        }
        const Bytes taken = bytes_.first(count);
        bytes_ = bytes_.subspan(count);
        return taken;
    }
    void skip(std::size_t count) { take(count); }

  private:
    std::uint32_t number(std::size_t count) {
        std::uint32_t value = 0;
        for (const std::uint8_t byte : take(count))
            value = value << 8 | byte;
        return value;
    }
    void fail() {
        ok_ = false;
        bytes_ = {};
    }

    Bytes bytes_;
    bool ok_ = true;
};

}  // namespace umbra
