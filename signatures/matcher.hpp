// From a host name to the catalogue entry that claims it.
#pragma once

#include <string_view>
#include <vector>

#include "daemon/support/huge_pages.hpp"
#include "signatures/catalogue.hpp"

namespace umbra {

struct Match {
    const SignatureName* name = nullptr;  // lives in the catalogue
    std::string_view region;  // what the `*` of a pattern stood for; part of the text searched
};

// A trie of labels, top-level domain first, in one flat hash table. The entry with the most labels
// wins; with equally many, `exact` before `pattern` before `suffix`. A lookup allocates nothing.
//
// A node is known by a hash, under a secret seed, of all labels that lead to it, and by that alone:
// so it takes an eighth of a cache line, and the next label's node is fetched before this one's has
// come. That a foreign name meets an entry's hash is expected once in 10^13 names at ten thousand
// entries (10^11 at a million), and nobody can aim at it.
class Matcher {
  public:
    // `catalogue` must outlive the matcher.
    explicit Matcher(const Catalogue& catalogue);

    // `host_name` in the form that HostName gives: lower case, no trailing dot.
    std::optional<Match> find(std::string_view host_name) const;

  private:
    static constexpr std::uint32_t none = ~0U;
    // Names entries that end at a node: exact or pattern, and suffix, which claims all below.
    struct Ends {
        std::uint32_t whole = none, below = none;
    };
    // From its highest bit down: one that is set; the upper bits of its path's hash; an index;
    // whether one of its children is `*`; how to read the index. 0: there is no node.
    using Node = std::uint64_t;
    enum IndexOf : std::uint64_t { nothing, whole, below, both };  // the last is into both_
    static constexpr Node there_is = 1ULL << 63, star_flag = 4, index_of = 3;
    struct Search;

    Node tag_of(std::uint64_t path) const { return there_is | (path & ~low_bits_); }
    // By the bits of the hash that no tag has.
    std::size_t home_of(std::uint64_t path) const {
        return (path & low_bits_) * table_.size() >> low_count_;
    }
    // The node of `path`, or the free slot where it belongs.
    std::size_t slot_of(std::uint64_t path) const;
    Node& made(std::uint64_t path);
    void add(std::uint32_t index);
    Ends ends_of(Node node) const;
    void walk(std::uint64_t path, std::string_view rest, Search& search) const;

    const Catalogue& catalogue_;
    std::uint64_t root_;                        // path of no label
    unsigned low_count_ = 0;                    // bits of a node that are not of its hash
    std::uint64_t low_bits_ = 0;                // these
    std::vector<Node, HugePages<Node>> table_;  // open addressing, two thirds full
    std::vector<Ends> both_;
};

}  // namespace umbra
