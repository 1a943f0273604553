// What the organisation says about AI services: rules with dates, and which of them holds.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/usage/usage.hpp"
#include "signatures/load.hpp"

namespace umbra {

enum class PolicyStatus : std::uint8_t { approved, tolerated, forbidden, unreviewed };
std::string_view to_string(PolicyStatus status);

// One rule of policy.yaml. It speaks of a usage where each of its conditions holds. Days are UTC,
// `2026-11-24`, which sort as texts; the rule is in force from the first of `from` to the last
// moment before `until`. The sovereignty of a vendor whose law nobody looked up is `unknown`.
struct PolicyRule {
    std::string id;
    std::string service, vendor, category, sovereignty, department;  // empty: any
    PolicyStatus status = PolicyStatus::unreviewed;
    std::string from, until;  // empty: always has been, for good
    std::string note;
    int line = 0;

    // `department` is empty where it is not known; upper and lower case are the same.
    bool speaks_of(const Service& service, const Vendor& vendor, std::string_view department) const;
    bool in_force(std::string_view day) const {
        return from <= day && (until.empty() || day < until);
    }
    // How narrowly it speaks: 16 for a service, 8 for a vendor, 4 for a category, 2 for a
    // sovereignty, 1 for a department, summed. So a rule for a service outweighs any without one,
    // and of two that are alike but for a department, the one with it weighs more.
    unsigned specificity() const;
    // `category=voice department=Marketing`; `everything` where it has no condition.
    std::string conditions() const;
};

// The rules in order of precedence: the more specific before the less, of equals the one with the
// later `from`, of these the one that stands later in the file. The first that speaks of a usage
// and is in force decides.
class Policy {
  public:
    Policy() = default;  // no rules: everything is unreviewed
    // `text`: the file that they were read from.
    explicit Policy(std::vector<PolicyRule> rules, std::string text = "");

    const std::vector<PolicyRule>& rules() const { return rules_; }
    const std::string& text() const { return text_; }

    // Null where no rule decides: unreviewed.
    const PolicyRule* decide(const Service& service, const Vendor& vendor,
                             std::string_view department, std::string_view day) const;

  private:
    std::vector<PolicyRule> rules_;
    std::string text_;
};

// Reads a policy file. Faults of form are added to `faults`, the rules concerned are left out.
// Throws Failure where the file cannot be read.
Policy read_policy(const std::filesystem::path& file, std::vector<Fault>& faults);

// Faults that the form does not show: names that the catalogue does not know, with the nearest that
// it does; ids that stand twice; rules that can never decide, whatever the day.
void lint(const Policy& policy, const std::string& file, const Catalogue& catalogue,
          std::vector<Fault>& faults);

// Both, in the order of the lines.
Policy check_policy(const std::filesystem::path& file, const Catalogue& catalogue,
                    std::vector<Fault>& faults);

// Throws Failure with the first fault. What the daemon judges by is faultless.
Policy load_policy(const std::filesystem::path& file, const Catalogue& catalogue);

// Fills `policy` and `policy_rule` of every usage by the rule in force when the window began.
// Departments must be known by then.
void judge(ClosedWindow& window, const Policy& policy);

}  // namespace umbra
