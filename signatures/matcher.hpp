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
class Matcher {
  public:
    // `catalogue` must outlive the matcher.
    explicit Matcher(const Catalogue& catalogue);

    // `host_name` in the form that HostName gives: lower case, no trailing dot.
    std::optional<Match> find(std::string_view host_name) const;

  private:
    static constexpr std::uint32_t none = ~0U;
    struct Node {
        std::uint32_t parent = none;
        std::string_view label;           // in the catalogue's text
        std::uint32_t whole = none;       // names entry that ends here: exact or pattern
        std::uint32_t below = none;       // names entry that ends here and claims all below: suffix
        std::uint32_t star_child = none;  // where any one label leads
    };
    struct Search;

    std::uint32_t child(std::uint32_t parent, std::string_view label) const;
    std::uint32_t child_made(std::uint32_t parent, std::string_view label);
    void search(std::uint32_t node, std::string_view rest, Search& best) const;

    const Catalogue& catalogue_;
    std::vector<Node> nodes_;
    std::vector<std::uint32_t> table_;  // of nodes, open addressing, at most half full
};

}  // namespace umbra
