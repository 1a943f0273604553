// A word on the command line that is not known.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace umbra {

// `bad_input` in one sentence: "--vendor opneai: unknown; near it: openai, openrouter".
[[noreturn]] void fail_unknown(std::string_view where, std::string_view word,
                               const std::vector<std::string>& known);

}  // namespace umbra
