// A host name read from the wire, checked and brought to one form.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "daemon/decode/reader.hpp"

namespace umbra {

// Lower case, no trailing dot, 1 to 253 bytes (RFC 1035 section 2.3.4); letters, digits, `-`, `_`
// and dots between labels of at most 63 bytes. The bytes live inside the value.
class HostName {
  public:
    // Nothing where `bytes` is no such name: NUL, a byte over 127, an empty label, too long, …
    static std::optional<HostName> parse(Bytes bytes);
    static std::optional<HostName> parse(std::string_view text) {
        return parse(Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
    }

    std::string_view view() const { return {characters_.data(), length_}; }

  private:
    std::array<char, 253> characters_;
    std::uint8_t length_ = 0;
};

}  // namespace umbra
