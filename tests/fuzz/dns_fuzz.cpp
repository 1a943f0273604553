#include "detectors/dns.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const umbra::DnsResult result = umbra::read_dns(umbra::Bytes(data, size));
    if (result.answer && result.answer->found().empty() && !result.answer->ech_public_name) {
        __builtin_trap();
    }
    return 0;
}
