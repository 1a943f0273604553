// A command line as somebody types it in bash, up to the cursor: into words, and words back into
// it. What stands in a database may be hostile; nothing that is put on the line is more than text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace umbra {

struct ShellLine {
    // As a program would get them, but for expansions, which are left as they are written. The last
    // is the one being typed; it may be empty.
    std::vector<std::string> words;
    // Of that word bash replaces what comes after these bytes of it: after an open quote, or after
    // the last character at which bash breaks words (COMP_WORDBREAKS).
    std::size_t kept = 0;
    char quote = 0;  // the quote that is open at the cursor
};

ShellLine split_line(std::string_view line, std::string_view breaks);

// `text` as it has to stand in the line, within `quote` where one is open. Nothing where that
// cannot be.
std::optional<std::string> quoted(std::string_view text, char quote);

}  // namespace umbra
