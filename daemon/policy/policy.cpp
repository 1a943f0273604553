#include "daemon/policy/policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "daemon/support/utf8.hpp"

namespace umbra {

std::string_view to_string(PolicyStatus status) {
    static constexpr std::array<std::string_view, 4> names{"approved", "tolerated", "forbidden",
                                                           "unreviewed"};
    return names[static_cast<std::size_t>(status)];
}

bool PolicyRule::speaks_of(const Service& of, const Vendor& by,
                           std::string_view department_of_use) const {
    const auto agrees = [](const std::string& wanted, std::string_view found) {
        return wanted.empty() || wanted == found;
    };
    return agrees(service, of.id) && agrees(vendor, by.id) && agrees(category, of.category) &&
           agrees(sovereignty, by.sovereignty.value_or("unknown")) &&
           (department.empty() || same_but_for_case(department, department_of_use));
}

unsigned PolicyRule::specificity() const {
    unsigned sum = 0;
    for (const std::string* condition : {&service, &vendor, &category, &sovereignty, &department})
        sum = sum * 2 + (condition->empty() ? 0 : 1);
    return sum;
}

std::string PolicyRule::conditions() const {
    std::string text;
    for (const auto& [name, value] :
         {std::pair("service", &service), std::pair("vendor", &vendor),
          std::pair("category", &category), std::pair("sovereignty", &sovereignty),
          std::pair("department", &department)}) {
        if (!value->empty()) text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, *value);
    }
    return text.empty() ? "everything" : text;
}

Policy::Policy(std::vector<PolicyRule> rules, std::string text)
    : rules_(std::move(rules)), text_(std::move(text)) {
    std::ranges::sort(rules_, std::greater{}, [](const PolicyRule& rule) {
        return std::tuple(rule.specificity(), rule.from, rule.line);
    });
}

const PolicyRule* Policy::decide(const Service& service, const Vendor& vendor,
                                 std::string_view department, std::string_view day) const {
    const auto found = std::ranges::find_if(rules_, [&](const PolicyRule& rule) {
        return rule.in_force(day) && rule.speaks_of(service, vendor, department);
    });
    return found == rules_.end() ? nullptr : &*found;
}

void judge(ClosedWindow& window, const Policy& policy) {
    const std::string day = format_utc(window.begin).substr(0, 10);
    // A window has many rows and few services and departments.
    std::map<std::pair<const Service*, std::string_view>, const PolicyRule*> decided;
    for (Usage& usage : window.usage) {
        const Service& service = usage.catalogue->services[usage.service];
        const std::string_view department =
            usage.identity.department ? std::string_view(*usage.identity.department) : "";
        const auto [place, is_new] = decided.try_emplace({&service, department}, nullptr);
        if (is_new) {
            place->second =
                policy.decide(service, usage.catalogue->vendor_of(service), department, day);
        }
        const PolicyRule* rule = place->second;
        usage.policy = to_string(rule ? rule->status : PolicyStatus::unreviewed);
        usage.policy_rule = rule ? std::optional(rule->id) : std::nullopt;
    }
}

}  // namespace umbra
