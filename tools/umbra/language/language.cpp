#include "tools/umbra/language/language.hpp"

#include <libintl.h>

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "daemon/support/failure.hpp"

namespace umbra {
namespace {

struct Language {
    const char* code;  // ISO 639
    const char* locale;
};
constexpr Language all_languages[] = {{"en", "C"}, {"fr", "fr_FR.UTF-8"}};
constexpr const Language& english = all_languages[0];
constexpr const char* domain = "umbra";

// Words of the catalogue and of policies, here for xgettext: `word` gets them.
[[maybe_unused]] constexpr const char* words_of_data[] = {
    N_("approved"), N_("tolerated"), N_("forbidden"), N_("unreviewed"),
    // laws
    N_("eu"), N_("us"), N_("cn"), N_("uk"), N_("ch"), N_("other"), N_("unknown"),
    // categories
    N_("chat"), N_("search"), N_("coding"), N_("inference_api"), N_("aggregator"), N_("model_hub"),
    N_("agent"), N_("image_video"), N_("voice"), N_("music"), N_("translation"), N_("writing"),
    N_("meeting"), N_("presentation"), N_("data"), N_("companion"), N_("embedded"),
    // where a rule of policy has no condition; where a host has no department to be told of
    N_("everything"), N_("(no department)"), N_("(small department)"),
    // fields of a service
    N_("service"), N_("name"), N_("category"), N_("vendor"), N_("legal_entity"), N_("headquarters"),
    N_("sovereignty"), N_("takes"), N_("gives"), N_("host"), N_("range"), N_("residency"),
    N_("trains_on_input"), N_("retention"), N_("certifications"), N_("models"), N_("anonymous_use"),
    N_("enterprise_differs"), N_("catalogue"), N_("facts"), N_("looked_up"),
    // the audit's acts
    N_("resolve"), N_("forget"), N_("forgotten"), N_("a host")};

const Language* language_called(std::string_view code) {
    const auto* found = std::ranges::find(all_languages, code, &Language::code);
    return found == std::end(all_languages) ? nullptr : found;
}

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

// As gettext(3) reads the environment.
const Language& language_of_environment() {
    std::string locale;
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        if (locale.empty()) locale = variable(name);
    }
    if (locale.empty() || locale == "C" || locale == "POSIX") return english;
    // LANGUAGE is a list, such as `fr_CA:fr:en`.
    for (std::string list = variable("LANGUAGE") + ":" + locale; !list.empty();) {
        const std::string name = list.substr(0, list.find(':'));
        list.erase(0, name.size() + 1);
        if (const Language* known = language_called(name.substr(0, name.find_first_of("_.@"))))
            return *known;
    }
    return english;
}

// The last `--lang` of `words`, which are left without it.
std::optional<std::string> take_option(std::vector<std::string>& words) {
    constexpr std::string_view option = "--lang", with_value = "--lang=";
    std::optional<std::string> value;
    for (auto at = words.begin(); at != words.end() && *at != "--";) {
        const bool stands_alone = *at == option;
        if (!stands_alone && !at->starts_with(with_value)) {
            ++at;
            continue;
        }
        if (stands_alone && at + 1 == words.end())
            throw bad_input(fmt::format("--lang: give one of {}", fmt::join(languages(), ", ")));
        value = stands_alone ? *(at + 1) : at->substr(with_value.size());
        at = words.erase(at, at + (stands_alone ? 2 : 1));
    }
    return value;
}

// Beside the program, in the build tree as below any prefix.
std::filesystem::path translations() {
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    return program.parent_path().parent_path() / "share/locale";
}

// gettext has no language in the locale `C`, and takes it from LANGUAGE in any other one. A bare
// system has `C.UTF-8` alone; where that is as `C` (gettext since 0.24) it has the language's own.
bool speak(const Language& language) {
    bindtextdomain(domain, translations().c_str());
    bind_textdomain_codeset(domain, "UTF-8");
    setenv("LANGUAGE", language.code, 1);
    for (const char* locale : {"C.UTF-8", language.locale}) {
        const bool is_there = setlocale(LC_MESSAGES, locale) && setlocale(LC_CTYPE, locale);
        // The translation of nothing is the head of the file.
        if (is_there && *dgettext(domain, "") != '\0') return true;
    }
    return false;
}

}  // namespace

std::vector<std::string> languages() {
    std::vector<std::string> codes;
    for (const Language& language : all_languages)
        codes.emplace_back(language.code);
    return codes;
}

void choose_language(std::vector<std::string>& words) {
    const auto asked = take_option(words);
    const Language* language = asked ? language_called(*asked) : &language_of_environment();
    if (!language)
        throw bad_input(
            fmt::format("--lang {}: not one of {}", *asked, fmt::join(languages(), ", ")));
    if (language == &english || speak(*language) || !asked) return;
    throw environment_failure(
        fmt::format("--lang {}: its translation is not in {}", *asked, translations().string()));
}

const char* _(const char* message) {
    return *message == '\0' ? message : dgettext(domain, message);
}

std::string filled(const char* message, std::string_view value) {
    return language::formatted(message, _(message), fmt::make_format_args(value));
}

Phrase word(std::string_view english_word) {
    std::string text(english_word);
    std::string shown = _(text.c_str());
    return {std::move(text), std::move(shown)};
}

namespace language {

const char* form_for(std::int64_t count, const char* one, const char* many) {
    return dngettext(domain, one, many, static_cast<unsigned long>(count));
}

std::string formatted(const char* message, const char* translated, fmt::format_args values) {
    try {
        return fmt::vformat(translated, values);
    } catch (const fmt::format_error&) {
        return fmt::vformat(message, values);
    }
}

}  // namespace language
}  // namespace umbra
