// umbra complete: for the shells (packaging/completions), what may come next on a command line.
#include <iostream>
#include <map>

#include "daemon/options.hpp"
#include "tools/umbra/complete/completion.hpp"
#include "tools/umbra/complete/shell_line.hpp"

namespace umbra {
namespace {

// Words that are followed by others which have options of their own.
const std::map<std::string, Words>& next_words() {
    static const std::map<std::string, Words> all{
        {"",
         {"report", "watch", "export", "explain", "signatures", "policy", "privacy", "resolve",
          "forget", "--lang", "--help", "--version"}},
        {"signatures", {"match", "list", "show", "stats", "coverage", "lint", "--help"}},
        {"policy", {"lint", "check", "explain", "--help"}},
        {"privacy", {"make-key", "audit", "--help"}}};
    return all;
}

CommandLine described(Words command) {
    command.emplace_back(describe_word);
    try {
        run(command);
    } catch (const Description& description) {
        return description.command;
    }
    return {};
}

// `words` begin with the program's name.
Completions completions_after(Words words) {
    if (words.size() < 2) return {};
    Words before(words.begin(), words.end() - 1);
    if (before.back() == "--lang") {
        Completions found;
        for (const std::string& code : languages())
            found.add(code);
        return found;
    }
    choose_language(before);  // what is left is as if it were not there
    before.push_back(words.back());
    words = std::move(before);
    if (words.front().ends_with("umbrad"))
        return completions_for({"", daemon_options(), {}}, "umbrad",
                               {words.begin() + 1, words.end()});
    std::string name;
    auto word = words.begin() + 1;
    for (auto next = next_words().find(name); next != next_words().end();
         next = next_words().find(name)) {
        if (word + 1 == words.end()) {
            Completions found;
            for (const std::string& text : next->second)
                found.add(text);
            return found;
        }
        name += (name.empty() ? "" : " ") + *word++;
    }
    return completions_for(described({words.begin() + 1, word}), name, {word, words.end()});
}

void print(const Completions& found, const ShellLine* line) {
    constexpr const char* kinds[] = {"words", "files", "folders"};
    std::cout << kinds[static_cast<int>(found.kind)] << '\n';
    for (const Completions::Word& word : found.words) {
        if (!line) {
            std::cout << word.text << (word.note.empty() ? "" : '\t' + word.note) << '\n';
        } else if (word.text.starts_with(line->words.back())) {
            const auto text = quoted(std::string_view(word.text).substr(line->kept), line->quote);
            if (text) std::cout << *text << '\n';
        }
    }
}

}  // namespace

ExitCode complete_command(const Words& words) {
    // complete -- WORD...: candidates and notes between tabs, one a line, below their kind.
    // complete --bash BREAKS LINE: what begins as the line's last word does, as bash wants it.
    const bool is_bash = words.size() == 3 && words[0] == "--bash";
    if (!is_bash && (words.empty() || words[0] != "--"))
        throw bad_input(_("complete: is for the shells (see packaging/completions)"));
    const ShellLine line =
        is_bash ? split_line(words[2], words[1]) : ShellLine{{words.begin() + 1, words.end()}};
    Completions found;
    try {
        found = completions_after(line.words);
    } catch (const Failure&) {
        found = {};  // whoever presses Tab wants no error in the line
    }
    print(found, is_bash ? &line : nullptr);
    return ExitCode::done;
}

}  // namespace umbra
