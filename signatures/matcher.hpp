// From a host name to the catalogue entry that claims it.
#pragma once

#include <string_view>
#include <vector>

#include "signatures/catalogue.hpp"

namespace umbra {

struct Match {
    const SignatureName* name = nullptr;  // lives in the catalogue
    std::string_view region;  // what the `*` of a pattern stood for; part of the text searched
};

// A trie of labels, top-level domain first, in one flat hash table. The entry with the most labels
// wins; with equally many, `exact` before `pattern` before `suffix`. A lookup allocates nothing.
//
// A node is known by a 63-bit hash, under a secret seed, of all labels that lead to it, and by that
// alone: so it takes a quarter of a cache line, and the next label's node is fetched before this
// one's has come. That a foreign name meets an entry's hash is expected once in 10^15 names at ten
// thousand entries, and nobody can aim at it.
class Matcher {
  public:
    // `catalogue` must outlive the matcher.
    explicit Matcher(const Catalogue& catalogue);

    // `host_name` in the form that HostName gives: lower case, no trailing dot.
    std::optional<Match> find(std::string_view host_name) const;

  private:
    static constexpr std::uint32_t none = ~0U;
    struct Node {
        std::uint64_t path = 0;      // 0: there is none. Bit 0: one of its children is `*`
        std::uint32_t whole = none;  // names entry that ends here: exact or pattern
        std::uint32_t below = none;  // names entry that ends here and claims all below: suffix
    };
    struct Search;

    std::size_t home_of(std::uint64_t path) const { return path >> 1 & (table_.size() - 1); }
    // The node of `path`, or the free slot where it belongs.
    std::size_t slot_of(std::uint64_t path) const;
    Node& made(std::uint64_t path);
    void add(std::uint32_t index);
    void walk(std::uint64_t path, std::string_view rest, Search& search) const;

    const Catalogue& catalogue_;
    std::uint64_t root_;       // path of no label
    std::vector<Node> table_;  // open addressing, at most half full; a power of two
};

}  // namespace umbra
