#include "daemon/support/utf8.hpp"

#include <clocale>
#include <cstdint>
#include <cwctype>

namespace umbra {
namespace {

// Takes the first character, or the first byte where it begins none.
wint_t take_character(std::string_view& text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t first = byte(0);
    std::size_t length = first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (length > 1 && !is_plain_text(text.substr(0, length))) length = 1;
    wint_t character = length == 1 ? first : first & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i)
        character = character << 6 | (byte(i) & 0x3fU);
    constexpr wint_t no_character = 0x110000;
    if (length == 1 && first >= 0x80) character += no_character;
    text.remove_prefix(length);
    return character;
}

// The C library knows the letters of all alphabets by this locale, which is part of it.
wint_t lower(wint_t character) {
    static const locale_t unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    if (character < 0x80 || unicode == nullptr) {
        return character >= 'A' && character <= 'Z' ? character + ('a' - 'A') : character;
    }
    return towlower_l(character, unicode);
}

}  // namespace

bool same_but_for_case(std::string_view a, std::string_view b) {
    while (!a.empty() && !b.empty()) {
        if (lower(take_character(a)) != lower(take_character(b))) return false;
    }
    return a.empty() && b.empty();
}

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
