// umbra signatures coverage: how much of a list of names the catalogue has.
#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include "detectors/host_name.hpp"
#include "signatures/matcher.hpp"
#include "signatures/public_suffix.hpp"
#include "tools/umbra/catalogue_option.hpp"
#include "tools/umbra/output.hpp"
#include "tools/umbra/signatures/signatures.hpp"

namespace po = boost::program_options;

namespace umbra {
namespace {

// Why it is right that a name is in no entry, where it is.
class RightMisses {
  public:
    explicit RightMisses(const std::filesystem::path& catalogue) {
        for (const ListItem& apex : companion_list(catalogue, "shared-apexes.txt"))
            reasons_[apex.text] = N_("shared by many services");
        for (const auto& [line, place] : companion_list(catalogue, "not-ai.tsv")) {
            const auto tab = line.find('\t');
            if (tab == std::string::npos) {
                throw bad_input(_("{}: `{}` has no tab and reason", place, line));
            }
            reasons_[line.substr(0, tab)] = line.substr(tab + 1);
        }
    }

    std::optional<std::string> reason_of(const std::string& name) const {
        if (const auto found = reasons_.find(name); found != reasons_.end()) return found->second;
        if (is_public_suffix(name)) return N_("a public suffix");
        return std::nullopt;
    }

  private:
    std::map<std::string, std::string> reasons_;
};

// What stands before the first blank, tab or comma of each line.
std::vector<std::string> first_words(std::istream& stream) {
    std::vector<std::string> words;
    for (std::string line; std::getline(stream, line);) {
        std::string word = line.substr(0, line.find_first_of(" \t,;\r"));
        if (!word.empty() && word[0] != '#') words.push_back(std::move(word));
    }
    return words;
}

std::vector<std::string> read_list(const std::string& path) {
    if (path == "-") return first_words(std::cin);
    std::ifstream file(path);
    if (!file) throw bad_input(_("{}: cannot be read", path));
    return first_words(file);
}

}  // namespace

ExitCode signatures_coverage(const Words& words) {
    CommandLine command{
        _("umbra signatures coverage LIST: which names of a file (- is standard input; one a line, "
          "what\n"
          "follows it is left out) are in no entry, and why that is right where it is: shared by "
          "many\n"
          "services, a public suffix, no host name, or listed with its reason in not-ai.tsv\n"
          "\n"
          "  umbra signatures coverage names.txt\n"
          "  umbra signatures coverage --all --format csv names.tsv\n"),
        po::options_description(),
        {"list"}};
    command.options.add_options()("all", po::bool_switch(), _("also the names that are covered"))(
        "format", po::value<std::string>()->default_value("table"), "table, csv, json, ndjson");
    add_catalogue_options(command.options);
    const auto values = command.parse(words);
    if (!values) return ExitCode::done;
    if (!values->contains("list"))
        throw bad_input(_("signatures coverage: give a list (see --help)"));
    const Format format = parse_format((*values)["format"].as<std::string>());
    const CatalogueFolders folders = catalogue_folders(*values);
    const Catalogue catalogue = load_catalogue(folders);
    const Matcher matcher(catalogue);
    const RightMisses right(folders.shipped);

    Rows rows{{{"name", _("NAME")}, {"verdict", _("VERDICT")}, {"why", _("WHY")}}, {}};
    std::size_t covered = 0, rightly_missed = 0, missed = 0;
    std::set<std::string> seen;
    for (const std::string& word :
         read_list((*values)["list"].as<std::vector<std::string>>().front())) {
        const auto parsed = HostName::parse(word);
        const bool is_name = parsed && !parsed->is_address();
        const std::string name = is_name ? std::string(parsed->host()) : word;
        if (!seen.insert(name).second) continue;
        const auto match = is_name ? matcher.find(name) : std::nullopt;
        const auto reason = is_name ? right.reason_of(name) : N_("no host name");
        if (match) {
            ++covered;
            if (!(*values)["all"].as<bool>()) continue;
            rows.rows.push_back(
                {name, phrase("covered"), catalogue.services[match->name->service].id});
        } else {
            ++(reason ? rightly_missed : missed);
            rows.rows.push_back(
                {name, reason ? phrase("right") : phrase("missed"), word_or_null(reason)});
        }
    }
    print(rows, format);
    const double share = 100.0 * static_cast<double>(covered) /
                         static_cast<double>(std::max<std::size_t>(covered + missed, 1));
    const auto text = [](std::size_t count) {
        return count_text(static_cast<std::int64_t>(count));
    };
    std::cerr << _(
        "{} names: {} covered, {} rightly missed, {} missed; {}% of those "
        "that belong here are covered\n",
        text(seen.size()), text(covered), text(rightly_missed), text(missed),
        decimal_text(share, 1));
    return ExitCode::done;
}

}  // namespace umbra
