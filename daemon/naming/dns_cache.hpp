// What each client learnt from DNS: which name an address has, as evidence for flows that carry
// none, and which outer name stands for an encrypted one.
#pragma once

#include <optional>
#include <vector>

#include "daemon/decode/address.hpp"
#include "daemon/naming/name_table.hpp"
#include "daemon/support/time.hpp"

namespace umbra {

// A fixed number of entries in sets of eight; in a full set the one that was resolved longest ago
// makes room. An entry lives as long as its DNS record, at least a minute, at most a day. Of two
// names that one client resolved to one address the latest stands.
class DnsCache {
  public:
    DnsCache(std::uint32_t most_entries, NameTable& names);

    // A fact's key: `client` resolved a name to `server`, or to an ECH configuration with that
    // public name.
    std::uint64_t key(const Address& client, const Address& server) const;
    std::uint64_t key(const Address& client, std::string_view ech_public_name) const;

    void add(std::uint64_t key, std::string_view name, std::uint32_t lifetime_seconds, Micros now);

    // The number (in the name table) of the name that was resolved and still may be used; not held.
    std::optional<std::uint32_t> find(std::uint64_t key, Micros now) const;

    std::uint64_t evicted() const { return evicted_; }

  private:
    static constexpr std::size_t ways = 8;
    struct Entry {
        std::uint64_t key = 0;  // a fingerprint under a secret seed
        std::uint32_t name = NameTable::none;
        std::int64_t resolved = 0, expires = 0;  // seconds of packet time
    };
    std::size_t set_of(std::uint64_t key) const { return (key & (sets_ - 1)) * ways; }

    NameTable& names_;
    std::size_t sets_;
    std::vector<Entry> entries_;
    std::uint64_t seed_;
    std::uint64_t evicted_ = 0;
};

}  // namespace umbra
