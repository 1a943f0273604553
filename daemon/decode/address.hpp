// IPv4 and IPv6 addresses and networks as values.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "daemon/support/hash.hpp"

namespace umbra {

// An IPv4 address is kept as its IPv4-mapped IPv6 form ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2),
// so that keys and tables know one kind only. Bytes are in network order.
struct Address {
    std::array<std::uint8_t, 16> bytes{};

    static Address v4(const std::uint8_t* network_order) {
        Address address;
        address.bytes[10] = address.bytes[11] = 0xff;
        std::memcpy(address.bytes.data() + 12, network_order, 4);
        return address;
    }
    static Address v6(const std::uint8_t* network_order) {
        Address address;
        std::memcpy(address.bytes.data(), network_order, 16);
        return address;
    }
    // Dotted or colon notation; nothing where the text is neither.
    static std::optional<Address> parse(std::string_view text);

    bool is_v4() const {
        static constexpr std::array<std::uint8_t, 12> prefix{0, 0, 0, 0, 0,    0,
                                                             0, 0, 0, 0, 0xff, 0xff};
        return std::memcmp(bytes.data(), prefix.data(), prefix.size()) == 0;
    }
    std::string to_string() const;

    // The first address of the network of `prefix` bits, counted in the 128-bit form, that holds
    // it.
    Address masked(unsigned prefix) const;

    // In the order of their bytes; by words, for it is done for every packet.
    friend bool operator==(const Address& a, const Address& b) {
        return ((a.word(0) ^ b.word(0)) | (a.word(8) ^ b.word(8))) == 0;
    }
    friend std::strong_ordering operator<=>(const Address& a, const Address& b) {
        const auto words = a.word(0) <=> b.word(0);
        return words != 0 ? words : a.word(8) <=> b.word(8);
    }

    // Eight bytes from `at` on as a number, the first byte its highest.
    std::uint64_t word(std::size_t at) const {
        std::uint64_t value = 0;
        std::memcpy(&value, &bytes[at], sizeof value);
        if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap64(value);
        return value;
    }
};

// For tables under a secret seed, and for shares of which each is to be as large whatever the seed:
// hosts that differ in one byte alone, as the hosts of a network do, need the second product.
inline std::uint64_t hash_of(const Address& address, std::uint64_t seed) {
    const std::uint64_t once =
        mix(word_at(address.bytes.data()) ^ seed, word_at(&address.bytes[8]) + seed);
    return mix(once, seed ^ 0xe7037ed1a0b428dbU);
}

// An address range in CIDR notation (RFC 4632); a single address is a network of one.
struct Network {
    Address base;
    unsigned prefix = 128;  // counted in the 128-bit form: 10.0.0.0/8 has 104

    // Nothing where the text is no network, has a prefix that is too long, or host bits that are
    // set.
    static std::optional<Network> parse(std::string_view text);

    bool contains(const Address& address) const {
        const auto same = [&](std::size_t at, unsigned bits) {
            const std::uint64_t differing = address.word(at) ^ base.word(at);
            return bits == 0 || differing >> (64 - bits) == 0;
        };
        return same(0, std::min(prefix, 64U)) && same(8, prefix - std::min(prefix, 64U));
    }
};

}  // namespace umbra

template <>
struct std::hash<umbra::Address> {
    std::size_t operator()(const umbra::Address& address) const noexcept {
        return std::hash<std::string_view>{}(
            {reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()});
    }
};
