// From a pseudonym back to the address, for who has the key: by making the pseudonym of every
// address that it may be.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/decode/address.hpp"
#include "daemon/policy/pseudonym.hpp"

namespace umbra {

// The most addresses of one network that are tried: a /8 of IPv4, a /104 of IPv6.
inline constexpr unsigned widest_network = 104;  // as Network::prefix counts

// The candidate whose pseudonym is `wanted`: an address of `networks`, or one of `others`, which
// are addresses, MACs, or whatever else a host's key may be. Takes some seconds for a /8, on all
// processors. Networks wider than `widest_network` are the caller's to refuse.
std::optional<std::string> resolve(const std::string& wanted, const PseudonymKey& key,
                                   const std::vector<Network>& networks,
                                   const std::vector<std::string>& others);

}  // namespace umbra
