#include "tools/umbra/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "daemon/support/failure.hpp"
#include "daemon/support/terminal.hpp"
#include "daemon/support/time.hpp"
#include "tools/umbra/period.hpp"
#include "tools/umbra/unknown_word.hpp"

namespace umbra {
namespace {

using Json = nlohmann::ordered_json;

// Eighths of a cell, from one to all, to the side and upward.
constexpr std::string_view lying[] = {"▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
constexpr std::string_view standing[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::int64_t bar_width = 10, eighths = 8;

std::string bar(std::int64_t value, std::int64_t most) {
    std::string text;
    if (most <= 0 || value <= 0) return text;
    std::int64_t length = static_cast<std::int64_t>(static_cast<double>(value) * bar_width *
                                                    eighths / static_cast<double>(most));
    length = std::max<std::int64_t>(length, 1);
    for (; length >= eighths; length -= eighths)
        text += lying[eighths - 1];
    if (length > 0) text += lying[length - 1];
    return text;
}

std::string sparkline(const Series& series) {
    std::int64_t most = 1;
    for (const std::int64_t value : series.values)
        most = std::max(most, value);
    std::string text;
    for (const std::int64_t value : series.values) {
        const auto height = static_cast<std::int64_t>(static_cast<double>(value) * (eighths - 1) /
                                                      static_cast<double>(most));
        text += value <= 0 ? std::string_view(" ") : standing[height];
    }
    return text;
}

bool is_text(const Value& value) {
    return std::holds_alternative<std::string>(value) || std::holds_alternative<Phrase>(value);
}

Json to_json(const Rows& rows, const std::vector<Value>& row) {
    Json object = Json::object();
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (rows.columns[i].name.empty()) continue;
        Json& field = object[rows.columns[i].name];
        if (const auto* number = std::get_if<std::int64_t>(&row[i])) {
            field = *number;
        } else if (!std::holds_alternative<std::monostate>(row[i])) {
            field = exact(row[i]);
        }
    }
    return object;
}

std::string dump(const Json& json, int indent = -1) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string render_csv(const Rows& rows) {
    std::string text;
    const auto line = [&](const auto& text_of) {
        const char* between = "";
        for (std::size_t i = 0; i < rows.columns.size(); ++i) {
            if (rows.columns[i].name.empty()) continue;
            text += between + text_of(i);
            between = ",";
        }
        text += '\n';
    };
    line([&](std::size_t i) { return rows.columns[i].name; });
    for (const auto& row : rows.rows) {
        line([&](std::size_t i) {
            return is_text(row[i]) ? csv_text(exact(row[i])) : exact(row[i]);
        });
    }
    return text;
}

// A column of a table: its place in the rows, and how it is set.
struct Shown {
    std::size_t place, width;
    bool right;  // numbers
};

bool is_right(const Rows& rows, std::size_t place) {
    return !rows.rows.empty() && std::ranges::none_of(rows.rows, [&](const auto& row) {
        return is_text(row[place]) || std::holds_alternative<Series>(row[place]);
    });
}

// The cells of a table as text, with a bar for each number that is looked at so.
class Cells {
  public:
    Cells(const Rows& rows, bool utc) : rows_(rows), utc_(utc) {
        for (std::size_t i = 0; i < rows.columns.size(); ++i) {
            std::int64_t& most = most_.emplace_back(0);
            for (const auto& row : rows.rows) {
                if (const auto* number = std::get_if<std::int64_t>(&row[i]))
                    most = std::max(most, *number);
            }
        }
    }
    std::string operator()(const std::vector<Value>& row, std::size_t place) const {
        const Column& column = rows_.columns[place];
        if (column.look != Look::bar) return shown(row[place], column, utc_);
        const auto* number = std::get_if<std::int64_t>(&row[place]);
        return number ? bar(*number, most_[place]) : "";
    }

  private:
    const Rows& rows_;
    bool utc_;
    std::vector<std::int64_t> most_;
};

bool is_drawn(const Rows& rows, std::size_t place) {
    return rows.columns[place].look == Look::bar ||
           std::ranges::any_of(rows.rows, [&](const auto& row) {
               return std::holds_alternative<Series>(row[place]);
           });
}

std::vector<Shown> natural_columns(const Rows& rows, const Cells& cells, bool draws) {
    std::vector<Shown> shown;
    for (std::size_t place = 0; place < rows.columns.size(); ++place) {
        const Column& column = rows.columns[place];
        const bool drawn = is_drawn(rows, place);
        if (column.heading.empty() || (drawn && !draws)) continue;
        Shown item{place, columns_of(column.heading), is_right(rows, place) && !drawn};
        for (const auto& row : rows.rows)
            item.width = std::max(item.width, columns_of(cells(row, place)));
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
    const std::size_t columns = columns_of(text);
    if (columns > width) {
        const std::string_view front = front_columns(text, width - 1);
        return std::string(front) + "…" + std::string(width - 1 - columns_of(front), ' ');
    }
    const std::string space(width - columns, ' ');
    return right ? space + text : text + space;
}

std::string render_table(const Rows& rows, const Setting& setting) {
    const Cells cells(rows, setting.utc);
    const bool fits = setting.width > 0;
    std::vector<Shown> shown = natural_columns(rows, cells, fits);
    if (fits) fit(shown, rows, static_cast<std::size_t>(setting.width));
    const auto line = [&](const auto& text_of) {
        std::string text;
        for (const Shown& item : shown) {
            text += (text.empty() ? "" : "  ") + cell(text_of(item.place), item.width, item.right);
        }
        return text.substr(0, text.find_last_not_of(' ') + 1);
    };
    std::string text = line([&](std::size_t place) { return rows.columns[place].heading; });
    text = setting.colour ? "\033[1m" + text + "\033[0m\n" : text + "\n";
    for (const auto& row : rows.rows)
        text += line([&](std::size_t place) { return cells(row, place); }) + '\n';
    return text;
}

std::string render_markdown(const Rows& rows, const Setting& setting) {
    std::string text;
    const auto line = [&](const auto& text_of) {
        for (std::size_t i = 0; i < rows.columns.size(); ++i) {
            const Column& column = rows.columns[i];
            if (!column.heading.empty() && column.look != Look::bar)
                text += "| " + text_of(i) + ' ';
        }
        text += "|\n";
    };
    line([&](std::size_t i) { return rows.columns[i].heading; });
    line([&](std::size_t i) { return std::string(is_right(rows, i) ? "--:" : "---"); });
    for (const auto& row : rows.rows) {
        line([&](std::size_t i) {
            return markdown_text(shown(row[i], rows.columns[i], setting.utc));
        });
    }
    return text;
}

}  // namespace

Format parse_format(const std::string& text) {
    constexpr std::pair<std::string_view, Format> formats[] = {
        {"table", Format::table},   {"csv", Format::csv},           {"json", Format::json},
        {"ndjson", Format::ndjson}, {"markdown", Format::markdown}, {"html", Format::html}};
    for (const auto& [name, format] : formats) {
        if (text == name) return format;
    }
    throw bad_input(_(
        "--format {}: not one of table, csv, json, ndjson; of reports also markdown, html", text));
}

std::string exact(const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* phrase = std::get_if<Phrase>(&value)) return phrase->english;
    if (const auto* time = std::get_if<Time>(&value)) return format_utc(time->seconds * second);
    return {};
}

std::string shown(const Value& value, const Column& column, bool utc) {
    if (std::holds_alternative<std::monostate>(value)) return "-";
    if (const auto* series = std::get_if<Series>(&value)) return sparkline(*series);
    if (const auto* time = std::get_if<Time>(&value)) return minute_text(time->seconds, utc);
    if (const auto* phrase = std::get_if<Phrase>(&value)) return readable(phrase->shown);
    const auto* number = std::get_if<std::int64_t>(&value);
    if (!number) return readable(std::get<std::string>(value));
    const std::string text = column.is_bytes               ? human_bytes(*number)
                             : column.look == Look::digits ? std::to_string(*number)
                                                           : count_text(*number);
    return column.look == Look::change && *number > 0 ? "+" + text : text;
}

std::string render(const Rows& rows, Format format, const Setting& setting) {
    if (format == Format::table) return render_table(rows, setting);
    if (format == Format::markdown) return render_markdown(rows, setting);
    if (format == Format::csv) return render_csv(rows);
    if (format == Format::html) throw bad_input(_("--format html: only reports have it"));
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

void print(const Rows& rows, Format format, bool utc) {
    // What is piped is not cut: another program, or a person with a pager, takes it whole.
    constexpr int unlimited = 0;
    std::cout << render(
        rows, format, {terminal_width(STDOUT_FILENO, unlimited), wants_colour(STDOUT_FILENO), utc});
}

void sort_rows(Rows& rows, const std::string& column) {
    const auto found = std::ranges::find(rows.columns, column, &Column::name);
    if (column.empty() || found == rows.columns.end()) {
        std::vector<std::string> names;
        for (const Column& known : rows.columns) {
            if (!known.name.empty()) names.push_back(known.name);
        }
        fail_unknown("--sort", printable(column), names);
    }
    const auto place = static_cast<std::size_t>(found - rows.columns.begin());
    std::ranges::stable_sort(rows.rows, [&](const auto& a, const auto& b) {
        const Value &one = a[place], &other = b[place];
        if (is_text(one) && is_text(other)) return exact(one) < exact(other);
        return one.index() != other.index() ? one.index() > other.index() : one > other;
    });
}

void print_text(std::string_view paragraph) {
    const auto width = static_cast<std::size_t>(terminal_width(STDOUT_FILENO));
    while (columns_of(paragraph) > width) {
        const auto space = paragraph.rfind(' ', front_columns(paragraph, width).size());
        if (space == std::string_view::npos) break;
        std::cout << paragraph.substr(0, space) << '\n';
        paragraph.remove_prefix(space + 1);
    }
    std::cout << paragraph << '\n';
}

}  // namespace umbra
