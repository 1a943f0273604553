// Random choices that are the same for a seed on every machine: the engine is fixed by the
// standard, the distributions of the standard library are not, so these are our own.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace umbra::trafgen {

class Random {
  public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}

    std::uint64_t word() { return engine_(); }
    // From 0 to `end`, not included. The bias of the remainder is below 2^-32 for what is asked
    // here.
    std::uint64_t below(std::uint64_t end) { return engine_() % end; }
    std::uint64_t between(std::uint64_t least, std::uint64_t most) {
        return least + below(most - least + 1);
    }
    bool chance(unsigned percent) { return below(100) < percent; }

    std::vector<std::uint8_t> bytes(std::size_t count) {
        std::vector<std::uint8_t> result(count);
        for (auto& byte : result)
            byte = static_cast<std::uint8_t>(word());
        return result;
    }
    template <typename Sequence>
    void shuffle(Sequence& sequence) {
        for (std::size_t left = sequence.size(); left > 1; --left) {
            std::swap(sequence[left - 1], sequence[below(left)]);
        }
    }

  private:
    std::mt19937_64 engine_;
};

}  // namespace umbra::trafgen
