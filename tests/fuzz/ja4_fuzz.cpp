// A ClientHello with its handshake header. A fingerprint is of one form, whatever the hello says.
#include "detectors/ja4.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto shape = umbra::HelloShape::of(umbra::Bytes(data, size));
    if (!shape) return 0;
    shape->of_browser();
    const std::string text = umbra::ja4(*shape, 't');
    constexpr std::size_t readable = 10, hash = 12;
    if (text.size() != readable + 2 * (1 + hash)) __builtin_trap();
    if (text[readable] != '_' || text[readable + 1 + hash] != '_') __builtin_trap();
    return 0;
}
