// Text of any origin, made fit for where it is shown.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace umbra {

// For a terminal: control characters and bytes over 127 become \xNN.
std::string printable(std::string_view text);

// The same, but letters of all scripts stay. What is not UTF-8, and what changes the direction of
// text or cannot be seen (Unicode's format characters), becomes \xNN.
std::string readable(std::string_view text);

// How many columns of a terminal `text` takes, which is readable.
std::size_t columns_of(std::string_view text);
// The front of it that takes at most so many.
std::string_view front_columns(std::string_view text, std::size_t columns);

// Every byte as \xNN.
std::string escaped(std::string_view bytes);

// Readable text that a spreadsheet does not take for a formula: a leading = + - @ becomes \xNN.
std::string cell_text(std::string_view text);
// A field by RFC 4180: quoted where it holds a comma, a quote or a line end.
std::string csv_field(std::string_view text);
// The same of cell_text.
std::string csv_text(std::string_view text);

// Readable text for a cell of a Markdown table, and between HTML's tags or in its attributes.
std::string markdown_text(std::string_view text);
std::string html_text(std::string_view text);

// Numbers as the language writes them: `1234567`, in French `1 234 567`.
std::string count_text(std::int64_t count);
// With so many digits behind the point or comma.
std::string decimal_text(double number, int digits);
// `12.3 MB`, in powers of 1000; exact below.
std::string human_bytes(std::int64_t bytes);
// The units of it, from bytes upward, with `{}` in the place of the number.
const std::array<const char*, 6>& byte_units();

}  // namespace umbra
