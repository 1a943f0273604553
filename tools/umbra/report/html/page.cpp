#include "tools/umbra/report/html/page.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <vector>

#include "tools/umbra/report/html/assets.hpp"

namespace umbra::html {
namespace {

// `'sha256-…'`, as a Content-Security-Policy names a script or style (CSP level 2, section 4.2.5).
std::string hash_source(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr);
    std::array<unsigned char, 4 * ((EVP_MAX_MD_SIZE + 2) / 3) + 1> base64{};
    EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(length));
    return fmt::format("'sha256-{}'", reinterpret_cast<const char*>(base64.data()));
}

// JSON in which no tag can begin or end.
std::string script_data(const nlohmann::ordered_json& data) {
    std::string text;
    for (const char c :
         data.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace)) {
        if (c == '<' || c == '>' || c == '&') {
            text += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            text += c;
        }
    }
    return text;
}

bool is_number(const Value& value) {
    return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<Time>(value);
}

// What a column is sorted by, where that is not its text.
std::string sort_value(const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value))
        return fmt::format(" data-v=\"{}\"", *number);
    if (const auto* time = std::get_if<Time>(&value))
        return fmt::format(" data-v=\"{}\"", time->seconds);
    return {};
}

std::string class_of(const Column& column, const Value& value) {
    if (std::holds_alternative<Time>(value)) return " class=\"t\"";
    if (is_number(value)) return " class=\"n\"";
    const std::string status = column.name == "policy" ? exact(value) : "";
    return status == "forbidden" || status == "unreviewed" ? fmt::format(" class=\"{}\"", status)
                                                           : "";
}

std::string cell(const Column& column, const Value& value, std::int64_t most, bool is_first,
                 bool utc) {
    if (column.look == Look::bar && !std::holds_alternative<std::monostate>(value)) {
        const auto number = std::get<std::int64_t>(value);
        return fmt::format("<td data-v=\"{0}\"><meter max=\"{1}\" value=\"{0}\">{2}</meter></td>",
                           number, std::max<std::int64_t>(most, 1), human_bytes(number));
    }
    const std::string text = isolated(shown(value, column, utc));
    if (is_first) {
        return fmt::format("<th scope=\"row\"{}{}>{}</th>", class_of(column, value),
                           sort_value(value), text);
    }
    return fmt::format("<td{}{}>{}</td>", class_of(column, value), sort_value(value), text);
}

}  // namespace

std::string isolated(std::string_view text, char break_after) {
    std::string safe;
    char before = '\0';
    for (const char c : html_text(text)) {
        const bool is_digit = c >= '0' && c <= '9';
        if (before == break_after && !is_digit) safe += "<wbr>";
        safe += before = c;
    }
    return "<bdi>" + safe + "</bdi>";
}

std::string table(const Rows& rows, const std::string& caption, std::size_t most_rows, bool utc) {
    const std::size_t count = std::min(rows.rows.size(), most_rows);
    if (count == 0) return fmt::format("<p>{}</p>\n", html_text(_("None in this period.")));
    std::vector<std::size_t> places;
    std::vector<std::int64_t> most;
    for (std::size_t i = 0; i < rows.columns.size(); ++i) {
        if (rows.columns[i].heading.empty()) continue;
        places.push_back(i);
        std::int64_t& largest = most.emplace_back(0);
        for (const auto& row : rows.rows) {
            if (const auto* number = std::get_if<std::int64_t>(&row[i]))
                largest = std::max(largest, *number);
        }
    }
    std::string text = fmt::format(
        "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\">"
        "<table class=\"sortable\"><caption data-search=\"{2}\">{0}{1}</caption>\n"
        "<thead><tr>",
        html_text(caption),
        count < rows.rows.size()
            ? _(" (the first {} of {})", count_text(static_cast<std::int64_t>(count)),
                count_text(std::ssize(rows.rows)))
            : "",
        html_text(_("Search in this table")));
    for (const std::size_t place : places) {
        const bool right =
            std::ranges::any_of(rows.rows, [&](const auto& row) { return is_number(row[place]); });
        const bool is_right =
            right && place != places.front() && rows.columns[place].look != Look::bar;
        text += fmt::format("<th scope=\"col\"{}>{}</th>", is_right ? " class=\"n\"" : "",
                            html_text(rows.columns[place].heading));
    }
    text += "</tr></thead>\n<tbody>\n";
    for (std::size_t i = 0; i < count; ++i) {
        text += "<tr>";
        for (std::size_t k = 0; k < places.size(); ++k) {
            text += cell(rows.columns[places[k]], rows.rows[i][places[k]], most[k], k == 0, utc);
        }
        text += "</tr>\n";
    }
    return text + "</tbody></table></div>\n";
}

std::string section(const std::string& id, const std::string& heading, const std::string& content) {
    return fmt::format(
        "<section id=\"{0}\" aria-labelledby=\"{0}-h\">\n<h2 id=\"{0}-h\">{1}</h2>\n"
        "{2}</section>\n",
        id, html_text(heading), content);
}

std::string chart(const std::string& name, const std::string& what, bool is_low) {
    return fmt::format(
        "<div class=\"chart{}\"><canvas data-chart=\"{}\" role=\"img\" aria-label=\"{}\"></canvas>"
        "</div>\n",
        is_low ? " low" : "", name, html_text(what));
}

std::string page(const std::string& title, const std::string& body,
                 const nlohmann::ordered_json& data) {
    const std::string_view style = assets::report_css();
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"{}\" class=\"without-script\">\n<head>\n"
        "<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src {} "
        "{}; style-src {}; base-uri 'none'; form-action 'none'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"referrer\" content=\"no-referrer\">\n"
        "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n{}"
        "<script type=\"application/json\" id=\"data\">{}</script>\n"
        "<script>{}</script>\n<script>{}</script>\n</body>\n</html>\n",
        _("en"), hash_source(assets::chart_js()), hash_source(assets::report_js()),
        hash_source(style), html_text(title), style, body, script_data(data), assets::chart_js(),
        assets::report_js());
}

}  // namespace umbra::html
