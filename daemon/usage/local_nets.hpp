// Which addresses are inside.
#pragma once

#include <string>
#include <vector>

#include "daemon/decode/address.hpp"

namespace umbra {

class LocalNets {
  public:
    // The private and link-local ranges of IPv4 (RFC 1918, RFC 3927, RFC 6598) and IPv6 (RFC 4193,
    // RFC 4291), and loopback.
    static LocalNets defaults();

    // Throws Failure where one of `networks` is no network in CIDR notation.
    static LocalNets of(const std::vector<std::string>& networks);

    bool contains(const Address& address) const {
        for (const Network& network : networks_) {
            if (network.contains(address)) return true;
        }
        return false;
    }

  private:
    std::vector<Network> networks_;
};

}  // namespace umbra
