#include "signatures/form.hpp"

#include <fmt/format.h>

#include <chrono>

namespace umbra {
namespace {

using Kind = YamlNode::Kind;

bool is_day(std::string_view text) {
    const auto digits = [&](std::size_t at, std::size_t count) {
        int number = 0;
        for (const char c : text.substr(at, count)) {
            if (c < '0' || c > '9') return -1;
            number = number * 10 + (c - '0');
        }
        return number;
    };
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
    const int year = digits(0, 4), month = digits(5, 2), day = digits(8, 2);
    if (year < 2000 || month < 0 || day < 0) return false;
    return std::chrono::year_month_day(std::chrono::year(year),
                                       std::chrono::month(static_cast<unsigned>(month)),
                                       std::chrono::day(static_cast<unsigned>(day)))
        .ok();
}

}  // namespace

bool is_id_word(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

bool FormReader::check_keys(const YamlNode& node, std::span<const std::string_view> known) {
    if (node.kind != Kind::map) {
        fault(node.line, "expected `key: value` pairs");
        return false;
    }
    bool good = true;
    for (const YamlNode& value : node.items) {
        const bool twice = node.find(value.key) != &value;
        if (twice || std::ranges::find(known, value.key) == known.end()) {
            fault(value.key_line,
                  fmt::format("{} key `{}`", twice ? "doubled" : "unknown", value.key));
            good = false;
        }
    }
    return good;
}

std::optional<std::string> FormReader::text_of(const YamlNode& node, std::string_view key) {
    const YamlNode* value = node.find(key);
    if (value && value->kind == Kind::scalar && !value->text.empty()) return value->text;
    fault(value ? value->key_line : node.line, fmt::format("`{}` is missing", key));
    return std::nullopt;
}

std::optional<std::string> FormReader::text_or_null(const YamlNode& node, std::string_view key) {
    const YamlNode* value = node.find(key);
    if (value && value->kind == Kind::null) return std::nullopt;
    return text_of(node, key);
}

std::vector<std::string> FormReader::words_of(const YamlNode& node, std::string_view what) {
    std::vector<std::string> words;
    const auto take = [&](const YamlNode& item) {
        if (item.kind != Kind::scalar || item.text.empty()) {
            fault(item.line, fmt::format("{}: expected a word", what));
        } else if (std::ranges::find(words, item.text) != words.end()) {
            fault(item.line, fmt::format("{} `{}` stands twice", what, item.text));
        } else {
            words.push_back(item.text);
        }
    };
    if (node.kind == Kind::list && !node.items.empty()) {
        std::ranges::for_each(node.items, take);
    } else {
        take(node);
    }
    return words;
}

std::optional<std::string> FormReader::day_of(const YamlNode& node, std::string_view key) {
    auto day = text_of(node, key);
    if (!day || is_day(*day)) return day;
    fault(node.find(key)->line, fmt::format("`{}: {}` is no date such as 2026-11-24", key, *day));
    return std::nullopt;
}

std::optional<std::string> FormReader::url_of(const YamlNode& node, std::string_view key) {
    auto url = text_of(node, key);
    if (!url) return url;
    const auto host = url->starts_with("https://")  ? url->substr(8)
                      : url->starts_with("http://") ? url->substr(7)
                                                    : "";
    if (host.find('.') != std::string::npos && url->find_first_of(" \t\r\n") == std::string::npos) {
        return url;
    }
    fault(node.find(key)->line, fmt::format("`{}: {}` is no web address", key, *url));
    return std::nullopt;
}

}  // namespace umbra
