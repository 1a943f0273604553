#include "signatures/facts.hpp"

#include <fmt/format.h>

#include "signatures/form.hpp"

namespace umbra {
namespace {

constexpr std::array<std::string_view, fact_count> key_names{
    "residency", "trains_on_input", "retention",         "certifications",
    "models",    "anonymous_use",   "enterprise_differs"};
constexpr std::array<std::string_view, 5> certification_names{"SOC 2", "ISO 27001", "ISO 42001",
                                                              "HDS", "SecNumCloud"};
constexpr std::array<std::string_view, 3> value_keys{"value", "source", "read"};
constexpr std::size_t longest_retention = 160;

bool takes_list(FactKey key) {
    return key == FactKey::residency || key == FactKey::certifications || key == FactKey::models;
}

bool is_good_value(FactKey key, std::string_view word) {
    switch (key) {
        case FactKey::residency:
            return word == "EU" || word == "EEA" || word == "global" || is_country(word);
        case FactKey::trains_on_input:
            return word == "yes" || word == "no" || word == "opt-out";
        case FactKey::retention:
            return word.size() <= longest_retention;
        case FactKey::certifications:
            return std::ranges::find(certification_names, word) != certification_names.end();
        case FactKey::models:
            return true;
        case FactKey::anonymous_use:
        case FactKey::enterprise_differs:
            return word == "yes" || word == "no";
    }
    return false;
}

std::optional<Fact> read_fact(const YamlNode& node, FactKey key, FormReader& form) {
    if (node.kind == YamlNode::Kind::null || !form.check_keys(node, value_keys)) return {};
    Fact fact;
    const YamlNode* value = node.find("value");
    if (!value || value->kind == YamlNode::Kind::null) {
        form.fault(node.line, fmt::format("`{}` has no value; what is not known is null as a whole",
                                          to_string(key)));
    } else if (value->kind == YamlNode::Kind::list && !takes_list(key)) {
        form.fault(value->line, fmt::format("`{}` takes one value, not a list", to_string(key)));
    } else {
        fact.value = form.words_of(*value, to_string(key), [&](const std::string& word) {
            return is_good_value(key, word);
        });
    }
    fact.source = form.url_of(node, "source").value_or("");
    fact.read = form.day_of(node, "read").value_or("");
    return fact;
}

}  // namespace

std::string_view to_string(FactKey key) {
    return key_names[static_cast<std::size_t>(key)];
}

const std::array<std::string_view, 5>& certifications() {
    return certification_names;
}

Facts read_facts(const YamlNode& node, FormReader& form) {
    Facts facts;
    if (!form.check_keys(node, key_names)) return facts;
    for (std::size_t i = 0; i < fact_count; ++i) {
        if (const YamlNode* fact = node.find(key_names[i])) {
            facts.all[i] = read_fact(*fact, static_cast<FactKey>(i), form);
        } else {
            form.fault(node.line, fmt::format("fact `{}` is missing; what is not known is null",
                                              key_names[i]));
        }
    }
    return facts;
}

}  // namespace umbra
