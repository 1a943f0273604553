// What may come next on a command line.
#pragma once

#include <string>
#include <vector>

#include "tools/umbra/command.hpp"

namespace umbra {

struct Completions {
    enum class Kind { words, files, folders };
    struct Word {
        std::string text, note;
    };

    Kind kind = Kind::words;
    std::vector<Word> words;

    void add(std::string text, const std::string& note = "");
};

// For the last of `words`, which follow the command's name and may be empty. Services come from the
// catalogue, hosts and departments from the database that the words before it name. All that there
// are: the shell leaves out what does not begin as the word does.
Completions completions_for(const CommandLine& command, const std::string& name,
                            const Words& words);

}  // namespace umbra
