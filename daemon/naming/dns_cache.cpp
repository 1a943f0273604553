#include "daemon/naming/dns_cache.hpp"

#include <algorithm>
#include <bit>

#include "daemon/support/hash.hpp"

namespace umbra {
namespace {

constexpr std::uint32_t shortest_lifetime = 60, longest_lifetime = 86400;

}  // namespace

DnsCache::DnsCache(std::uint32_t most_entries, NameTable& names)
    : names_(names),
      sets_(std::bit_ceil(std::max<std::size_t>(most_entries / ways, 1))),
      entries_(sets_ * ways),
      seed_(secret_seed()) {}

std::uint64_t DnsCache::key(const Address& client, const Address& server) const {
    return mix(hash_of(client, seed_), hash_of(server, ~seed_));
}

std::uint64_t DnsCache::key(const Address& client, std::string_view ech_public_name) const {
    return mix(hash_of(client, seed_), hash_text(ech_public_name, seed_));
}

void DnsCache::add(std::uint64_t key, std::string_view name, std::uint32_t lifetime_seconds,
                   Micros now) {
    const std::int64_t second_now = now / second;
    const std::size_t set = set_of(key);
    Entry* place = &entries_[set];
    for (std::size_t way = 0; way < ways; ++way) {
        Entry& entry = entries_[set + way];
        if (entry.name != NameTable::none && entry.key == key) {
            place = &entry;
            break;
        }
        if (entry.name == NameTable::none || entry.resolved < place->resolved) place = &entry;
    }
    const std::uint32_t id = names_.hold(name);
    if (place->name != NameTable::none) {
        if (place->key != key && place->expires > second_now) ++evicted_;
        names_.release(place->name);
    }
    // Where the name finds no room the entry goes: an older name must not stand for it.
    *place = {key, id, second_now,
              second_now + std::clamp(lifetime_seconds, shortest_lifetime, longest_lifetime)};
}

std::optional<std::uint32_t> DnsCache::find(std::uint64_t key, Micros now) const {
    const std::size_t set = set_of(key);
    for (std::size_t way = 0; way < ways; ++way) {
        const Entry& entry = entries_[set + way];
        if (entry.name != NameTable::none && entry.key == key) {
            if (entry.expires < now / second) return std::nullopt;
            return entry.name;
        }
    }
    return std::nullopt;
}

}  // namespace umbra
