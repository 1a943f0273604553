// Texts in exported files. Whoever sends packets chooses host names, and a file may be opened in a
// spreadsheet or in a terminal: so nothing that is written acts as anything but text.
#pragma once

#include <string>
#include <string_view>

namespace umbra::siem {

// A name from the wire: what is no ASCII letter, digit, `.`, `_` or `-` becomes \xNN, and so does a
// `-` in front. An empty text stays empty.
std::string wire_name(std::string_view name);

// A text that a person wrote (a department, a sensor): letters of all scripts stay, while control
// characters, marks that turn the direction of writing, bytes that are not UTF-8, backslashes, and
// `=`, `+`, `-`, `@` in front become \xNN.
std::string written_text(std::string_view text);

}  // namespace umbra::siem
