// Rows on standard output: as a table for people, as CSV, JSON or NDJSON for programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace umbra {

// Seconds since the epoch. In a table to the minute, in the machine formats by RFC 3339; both UTC.
struct Time {
    std::int64_t seconds;
    auto operator<=>(const Time&) const = default;
};

// Nothing, a text, a number that stays an integer in the machine formats, or a time.
using Value = std::variant<std::monostate, std::string, std::int64_t, Time>;

inline Value value_or_null(const std::optional<std::string>& text) {
    return text ? Value(*text) : Value();
}

struct Column {
    std::string name;     // lower_snake_case, in the machine formats
    std::string heading;  // in the table; empty: not shown there
    bool is_bytes = false;
    int rank = 0;  // where the table is too wide, columns above 0 are left out, the highest first
};

enum class Format { table, csv, json, ndjson };
// Throws Failure where the text is none of them.
Format parse_format(const std::string& text);

struct Rows {
    std::vector<Column> columns;
    std::vector<std::vector<Value>> rows;
};

// The whole as a text that ends with a line end. A table is made to fit `width` columns: columns
// are left out by rank, then texts are cut with an ellipsis, the widest column first.
std::string render(const Rows& rows, Format format, int width, bool colour);

// To standard output, as wide as the terminal is, coloured where colour is wanted.
void print(const Rows& rows, Format format);

// A paragraph to standard output, broken between words at the terminal's width.
void print_text(std::string_view paragraph);

// `12.3 MB`, in powers of 1000; exact below.
std::string human_bytes(std::int64_t bytes);

// A field by RFC 4180: quoted where it holds a comma, a quote or a line end.
std::string csv_field(std::string_view text);

// Text from the wire or a file for a terminal: control characters and bytes over 127 become \xNN.
std::string printable(std::string_view text);

}  // namespace umbra
