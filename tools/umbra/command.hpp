// What the commands of umbra share: each is a function of its words, and says by its exit code how
// it went.
#pragma once

#include <boost/program_options.hpp>
#include <optional>
#include <string>
#include <vector>

#include "daemon/support/failure.hpp"

namespace umbra {

using Words = std::vector<std::string>;

// `words` are what follows the command's name.
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

// The text of an option that must be there, and not be blank. Throws Failure: "COMMAND: --OPTION
// WHAT is missing".
std::string needed_option(const boost::program_options::variables_map& values, const char* command,
                          const char* option, const char* what);

// The one positional word of that name. Throws Failure: "COMMAND: give WHAT".
std::string needed_word(const boost::program_options::variables_map& values, const char* command,
                        const char* name, const char* what);

}  // namespace umbra
