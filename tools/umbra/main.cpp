// umbra: finds the command and runs it.
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "daemon/support/terminal.hpp"
#include "daemon/versions.hpp"
#include "tools/umbra/command.hpp"

namespace po = boost::program_options;

namespace umbra {

std::optional<po::variables_map> CommandLine::parse(const Words& words) const {
    if (words == Words{describe_word}) throw Description(*this);
    po::options_description all(static_cast<unsigned>(terminal_width(STDOUT_FILENO)));
    all.add(options);
    po::options_description hidden;
    po::positional_options_description places;
    for (std::size_t i = 0; i < positional.size(); ++i) {
        const bool repeats = last_repeats && i + 1 == positional.size();
        hidden.add_options()(positional[i].c_str(), po::value<std::vector<std::string>>());
        places.add(positional[i].c_str(), repeats ? -1 : 1);
    }
    po::options_description everything;
    everything.add(all).add(hidden).add_options()("help,h", "");
    po::variables_map values;
    try {
        po::store(po::command_line_parser(words)
                      .options(everything)
                      .positional(places)
                      .style(po::command_line_style::default_style &
                             ~po::command_line_style::allow_guessing)
                      .run(),
                  values);
        if (values.contains("help")) {
            std::cout << usage;
            if (!options.options().empty()) std::cout << _("\nOptions:\n") << all;
            return std::nullopt;
        }
        po::notify(values);
    } catch (po::error_with_option_name& error) {
        error.m_error_template = _(error.m_error_template.c_str());
        throw bad_input(_("{} (see --help)", error.what()));
    } catch (const po::error& error) {
        throw bad_input(_("{} (see --help)", _(error.what())));
    }
    return values;
}

std::string needed_option(const po::variables_map& values, const char* command, const char* option,
                          const char* what) {
    std::string text = values.contains(option) ? values[option].as<std::string>() : "";
    if (text.find_first_not_of(" \t") == std::string::npos) {
        throw bad_input(_("{}: --{} {} is missing (see --help)", command, option, what));
    }
    return text;
}

std::string needed_word(const po::variables_map& values, const char* command, const char* name,
                        const char* what) {
    if (values.contains(name)) return values[name].as<std::vector<std::string>>().front();
    throw bad_input(_("{}: give {} (see --help)", command, what));
}

namespace {

// What Boost says of options, here for xgettext.
[[maybe_unused]] constexpr const char* option_errors[] = {
    N_("unrecognised option '%canonical_option%'"),
    N_("the required argument for option '%canonical_option%' is missing"),
    N_("the argument ('%value%') for option '%canonical_option%' is invalid"),
    N_("option '%canonical_option%' cannot be specified more than once"),
    N_("option '%canonical_option%' does not take any arguments"),
    N_("too many positional options have been specified on the command line")};

constexpr const char* help =
    N_("umbra - reports which hosts use which public AI services, from what umbrad recorded\n"
       "\n"
       "Usage: umbra COMMAND [...]      umbra COMMAND --help tells more\n"
       "\n"
       "  report WHAT       overview, services, hosts, departments, policy, trend, coverage …\n"
       "  watch             the last minutes on one screen, like top\n"
       "  export            closed windows as files for a SIEM: CSV, NDJSON, OCSF, CEF\n"
       "  explain FILE      each flow of a capture file, with the evidence for its name\n"
       "  signatures WHAT   the catalogue: match, list, show, stats, coverage, lint\n"
       "  policy WHAT       rules for services: lint, check, explain\n"
       "  privacy WHAT      pseudonyms: make-key, audit\n"
       "  resolve ID        the address that a pseudonym stands for\n"
       "  forget            erase what is kept of a host\n"
       "\n"
       "Examples:\n"
       "  umbra report overview --database umbra.db --since 7d\n"
       "  umbra explain trace.pcap\n"
       "\n"
       "Options:\n"
       "  -h, --help        show this help\n"
       "  -V, --version     show the versions of umbra and of its libraries\n"
       "  --lang LANGUAGE   en or fr, of every command (default: by the locale)\n"
       "\n"
       "Exit codes: 0 done, 1 the answer is no, 2 bad input, 3 the environment failed\n");

}  // namespace

ExitCode run(const Words& words) {
    if (words.empty()) {
        std::cerr << _(help);
        return ExitCode::bad_input;
    }
    const std::string& command = words.front();
    const Words rest(words.begin() + 1, words.end());
    if (command == "--help" || command == "-h" || command == "help") {
        std::cout << _(help);
        return ExitCode::done;
    }
    if (command == "--version" || command == "-V") {
        std::cout << version_text("umbra");
        return ExitCode::done;
    }
    if (command == "complete") return complete_command(rest);
    if (command == "report") return report_command(rest);
    if (command == "export") return export_command(rest);
    if (command == "explain") return explain_command(rest);
    if (command == "policy") return policy_command(rest);
    if (command == "privacy") return privacy_command(rest);
    if (command == "resolve") return resolve_command(rest);
    if (command == "forget") return forget_command(rest);
    if (command == "signatures") return signatures_command(rest);
    if (command == "watch") return watch_command(rest);
    throw bad_input(_("unknown command `{}` (see umbra --help)", command));
}

}  // namespace umbra

int main(int argc, char** argv) {
    try {
        umbra::Words words(argv + 1, argv + argc);
        umbra::choose_language(words);
        const umbra::ExitCode code = umbra::run(words);
        std::cout.flush();
        return static_cast<int>(code);
    } catch (const umbra::Failure& failure) {
        std::cerr << "umbra: " << failure.what() << '\n';
        return static_cast<int>(failure.code());
    } catch (const std::exception& error) {
        std::cerr << "umbra: " << error.what() << '\n';
        return static_cast<int>(umbra::ExitCode::environment);
    }
}
