// A catalogue ready to be asked.
#pragma once

#include <memory>

#include "signatures/load.hpp"
#include "signatures/matcher.hpp"
#include "signatures/range_matcher.hpp"

namespace umbra {

// Never changed once made: threads share it, and what was named by it keeps it alive when a newer
// one takes its place.
struct Signatures {
    explicit Signatures(Catalogue made)
        : catalogue(std::move(made)), names(catalogue), ranges(catalogue) {}
    Signatures(const Signatures&) = delete;
    Signatures& operator=(const Signatures&) = delete;

    const Catalogue catalogue;
    const Matcher names;
    const RangeMatcher ranges;
};

// Reads and checks; throws Failure like load_catalogue.
inline std::shared_ptr<const Signatures> load_signatures(const CatalogueFolders& folders) {
    return std::make_shared<const Signatures>(load_catalogue(folders));
}

}  // namespace umbra
