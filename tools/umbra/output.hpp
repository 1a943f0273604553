// Rows on standard output: as a table for people, in Markdown, as CSV, JSON or NDJSON for programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tools/umbra/language/language.hpp"
#include "tools/umbra/text.hpp"

namespace umbra {

// Seconds since the epoch. In a table to the minute, in the machine formats by RFC 3339, UTC.
struct Time {
    std::int64_t seconds;
    auto operator<=>(const Time&) const = default;
};

// A figure over time, the oldest first: a row of small bars in a table.
struct Series {
    std::vector<std::int64_t> values;
    auto operator<=>(const Series&) const = default;
};

// Nothing, a text, a text of ours, a number that stays an integer in the machine formats, a time,
// or a series.
using Value = std::variant<std::monostate, std::string, Phrase, std::int64_t, Time, Series>;

inline Value value_or_null(const std::optional<std::string>& text) {
    return text ? Value(*text) : Value();
}
inline Value word_or_null(const std::optional<std::string>& text) {
    return text ? Value(word(*text)) : Value();
}

// How a table shows a number.
enum class Look : std::uint8_t {
    plain,
    bar,     // its share of the column's largest; only on a terminal
    change,  // with its sign
    digits,  // as a name, such as a port: nothing between them
};

struct Column {
    std::string name;     // lower_snake_case, in the machine formats; empty: not there
    std::string heading;  // in the table, in the language; empty: not shown there
    bool is_bytes = false;
    int rank = 0;  // where the table is too wide, columns above 0 are left out, the highest first
    Look look = Look::plain;
};

enum class Format { table, csv, json, ndjson, markdown, html };
// Throws Failure where the text is none of them.
Format parse_format(const std::string& text);

struct Rows {
    std::vector<Column> columns;
    std::vector<std::vector<Value>> rows;
};

// How tables are set. Without a width they are not made to fit, and bars are left out.
struct Setting {
    int width = 0;
    bool colour = false;
    bool utc = true;  // times; else of the local time zone
};

// The whole as a text that ends with a line end; html is not among the formats. A table is made to
// fit `width` columns: columns are left out by rank, then texts are cut with an ellipsis, the
// widest column first.
std::string render(const Rows& rows, Format format, const Setting& setting = {});

// What a cell shows to people.
std::string shown(const Value& value, const Column& column, bool utc);
// The exact value, as in the machine formats.
std::string exact(const Value& value);

// To standard output, as wide as the terminal is, coloured where colour is wanted.
void print(const Rows& rows, Format format, bool utc = true);

// A paragraph to standard output, broken between words at the terminal's width.
void print_text(std::string_view paragraph);

// Sorted by the column of that name, numbers and times with the largest first, texts from a to z;
// rows without a value last. Throws Failure with the nearest names where there is none.
void sort_rows(Rows& rows, const std::string& column);

}  // namespace umbra
