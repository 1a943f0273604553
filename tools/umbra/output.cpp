#include "tools/umbra/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "daemon/support/failure.hpp"
#include "daemon/support/terminal.hpp"

namespace umbra {
namespace {

using Json = nlohmann::ordered_json;

std::string plain(const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    return {};
}

std::string for_table(const Value& value, bool is_bytes) {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (number && is_bytes) return human_bytes(*number);
    if (std::holds_alternative<std::monostate>(value)) return "-";
    return printable(plain(value));
}

Json to_json(const Rows& rows, const std::vector<Value>& row) {
    Json object = Json::object();
    for (std::size_t i = 0; i < row.size(); ++i) {
        Json& field = object[rows.columns[i].name];
        if (const auto* number = std::get_if<std::int64_t>(&row[i])) {
            field = *number;
        } else if (const auto* text = std::get_if<std::string>(&row[i])) {
            field = *text;
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

// Widths so that all columns and the two spaces between them fit; the widest gives way first, none
// below six.
std::vector<std::size_t> fitted(std::vector<std::size_t> widths, std::size_t width) {
    constexpr std::size_t least = 6;
    const auto total = [&] {
        std::size_t sum = widths.empty() ? 0 : 2 * (widths.size() - 1);
        for (const std::size_t w : widths)
            sum += w;
        return sum;
    };
    while (!widths.empty() && total() > width) {
        const auto widest = std::ranges::max_element(widths);
        if (*widest <= least) break;
        --*widest;
    }
    return widths;
}

std::string cell(const std::string& text, std::size_t width, bool right) {
    if (text.size() > width) return text.substr(0, width - 1) + "…";
    const std::string space(width - text.size(), ' ');
    return right ? space + text : text + space;
}

std::string render_table(const Rows& rows, int width, bool colour) {
    std::vector<std::size_t> shown;
    for (std::size_t i = 0; i < rows.columns.size(); ++i) {
        if (!rows.columns[i].heading.empty()) shown.push_back(i);
    }
    std::vector<std::size_t> widths;
    std::vector<bool> right;
    for (const std::size_t column : shown) {
        std::size_t widest = rows.columns[column].heading.size();
        for (const auto& row : rows.rows) {
            widest = std::max(widest, for_table(row[column], rows.columns[column].is_bytes).size());
        }
        widths.push_back(widest);
        right.push_back(!rows.rows.empty() && std::ranges::all_of(rows.rows, [&](const auto& row) {
            return !std::holds_alternative<std::string>(row[column]);
        }));
    }
    widths = fitted(std::move(widths), static_cast<std::size_t>(width));

    const auto line = [&](const auto& text_of) {
        std::string text;
        for (std::size_t i = 0; i < shown.size(); ++i) {
            text += (i > 0 ? "  " : "") + cell(text_of(shown[i]), widths[i], right[i]);
        }
        return text.substr(0, text.find_last_not_of(' ') + 1);
    };
    std::string text = line([&](std::size_t column) { return rows.columns[column].heading; });
    text = colour ? "\033[1m" + text + "\033[0m\n" : text + "\n";
    for (const auto& row : rows.rows) {
        text += line([&](std::size_t column) {
            return for_table(row[column], rows.columns[column].is_bytes);
        });
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
    std::cout << render(rows, format, terminal_width(STDOUT_FILENO), wants_colour(STDOUT_FILENO));
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
