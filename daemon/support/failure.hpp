// The one exception of the project: something a person has to mend. Never thrown for packet
// contents.
#pragma once

#include <stdexcept>
#include <string>

namespace umbra {

enum class ExitCode : int {
    done = 0,
    answer_is_no = 1,  // lint faults, a policy breach
    bad_input = 2,     // usage, options, files with the wrong content
    environment = 3,   // no permission, disk full, no such device
};

// `what()` is one sentence for the person at the terminal: what is wrong and where.
class Failure : public std::runtime_error {
  public:
    Failure(ExitCode code, const std::string& sentence)
        : std::runtime_error(sentence), code_(code) {}
    ExitCode code() const { return code_; }

  private:
    ExitCode code_;
};

inline Failure bad_input(const std::string& sentence) {
    return {ExitCode::bad_input, sentence};
}
inline Failure environment_failure(const std::string& sentence) {
    return {ExitCode::environment, sentence};
}

}  // namespace umbra
