// Where in the flow table a flow is, by its key's hash.
#pragma once

#include <cstdint>
#include <vector>

namespace umbra {

// An open-addressed table of small slots, so that a lookup reads one cache line before the flow's
// own: the flow is asked for its key only where the whole hash is the same. At most half full; it
// doubles as it fills, so that few flows take little memory and few cache lines.
class FlowIndex {
  public:
    static constexpr std::uint32_t none = ~0U;

    // The first flow under `hash` for which `is_it(flow)` holds; `none` where there is none.
    template <typename IsIt>
    std::uint32_t find(std::uint32_t hash, IsIt is_it) const {
        for (std::size_t at = home(hash);; at = next(at)) {
            const Slot& slot = slots_[at];
            if (slot.flow == none) return none;
            if (slot.hash == hash && is_it(slot.flow)) return slot.flow;
        }
    }
    // The first flow under `hash`, whose key may be another's.
    std::uint32_t guess(std::uint32_t hash) const {
        return find(hash, [](std::uint32_t) { return true; });
    }
    void prefetch(std::uint32_t hash) const { __builtin_prefetch(&slots_[home(hash)]); }

    void insert(std::uint32_t hash, std::uint32_t flow) {
        if (++size_ > slots_.size() / 2) grow();
        put(hash, flow);
    }

    // `flow` must be there under `hash`.
    void erase(std::uint32_t hash, std::uint32_t flow) {
        std::size_t hole = home(hash);
        while (slots_[hole].flow != flow)
            hole = next(hole);
        // Those behind it move up, unless they would then stand before their home.
        for (std::size_t at = next(hole); slots_[at].flow != none; at = next(at)) {
            const std::size_t wanted = home(slots_[at].hash);
            if (((at - wanted) & mask()) >= ((at - hole) & mask())) {
                slots_[hole] = slots_[at];
                hole = at;
            }
        }
        slots_[hole] = {};
        --size_;
    }

  private:
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t flow = none;
    };
    std::size_t mask() const { return slots_.size() - 1; }
    std::size_t home(std::uint32_t hash) const { return hash & mask(); }
    std::size_t next(std::size_t at) const { return (at + 1) & mask(); }

    void put(std::uint32_t hash, std::uint32_t flow) {
        std::size_t at = home(hash);
        while (slots_[at].flow != none)
            at = next(at);
        slots_[at] = {hash, flow};
    }
    void grow() {
        std::vector<Slot> old(slots_.size() * 2);
        old.swap(slots_);
        for (const Slot& slot : old) {
            if (slot.flow != none) put(slot.hash, slot.flow);
        }
    }

    std::vector<Slot> slots_ = std::vector<Slot>(1024);
    std::size_t size_ = 0;
};

}  // namespace umbra
