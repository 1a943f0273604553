#include "tools/umbra/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "daemon/support/utf8.hpp"
#include "tools/umbra/language/language.hpp"

namespace umbra {
namespace {

using Range = std::pair<std::uint32_t, std::uint32_t>;

// Unicode's controls, and its format characters (general category Cf) as far as they matter.
constexpr Range unseen[] = {{0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},      {0x61c, 0x61c},
                            {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},  {0x2060, 0x206f},
                            {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};
// Characters that take no column of their own, and two of them (Unicode's East Asian Width).
constexpr Range combining[] = {
    {0x300, 0x36f}, {0x1ab0, 0x1aff}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}};
constexpr Range wide[] = {{0x1100, 0x115f},   {0x2e80, 0xa4cf},  {0xac00, 0xd7a3},
                          {0xf900, 0xfaff},   {0xfe30, 0xfe6f},  {0xff00, 0xff60},
                          {0x1f300, 0x1faff}, {0x20000, 0x3fffd}};

template <std::size_t Size>
bool is_in(const Range (&ranges)[Size], std::uint32_t code) {
    return std::ranges::any_of(
        ranges, [&](const Range& range) { return code >= range.first && code <= range.second; });
}

struct CodePoint {
    std::uint32_t code;
    std::size_t length;  // bytes; 0: not UTF-8
};

CodePoint first_of(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint32_t first = byte(0);
    if (first < 0x80) return {first, 1};
    const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (!is_plain_text(text.substr(0, length)) || text.size() < length) return {first, 0};
    std::uint32_t code = first & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i)
        code = code << 6 | (byte(i) & 0x3fU);
    return {code, length};
}

std::size_t columns_of(std::uint32_t code) {
    return is_in(combining, code) ? 0 : is_in(wide, code) ? 2 : 1;
}

// Digits, of which so many stand before the decimal point, with what the language puts between.
std::string with_separators(const std::string& digits, std::size_t whole) {
    // Translators write this number as their language does.
    std::string_view model = _("1234.5");
    const bool is_whole = model.starts_with('1') && model.ends_with('5');
    if (!is_whole || model.find("234") == std::string_view::npos) model = "1234.5";
    const std::size_t middle = model.find("234");
    const std::string thousands(model.substr(1, middle - 1)),
        point(model.substr(middle + 3, model.size() - middle - 4));
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const bool begins_three =
            i < whole && i > 0 && (whole - i) % 3 == 0 && digits[i - 1] != '-';
        text += i == whole ? point : (begins_three ? thousands : "") + digits[i];
    }
    return text;
}

}  // namespace

std::string escaped(std::string_view bytes) {
    std::string text;
    for (const char c : bytes)
        text += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
    return text;
}

std::string printable(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte > 0x7e) {
            safe += escaped({&c, 1});
        } else {
            safe += c;
        }
    }
    return safe;
}

std::string readable(std::string_view text) {
    std::string safe;
    while (!text.empty()) {
        const auto [code, length] = first_of(text);
        const std::string_view bytes = text.substr(0, std::max<std::size_t>(length, 1));
        if (length == 0 || is_in(unseen, code)) {
            safe += escaped(bytes);
        } else {
            safe += bytes;
        }
        text.remove_prefix(bytes.size());
    }
    return safe;
}

std::string_view front_columns(std::string_view text, std::size_t columns) {
    std::size_t bytes = 0, taken = 0;
    while (bytes < text.size()) {
        const auto [code, length] = first_of(text.substr(bytes));
        taken += columns_of(code);
        if (taken > columns) break;
        bytes += std::max<std::size_t>(length, 1);
    }
    return text.substr(0, bytes);
}

std::size_t columns_of(std::string_view text) {
    std::size_t columns = 0;
    while (!text.empty()) {
        const auto [code, length] = first_of(text);
        columns += columns_of(code);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return columns;
}

std::string cell_text(std::string_view text) {
    const bool is_formula =
        !text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos;
    const std::size_t taken = is_formula ? 1 : 0;
    return escaped(text.substr(0, taken)) + readable(text.substr(taken));
}

std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

std::string csv_text(std::string_view text) {
    return csv_field(cell_text(text));
}

std::string markdown_text(std::string_view text) {
    std::string safe;
    for (const char c : readable(text)) {
        if (c == '&') {
            safe += "&amp;";
        } else if (c == '<') {
            safe += "&lt;";
        } else {
            if (std::string_view("\\`*_[]|~#>").find(c) != std::string_view::npos) safe += '\\';
            safe += c;
        }
    }
    return safe;
}

std::string html_text(std::string_view text) {
    std::string safe;
    for (const char c : readable(text)) {
        switch (c) {
            case '&':
                safe += "&amp;";
                break;
            case '<':
                safe += "&lt;";
                break;
            case '>':
                safe += "&gt;";
                break;
            case '"':
                safe += "&quot;";
                break;
            case '\'':
                safe += "&#39;";
                break;
            default:
                safe += c;
        }
    }
    return safe;
}

std::string count_text(std::int64_t count) {
    const std::string digits = std::to_string(count);
    return with_separators(digits, digits.size());
}

std::string decimal_text(double number, int digits) {
    const std::string text = fmt::format("{:.{}f}", number, digits);
    return with_separators(text, std::min(text.find('.'), text.size()));
}

const std::array<const char*, 6>& byte_units() {
    static constexpr std::array<const char*, 6> units{N_("{} B"),  N_("{} kB"), N_("{} MB"),
                                                      N_("{} GB"), N_("{} TB"), N_("{} PB")};
    return units;
}

std::string human_bytes(std::int64_t bytes) {
    double amount = static_cast<double>(bytes);
    std::size_t unit = 0;
    while ((amount >= 999.95 || amount <= -999.95) && unit + 1 < byte_units().size()) {
        amount /= 1000;
        ++unit;
    }
    const std::string number = unit == 0 ? count_text(bytes) : decimal_text(amount, 1);
    return filled(byte_units()[unit], number);
}

}  // namespace umbra
