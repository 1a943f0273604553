#include "daemon/decode/mac.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace umbra {

std::optional<Mac> Mac::parse(std::string_view text) {
    const bool dotted = text.find('.') != std::string_view::npos;
    const std::size_t digits = dotted ? 4 : 2, groups = dotted ? 3 : 6;
    const char separator = dotted ? '.' : text.substr(0, 3).ends_with('-') ? '-' : ':';
    if (text.size() != groups * (digits + 1) - 1) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t group = 0; group < groups; ++group) {
        const std::string_view part = text.substr(group * (digits + 1), digits);
        unsigned number = 0;
        const auto [end, error] =
            std::from_chars(part.data(), part.data() + part.size(), number, 16);
        const bool last = group + 1 == groups;
        if (error != std::errc{} || end != part.data() + part.size() || part[0] == '-' ||
            (!last && text[group * (digits + 1) + digits] != separator)) {
            return std::nullopt;
        }
        value = value << (4 * digits) | number;
    }
    std::array<std::uint8_t, 6> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(value >> (8 * (5 - i)));
    const Mac mac = of(bytes.data());
    return mac.known() ? std::optional(mac) : std::nullopt;
}

std::string Mac::to_string() const {
    const auto byte = [&](int place) { return value >> (8 * (5 - place)) & 0xff; };
    return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", byte(0), byte(1), byte(2),
                       byte(3), byte(4), byte(5));
}

}  // namespace umbra
