#include "tools/umbra/report/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <limits>
#include <set>

#include "daemon/policy/policy.hpp"
#include "daemon/support/failure.hpp"
#include "daemon/support/time.hpp"
#include "signatures/form.hpp"
#include "tools/umbra/catalogue_option.hpp"
#include "tools/umbra/period.hpp"
#include "tools/umbra/unknown_word.hpp"

namespace po = boost::program_options;

namespace umbra {
namespace {

using store::Period;

Span parse_bound(const std::string& option, const std::string& text, bool utc) {
    const auto span = parse_span(text, wall_clock() / second, utc);
    if (!span) {
        throw bad_input(
            _("--{} {}: not a time (write 2026-11-02, 2026-11-02T09:00:00Z, "
              "7d, 24h, yesterday or last-week)",
              option, text));
    }
    return *span;
}

// What was asked for; without --since the last days that hold data. A span such as `last-week` is
// meant as a whole, unless --until says otherwise.
Period period_of(const po::variables_map& values, const Period& extent, int default_days,
                 bool utc) {
    Period period = extent;
    if (values.contains("since")) {
        const Span span = parse_bound("since", values["since"].as<std::string>(), utc);
        period.since = span.begin;
        period.until = span.end ? *span.end
                       : extent.until > span.begin
                           ? extent.until
                           : std::max(wall_clock() / second, span.begin + 1);
    }
    if (values.contains("until"))
        period.until = parse_bound("until", values["until"].as<std::string>(), utc).begin;
    if (!values.contains("since")) {
        period.since = std::max(
            extent.since, std::min(period.until, extent.until) - default_days * store::day_length);
    } else if (period.since >= period.until) {
        throw bad_input(_("--since {} is not before the end of the period, {}",
                          values["since"].as<std::string>(), format_time(period.until, utc)));
    }
    return period;
}

// The words of one filter, checked against what is known.
class FilterWords {
  public:
    FilterWords(const po::variables_map& values, const char* option) : option_(option) {
        if (values.contains(option)) given_ = values[option].as<std::vector<std::string>>();
    }

    // `known` gives a set of words; asked for in this order, and only if the ones before lack one.
    using Known = std::function<std::set<std::string>()>;
    std::vector<std::string> checked(const std::vector<Known>& sources,
                                     std::string_view none = "unknown") const {
        std::vector<std::string> words;
        for (const std::string& word : given_) {
            if (word == none) {
                words.emplace_back();
                continue;
            }
            std::set<std::string> known;
            for (const Known& source : sources) {
                if (known.contains(word)) break;
                known.merge(source());
            }
            if (!known.contains(word)) {
                fail_unknown(fmt::format("--{}", option_), printable(word),
                             {known.begin(), known.end()});
            }
            words.push_back(word);
        }
        return words;
    }
    const std::vector<std::string>& given() const { return given_; }

