// umbra signatures show: all that the catalogue knows of one service, with the sources.
#include <fmt/format.h>

#include "tools/umbra/catalogue_option.hpp"
#include "tools/umbra/output.hpp"
#include "tools/umbra/period.hpp"
#include "tools/umbra/signatures/signatures.hpp"

namespace po = boost::program_options;

namespace umbra {
namespace {

Value list_of(const std::optional<std::vector<std::string>>& list) {
    return list ? Value(fmt::format("{}", fmt::join(*list, ", "))) : Value();
}

Rows rows_of(const Service& service, const Catalogue& catalogue) {
    Rows rows{{{"field", _("FIELD")},
               {"value", _("VALUE")},
               {"note", _("NOTE")},
               {"source", _("SOURCE"), false, 1},
               {"read", _("READ"), false, 2}},
              {}};
    const auto add = [&](std::string_view field, Value value, Value note = {}, Value source = {},
                         Value read = {}) {
        rows.rows.push_back(
            {word(field), std::move(value), std::move(note), std::move(source), std::move(read)});
    };
    const Vendor& vendor = catalogue.vendor_of(service);
    add("service", service.id);
    add("name", service.name);
    add("category", word(service.category));
    add("vendor", vendor.name);
    add("legal_entity", value_or_null(vendor.legal_entity));
    add("headquarters", value_or_null(vendor.headquarters));
    add("sovereignty", word_or_null(vendor.sovereignty));
    add("takes", list_of(service.takes));
    add("gives", list_of(service.gives));
    if (!service.voice.empty()) add("voice", list_of(service.voice));
    const auto index = static_cast<std::uint32_t>(&service - catalogue.services.data());
    for (const SignatureName& name : catalogue.names) {
        if (name.service != index) continue;
        add("host", name.name,
            name.shared ? Value(phrase("{}, {}, shared with other uses", to_string(name.kind),
                                       to_string(name.role)))
                        : Value(fmt::format("{}, {}", to_string(name.kind), to_string(name.role))));
    }
    for (const SignatureRange& range : catalogue.ranges) {
        if (range.service == index) {
            add("range", range.cidr, {}, range.source, day_phrase(range.read));
        }
    }
    for (std::size_t i = 0; i < fact_count; ++i) {
        const std::string_view key = to_string(static_cast<FactKey>(i));
        if (!service.facts) {
            add(key, {}, phrase("not looked up"));
        } else if (const auto& fact = service.facts->all[i]) {
            add(key, list_of(fact->value), {}, fact->source, day_phrase(fact->read));
        } else {
            add(key, {}, phrase("not documented"));
        }
    }
    return rows;
}

}  // namespace

ExitCode signatures_show(const Words& words) {
    CommandLine command{
        _("umbra signatures show SERVICE: the vendor, its law, the hosts, and each fact "
          "with its source\n"
          "\n"
          "  umbra signatures show openai.chatgpt\n"
          "  umbra signatures show mistral.lechat --format json\n"),
        po::options_description(),
        {"service"}};
    command.options.add_options()("format", po::value<std::string>()->default_value("table"),
                                  "table, csv, json, ndjson");
    add_catalogue_options(command.options);
    const auto values = command.parse(words);
    if (!values) return ExitCode::done;
    if (!values->contains("service"))
        throw bad_input(_("signatures show: give a service (see --help)"));
    const Format format = parse_format((*values)["format"].as<std::string>());
    const Catalogue catalogue = load_catalogue(catalogue_folders(*values));
    const std::string word = (*values)["service"].as<std::vector<std::string>>().front();
    print(rows_of(service_called(word, catalogue, "signatures show"), catalogue), format);
    return ExitCode::done;
}

}  // namespace umbra
