// Who is at the keyboard, for the audit.
#pragma once

#include <string>

namespace umbra {

// `alice (1000)`; behind sudo or su also who logged in: `root (0), logged in as alice (1000)`.
std::string actor();

}  // namespace umbra