  private:
    const char* option_;
    std::vector<std::string> given_;
};

// The catalogue may not be where reports are made: then only what was seen is known.
std::set<std::string> in_catalogue(
    const CatalogueFolders& folders,
    const std::function<std::string(const Catalogue&, const Service&)>& word) {
    std::set<std::string> words;
    try {
        const Catalogue catalogue = load_catalogue(folders);
        for (const Service& service : catalogue.services)
            words.insert(word(catalogue, service));
    } catch (const Failure&) {
        words.clear();
    }
    return words;
}

template <typename List>
FilterWords::Known fixed(const List& list) {
    return [&list] {
        std::set<std::string> words;
        for (const auto& word : list)
            words.emplace(word);
        return words;
    };
}

std::vector<std::int64_t> hosts_of(const po::variables_map& values, store::Reader& reader) {
    std::vector<std::int64_t> ids;
    if (!values.contains("host")) return ids;
    for (const std::string& word : values["host"].as<std::vector<std::string>>()) {
        const auto hosts = reader.hosts_known_as(word);
        for (const auto& host : hosts)
            ids.push_back(host.id);
        if (!hosts.empty()) continue;
        std::vector<std::string> known;
        for (const auto& [id, host] : reader.hosts()) {
            known.push_back(host.address);
            if (host.name) known.push_back(printable(*host.name));
        }
        fail_unknown("--host", printable(word), known);
    }
    return ids;
}

constexpr std::array<std::string_view, 4> policies = {"approved", "tolerated", "forbidden",
                                                      "unreviewed"};

store::Filter filter_of(const po::variables_map& values, store::Reader& reader) {
    static constexpr std::array<std::string_view, 7> evidences = {
        "sni", "quic_sni", "http_host", "connect_host", "certificate", "dns", "ip_range"};
    const auto of_services = [&](auto word) {
        return [&reader, word] {
            std::set<std::string> words;
            for (const store::ServiceWords& service : reader.facets().services())
                words.insert(word(service));
            return words;
        };
    };
    const auto of_facets = [&](auto member) {
        return [&reader, member] {
            std::set<std::string> words;
            for (const store::Facet& facet : reader.facets().all())
                words.insert((facet.*member).value_or(""));
            return words;
        };
    };
    const auto all_countries = [] {
        std::set<std::string> codes;
        for (char a = 'A'; a <= 'Z'; ++a) {
            for (char b = 'A'; b <= 'Z'; ++b) {
                if (is_country(std::string{a, b})) codes.insert({a, b});
            }
        }
        return codes;
    };
    const auto service = [](const store::ServiceWords& words) { return words.service; };
    const auto vendor = [](const store::ServiceWords& words) { return words.vendor; };
    const CatalogueFolders folders = catalogue_folders(values);
    store::Filter filter;
    filter.host_ids = hosts_of(values, reader);
    filter.departments = FilterWords(values, "department")
                             .checked({of_facets(&store::Facet::department)}, "(no department)");
    filter.sites =
        FilterWords(values, "site").checked({of_facets(&store::Facet::site)}, "(no site)");
    filter.services =
        FilterWords(values, "service")
            .checked({of_services(service),
                      [&] {
                          return in_catalogue(
                              folders, [](const Catalogue&, const Service& one) { return one.id; });
                      }},
                     "");
    filter.vendors = FilterWords(values, "vendor")
                         .checked({of_services(vendor),
                                   [&] {
                                       return in_catalogue(folders, [](const Catalogue& catalogue,
                                                                       const Service& one) {
                                           return catalogue.vendor_of(one).id;
                                       });
                                   }},
                                  "");
    filter.categories = FilterWords(values, "category").checked({fixed(all_categories())}, "");
    filter.countries = FilterWords(values, "country").checked({all_countries});
    filter.policies = FilterWords(values, "policy").checked({fixed(policies)}, "");
    filter.evidences = FilterWords(values, "evidence").checked({fixed(evidences)}, "");
    // `non-eu` is every law but that one.
    const std::set<std::string> laws(all_sovereignties().begin(), all_sovereignties().end());
    for (const std::string& word :
         FilterWords(values, "law").checked({fixed(all_sovereignties()), [] {
                                                 return std::set<std::string>{"non-eu"};
                                             }})) {
        if (word != "non-eu") {
            filter.laws.push_back(word);
            continue;
        }
        filter.laws.emplace_back();
        std::ranges::copy_if(laws, std::back_inserter(filter.laws),
                             [](const std::string& law) { return law != "eu"; });
    }
    return filter;
}

std::string one_of(const po::variables_map& values, const char* option,
                   const std::vector<std::string>& allowed) {
    std::string word = values[option].as<std::string>();
    if (std::ranges::find(allowed, word) == allowed.end())
        fail_unknown(fmt::format("--{}", option), printable(word), allowed);
    return word;
}

}  // namespace

std::optional<std::int64_t> parse_bytes(std::string_view text) {
    double amount = 0;
    const char* end = text.data() + text.size();
    const auto [place, error] = std::from_chars(text.data(), end, amount);
    if (error != std::errc{} || amount < 0) return std::nullopt;
    std::string unit(place, end);
    std::erase(unit, ' ');
    if (unit.ends_with('B')) unit.pop_back();
    double factor = 1;
    if (unit == "k" || unit == "K") {
        factor = 1e3;
    } else if (unit == "M") {
        factor = 1e6;
    } else if (unit == "G") {
        factor = 1e9;
    } else if (unit == "T") {
        factor = 1e12;
    } else if (!unit.empty()) {
        return std::nullopt;
    }
    if (amount * factor >= 9e18) return std::nullopt;
    return static_cast<std::int64_t>(amount * factor);
}

void add_report_options(po::options_description& options) {
    const auto words = [](const char* name) {
        return po::value<std::vector<std::string>>()->composing()->value_name(name);
    };
    const auto word = [](const char* name) { return po::value<std::string>()->value_name(name); };
    options.add_options()("database,d", word("FILE"), _("the file that umbrad writes"))(
        "since", word("TIME"),
        _("begin of the period: 2026-11-02, 2026-11-02T09:00:00Z, 7d, 24h, today, yesterday, "
          "last-week (default: the last 24 hours that hold data; of trends 30 days)"))(
        "until", word("TIME"), _("end of the period, not included"))(
        "utc", po::bool_switch(), _("days and times are UTC, not of the local time zone"))(
        "host", words("HOST"), _("address, name or key; this and the others below may repeat"))(
        "department", words("NAME"), _("`(no department)` where there is none"))(
        "site", words("NAME"), _("`(no site)` where there is none"))("service", words("ID"),
                                                                     _("such as openai.chatgpt"))(
        "vendor", words("ID"), _("such as mistral"))("category", words("NAME"), _("such as chat"))(
        "country", words("CODE"), _("of the vendor's seat, such as FR, or unknown"))(
        "law", words("LAW"), _("that the vendor answers to: eu us cn uk ch other unknown, non-eu"))(
        "policy", words("STATUS"), "approved, tolerated, forbidden, unreviewed")(
        "evidence", words("KIND"),
        "sni, quic_sni, http_host, connect_host, certificate, dns, ip_range")(
        "min-bytes", word("N"), _("rows with so many bytes out or more, such as 10MB"))(
        "sort", word("COLUMN"), _("a column of the machine formats; numbers largest first"))(
        "limit", po::value<std::int64_t>()->value_name("N"), _("so many rows at most"))(
        "by", po::value<std::string>()->default_value("service")->value_name("WHAT"),
        _("trend: service or department"))("every", word("UNIT"),
                                           _("trend, host: hour, day or week, UTC"))(
        "fail-on", words("STATUS"), _("policy: exit 1 where there is usage of that status"))(
        "least-group", po::value<std::int64_t>()->default_value(5)->value_name("HOSTS"),
        _("departments of fewer hosts are not told apart"))(
        "format", po::value<std::string>()->default_value("table"),
        "table, csv, json, ndjson, markdown, html");
    add_catalogue_options(options);
}

Asked read_report_options(const po::variables_map& values, const std::string& what,
                          store::Reader& reader) {
    Asked asked;
    asked.what = what;
    asked.format = parse_format(values["format"].as<std::string>());
    asked.utc = values["utc"].as<bool>();
    asked.least_group = values["least-group"].as<std::int64_t>();
    asked.by = one_of(values, "by", {"service", "department"});
    if (values.contains("every")) asked.every = one_of(values, "every", {"hour", "day", "week"});
    if (values.contains("sort")) asked.sort = values["sort"].as<std::string>();
    if (values.contains("limit")) {
        const auto limit = values["limit"].as<std::int64_t>();
        if (limit < 1) throw bad_input(_("--limit {}: must be 1 or more", limit));
        asked.limit = static_cast<std::size_t>(limit);
    }
    if (values.contains("min-bytes")) {
        const std::string text = values["min-bytes"].as<std::string>();
        const auto bytes = parse_bytes(text);
        if (!bytes) throw bad_input(_("--min-bytes {}: write 10MB or 500000", text));
        asked.min_bytes = *bytes;
    }
    asked.catalogue = catalogue_folders(values);
    asked.fail_on = FilterWords(values, "fail-on").checked({fixed(policies)}, "");
    asked.has_default_period = !values.contains("since");
    const int default_days = what == "trend" ? 30 : 1;
    asked.period = period_of(values, reader.extent().value_or(Period{}), default_days, asked.utc);
    asked.filter = filter_of(values, reader);
    return asked;
}

}  // namespace umbra
