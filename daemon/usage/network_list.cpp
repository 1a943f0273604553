#include "daemon/usage/network_list.hpp"

#include <fmt/format.h>

#include "daemon/support/failure.hpp"

namespace umbra {

NetworkList NetworkList::private_ranges() {
    return of("local-net", {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
                            "100.64.0.0/10", "127.0.0.0/8", "fc00::/7", "fe80::/10", "::1"});
}

NetworkList NetworkList::of(std::string_view option, const std::vector<std::string>& networks) {
    NetworkList list;
    for (const std::string& text : networks) {
        const auto network = Network::parse(text);
        if (!network) {
            throw bad_input(fmt::format(
                "--{} {}: not a network (write 10.0.0.0/8 or fd00::/8, no host bits set)", option,
                text));
        }
        list.networks_.push_back(*network);
    }
    return list;
}

}  // namespace umbra
