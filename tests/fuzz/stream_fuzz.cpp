#include "detectors/stream.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const umbra::Detection found = umbra::detect_stream(umbra::Bytes(data, size));
    if (found.name.has_value() != (found.evidence != umbra::Evidence::none)) __builtin_trap();
    if (found.tunnel != 0) __builtin_trap();
    return 0;
}
