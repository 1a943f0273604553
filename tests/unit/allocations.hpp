// How often the program has asked for memory, for tests of what must not.
#pragma once

#include <cstddef>

namespace umbra::test {

// Calls of operator new so far.
std::size_t allocations();

}  // namespace umbra::test
