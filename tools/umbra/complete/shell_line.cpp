#include "tools/umbra/complete/shell_line.hpp"

namespace umbra {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n';
}

// What bash never gives a meaning to. Bytes above 127 are letters.
bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-.,/:@%+=").find(c) != std::string_view::npos ||
           static_cast<unsigned char>(c) > 127;
}

}  // namespace

ShellLine split_line(std::string_view line, std::string_view breaks) {
    ShellLine result;
    std::string word;
    bool is_word = false;  // begun, though it may be empty, as "" is
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (result.quote == 0 && is_blank(c)) {
            if (is_word) result.words.push_back(std::move(word));
            word.clear();
            is_word = false;
            result.kept = 0;
            continue;
        }
        is_word = true;
        if (result.quote == 0 && (c == '"' || c == '\'')) {
            result.quote = c;
            result.kept = word.size();
        } else if (result.quote == c) {
            result.quote = 0;
            result.kept = 0;
        } else if (c == '\\' && result.quote != '\'') {
            if (i + 1 == line.size())
                break;  // what candidates have in common may end in the middle
            // Within double quotes it stands for itself but before these (POSIX, 2.2.3).
            const char next = line[++i];
            if (result.quote != 0 &&
                std::string_view("\\\"$`").find(next) == std::string_view::npos) {
                word += c;
            }
            word += next;
        } else {
            word += c;
            if (result.quote == 0 && breaks.find(c) != std::string_view::npos)
                result.kept = word.size();
        }
    }
    result.words.push_back(std::move(word));
    return result;
}

std::optional<std::string> quoted(std::string_view text, char quote) {
    // readline takes a quote at the end for the closing one. `!` asks for the history within double
    // quotes too, and a backslash before it would stay.
    if (quote != 0 && text.find(quote) != std::string_view::npos) return std::nullopt;
    if (quote == '\'') return std::string(text);
    if (quote == '"' && text.find('!') != std::string_view::npos) return std::nullopt;
    std::string safe;
    for (const char c : text) {
        const bool needs = quote == '"' ? std::string_view("\\$`").find(c) != std::string_view::npos
                                        : !is_plain(c);
        if (needs) safe += '\\';
        safe += c;
    }
    return safe;
}

}  // namespace umbra
