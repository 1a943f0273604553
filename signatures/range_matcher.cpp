#include "signatures/range_matcher.hpp"

#include <algorithm>

namespace umbra {
namespace {

// The address after the network's last one; nothing where that is the last of all.
std::optional<Address> end_of(const Network& network) {
    Address end = network.base;
    for (unsigned bit = network.prefix; bit-- > 0;) {
        const auto mask = static_cast<std::uint8_t>(0x80U >> bit % 8);
        end.bytes[bit / 8] ^= mask;
        if (end.bytes[bit / 8] & mask) return end;
    }
    return std::nullopt;
}

}  // namespace

RangeMatcher::RangeMatcher(const Catalogue& catalogue) : catalogue_(catalogue) {
    for (const SignatureRange& range : catalogue.ranges) {
        const bool api = catalogue.services[range.service].category == "inference_api";
        signatures_.push_back({.name = {},
                               .role = api ? HostRole::api : HostRole::ui,
                               .service = range.service,
                               .file = range.file,
                               .line = range.line});
    }
    std::vector<const SignatureRange*> ranges;
    for (const SignatureRange& range : catalogue.ranges)
        ranges.push_back(&range);
    std::ranges::sort(ranges, {}, [](const SignatureRange* range) {
        return std::pair(range->network.base, range->network.prefix);
    });

    // Networks nest or are apart; `around` are those that hold the place that was reached.
    std::vector<const SignatureRange*> around;
    const auto leave_last = [&] {
        const auto end = end_of(around.back()->network);
        around.pop_back();
        if (end) begin_at(*end, around.empty() ? nullptr : around.back());
    };
    for (const SignatureRange* range : ranges) {
        while (!around.empty() && !around.back()->network.contains(range->network.base))
            leave_last();
        begin_at(range->network.base, range);
        around.push_back(range);
    }
    while (!around.empty())
        leave_last();
}

void RangeMatcher::begin_at(const Address& from, const SignatureRange* range) {
    if (!boundaries_.empty() && boundaries_.back().from == from) boundaries_.pop_back();
    boundaries_.push_back({from, range});
}

const SignatureRange* RangeMatcher::find(const Address& address) const {
    const auto next = std::ranges::upper_bound(boundaries_, address, {}, &Boundary::from);
    return next == boundaries_.begin() ? nullptr : std::prev(next)->range;
}

const SignatureName* RangeMatcher::find_signature(const Address& address) const {
    const SignatureRange* range = find(address);
    return range ? &signatures_[static_cast<std::size_t>(range - catalogue_.ranges.data())]
                 : nullptr;
}

}  // namespace umbra
