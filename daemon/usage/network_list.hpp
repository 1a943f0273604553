// Lists of networks that options give.
#pragma once

#include <string>
#include <vector>

#include "daemon/decode/address.hpp"

namespace umbra {

class NetworkList {
  public:
    // The private and link-local ranges of IPv4 (RFC 1918, RFC 3927, RFC 6598) and IPv6 (RFC 4193,
    // RFC 4291), and loopback.
    static NetworkList private_ranges();

    // Throws Failure, which names the option, where one of `networks` is no network in CIDR
    // notation.
    static NetworkList of(std::string_view option, const std::vector<std::string>& networks);

    bool empty() const { return networks_.empty(); }
    bool contains(const Address& address) const {
        for (const Network& network : networks_) {
            if (network.contains(address)) return true;
        }
        return false;
    }

  private:
    std::vector<Network> networks_;
};

// Whose traffic is counted, and as whose.
struct Scope {
    NetworkList inside = NetworkList::private_ranges();
    NetworkList excluded;  // packets from and to there are dropped before they are counted
    NetworkList proxies;   // what they fetch is their clients' usage, not their own
};

}  // namespace umbra
