#include "daemon/flow/stream_head.hpp"

#include <algorithm>
#include <cstring>

namespace umbra {

bool StreamHead::add(std::uint32_t sequence, Bytes segment) {
    auto offset = static_cast<std::int32_t>(sequence - first_sequence_);
    if (offset < 0) {  // begins before the stream's first byte: a keep-alive or a stray
        const auto before = static_cast<std::size_t>(-std::int64_t{offset});
        if (before >= segment.size()) return false;
        segment = segment.subspan(before);
        offset = 0;
    }
    const auto begin = static_cast<std::uint32_t>(offset);
    if (begin >= capacity || segment.empty()) return false;
    segment = segment.first(std::min<std::size_t>(segment.size(), capacity - begin));
    const Range range{begin, begin + static_cast<std::uint32_t>(segment.size())};

    const bool conflict = disagrees(range, segment);
    fill(range, segment);

    // Merge the range with those it touches.
    Range merged = range;
    std::erase_if(ranges_, [&](const Range& other) {
        if (other.end < merged.begin || other.begin > merged.end) return false;
        merged = {std::min(merged.begin, other.begin), std::max(merged.end, other.end)};
        return true;
    });
    ranges_.insert(std::ranges::upper_bound(ranges_, merged.begin, {}, &Range::begin), merged);
    if (ranges_.size() > most_gaps) ranges_.pop_back();  // what is nearest to the front matters
    return conflict;
}

bool StreamHead::disagrees(const Range& range, Bytes segment) const {
    return std::ranges::any_of(ranges_, [&](const Range& there) {
        const std::uint32_t begin = std::max(there.begin, range.begin);
        const std::uint32_t end = std::min(there.end, range.end);
        return begin < end &&
               std::memcmp(&bytes_[begin], &segment[begin - range.begin], end - begin) != 0;
    });
}

// Writes those bytes of `segment` that are not there yet.
void StreamHead::fill(const Range& range, Bytes segment) {
    if (bytes_.size() < range.end) bytes_.resize(range.end);
    std::uint32_t at = range.begin;
    const auto copy_until = [&](std::uint32_t end) {
        if (at < end) std::memcpy(&bytes_[at], &segment[at - range.begin], end - at);
    };
    for (const Range& there : ranges_) {
        if (there.end <= at) continue;
        if (there.begin >= range.end) break;
        copy_until(there.begin);
        at = std::max(at, there.end);
    }
    copy_until(range.end);
}

Bytes StreamHead::contiguous() const {
    if (ranges_.empty() || ranges_.front().begin != 0) return {};
    return Bytes(bytes_).first(ranges_.front().end);
}

}  // namespace umbra
