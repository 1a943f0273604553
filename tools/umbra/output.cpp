#include "tools/umbra/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "daemon/support/failure.hpp"
#include "daemon/support/terminal.hpp"
#include "daemon/support/time.hpp"

namespace umbra {
namespace {

using Json = nlohmann::ordered_json;

std::string plain(const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* time = std::get_if<Time>(&value)) return format_utc(time->seconds * second);
    return {};
}

std::string for_table(const Value& value, bool is_bytes) {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (number && is_bytes) return human_bytes(*number);
    if (std::holds_alternative<std::monostate>(value)) return "-";
    if (std::holds_alternative<Time>(value)) {
        std::string text = plain(value).substr(0, 16);  // 2026-11-02T09:00
        text[10] = ' ';
        return text;
    }
    return printable(plain(value));
}

Json to_json(const Rows& rows, const std::vector<Value>& row) {
    Json object = Json::object();
    for (std::size_t i = 0; i < row.size(); ++i) {
        Json& field = object[rows.columns[i].name];
        if (const auto* number = std::get_if<std::int64_t>(&row[i])) {
            field = *number;
        } else if (!std::holds_alternative<std::monostate>(row[i])) {
            field = plain(row[i]);
        }
    }
    return object;
}

std::string dump(const Json& json, int indent = -1) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string render_csv(const Rows& rows) {
    std::string text;
    for (const Column& column : rows.columns)
        text += (text.empty() ? "" : ",") + column.name;
    text += '\n';
    for (const auto& row : rows.rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i > 0) text += ',';
            text += csv_field(plain(row[i]));
        }
        text += '\n';
    }
    return text;
}

// A column of a table: its place in the rows, and how it is set.
struct Shown {
    std::size_t place, width;
    bool right;  // numbers
};

std::vector<Shown> natural_columns(const Rows& rows) {
    std::vector<Shown> shown;
    for (std::size_t place = 0; place < rows.columns.size(); ++place) {
        const Column& column = rows.columns[place];
        if (column.heading.empty()) continue;
        Shown item{place, column.heading.size(), !rows.rows.empty()};
        for (const auto& row : rows.rows) {
            item.width = std::max(item.width, for_table(row[place], column.is_bytes).size());
            if (std::holds_alternative<std::string>(row[place])) item.right = false;
        }
        shown.push_back(item);
    }
    return shown;
}

// Leaves columns out by rank until the rest fits; then the widest texts give way, none below six.
void fit(std::vector<Shown>& shown, const Rows& rows, std::size_t width) {
    constexpr std::size_t least = 6, space = 2;
    const auto total = [&] {
        std::size_t sum = 0;
        for (const Shown& item : shown)
            sum += item.width + (sum > 0 ? space : 0);
        return sum;
    };
    while (total() > width) {
        const auto rank = [&](const Shown& item) { return rows.columns[item.place].rank; };
        const auto last = std::ranges::max_element(shown, {}, rank);
        if (last == shown.end() || rank(*last) == 0) break;
        shown.erase(last);
    }
    while (total() > width) {
        const auto widest = std::ranges::max_element(
            shown, {}, [](const Shown& item) { return item.right ? 0 : item.width; });
        if (widest == shown.end() || widest->right || widest->width <= least) break;
        --widest->width;
    }
}

std::string cell(const std::string& text, std::size_t width, bool right) {
    if (text.size() > width) return text.substr(0, width - 1) + "…";
    const std::string space(width - text.size(), ' ');
    return right ? space + text : text + space;
}

std::string render_table(const Rows& rows, int width, bool colour) {
    std::vector<Shown> shown = natural_columns(rows);
    if (width > 0) fit(shown, rows, static_cast<std::size_t>(width));
    const auto line = [&](const auto& text_of) {
        std::string text;
        for (const Shown& item : shown) {
            text += (text.empty() ? "" : "  ") + cell(text_of(item.place), item.width, item.right);
        }
        return text.substr(0, text.find_last_not_of(' ') + 1);
    };
    std::string text = line([&](std::size_t place) { return rows.columns[place].heading; });
    text = colour ? "\033[1m" + text + "\033[0m\n" : text + "\n";
    for (const auto& row : rows.rows) {
        text += line(
            [&](std::size_t place) { return for_table(row[place], rows.columns[place].is_bytes); });
        text += '\n';
    }
    return text;
}

}  // namespace

Format parse_format(const std::string& text) {
    if (text == "table") return Format::table;
    if (text == "csv") return Format::csv;
    if (text == "json") return Format::json;
    if (text == "ndjson") return Format::ndjson;
    throw bad_input(fmt::format("--format {}: not one of table, csv, json, ndjson", text));
}

std::string render(const Rows& rows, Format format, int width, bool colour) {
    if (format == Format::table) return render_table(rows, width, colour);
    if (format == Format::csv) return render_csv(rows);
    if (format == Format::ndjson) {
        std::string text;
        for (const auto& row : rows.rows)
            text += dump(to_json(rows, row)) + '\n';
        return text;
    }
    Json array = Json::array();
    for (const auto& row : rows.rows)
        array.push_back(to_json(rows, row));
    return dump(array, 2) + '\n';
}

void print(const Rows& rows, Format format) {
    // What is piped is not cut: another program, or a person with a pager, takes it whole.
    constexpr int unlimited = 0;
    std::cout << render(rows, format, terminal_width(STDOUT_FILENO, unlimited),
                        wants_colour(STDOUT_FILENO));
}

void print_text(std::string_view paragraph) {
    const auto width = static_cast<std::size_t>(terminal_width(STDOUT_FILENO));
    while (paragraph.size() > width) {
        const auto space = paragraph.rfind(' ', width);
        if (space == std::string_view::npos) break;
        std::cout << paragraph.substr(0, space) << '\n';
        paragraph.remove_prefix(space + 1);
    }
    std::cout << paragraph << '\n';
}

std::string human_bytes(std::int64_t bytes) {
    constexpr std::string_view units[] = {"kB", "MB", "GB", "TB", "PB"};
    if (bytes < 1000) return fmt::format("{} B", bytes);
    double amount = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    while (amount >= 999.95 && unit + 1 < std::size(units)) {
        amount /= 1000;
        ++unit;
    }
    return fmt::format("{:.1f} {}", amount, units[unit]);
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

std::string printable(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte > 0x7e) {
            safe += fmt::format("\\x{:02X}", byte);
        } else {
            safe += c;
        }
    }
    return safe;
}

}  // namespace umbra
