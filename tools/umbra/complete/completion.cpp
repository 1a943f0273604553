#include "tools/umbra/complete/completion.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "daemon/store/reader.hpp"
#include "signatures/load.hpp"
#include "tools/umbra/text.hpp"

namespace po = boost::program_options;

namespace umbra {
namespace {

// What stands on the line before the word that is asked for.
struct Given {
    std::map<std::string, std::string> options;  // the value that came last
    std::size_t positional = 0;
    const po::option_description* pending = nullptr;  // an option whose value is asked for
};

enum class What {
    words,
    file,
    folder,
    service,
    vendor,
    category,
    country,
    law,
    host,
    pseudonym,
    department,
    site,
};

// What an option, or a word by its place, stands for. The name of a command in front where it means
// something else elsewhere; the first that fits counts.
struct Meaning {
    std::string_view name;
    What what;
    std::vector<std::string> words = {};
};

const std::vector<Meaning>& meanings() {
    static const std::vector<std::string> statuses{"approved", "tolerated", "forbidden",
                                                   "unreviewed"};
    static const std::vector<std::string> times{
        "today",      "yesterday", "this-week", "last-week", "this-month",
        "last-month", "24h",       "7d",        "30d",       "now"};
    static const std::vector<Meaning> all{
        {"report what",
         What::words,
         {"overview", "services", "hosts", "host", "departments", "categories", "countries",
          "policy", "trend", "uploads", "new", "coverage", "candidates"}},
        {"report format", What::words, {"table", "csv", "json", "ndjson", "markdown", "html"}},
        {"report policy", What::words, statuses},
        {"report address", What::host},
        {"fail-on", What::words, statuses},
        {"evidence",
         What::words,
         {"sni", "quic_sni", "http_host", "connect_host", "certificate", "dns", "ip_range"}},
        {"by", What::words, {"service", "department"}},
        {"every", What::words, {"hour", "day", "week"}},
        {"since", What::words, times},
        {"until", What::words, times},
        {"export what", What::words, {"usage", "coverage"}},
        {"export format", What::words, {"csv", "ndjson", "ocsf", "cef"}},
        {"format", What::words, {"table", "csv", "json", "ndjson"}},
        {"privacy", What::words, {"clear", "hmac", "truncate"}},
        {"log-level", What::words, {"trace", "debug", "info", "warning", "error"}},
        {"service", What::service},
        {"vendor", What::vendor},
        {"category", What::category},
        {"country", What::country},
        {"law", What::law},
        {"sovereignty", What::law},
        {"host", What::host},
        {"id", What::pseudonym},
        {"department", What::department},
        {"site", What::site},
        {"to", What::folder},
        {"directory", What::folder},
        {"catalogue", What::folder},
        {"catalogue-extra", What::folder},
        {"umbrad candidates", What::words},
        {"candidates", What::file},
        {"config", What::file},
        {"cursor", What::file},
        {"database", What::file},
        {"file", What::file},
        {"hosts", What::file},
        {"key", What::file},
        {"list", What::file},
        {"policy", What::file},
        {"privacy-key", What::file},
        {"read", What::file},
    };
    return all;
}

const Meaning* meaning_of(const std::string& command, const std::string& name) {
    const auto& all = meanings();
    const auto found = std::ranges::find_if(all, [&](const Meaning& meaning) {
        return meaning.name == name || meaning.name == command + ' ' + name;
    });
    return found == all.end() ? nullptr : &*found;
}

std::string value_or_empty(const Given& given, const std::string& option) {
    const auto found = given.options.find(option);
    return found == given.options.end() ? "" : found->second;
}

// Each word once, in order; the first note counts.
void add_sorted(Completions& to, const std::map<std::string, std::string>& words) {
    for (const auto& [text, note] : words)
        to.add(text, note);
}

void add_from_catalogue(Completions& to, What what, const Given& given) {
    const Catalogue catalogue = load_catalogue(catalogue_folders(
        value_or_empty(given, "catalogue"), value_or_empty(given, "catalogue-extra")));
    std::map<std::string, std::string> words;
    for (const Service& service : catalogue.services) {
        const Vendor& vendor = catalogue.vendor_of(service);
        if (what == What::service) words.emplace(service.id, service.name);
        if (what == What::vendor) words.emplace(vendor.id, vendor.name);
        if (what == What::category) words.emplace(service.category, "");
        if (what == What::country) words.emplace(vendor.headquarters.value_or("unknown"), "");
        if (what == What::law) words.emplace(vendor.sovereignty.value_or("unknown"), "");
    }
    add_sorted(to, words);
}

void add_from_database(Completions& to, What what, const Given& given) {
    store::Reader reader(value_or_empty(given, "database"));
    std::map<std::string, std::string> words;
    if (what == What::department || what == What::site) {
        for (const store::Facet& facet : reader.facets().all()) {
            words.emplace(what == What::department ? facet.department.value_or("(no department)")
                                                   : facet.site.value_or("(no site)"),
                          "");
        }
    } else {
        for (const auto& [id, host] : reader.hosts()) {
            if (what == What::pseudonym && !host.address.starts_with("h:")) continue;
            words.emplace(host.address, host.name.value_or(""));
            if (host.name && what == What::host) words.emplace(*host.name, host.address);
        }
    }
    add_sorted(to, words);
}

Completions values_of(const std::string& command, const std::string& name, const Given& given) {
    Completions found;
    const Meaning* meaning = meaning_of(command, name);
    if (meaning == nullptr) return found;
    switch (meaning->what) {
        case What::words:
            for (const std::string& word : meaning->words)
                found.add(word);
            break;
        case What::file:
            found.kind = Completions::Kind::files;
            break;
        case What::folder:
            found.kind = Completions::Kind::folders;
            break;
        case What::service:
        case What::vendor:
        case What::category:
        case What::country:
        case What::law:
            add_from_catalogue(found, meaning->what, given);
            if (name == "law") found.add("non-eu");
            break;
        case What::host:
        case What::pseudonym:
        case What::department:
        case What::site:
            if (given.options.contains("database")) add_from_database(found, meaning->what, given);
            break;
    }
    return found;
}

bool takes_value(const po::option_description& option) {
    return option.semantic()->max_tokens() > 0;
}

const po::option_description* find_option(const CommandLine& command, const std::string& name) {
    return command.options.find_nothrow(name, false);
}

// The words before the one that is asked for.
Given read_given(const CommandLine& command, const Words& words) {
    Given given;
    for (auto word = words.begin(); word != words.end() - 1; ++word) {
        if (given.pending) {
            given.options[given.pending->long_name()] = *word;
            given.pending = nullptr;
        } else if (word->starts_with("--")) {
            const std::size_t equals = word->find('=');
            const auto* option = find_option(command, word->substr(2, equals - 2));
            if (!option || !takes_value(*option)) continue;
            if (equals == std::string::npos)
                given.pending = option;
            else
                given.options[option->long_name()] = word->substr(equals + 1);
        } else if (word->size() > 1 && word->starts_with('-')) {
            const auto* option = find_option(command, word->substr(0, 2));
            if (!option || !takes_value(*option)) continue;
            if (word->size() == 2)
                given.pending = option;
            else
                given.options[option->long_name()] = word->substr(2);
        } else {
            ++given.positional;
        }
    }
    return given;
}

Completions options_of(const CommandLine& command) {
    Completions found;
    for (const auto& option : command.options.options())
        found.add("--" + option->long_name(), option->description());
    if (!find_option(command, "help")) {  // umbra adds it everywhere
        found.add("--lang");
        found.add("--help");
    }
    return found;
}

}  // namespace

void Completions::add(std::string text, const std::string& note) {
    // A shell takes a candidate as a line, and shows it: what is not plain text is none.
    if (text.empty() || readable(text) != text) return;
    words.push_back({std::move(text), readable(note)});
}

Completions completions_for(const CommandLine& command, const std::string& name,
                            const Words& words) {
    const Given given = read_given(command, words);
    const std::string& word = words.back();
    if (given.pending) return values_of(name, given.pending->long_name(), given);
    if (const std::size_t equals = word.find('=');
        word.starts_with("--") && equals != std::string::npos) {
        Completions found = values_of(name, word.substr(2, equals - 2), given);
        for (Completions::Word& value : found.words)
            value.text.insert(0, word, 0, equals + 1);
        return found;
    }
    if (word.starts_with('-') || command.positional.empty()) return options_of(command);
    const std::size_t last = command.positional.size() - 1;
    if (given.positional > last && !command.last_repeats) return options_of(command);
    return values_of(name, command.positional[std::min(given.positional, last)], given);
}

}  // namespace umbra
