#include "signatures/matcher.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "daemon/support/hash.hpp"

namespace umbra {
namespace {

// Cuts the last label off `rest`.
std::string_view take_label(std::string_view& rest) {
    const auto dot = rest.rfind('.');
    if (dot == std::string_view::npos) return std::exchange(rest, {});
    const std::string_view label = rest.substr(dot + 1);
    rest = rest.substr(0, dot);
    return label;
}

std::uint64_t hash_of(std::uint32_t parent, std::string_view label) {
    std::uint64_t hash = (std::uint64_t{parent} << 8 ^ label.size()) * 0x9e3779b97f4a7c15U;
    while (label.size() >= 8) {
        hash = mix(hash ^ word_at(reinterpret_cast<const std::uint8_t*>(label.data())),
                   0xa0761d6478bd642fU);
        label.remove_prefix(8);
    }
    std::uint64_t tail = 0;
    std::memcpy(&tail, label.data(), label.size());
    return mix(hash ^ tail, 0xe7037ed1a0b428dbU);
}

}  // namespace

struct Matcher::Search {
    std::uint32_t entry = none;
    std::size_t rank = 0;     // labels × 4 + kind
    std::string_view region;  // of the path that is being searched
    std::string_view best_region;
    std::size_t labels = 0;

    void offer(std::uint32_t candidate, std::size_t kind_rank) {
        if (candidate == none || labels * 4 + kind_rank <= rank) return;
        entry = candidate;
        rank = labels * 4 + kind_rank;
        best_region = region;
    }
};

Matcher::Matcher(const Catalogue& catalogue) : catalogue_(catalogue) {
    std::size_t labels = 1;
    for (const SignatureName& name : catalogue.names) {
        labels += static_cast<std::size_t>(std::ranges::count(name.name, '.')) + 1;
    }
    table_.assign(std::bit_ceil(labels * 2), none);
    nodes_.reserve(labels);
    nodes_.emplace_back();
    for (std::uint32_t index = 0; index < catalogue.names.size(); ++index) {
        const SignatureName& name = catalogue.names[index];
        std::uint32_t node = 0;
        for (std::string_view rest = name.name; !rest.empty();)
            node = child_made(node, take_label(rest));
        (name.kind == MatchKind::suffix ? nodes_[node].below : nodes_[node].whole) = index;
    }
}

std::uint32_t Matcher::child(std::uint32_t parent, std::string_view label) const {
    for (std::size_t slot = hash_of(parent, label);; ++slot) {
        const std::uint32_t node = table_[slot & (table_.size() - 1)];
        if (node == none || (nodes_[node].parent == parent && nodes_[node].label == label))
            return node;
    }
}

std::uint32_t Matcher::child_made(std::uint32_t parent, std::string_view label) {
    if (const std::uint32_t found = child(parent, label); found != none) return found;
    const auto node = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back({.parent = parent, .label = label});
    if (label == "*") nodes_[parent].star_child = node;
    std::size_t slot = hash_of(parent, label);
    while (table_[slot & (table_.size() - 1)] != none)
        ++slot;
    table_[slot & (table_.size() - 1)] = node;
    return node;
}

std::optional<Match> Matcher::find(std::string_view host_name) const {
    Search best;
    search(0, host_name, best);
    if (best.entry == none) return std::nullopt;
    return Match{&catalogue_.names[best.entry], best.best_region};
}

void Matcher::search(std::uint32_t node, std::string_view rest, Search& best) const {
    best.offer(nodes_[node].below, 1);
    if (rest.empty()) {
        best.offer(nodes_[node].whole, best.region.empty() ? 3 : 2);
        return;
    }
    const std::string_view label = take_label(rest);
    ++best.labels;
    if (const std::uint32_t next = child(node, label); next != none && label != "*") {
        search(next, rest, best);
    }
    if (const std::uint32_t star = nodes_[node].star_child; star != none) {
        best.region = label;
        search(star, rest, best);
        best.region = {};
    }
    --best.labels;
}

}  // namespace umbra
