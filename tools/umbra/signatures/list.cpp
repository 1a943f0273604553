// umbra signatures list and stats: the catalogue as a whole.
#include <fmt/format.h>

#include <map>

#include "tools/umbra/catalogue_option.hpp"
#include "tools/umbra/output.hpp"
#include "tools/umbra/signatures/signatures.hpp"
#include "tools/umbra/unknown_word.hpp"

namespace po = boost::program_options;

namespace umbra {
namespace {

std::int64_t number(std::size_t count) {
    return static_cast<std::int64_t>(count);
}

std::size_t facts_filled(const Service& service) {
    if (!service.facts) return 0;
    return static_cast<std::size_t>(std::ranges::count_if(
        service.facts->all, [](const auto& fact) { return fact.has_value(); }));
}

std::vector<std::size_t> names_by_service(const Catalogue& catalogue) {
    std::vector<std::size_t> count(catalogue.services.size());
    for (const SignatureName& name : catalogue.names)
        ++count[name.service];
    return count;
}

// Which services an option lets through, by what the service says under it.
class Filter {
  public:
    Filter(const po::variables_map& values, const char* option)
        : option_(option), wanted_(values[option].as<std::string>()) {}

    bool passes(const std::string& text) {
        seen_[text] = true;
        return wanted_.empty() || text == wanted_;
    }
    void check_known() const {
        if (wanted_.empty() || seen_.contains(wanted_)) return;
        std::vector<std::string> known;
        for (const auto& [text, yes] : seen_)
            known.push_back(text);
        fail_unknown(std::string("--") + option_, wanted_, known);
    }

  private:
    const char* option_;
    std::string wanted_;
    std::map<std::string, bool> seen_;
};

}  // namespace

ExitCode signatures_list(const Words& words) {
    CommandLine command{_("umbra signatures list: the services of the catalogue\n"
                          "\n"
                          "  umbra signatures list --category coding\n"
                          "  umbra signatures list --sovereignty cn --format csv\n"),
                        po::options_description(),
                        {}};
    const auto text = [] { return po::value<std::string>()->default_value("", ""); };
    command.options.add_options()("category", text(), _("only this category, such as chat"))(
        "sovereignty", text(), _("only vendors under this law: eu us cn uk ch other, or unknown"))(
        "vendor", text(), _("only this vendor, such as mistral"))(
        "format", po::value<std::string>()->default_value("table"), "table, csv, json, ndjson");
    add_catalogue_options(command.options);
    const auto values = command.parse(words);
    if (!values) return ExitCode::done;
    const Format format = parse_format((*values)["format"].as<std::string>());
    const Catalogue catalogue = load_catalogue(catalogue_folders(*values));

    const std::vector<std::size_t> names = names_by_service(catalogue);
    Filter category(*values, "category"), law(*values, "sovereignty"), by_vendor(*values, "vendor");
    Rows rows{{{"service", _("SERVICE")},
               {"name", _("NAME"), false, 1},
               {"vendor", _("VENDOR")},
               {"category", _("CATEGORY")},
               {"headquarters", _("SEAT"), false, 3},
               {"sovereignty", _("LAW")},
               {"names", _("NAMES")},
               {"facts", _("FACTS"), false, 2}},
              {}};
    for (std::size_t i = 0; i < catalogue.services.size(); ++i) {
        const Service& service = catalogue.services[i];
        const Vendor& vendor = catalogue.vendor_of(service);
        const bool in_category = category.passes(service.category);
        const bool under_law = law.passes(vendor.sovereignty.value_or("unknown"));
        if (!by_vendor.passes(vendor.id) || !in_category || !under_law) continue;
        rows.rows.push_back({service.id, service.name, vendor.name, word(service.category),
                             value_or_null(vendor.headquarters), word_or_null(vendor.sovereignty),
                             number(names[i]),
                             service.facts ? Value(number(facts_filled(service))) : Value()});
    }
    for (const Filter& filter : {category, law, by_vendor})
        filter.check_known();
    print(rows, format);
    return ExitCode::done;
}

ExitCode signatures_stats(const Words& words) {
    CommandLine command{
        _("umbra signatures stats: how many services and names the catalogue has, by "
          "category, law and\n"
          "host role, and how many services each fact is known of\n"
          "\n"
          "  umbra signatures stats\n"
          "  umbra signatures stats --format json\n"),
        po::options_description(),
        {}};
    command.options.add_options()("format", po::value<std::string>()->default_value("table"),
                                  "table, csv, json, ndjson");
    add_catalogue_options(command.options);
    const auto values = command.parse(words);
    if (!values) return ExitCode::done;
    const Format format = parse_format((*values)["format"].as<std::string>());
    const Catalogue catalogue = load_catalogue(catalogue_folders(*values));

    struct Count {
        std::size_t services = 0, names = 0;
    };
    using Group = std::map<std::string, Count>;
    Group categories, laws, facts, kinds, roles;
    const std::vector<std::size_t> names = names_by_service(catalogue);
    std::size_t looked_up = 0;
    for (std::size_t i = 0; i < catalogue.services.size(); ++i) {
        const Service& service = catalogue.services[i];
        const std::string law = catalogue.vendor_of(service).sovereignty.value_or("unknown");
        for (Count* count : {&categories[service.category], &laws[law]}) {
            ++count->services;
            count->names += names[i];
        }
        if (!service.facts) continue;
        ++looked_up;
        for (std::size_t key = 0; key < fact_count; ++key) {
            const bool known = service.facts->all[key].has_value();
            facts[std::string(to_string(static_cast<FactKey>(key)))].services += known ? 1 : 0;
        }
    }
    for (const SignatureName& name : catalogue.names) {
        ++kinds[std::string(to_string(name.kind))].names;
        ++roles[std::string(to_string(name.role))].names;
        if (name.shared) ++kinds["shared"].names;
    }

    Rows rows{{{"group", _("GROUP")},
               {"item", _("ITEM")},
               {"services", _("SERVICES")},
               {"names", _("NAMES")}},
              {}};
    const auto add = [&](const char* group, const std::string& item, Value services,
                         Value of_names) {
        rows.rows.push_back({word(group), word(item), std::move(services), std::move(of_names)});
    };
    add("catalogue", catalogue.version, number(catalogue.services.size()),
        number(catalogue.names.size()));
    for (const auto& [name, group] : {std::pair("category", &categories), {"sovereignty", &laws}}) {
        for (const auto& [item, count] : *group)
            add(name, item, number(count.services), number(count.names));
    }
    for (const auto& [name, group] : {std::pair("match", &kinds), {"role", &roles}}) {
        for (const auto& [item, count] : *group)
            add(name, item, {}, number(count.names));
    }
    add("facts", "looked_up", number(looked_up), {});
    for (const auto& [item, count] : facts)
        add("facts", item, number(count.services), {});
    print(rows, format);
    return ExitCode::done;
}

}  // namespace umbra
