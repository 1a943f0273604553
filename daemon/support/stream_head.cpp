#include "daemon/support/stream_head.hpp"

#include <algorithm>

namespace umbra {
namespace {

// How often the capacity may be moved in all. A hello of 64 KiB in 500 shuffled parts moves it some
// 120 times; only a sender who wants to keep us busy needs more.
constexpr std::size_t most_moves = 256;

}  // namespace

bool StreamHead::add(std::uint32_t sequence, std::span<const std::uint8_t> segment) {
    auto offset = static_cast<std::int32_t>(sequence - first_sequence_);
    if (offset < 0) {  // begins before the stream's first byte: a keep-alive or a stray
        const auto before = static_cast<std::size_t>(-std::int64_t{offset});
        if (before >= segment.size()) return false;
        segment = segment.subspan(before);
        offset = 0;
    }
    const auto begin = static_cast<std::uint32_t>(offset);
    if (begin >= capacity_ || segment.empty() || moved_ > most_moves * capacity_) return false;
    segment = segment.first(std::min<std::size_t>(segment.size(), capacity_ - begin));
    const Range range{begin, begin + static_cast<std::uint32_t>(segment.size())};

    bool conflict = false;
    std::size_t place = 0;           // in `bytes_`, of the range that is looked at
    std::uint32_t at = range.begin;  // up to here the segment's bytes are dealt with
    const auto part = [&](std::uint32_t from, std::uint32_t to) {
        return segment.subspan(from - range.begin, to - from);
    };
    for (const Range& there : ranges_) {
        if (there.begin >= range.end) break;
        if (there.end > at) {
            if (at < there.begin) {
                insert(place, part(at, there.begin));
                place += there.begin - at;
                at = there.begin;
            }
            const std::uint32_t end = std::min(there.end, range.end);
            const auto repeated = part(at, end);
            conflict |= !std::ranges::equal(
                repeated, std::span(bytes_).subspan(place + at - there.begin, repeated.size()));
            at = end;
        }
        place += there.length();
    }
    if (at < range.end) insert(place, part(at, range.end));
    merge(range);
    return conflict;
}

void StreamHead::insert(std::size_t place, std::span<const std::uint8_t> missing) {
    moved_ += bytes_.size() - place;
    bytes_.insert(bytes_.begin() + static_cast<std::ptrdiff_t>(place), missing.begin(),
                  missing.end());
}

// Enters the range, joined with those it touches.
void StreamHead::merge(Range range) {
    std::erase_if(ranges_, [&](const Range& other) {
        if (other.end < range.begin || other.begin > range.end) return false;
        range = {std::min(range.begin, other.begin), std::max(range.end, other.end)};
        return true;
    });
    ranges_.insert(std::ranges::upper_bound(ranges_, range.begin, {}, &Range::begin), range);
    if (ranges_.size() > most_gaps) {  // what is nearest to the front matters
        bytes_.resize(bytes_.size() - ranges_.back().length());
        ranges_.pop_back();
    }
}

std::span<const std::uint8_t> StreamHead::contiguous() const {
    if (ranges_.empty() || ranges_.front().begin != 0) return {};
    return std::span(bytes_).first(ranges_.front().end);
}

}  // namespace umbra
