// Reading policy.yaml.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "daemon/policy/policy.hpp"
#include "daemon/support/failure.hpp"
#include "daemon/support/text_file.hpp"
#include "signatures/form.hpp"

namespace umbra {
namespace {

using Kind = YamlNode::Kind;

constexpr std::array<std::string_view, 1> file_keys{"rules"};
constexpr std::array<std::string_view, 10> rule_keys{
    "id",         "service", "vendor", "category", "sovereignty",
    "department", "status",  "from",   "until",    "note"};

class PolicyReader : private FormReader {
  public:
    using FormReader::FormReader;

    std::vector<PolicyRule> read(const std::string& text) {
        YamlNode root;
        try {
            root = parse_yaml(text);
        } catch (const YamlError& error) {
            fault(error.line, error.what());
            return {};
        }
        std::vector<PolicyRule> rules;
        if (!check_keys(root, file_keys)) return rules;
        const YamlNode* list = root.find("rules");
        if (!list || list->kind != Kind::list) {
            fault(list ? list->key_line : root.line, "a policy needs a list `rules`");
            return rules;
        }
        for (const YamlNode& node : list->items) {
            if (auto rule = read_rule(node)) rules.push_back(std::move(*rule));
        }
        return rules;
    }

  private:
    std::optional<PolicyRule> read_rule(const YamlNode& node) {
        if (!check_keys(node, rule_keys)) return std::nullopt;
        bool good = true;
        const auto take = [&](const std::optional<std::string>& text) {
            good = good && text;
            return text.value_or("");
        };
        const auto text_if_there = [&](std::string_view key) {
            return node.find(key) ? take(text_of(node, key)) : std::string();
        };
        const auto day_if_there = [&](std::string_view key) {
            return node.find(key) ? take(day_of(node, key)) : std::string();
        };
        PolicyRule rule;
        rule.line = node.line;
        rule.id = take(text_of(node, "id"));
        if (!rule.id.empty() && !is_id_word(rule.id)) {
            fault(node.find("id")->line,
                  fmt::format("id `{}`: lower case letters, digits and hyphens only", rule.id));
            good = false;
        }
        rule.service = text_if_there("service");
        rule.vendor = text_if_there("vendor");
        rule.category = text_if_there("category");
        rule.sovereignty = text_if_there("sovereignty");
        rule.department = text_if_there("department");
        rule.note = text_if_there("note");
        rule.from = day_if_there("from");
        rule.until = day_if_there("until");
        if (good && !rule.until.empty() && rule.from >= rule.until) {
            fault(node.find("until")->line, fmt::format("rule `{}`: from {} is not before until {}",
                                                        rule.id, rule.from, rule.until));
            good = false;
        }
        const std::string status = take(text_of(node, "status"));
        constexpr std::array given{PolicyStatus::approved, PolicyStatus::tolerated,
                                   PolicyStatus::forbidden};
        const auto known =
            std::ranges::find(given, status, [](PolicyStatus s) { return to_string(s); });
        if (known != given.end()) {
            rule.status = *known;
        } else if (!status.empty()) {
            fault(node.find("status")->line,
                  fmt::format("unknown status `{}`: approved, tolerated or forbidden", status));
            good = false;
        }
        return good ? std::optional(std::move(rule)) : std::nullopt;
    }
};

}  // namespace

Policy read_policy(const std::filesystem::path& file, std::vector<Fault>& faults) {
    const std::string text = read_text(file);
    return Policy(PolicyReader(file.string(), faults).read(text), text);
}

Policy check_policy(const std::filesystem::path& file, const Catalogue& catalogue,
                    std::vector<Fault>& faults) {
    Policy policy = read_policy(file, faults);
    lint(policy, file.string(), catalogue, faults);
    std::ranges::stable_sort(faults, {}, &Fault::line);
    return policy;
}

Policy load_policy(const std::filesystem::path& file, const Catalogue& catalogue) {
    std::vector<Fault> faults;
    Policy policy = check_policy(file, catalogue, faults);
    if (!faults.empty()) throw bad_input(faults.front().to_string());
    return policy;
}

}  // namespace umbra
