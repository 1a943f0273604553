// What somebody may have meant by a word that is not known.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace umbra {

// At most `count` of `known` that are nearest to `word`, nearest first: those that hold it, then
// those with few letters to change. Upper and lower case are the same.
std::vector<std::string> nearest(std::string_view word, const std::vector<std::string>& known,
                                 std::size_t count = 3);

}  // namespace umbra
