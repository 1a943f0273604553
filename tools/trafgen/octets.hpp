// Writing of protocol messages, in network byte order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

namespace umbra::trafgen {

class Octets {
  public:
    void u8(std::uint64_t value) { number(value, 1); }
    void u16(std::uint64_t value) { number(value, 2); }
    void u24(std::uint64_t value) { number(value, 3); }
    void u32(std::uint64_t value) { number(value, 4); }
    void bytes(std::span<const std::uint8_t> content) {
        data_.insert(data_.end(), content.begin(), content.end());
    }
    void bytes(std::initializer_list<std::uint8_t> content) { data_.insert(data_.end(), content); }
    void text(std::string_view content) {
        data_.insert(data_.end(), content.begin(), content.end());
    }
    void fill(std::size_t count, std::uint8_t value) { data_.insert(data_.end(), count, value); }

    // What `write` appends, behind its length in `width` bytes.
    template <typename Write>
    void with_length(std::size_t width, Write write) {
        const std::size_t at = data_.size();
        fill(width, 0);
        write();
        std::size_t length = data_.size() - at - width;
        for (std::size_t i = width; i-- > 0; length >>= 8) {
            data_[at + i] = static_cast<std::uint8_t>(length);
        }
    }

    std::size_t size() const { return data_.size(); }
    std::span<const std::uint8_t> view() const { return data_; }
    std::vector<std::uint8_t> take() { return std::move(data_); }

  private:
    void number(std::uint64_t value, int width) {
        for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
            data_.push_back(static_cast<std::uint8_t>(value >> shift));
        }
    }

    std::vector<std::uint8_t> data_;
};

}  // namespace umbra::trafgen
