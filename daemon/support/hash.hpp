// Hashing for tables that strangers can fill: under a secret seed, so that nobody can aim at one
// bucket.
#pragma once

#include <cstdint>
#include <cstring>
#include <random>
#include <string_view>

namespace umbra {

// Two words into one: their product of 128 bits, folded. Of numbers that follow each other, times
// the same one, it makes others at equal distance: where few bits of them count, mix once more.
inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline std::uint64_t word_at(const std::uint8_t* bytes) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return value;
}

inline std::uint64_t hash_text(std::string_view text, std::uint64_t seed) {
    std::uint64_t hash = (seed ^ text.size()) * 0x9e3779b97f4a7c15U;
    while (text.size() >= 8) {
        hash = mix(hash ^ word_at(reinterpret_cast<const std::uint8_t*>(text.data())),
                   0xa0761d6478bd642fU);
        text.remove_prefix(8);
    }
    std::uint64_t tail = 0;
    std::memcpy(&tail, text.data(), text.size());
    return mix(hash ^ tail, 0xe7037ed1a0b428dbU);
}

inline std::uint64_t secret_seed() {
    std::random_device random;
    return (std::uint64_t{random()} << 32 | random()) | 1U;
}

}  // namespace umbra
