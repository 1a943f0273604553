#include "daemon/support/digest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/sha.h>

#include <array>

namespace umbra {

std::string sha256_digits(std::span<const unsigned char> bytes, std::size_t count) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(bytes.data(), bytes.size(), digest.data());
    return fmt::format("{:02x}", fmt::join(std::span(digest).first(count), ""));
}

std::string sha256_digits(std::string_view text, std::size_t count) {
    return sha256_digits(
        std::span(reinterpret_cast<const unsigned char*>(text.data()), text.size()), count);
}

}  // namespace umbra
