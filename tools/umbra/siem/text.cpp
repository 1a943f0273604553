#include "tools/umbra/siem/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "daemon/support/utf8.hpp"

namespace umbra::siem {
namespace {

// Marks of direction (Unicode Standard Annex 9, section 2), invisible characters and separators
// that some programs take for line ends.
constexpr std::array<std::string_view, 18> not_shown = {
    "\u061c", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a",
    "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069", "\ufeff"};

void append_escaped(std::string& safe, std::string_view bytes) {
    for (const char byte : bytes)
        fmt::format_to(std::back_inserter(safe), "\\x{:02X}", static_cast<unsigned char>(byte));
}

bool begins_formula(char c) {
    return c == '=' || c == '+' || c == '-' || c == '@';
}

// The length of the character in front; 1 for a byte that begins none.
std::size_t length_of_character(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    return length <= text.size() && is_plain_text(text.substr(0, length)) ? length : 1;
}

bool is_c1_control(std::string_view character) {  // U+0080 to U+009F
    return character.size() == 2 && character[0] == '\xc2' &&
           static_cast<unsigned char>(character[1]) < 0xa0;
}

}  // namespace

std::string wire_name(std::string_view name) {
    std::string safe;
    for (const char c : name) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '.' || c == '_' ||
                              (c == '-' && !safe.empty());
        if (is_plain) {
            safe += c;
        } else {
            append_escaped(safe, {&c, 1});
        }
    }
    return safe;
}

std::string written_text(std::string_view text) {
    std::string safe;
    while (!text.empty()) {
        const std::string_view character = text.substr(0, length_of_character(text));
        text.remove_prefix(character.size());
        const bool acts = !is_plain_text(character) || is_c1_control(character) ||
                          character == "\\" || std::ranges::count(not_shown, character) > 0 ||
                          (safe.empty() && begins_formula(character.front()));
        if (acts) {
            append_escaped(safe, character);
        } else {
            safe += character;
        }
    }
    return safe;
}

}  // namespace umbra::siem
