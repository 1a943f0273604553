// The first bytes of one direction of a TCP stream, put in order.
#pragma once

#include <vector>

#include "daemon/decode/reader.hpp"

namespace umbra {

// Segments may come in any order, overlap and repeat. Where two disagree the bytes that came first
// stay. Holds `capacity` bytes at most and `most_gaps` gaps; what does not fit is left out.
class StreamHead {
  public:
    static constexpr std::uint32_t capacity = 16384;
    static constexpr std::size_t most_gaps = 32;

    // `first_sequence` is the sequence number of the stream's first byte.
    explicit StreamHead(std::uint32_t first_sequence) : first_sequence_(first_sequence) {}

    // True where the segment repeats a byte with another value.
    bool add(std::uint32_t sequence, Bytes segment);

    // The bytes from the beginning up to the first gap.
    Bytes contiguous() const;
    bool full() const { return contiguous().size() == capacity; }
    std::size_t memory() const { return bytes_.capacity(); }

  private:
    struct Range {
        std::uint32_t begin, end;
    };
    bool disagrees(const Range& range, Bytes segment) const;
    void fill(const Range& range, Bytes segment);

    std::uint32_t first_sequence_;
    std::vector<std::uint8_t> bytes_;
    std::vector<Range> ranges_;  // what is there: in order, apart from each other
};

}  // namespace umbra
