// From an address to the range that a vendor publishes for a service. The weakest evidence
// (`ip_range`): for flows that nothing else names.
#pragma once

#include <vector>

#include "signatures/catalogue.hpp"

namespace umbra {

// The narrowest range that holds an address wins. A lookup is a binary search, allocates nothing.
class RangeMatcher {
  public:
    // `catalogue` must outlive the matcher.
    explicit RangeMatcher(const Catalogue& catalogue);

    // Null where no range holds the address; lives in the catalogue.
    const SignatureRange* find(const Address& address) const;

  private:
    // From this address on, up to the next boundary, `range` is the narrowest.
    struct Boundary {
        Address from;
        const SignatureRange* range;  // null: none
    };
    void begin_at(const Address& from, const SignatureRange* range);

    std::vector<Boundary> boundaries_;  // in order
};

}  // namespace umbra
