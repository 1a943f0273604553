// Which name each client resolved to which address, as evidence for flows that carry no name.
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

    void add(const Address& client, const Address& server, std::string_view name,
             std::uint32_t lifetime_seconds, Micros now);

    // The number (in the name table) of what `client` resolved to `server` and still may use; not
    // held.
    std::optional<std::uint32_t> find(const Address& client, const Address& server,
                                      Micros now) const;

    std::uint64_t evicted() const { return evicted_; }

  private:
    static constexpr std::size_t ways = 8;
    struct Entry {
        std::uint64_t fingerprint = 0;  // of client and server, under a secret seed
        std::uint32_t name = NameTable::none;
        std::int64_t resolved = 0, expires = 0;  // seconds of packet time
    };
    std::uint64_t fingerprint(const Address& client, const Address& server) const;
    std::size_t set_of(std::uint64_t fingerprint) const {
        return (fingerprint & (sets_ - 1)) * ways;
    }

    NameTable& names_;
    std::size_t sets_;
    std::vector<Entry> entries_;
    std::uint64_t seed_;
    std::uint64_t evicted_ = 0;
};

}  // namespace umbra
