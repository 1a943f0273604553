#include "daemon/support/utf8.hpp"

#include <cstdint>

namespace umbra {

bool is_plain_text(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[at + i]); };
        const std::uint8_t first = byte(0);
        if (first < 0x20 || first == 0x7f) return false;
        const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
        if ((first >= 0x80 && first < 0xc2) || first > 0xf4 || bytes.size() - at < length) {
            return false;
        }
        for (std::size_t i = 1; i < length; ++i) {
            if ((byte(i) & 0xc0) != 0x80) return false;
        }
        // Longer than need be, surrogates, beyond the last character.
        if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f) ||
            (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f)) {
            return false;
        }
        at += length;
    }
    return true;
}

}  // namespace umbra
