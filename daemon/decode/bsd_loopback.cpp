#include "daemon/decode/layer.hpp"

namespace umbra::decode {

// Four bytes of address family, in the byte order of the machine that captured (LINKTYPE_NULL) or
// the network's (LINKTYPE_LOOP). Families are small numbers, so that the order shows.
Step read_bsd_loopback(Frame& frame) {
    const Bytes header = frame.take(4);
    if (!frame.bytes.ok()) return Step::truncated;
    std::uint32_t family = u32_at(header, 0);
    if (family > 0xffff) family = __builtin_bswap32(family);
    switch (family) {
        case 2:
            return Step::ipv4;
        case 10:  // Linux
        case 23:  // Windows
        case 24:  // NetBSD, OpenBSD
        case 28:  // FreeBSD
        case 30:  // macOS
            return Step::ipv6;
        default:
            return Step::not_ip;
    }
}

}  // namespace umbra::decode
