#include "signatures/matcher.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "daemon/support/hash.hpp"

namespace umbra {
namespace {

// Up to eight bytes as a number.
inline std::uint64_t short_word(const char* bytes, std::size_t size) {
    if (size >= 4) {
        std::uint32_t first = 0, last = 0;
        std::memcpy(&first, bytes, 4);
        std::memcpy(&last, bytes + size - 4, 4);
        return std::uint64_t{first} << 32 | last;
    }
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    if (size == 0) return 0;
    return std::uint64_t{byte(0)} << 16 | std::uint64_t{byte(size / 2)} << 8 | byte(size - 1);
}

// The hash of a path that one label more leads along.
inline std::uint64_t path_of(std::uint64_t parent, std::string_view label) {
    const char* bytes = label.data();
    std::size_t left = label.size();
    std::uint64_t hash = parent ^ left * 0xa0761d6478bd642fU;
    for (; left > 8; left -= 8, bytes += 8) {
        hash =
            mix(hash ^ word_at(reinterpret_cast<const std::uint8_t*>(bytes)), 0xa0761d6478bd642fU);
    }
    return mix(hash ^ short_word(bytes, left), 0xe7037ed1a0b428dbU);
}

// Cuts the last label off `rest`.
inline std::string_view take_label(std::string_view& rest) {
    const char* const begin = rest.data();
    const char* const end = begin + rest.size();
    const char* label = end;
    while (label != begin && label[-1] != '.')
        --label;
    rest = {begin, static_cast<std::size_t>(label - begin) - (label == begin ? 0 : 1)};
    return {label, static_cast<std::size_t>(end - label)};
}

}  // namespace

// Where a search stands, and the best that it has met.
struct Matcher::Search {
    std::size_t labels = 0;
    std::string_view region{};  // where the path has a `*`
    struct Best {
        std::uint32_t entry = none;
        std::size_t rank = 0;  // labels × 4 + kind
        std::string_view region{};
    } best{};

    void offer(std::uint32_t entry, std::size_t kind) {
        const std::size_t rank = labels * 4 + kind;
        if (entry != none && rank > best.rank) best = {entry, rank, region};
    }
};

Matcher::Matcher(const Catalogue& catalogue) : catalogue_(catalogue), root_(secret_seed()) {
    std::vector<std::uint64_t> paths{root_};
    for (const SignatureName& name : catalogue.names) {
        std::uint64_t path = root_;
        for (std::string_view rest = name.name; !rest.empty();)
            paths.push_back(path = path_of(path, take_label(rest)));
    }
    std::ranges::sort(paths);
    const auto distinct = std::unique(paths.begin(), paths.end()) - paths.begin();
    table_.resize(static_cast<std::size_t>(distinct) * 3 / 2 + 1);
    low_count_ = static_cast<unsigned>(std::bit_width(table_.size())) + 4;  // an index has room
    low_bits_ = (1ULL << low_count_) - 1;
    for (std::uint32_t index = 0; index < catalogue.names.size(); ++index)
        add(index);
}

void Matcher::add(std::uint32_t index) {
    const SignatureName& name = catalogue_.names[index];
    std::uint64_t path = root_;
    Node* node = &made(path);
    for (std::string_view rest = name.name; !rest.empty();) {
        const std::string_view label = take_label(rest);
        if (label == "*") *node |= star_flag;
        path = path_of(path, label);
        node = &made(path);
    }
    Ends ends = ends_of(*node);
    (name.kind == MatchKind::suffix ? ends.below : ends.whole) = index;
    const auto refer = [&](IndexOf kind, std::uint64_t to) {
        *node = tag_of(path) | to << 3 | (*node & star_flag) | kind;
    };
    if (ends.below == none) return refer(whole, index);
    if (ends.whole == none) return refer(below, index);
    refer(both, both_.size());
    both_.push_back(ends);
}

Matcher::Node& Matcher::made(std::uint64_t path) {
    Node& node = table_[slot_of(path)];
    if (node == 0) node = tag_of(path);
    return node;
}

Matcher::Ends Matcher::ends_of(Node node) const {
    const auto index = static_cast<std::uint32_t>((node & low_bits_) >> 3);
    const Node kind = node & index_of;
    if (kind == both) return both_[index];
    return {kind == whole ? index : none, kind == below ? index : none};
}

std::size_t Matcher::slot_of(std::uint64_t path) const {
    const Node tag = tag_of(path);
    std::size_t slot = home_of(path);
    while (table_[slot] != 0 && (table_[slot] & ~low_bits_) != tag)
        slot = slot + 1 == table_.size() ? 0 : slot + 1;
    return slot;
}

std::optional<Match> Matcher::find(std::string_view host_name) const {
    Search search;
    walk(root_, host_name, search);
    if (search.best.entry == none) return std::nullopt;
    return Match{&catalogue_.names[search.best.entry], search.best.region};
}

// Goes to `path` and from there along the labels of `rest`.
void Matcher::walk(std::uint64_t path, std::string_view rest, Search& search) const {
    while (true) {
        std::string_view further = rest, label;
        std::uint64_t next = 0;
        if (!rest.empty()) {
            label = take_label(further);
            next = path_of(path, label);
            __builtin_prefetch(&table_[home_of(next)]);
        }
        const Node node = table_[slot_of(path)];
        if (node == 0) return;
        const Ends ends = ends_of(node);
        search.offer(ends.below, 1);
        if (rest.empty()) return search.offer(ends.whole, search.region.empty() ? 3 : 2);
        ++search.labels;
        if (node & star_flag) {
            Search star = search;
            star.region = label;
            walk(path_of(path, "*"), further, star);
            search.best = star.best;
        }
        path = next;
        rest = further;
    }
}

}  // namespace umbra
