// The list of hosts that a site keeps: who has which address, network or Ethernet address.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "daemon/decode/address.hpp"
#include "daemon/decode/mac.hpp"

namespace umbra {

// CSV (RFC 4180) with a header line. The first column is an address, a network in CIDR notation or
// an Ethernet address; `name`, `department` and `site` follow in any order, each may be missing or
// empty. A semicolon separates as well as a comma, as spreadsheets write it in many countries. A
// department that is written in upper and in lower case is one, called as it stands first.
class HostsFile {
  public:
    struct Facts {
        std::optional<std::string> name, department, site;
    };

    // Throws Failure with file and line.
    static HostsFile read(const std::filesystem::path& path);

    // What is known of the host that has `address` now and, where that is known, the Ethernet
    // address `mac`. Each fact comes from the most specific line that says it: the one of the
    // Ethernet address, of the address, then of the smaller networks before the larger.
    Facts find(const Address& address, Mac mac) const;

    bool lists(Mac mac) const { return by_mac_.contains(mac.value); }

  private:
    struct Line {
        Facts facts;
        int number = 0;
    };
    void add(std::string_view key, Line line);

    std::unordered_map<std::uint64_t, Line> by_mac_;
    // By length of prefix, the longest first, and the network's first address.
    std::map<unsigned, std::unordered_map<Address, Line>, std::greater<>> by_network_;
};

}  // namespace umbra
