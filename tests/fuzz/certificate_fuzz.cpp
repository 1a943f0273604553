#include "detectors/certificate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const umbra::Detection found =
        umbra::read_certificate(umbra::Bytes(data, size), umbra::Protocol::tls);
    if (!found.by_server || found.verdict != umbra::Detection::Verdict::done) __builtin_trap();
    return 0;
}
