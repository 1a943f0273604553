// Which names look as if an AI service had them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "signatures/load.hpp"

namespace umbra {

// The rules of `candidates.txt`, one a line:
//   word TEXT    a label, or a part of one between hyphens, is TEXT
//   part TEXT    TEXT is somewhere in the name
//   top TEXT     TEXT is the top-level domain
//   never NAME   neither NAME nor a name below it
// They only say what is worth a look: the catalogue alone says what an AI service is.
class CandidateRules {
  public:
    // The local folder's file where it has one, else the shipped folder's. Throws Failure with file
    // and line where a line is no rule.
    static CandidateRules read(const CatalogueFolders& folders);

    // The rule that `host_name` meets, as written; it lives as long as the rules.
    std::optional<std::string_view> find(std::string_view host_name) const;

  private:
    enum class Kind { word, part, top };
    struct Rule {
        Kind kind;
        std::string text, written;
    };
    static bool meets(const Rule& rule, std::string_view host_name);

    std::vector<Rule> rules_;
    std::vector<std::string> never_;
};

}  // namespace umbra
