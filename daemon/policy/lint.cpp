// Faults of a policy that its form does not show.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "daemon/policy/policy.hpp"
#include "daemon/support/nearest.hpp"

namespace umbra {
namespace {

class Linter {
  public:
    Linter(const Policy& policy, const std::string& file, const Catalogue& catalogue,
           std::vector<Fault>& faults)
        : policy_(policy), file_(file), catalogue_(catalogue), faults_(faults) {
        for (const Service& service : catalogue.services)
            services_.push_back(service.id);
        for (const Vendor& vendor : catalogue.vendors)
            vendors_.push_back(vendor.id);
        categories_.assign(all_categories().begin(), all_categories().end());
        sovereignties_.assign(all_sovereignties().begin(), all_sovereignties().end());
        sovereignties_.emplace_back("unknown");
    }

    void run() {
        find_deciding();
        std::map<std::string_view, int> first_line;
        for (const PolicyRule* rule : in_file_order()) {
            const auto [earlier, is_new] = first_line.emplace(rule->id, rule->line);
            if (!is_new) {
                fault(*rule,
                      fmt::format("id `{}` stands already in line {}", rule->id, earlier->second));
            }
            // Each is checked, whatever was found before it.
            bool known = check_known(*rule, "service", rule->service, services_);
            known = check_known(*rule, "vendor", rule->vendor, vendors_) && known;
            known = check_known(*rule, "category", rule->category, categories_) && known;
            known = check_known(*rule, "sovereignty", rule->sovereignty, sovereignties_) && known;
            if (known && !deciding_.contains(rule)) fault(*rule, why_never(*rule));
        }
    }

  private:
    std::vector<const PolicyRule*> in_file_order() const {
        std::vector<const PolicyRule*> rules;
        for (const PolicyRule& rule : policy_.rules())
            rules.push_back(&rule);
        std::ranges::sort(rules, {}, &PolicyRule::line);
        return rules;
    }

    bool check_known(const PolicyRule& rule, const char* what, const std::string& name,
                     const std::vector<std::string>& known) {
        if (name.empty() || std::ranges::find(known, name) != known.end()) return true;
        fault(rule, fmt::format("unknown {} `{}`; near it: {}", what, name,
                                fmt::join(nearest(name, known), ", ")));
        return false;
    }

    // Decides for every service, every department that a rule names and one that none does, on
    // every day on which something changes: what decides then is what can decide at all.
    void find_deciding() {
        std::set<std::string_view> departments{""};
        for (const PolicyRule& rule : policy_.rules())
            departments.insert(rule.department);
        for (const Service& service : catalogue_.services) {
            for (const std::string_view department : departments)
                decide_all_days(service, department);
        }
    }

    void decide_all_days(const Service& service, std::string_view department) {
        std::vector<const PolicyRule*> speaking;
        std::set<std::string_view> days{""};
        for (const PolicyRule& rule : policy_.rules()) {
            if (!rule.speaks_of(service, catalogue_.vendor_of(service), department)) continue;
            speaking.push_back(&rule);
            days.insert({rule.from, rule.until});
        }
        for (const std::string_view day : days) {
            const PolicyRule* winner = nullptr;
            for (const PolicyRule* rule : speaking) {
                if (!rule->in_force(day)) continue;
                if (!winner) deciding_.insert(winner = rule);
                beaten_by_.emplace(rule, winner);
            }
        }
    }

    std::string why_never(const PolicyRule& rule) const {
        const auto winner = beaten_by_.find(&rule);
        if (winner == beaten_by_.end()) {
            return fmt::format("rule `{}` can never decide: no service of the catalogue has {}",
                               rule.id, rule.conditions());
        }
        return fmt::format(
            "rule `{}` can never decide: others do wherever it speaks, such as `{}` "
            "of line {}",
            rule.id, winner->second->id, winner->second->line);
    }

    void fault(const PolicyRule& rule, std::string sentence) {
        faults_.push_back({file_, rule.line, std::move(sentence)});
    }

    const Policy& policy_;
    const std::string& file_;
    const Catalogue& catalogue_;
    std::vector<Fault>& faults_;
    std::vector<std::string> services_, vendors_, categories_, sovereignties_;
    std::set<const PolicyRule*> deciding_;                      // on some day
    std::map<const PolicyRule*, const PolicyRule*> beaten_by_;  // where it spoke, first
};

}  // namespace

void lint(const Policy& policy, const std::string& file, const Catalogue& catalogue,
          std::vector<Fault>& faults) {
    Linter(policy, file, catalogue, faults).run();
}

}  // namespace umbra
