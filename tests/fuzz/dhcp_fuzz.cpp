// Both versions: each reads what is there for the other.
#include "detectors/dhcp.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const umbra::Bytes message(data, size);
    const auto v4 = umbra::read_dhcp4(message);
    if (v4 && !v4->client.known()) __builtin_trap();
    const auto v6 = umbra::read_dhcp6(message);
    if (v6 && (v6->client_id.empty() || v6->found().size() > umbra::Dhcp6::most_leases)) {
        __builtin_trap();
    }
    return 0;
}
