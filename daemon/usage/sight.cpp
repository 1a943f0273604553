#include "daemon/usage/sight.hpp"

namespace umbra {

std::string_view to_string(Sight sight) {
    static constexpr std::array<std::string_view, sight_count> names{"unsettled",
                                                                     "named",
                                                                     "dns_only",
                                                                     "ip_only",
                                                                     "ech",
                                                                     "doh",
                                                                     "dot",
                                                                     "doq",
                                                                     "vpn",
                                                                     "wireguard",
                                                                     "tor",
                                                                     "proxied",
                                                                     "quic_unread",
                                                                     "nameless",
                                                                     "other_protocol",
                                                                     "truncated",
                                                                     "began_before",
                                                                     "unknown",
                                                                     "proxy_upstream",
                                                                     "internal",
                                                                     "transit"};
    return names[static_cast<std::size_t>(sight)];
}

}  // namespace umbra
