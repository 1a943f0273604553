#include "signatures/matcher.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "daemon/support/hash.hpp"

namespace umbra {
namespace {

constexpr std::uint64_t star_flag = 1;

// Cuts the last label off `rest`.
std::string_view take_label(std::string_view& rest) {
    const auto dot = rest.rfind('.');
    if (dot == std::string_view::npos) return std::exchange(rest, {});
    const std::string_view label = rest.substr(dot + 1);
    rest = rest.substr(0, dot);
    return label;
}

// Up to eight bytes as a number.
std::uint64_t short_word(std::string_view text) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    if (text.size() >= 4) {
        std::uint32_t first = 0, last = 0;
        std::memcpy(&first, bytes, 4);
        std::memcpy(&last, bytes + text.size() - 4, 4);
        return std::uint64_t{first} << 32 | last;
    }
    if (text.empty()) return 0;
    return std::uint64_t{bytes[0]} << 16 | std::uint64_t{bytes[text.size() / 2]} << 8 |
           bytes[text.size() - 1];
}

// The hash of a path that one label more leads along; its lowest bit is 0.
std::uint64_t path_of(std::uint64_t parent, std::string_view label) {
    std::uint64_t hash = parent ^ label.size() * 0xa0761d6478bd642fU;
    while (label.size() > 8) {
        hash = mix(hash ^ word_at(reinterpret_cast<const std::uint8_t*>(label.data())),
                   0xa0761d6478bd642fU);
        label.remove_prefix(8);
    }
    return mix(hash ^ short_word(label), 0xe7037ed1a0b428dbU) & ~star_flag;
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

Matcher::Matcher(const Catalogue& catalogue)
    : catalogue_(catalogue), root_(secret_seed() & ~star_flag) {
    std::vector<std::uint64_t> paths;
    for (const SignatureName& name : catalogue.names) {
        std::uint64_t path = root_;
        for (std::string_view rest = name.name; !rest.empty();)
            paths.push_back(path = path_of(path, take_label(rest)));
    }
    std::ranges::sort(paths);
    const auto distinct = std::unique(paths.begin(), paths.end());
    const auto nodes = static_cast<std::size_t>(distinct - paths.begin());
    table_.resize(std::bit_ceil(nodes * 2 + 1));
    for (std::uint32_t index = 0; index < catalogue.names.size(); ++index)
        add(index);
}

void Matcher::add(std::uint32_t index) {
    const SignatureName& name = catalogue_.names[index];
    std::uint64_t path = root_;
    Node* node = nullptr;
    for (std::string_view rest = name.name; !rest.empty();) {
        const std::string_view label = take_label(rest);
        if (label == "*" && node) node->path |= star_flag;
        path = path_of(path, label);
        node = &table_[slot_of(path)];
        if (node->path == 0) node->path = path;
    }
    if (node) (name.kind == MatchKind::suffix ? node->below : node->whole) = index;
}

std::size_t Matcher::slot_of(std::uint64_t path) const {
    for (std::size_t slot = home_of(path);; slot = (slot + 1) & (table_.size() - 1)) {
        const std::uint64_t there = table_[slot].path;
        if ((there & ~star_flag) == path || there == 0) return slot;
    }
}

std::optional<Match> Matcher::find(std::string_view host_name) const {
    Search search;
    const std::string_view label = take_label(host_name);
    walk(path_of(root_, label), host_name, search);
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
        const Node& node = table_[slot_of(path)];
        if (node.path == 0) return;
        ++search.labels;
        search.offer(node.below, 1);
        if (rest.empty()) return search.offer(node.whole, search.region.empty() ? 3 : 2);
        if (node.path & star_flag) {
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
