#pragma once

#include <cstdint>

namespace umbra::store {

// The last ids that were given to rows of usage and of coverage.
struct LastIds {
    std::int64_t usage = 0, coverage = 0;
};

}  // namespace umbra::store
