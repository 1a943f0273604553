#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace umbra {

// The first bytes of the SHA-256 (FIPS 180-4) of `bytes`, as two hexadecimal digits each; 32 at
// most.
std::string sha256_digits(std::span<const unsigned char> bytes, std::size_t count);
std::string sha256_digits(std::string_view text, std::size_t count);

}  // namespace umbra
