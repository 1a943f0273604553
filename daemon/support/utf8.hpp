// Text as people write it into files.
#pragma once

#include <string_view>

namespace umbra {

// Whether `bytes` are UTF-8 (RFC 3629 section 4) without control characters.
bool is_plain_text(std::string_view bytes);

}  // namespace umbra
