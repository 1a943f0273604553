// Ethernet addresses as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace umbra {

// EUI-48 in the low bits of a number. Zero is none: no address at all, or one that no single host
// can have for its own, such as broadcast.
struct Mac {
    std::uint64_t value = 0;

    static Mac of(const std::uint8_t* network_order) {
        constexpr std::uint8_t group_bit = 1;  // IEEE 802, of the first byte
        Mac mac;
        for (int i = 0; i < 6; ++i)
            mac.value = mac.value << 8 | network_order[i];
        return network_order[0] & group_bit ? Mac{} : mac;
    }
    // `00:1b:63:84:45:e6`, `00-1B-63-84-45-E6` or `001b.6384.45e6`; nothing where the text is none
    // of them, or a group's address.
    static std::optional<Mac> parse(std::string_view text);

    bool known() const { return value != 0; }
    std::string to_string() const;  // with colons, lower case

    bool operator==(const Mac&) const = default;
};

}  // namespace umbra
