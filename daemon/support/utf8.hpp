// Text as people write it into files.
#pragma once

#include <string_view>

namespace umbra {

// Whether `bytes` are UTF-8 (RFC 3629 section 4) without control characters.
bool is_plain_text(std::string_view bytes);

// Whether two UTF-8 texts differ in upper and lower case at most, in any alphabet, letter by
// letter: `É` is `é`, but `ß` is not `SS`. A byte that is no UTF-8 is only like itself.
bool same_but_for_case(std::string_view a, std::string_view b);

}  // namespace umbra
