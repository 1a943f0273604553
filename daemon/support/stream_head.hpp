// The first bytes of a stream, put in order: one direction of TCP, the CRYPTO frames of QUIC.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace umbra {

// Segments may come in any order, overlap and repeat. Where two disagree the bytes that came first
// stay. Holds `capacity` bytes at most and `most_gaps` gaps; what does not fit is left out.
//
// Memory is taken for bytes that came, never for the distance of their place: a segment far ahead
// costs its own length. Making room before it may cost time, which is bounded too.
class StreamHead {
  public:
    static constexpr std::size_t most_gaps = 256;

    // `first_sequence` is the sequence number of the stream's first byte; `capacity` is in bytes.
    StreamHead(std::uint32_t first_sequence, std::uint32_t capacity)
        : first_sequence_(first_sequence), capacity_(capacity) {}

    // True where the segment repeats a byte with another value.
    bool add(std::uint32_t sequence, std::span<const std::uint8_t> segment);

    // The bytes from the beginning up to the first gap.
    std::span<const std::uint8_t> contiguous() const;
    bool full() const { return contiguous().size() == capacity_; }
    // Bytes held, on both sides of the gaps.
    std::size_t size() const { return bytes_.size(); }
    // What it takes from the heap.
    std::size_t memory() const {
        return bytes_.capacity() + ranges_.capacity() * sizeof(ranges_[0]);
    }

  private:
    struct Range {
        std::uint32_t begin, end;
        std::uint32_t length() const { return end - begin; }
    };
    void insert(std::size_t place, std::span<const std::uint8_t> missing);
    void merge(Range range);

    std::uint32_t first_sequence_;
    std::uint32_t capacity_;
    std::size_t moved_ = 0;            // bytes moved so far to make room before them
    std::vector<std::uint8_t> bytes_;  // the bytes of all ranges, one behind the other
    std::vector<Range> ranges_;        // what is there: in order, apart from each other
};

}  // namespace umbra
