// Sums of usage by host and facet: what a window adds to the roll-ups, and what a report is made
// of.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "daemon/support/hash.hpp"

namespace umbra::store {

struct Sums {
    std::int64_t flows = 0, bytes_out = 0, bytes_in = 0;
    std::int64_t first_seen = INT64_MAX,
                 last_seen = 0;  // begin of the first window, end of the last

    void add(const Sums& other) {
        flows += other.flows;
        bytes_out += other.bytes_out;
        bytes_in += other.bytes_in;
        first_seen = std::min(first_seen, other.first_seen);
        last_seen = std::max(last_seen, other.last_seen);
    }
    std::int64_t bytes() const { return bytes_out + bytes_in; }
    bool operator==(const Sums&) const = default;
};

struct Figure {
    std::int64_t host_id = 0, facet_id = 0;
    Sums sums;
    bool operator==(const Figure&) const = default;
};

// A table with open addressing: a year's report adds some million sums to it.
class Figures {
  public:
    // Returns the place of the pair's sums in `all`.
    std::size_t add(std::int64_t host_id, std::int64_t facet_id, const Sums& sums) {
        if (all_.size() * 2 >= places_.size()) grow();
        std::uint32_t& place = place_of(host_id, facet_id);
        if (place == none) {
            place = static_cast<std::uint32_t>(all_.size());
            all_.push_back({host_id, facet_id, sums});
        } else {
            all_[place].sums.add(sums);
        }
        return place;
    }
    const std::vector<Figure>& all() const { return all_; }

  private:
    static constexpr std::uint32_t none = UINT32_MAX;

    std::uint32_t& place_of(std::int64_t host_id, std::int64_t facet_id) {
        const std::size_t mask = places_.size() - 1;
        std::size_t at = mix(static_cast<std::uint64_t>(host_id) + 0x9e3779b97f4a7c15U,
                             static_cast<std::uint64_t>(facet_id) ^ 0xa0761d6478bd642fU) &
                         mask;
        while (places_[at] != none &&
               (all_[places_[at]].host_id != host_id || all_[places_[at]].facet_id != facet_id)) {
            at = (at + 1) & mask;
        }
        return places_[at];
    }
    void grow() {
        places_.assign(std::max<std::size_t>(1024, places_.size() * 2), none);
        for (std::uint32_t i = 0; i < all_.size(); ++i)
            place_of(all_[i].host_id, all_[i].facet_id) = i;
    }

    std::vector<Figure> all_;
    std::vector<std::uint32_t> places_;  // indexes into it; a power of two of them
};

}  // namespace umbra::store
