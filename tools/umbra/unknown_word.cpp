#include "tools/umbra/unknown_word.hpp"

#include "daemon/support/failure.hpp"
#include "daemon/support/nearest.hpp"
#include "tools/umbra/language/language.hpp"

namespace umbra {

void fail_unknown(std::string_view where, std::string_view word,
                  const std::vector<std::string>& known) {
    throw bad_input(_("{} {}: unknown; near it: {}", where, word,
                      fmt::format("{}", fmt::join(nearest(word, known), ", "))));
}

}  // namespace umbra
