#include "signatures/candidate_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/support/failure.hpp"

namespace umbra {
namespace {

// Calls `take` with each part of `text` between `separator`s until it says true; says whether.
template <typename Take>
bool any_part(std::string_view text, char separator, Take take) {
    while (true) {
        const auto end = text.find(separator);
        if (take(text.substr(0, end))) return true;
        if (end == std::string_view::npos) return false;
        text.remove_prefix(end + 1);
    }
}

bool is_or_is_below(std::string_view name, std::string_view domain) {
    if (!name.ends_with(domain)) return false;
    return name.size() == domain.size() || name[name.size() - domain.size() - 1] == '.';
}

}  // namespace

CandidateRules CandidateRules::read(const CatalogueFolders& folders) {
    std::vector<ListItem> lines;
    if (!folders.local.empty()) lines = list_file(folders.local / "candidates.txt");
    if (lines.empty()) lines = companion_list(folders.shipped, "candidates.txt");
    CandidateRules rules;
    for (const ListItem& line : lines) {
        const auto space = line.text.find(' ');
        const std::string kind = line.text.substr(0, space);
        const std::string text = space == std::string::npos ? "" : line.text.substr(space + 1);
        const bool is_text = !text.empty() && std::ranges::all_of(text, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
        });
        if (is_text && kind == "word") {
            rules.rules_.push_back({Kind::word, text, line.text});
        } else if (is_text && kind == "part") {
            rules.rules_.push_back({Kind::part, text, line.text});
        } else if (is_text && kind == "top") {
            rules.rules_.push_back({Kind::top, text, line.text});
        } else if (is_text && kind == "never") {
            rules.never_.push_back(text);
        } else {
            throw bad_input(
                fmt::format("{}: `{}` is no rule such as `word gpt`", line.place, line.text));
        }
    }
    return rules;
}

bool CandidateRules::meets(const Rule& rule, std::string_view host_name) {
    switch (rule.kind) {
        case Kind::top:
            return is_or_is_below(host_name, rule.text);
        case Kind::part:
            return host_name.find(rule.text) != std::string_view::npos;
        case Kind::word:
            break;
    }
    return any_part(host_name, '.', [&](std::string_view label) {
        return any_part(label, '-', [&](std::string_view word) { return word == rule.text; });
    });
}

std::optional<std::string_view> CandidateRules::find(std::string_view host_name) const {
    const auto rule = std::ranges::find_if(
        rules_, [&](const Rule& candidate) { return meets(candidate, host_name); });
    if (rule == rules_.end() || std::ranges::any_of(never_, [&](const std::string& domain) {
            return is_or_is_below(host_name, domain);
        })) {
        return std::nullopt;
    }
    return rule->written;
}

}  // namespace umbra
