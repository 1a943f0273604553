// What the commands of umbra share: each is a function of its words, and says by its exit code how
// it went.
#pragma once

#include <boost/program_options.hpp>
#include <optional>
#include <string>
#include <vector>

#include "daemon/support/failure.hpp"
#include "tools/umbra/language/language.hpp"

namespace umbra {

using Words = std::vector<std::string>;

// The command that the words begin with.
ExitCode run(const Words& words);

// `words` are what follows the command's name.
ExitCode complete_command(const Words& words);
ExitCode explain_command(const Words& words);
ExitCode export_command(const Words& words);
ExitCode forget_command(const Words& words);
ExitCode policy_command(const Words& words);
ExitCode privacy_command(const Words& words);
ExitCode report_command(const Words& words);
ExitCode resolve_command(const Words& words);
ExitCode signatures_command(const Words& words);
ExitCode watch_command(const Words& words);

// Parses options and positional words. Prints `usage` and the options and returns nothing where
// --help was asked for. Throws Failure with the option's name.
struct CommandLine {
    std::string usage;  // lines that stand above the options in --help
    boost::program_options::options_description options;
    std::vector<std::string> positional;  // names, in order; the last one may take several words
    bool last_repeats = false;

    std::optional<boost::program_options::variables_map> parse(const Words& words) const;
};

// What a command is thrown as by parse() where its only word is this one: so that completion knows
// what it takes, from where it says so.
constexpr const char* describe_word = "--describe-options";
struct Description : std::exception {
    explicit Description(CommandLine line) : command(std::move(line)) {}
    const char* what() const noexcept override { return "its options, for umbra complete"; }
    CommandLine command;
};

// The text of an option that must be there, and not be blank. Throws Failure: "COMMAND: --OPTION
// WHAT is missing".
std::string needed_option(const boost::program_options::variables_map& values, const char* command,
                          const char* option, const char* what);

// The one positional word of that name. Throws Failure: "COMMAND: give WHAT".
std::string needed_word(const boost::program_options::variables_map& values, const char* command,
                        const char* name, const char* what);

}  // namespace umbra
