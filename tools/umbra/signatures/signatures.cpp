// umbra signatures match and lint, and the way to the other words.
#include "tools/umbra/signatures/signatures.hpp"

#include <fmt/format.h>

#include <iostream>

#include "detectors/host_name.hpp"
#include "signatures/matcher.hpp"
#include "tools/umbra/catalogue_option.hpp"
#include "tools/umbra/command.hpp"
#include "tools/umbra/output.hpp"

namespace po = boost::program_options;

namespace umbra {
namespace {

void match_one(const std::string& text, const Catalogue& catalogue, const Matcher& matcher) {
    const auto name = HostName::parse(text);
    const auto match = name ? matcher.find(name->host()) : std::nullopt;
    if (!match) {
        std::cout << fmt::format("{}\t-\t-\t-\n", printable(text));
        return;
    }
    const Service& service = catalogue.services[match->name->service];
    std::cout << fmt::format("{}\t{}\t{}\t{}\n", printable(text), service.id, service.category,
                             to_string(match->name->role));
}

}  // namespace

ExitCode signatures_match(const Words& words) {
    CommandLine command{
        _("umbra signatures match NAME...: the service that each host name belongs to (- reads "
          "names "
          "from\n"
          "standard input, one a line). Prints NAME, SERVICE, CATEGORY, HOST_ROLE between tabs, - "
          "for none.\n"
          "\n"
          "  umbra signatures match chatgpt.com api.mistral.ai\n"
          "  cut -f3 names.tsv | umbra signatures match -\n"),
        po::options_description(),
        {"name"},
        true};
    add_catalogue_options(command.options);
    const auto values = command.parse(words);
    if (!values) return ExitCode::done;
    if (!values->contains("name"))
        throw bad_input(_("signatures match: give a name, or - (see --help)"));
    const Catalogue catalogue = load_catalogue(catalogue_folders(*values));
    const Matcher matcher(catalogue);
    for (const std::string& word : (*values)["name"].as<std::vector<std::string>>()) {
        if (word != "-") {
            match_one(word, catalogue, matcher);
            continue;
        }
        for (std::string line; std::getline(std::cin, line);) {
            if (line.ends_with('\r')) line.pop_back();
            match_one(line, catalogue, matcher);
        }
    }
    return ExitCode::done;
}

ExitCode signatures_lint(const Words& words) {
    CommandLine command{_("umbra signatures lint [DIR]: every fault of the catalogue, or of DIR "
                          "alone, as file:line: "
                          "what\n"
                          "is wrong. Exit code 1 where there is one.\n"
                          "\n"
                          "  umbra signatures lint\n"
                          "  umbra signatures lint ./catalogue\n"),
                        po::options_description(),
                        {"directory"}};
    add_catalogue_options(command.options);
    const auto values = command.parse(words);
    if (!values) return ExitCode::done;
    CatalogueFolders folders = catalogue_folders(*values);
    if (values->contains("directory")) {
        folders = {(*values)["directory"].as<std::vector<std::string>>().front(),
                   (*values)["catalogue-extra"].as<std::string>()};
    }
    std::vector<Fault> faults;
    const Catalogue catalogue = check_catalogue(folders, faults);
    for (const Fault& fault : faults)
        std::cout << fault.to_string() << '\n';
    std::cerr << _("{} vendors, {} services, {} names, {} faults\n",
                   count_text(std::ssize(catalogue.vendors)),
                   count_text(std::ssize(catalogue.services)),
                   count_text(std::ssize(catalogue.names)), count_text(std::ssize(faults)));
    return faults.empty() ? ExitCode::done : ExitCode::answer_is_no;
}

ExitCode signatures_command(const Words& words) {
    const std::string what = words.empty() ? "--help" : words.front();
    const Words rest(words.begin() + (words.empty() ? 0 : 1), words.end());
    if (what == "match") return signatures_match(rest);
    if (what == "lint") return signatures_lint(rest);
    if (what == "list") return signatures_list(rest);
    if (what == "show") return signatures_show(rest);
    if (what == "stats") return signatures_stats(rest);
    if (what == "coverage") return signatures_coverage(rest);
    if (what == "--help" || what == "-h") {
        std::cout << _(
            "umbra signatures match NAME...    the service that each host name belongs to\n"
            "umbra signatures list             the services\n"
            "umbra signatures show SERVICE     all that is known of one\n"
            "umbra signatures stats            how many there are of what\n"
            "umbra signatures coverage LIST    which names of a list are in no entry, and why\n"
            "umbra signatures lint [DIR]       every fault of the catalogue\n"
            "\n"
            "  umbra signatures match chatgpt.com api.mistral.ai\n"
            "  umbra signatures list --category coding\n"
            "\nEach has --help of its own.\n");
        return ExitCode::done;
    }
    throw bad_input(_(
        "signatures: unknown word `{}`; there are match, list, show, stats, coverage, lint", what));
}

}  // namespace umbra
