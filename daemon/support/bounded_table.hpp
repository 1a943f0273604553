// A hash table that never grows.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "daemon/support/time.hpp"

namespace umbra {

// A fixed number of entries in sets of eight; in a full set the one that was touched longest ago
// makes room. Keys are fingerprints under a secret seed (support/hash.hpp), so that nobody can aim
// at one set.
template <typename Value>
class BoundedTable {
  public:
    explicit BoundedTable(std::uint32_t most)
        : sets_(std::bit_ceil(std::max<std::size_t>(most / ways, 1))), entries_(sets_ * ways) {}

    // Null where there is none. Valid until the next `at`.
    Value* find(std::uint64_t key) {
        const std::size_t set = set_of(key);
        for (std::size_t way = 0; way < ways; ++way) {
            Entry& entry = entries_[set + way];
            if (entry.used && entry.key == key) return &entry.value;
        }
        return nullptr;
    }
    const Value* find(std::uint64_t key) const {
        return const_cast<BoundedTable*>(this)->find(key);
    }

    // The value of `key`, new if need be, touched at `now`.
    Value& at(std::uint64_t key, Micros now) {
        const std::size_t set = set_of(key);
        Entry* place = &entries_[set];
        for (std::size_t way = 0; way < ways; ++way) {
            Entry& entry = entries_[set + way];
            if (entry.used && entry.key == key) {
                entry.touched = now;
                return entry.value;
            }
            if (place->used && (!entry.used || entry.touched < place->touched)) place = &entry;
        }
        evicted_ += place->used ? 1 : 0;
        *place = {key, now, true, Value{}};
        return place->value;
    }

    std::uint64_t evicted() const { return evicted_; }

  private:
    static constexpr std::size_t ways = 8;
    struct Entry {
        std::uint64_t key = 0;
        Micros touched = 0;
        bool used = false;
        Value value;
    };
    std::size_t set_of(std::uint64_t key) const { return (key & (sets_ - 1)) * ways; }

    std::size_t sets_;
    std::vector<Entry> entries_;
    std::uint64_t evicted_ = 0;
};

}  // namespace umbra
