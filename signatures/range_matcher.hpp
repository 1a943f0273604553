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

    // The same as an entry without a name, for flows that are counted by it. Of an inference API
    // its role is `api`, else `ui`.
    const SignatureName* find_signature(const Address& address) const;

  private:
    // From this address on, up to the next boundary, `range` is the narrowest.
    struct Boundary {
        Address from;
        const SignatureRange* range;  // null: none
    };
    void begin_at(const Address& from, const SignatureRange* range);

    const Catalogue& catalogue_;
    std::vector<Boundary> boundaries_;       // in order
    std::vector<SignatureName> signatures_;  // by index in the catalogue's ranges
};

}  // namespace umbra
