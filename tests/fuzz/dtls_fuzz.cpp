#include "detectors/dtls.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // Datagrams, each behind two bytes of length.
    umbra::Reader input(umbra::Bytes(data, size));
    umbra::DtlsHello hello;
    while (input.ok() && input.left() > 0) {
        const umbra::Detection found = hello.look(input.take(input.u16()));
        if (found.name.has_value() != (found.evidence != umbra::Evidence::none)) __builtin_trap();
        if (hello.memory() > 64 * 1024) __builtin_trap();
    }
    hello.conclude();
    return 0;
}
