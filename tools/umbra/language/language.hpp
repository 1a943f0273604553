// What umbra says to people, in their language: GNU gettext, with the English messages in the
// source and the others in language/*.po. What programs read is English whatever the language is.
#pragma once

#include <fmt/format.h>

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace umbra {

// Takes `--lang LANGUAGE` out of the words of a command line, wherever it stands, and speaks that
// language from here on; without it that of LANGUAGE, LC_ALL, LC_MESSAGES or LANG, in gettext's
// order, whether or not the system has that locale. English where they name none that there is.
// Throws Failure: no such language, or its translation is not installed.
void choose_language(std::vector<std::string>& words);

// Their codes by ISO 639, English first.
std::vector<std::string> languages();

// Marks a message that `_` gets later, for xgettext.
constexpr const char* N_(const char* message) {
    return message;
}

// The message in the language.
const char* _(const char* message);

namespace language {

// Of the two forms the one for `count`, in the language.
const char* form_for(std::int64_t count, const char* one, const char* many);
// A translation that does not take these values gives way to the English message.
std::string formatted(const char* message, const char* translated, fmt::format_args values);

}  // namespace language

// The same, with values in the places of `{}`.
template <typename... Values>
requires(sizeof...(Values) > 0) std::string
    _(fmt::format_string<Values...> message, Values&&... values) {
    const char* english = fmt::string_view(message).data();
    return language::formatted(english, _(english), fmt::make_format_args(values...));
}

// The same, with a form for one and one for many.
template <typename... Values>
std::string _n(std::int64_t count, fmt::format_string<Values...> one,
               fmt::format_string<Values...> many, Values&&... values) {
    const char *single = fmt::string_view(one).data(), *several = fmt::string_view(many).data();
    return language::formatted(count == 1 ? single : several,
                               language::form_for(count, single, several),
                               fmt::make_format_args(values...));
}

// The same of a message that `N_` marked.
std::string filled(const char* message, std::string_view value);

// A text of ours in a report: programs get it in English, people in the language.
struct Phrase {
    std::string english, shown;
    auto operator<=>(const Phrase&) const = default;
};

// A word such as `approved`, of the catalogue or of policies.
Phrase word(std::string_view english);

template <typename... Values>
Phrase phrase(fmt::format_string<Values...> message, Values&&... values) {
    const char* english = fmt::string_view(message).data();
    const auto arguments = fmt::make_format_args(values...);
    return {fmt::vformat(english, arguments), language::formatted(english, _(english), arguments)};
}

}  // namespace umbra
