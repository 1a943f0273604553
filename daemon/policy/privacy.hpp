// What is kept of hosts: applied to every window before anything of it is written.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/policy/pseudonym.hpp"
#include "daemon/usage/network_list.hpp"
#include "daemon/usage/usage.hpp"

namespace umbra {

enum class PrivacyMode : std::uint8_t {
    clear,     // everything
    hmac,      // a pseudonym in place of key and address; no name
    truncate,  // the network in place of key and address, /24 of IPv4 and /48 of IPv6; no name
};
std::string_view to_string(PrivacyMode mode);
std::optional<PrivacyMode> privacy_mode(std::string_view text);

// The network that is left of an address: `10.1.2.0/24`, `2001:db8:1::/48`.
std::string truncated(const Address& address);

class Privacy {
  public:
    // `inside`: servers in it are treated as hosts are. `key` is needed for `hmac` alone.
    Privacy(PrivacyMode mode, NetworkList inside, std::optional<PseudonymKey> key = std::nullopt);

    PrivacyMode mode() const { return mode_; }
    std::string key_id() const { return key_id_; }  // empty but for `hmac`

    // Fills the texts that are stored of both ends. But for `clear` the ends themselves are taken
    // away with the hosts' names; departments and sites stay. Rows that then differ in nothing but
    // figures become one, so that no row tells the hosts of a network apart.
    void apply(ClosedWindow& window);

  private:
    // What is stored of an address that is written `text`.
    std::string left_of(const Address& address, const std::string& text);
    void apply(Usage& usage);

    PrivacyMode mode_;
    NetworkList inside_;
    std::string key_id_;
    std::optional<Pseudonyms> pseudonyms_;
};

}  // namespace umbra
