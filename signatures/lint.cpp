// Faults of the catalogue's content that a single entry does not show.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "signatures/load.hpp"
#include "signatures/matcher.hpp"
#include "signatures/public_suffix.hpp"

namespace umbra {
namespace {

class Linter {
  public:
    Linter(const Catalogue& catalogue, const std::vector<ListItem>& shared_apexes,
           std::vector<Fault>& faults)
        : catalogue_(catalogue), faults_(faults) {
        for (const ListItem& apex : shared_apexes)
            apexes_.insert(apex.text);
    }

    void run() {
        for (const SignatureName& name : catalogue_.names) {
            check_used_once(name);
            check_width(name);
        }
        check_precedence();
        check_ranges();
        check_services();
    }

    void check_precedence() {
        check_hidden_names();
        check_crossing_patterns();
    }

  private:
    template <typename Entry>
    void fault(const Entry& at, std::string sentence) {
        faults_.push_back({at.file, at.line, std::move(sentence)});
    }
    // `acme.chat`, catalogue/acme.yaml:12
    template <typename Entry>
    std::string place_of(const Entry& entry) const {
        return fmt::format("{} at {}:{}", catalogue_.services[entry.service].id, entry.file,
                           entry.line);
    }

    void check_used_once(const SignatureName& name) {
        const auto [earlier, is_new] = first_use_.emplace(name.name, &name);
        if (!is_new) {
            fault(name,
                  fmt::format("`{}` stands already in {}", name.name, place_of(*earlier->second)));
        }
    }

    // A claim on names of other owners. A pattern is one where its `*` is the first label (all of
    // the next level), or where that label tells the owner.
    void check_width(const SignatureName& name) {
        if (name.kind == MatchKind::exact) return;
        std::string base = name.name;
        if (name.kind == MatchKind::pattern) {
            const auto star = base.find('*');
            const bool leads = star == 0;
            base = star + 1 < base.size() ? base.substr(star + 2) : "";
            if (!leads && !base.empty() && !is_public_suffix(base)) return;
        }
        if (base.empty() || is_public_suffix(base)) {
            fault(name, fmt::format("`{}` claims what anybody may register under the public "
                                    "suffix `{}`",
                                    name.name, base));
        } else if (apexes_.contains(base)) {
            fault(name, fmt::format("`{}` is shared by many services: claim the hosts below it "
                                    "one by one",
                                    base));
        }
    }

    // What an entry is named after must lead to its own service. The entry with most labels wins,
    // so a wider one can hide a name only with equally many: a pattern hides the suffix that its
    // `*` stands for.
    void check_hidden_names() {
        const Matcher matcher(catalogue_);
        for (const SignatureName& name : catalogue_.names) {
            if (name.kind == MatchKind::pattern) continue;
            const auto match = matcher.find(name.name);
            if (!match || match->name->service == name.service || match->name->name == name.name) {
                continue;
            }
            fault(name, fmt::format("`{}` is hidden by `{}` of {}", name.name, match->name->name,
                                    place_of(*match->name)));
        }
    }

    // Two patterns of two services that claim one name: neither is the narrower.
    void check_crossing_patterns() {
        std::vector<const SignatureName*> patterns;
        for (const SignatureName& name : catalogue_.names) {
            if (name.kind == MatchKind::pattern) patterns.push_back(&name);
        }
        for (std::size_t i = 0; i < patterns.size(); ++i) {
            for (std::size_t k = 0; k < i; ++k) {
                const SignatureName &one = *patterns[i], &other = *patterns[k];
                const std::string both = name_of_both(one.name, other.name);
                if (one.service == other.service || both.empty()) continue;
                fault(one, fmt::format("`{}` and `{}` of {} both claim `{}`", one.name, other.name,
                                       place_of(other), both));
            }
        }
    }

    // The one name that two patterns with their `*` at different places stand for, or nothing.
    static std::string name_of_both(std::string_view one, std::string_view other) {
        std::string both;
        while (!one.empty() && !other.empty()) {
            const std::string_view a = one.substr(0, one.find('.'));
            const std::string_view b = other.substr(0, other.find('.'));
            if (a != b && a != "*" && b != "*") return "";
            both += (both.empty() ? "" : ".") + std::string(a == "*" ? b : a);
            one.remove_prefix(std::min(one.size(), a.size() + 1));
            other.remove_prefix(std::min(other.size(), b.size() + 1));
        }
        const bool as_long = one.empty() && other.empty();
        return as_long && both.find('*') == std::string::npos ? both : "";
    }

    void check_ranges() {
        std::map<std::pair<Address, unsigned>, const SignatureRange*> first;
        for (const SignatureRange& range : catalogue_.ranges) {
            const auto [earlier, is_new] =
                first.emplace(std::pair(range.network.base, range.network.prefix), &range);
            if (!is_new) {
                fault(range,
                      fmt::format("this range stands already in {}", place_of(*earlier->second)));
            }
        }
    }

    void check_services() {
        std::vector<bool> reachable(catalogue_.services.size(), false);
        for (const SignatureName& name : catalogue_.names) {
            if (name.role == HostRole::ui || name.role == HostRole::api)
                reachable[name.service] = true;
        }
        std::set<std::string_view> ids;
        for (std::size_t i = 0; i < catalogue_.services.size(); ++i) {
            const Service& service = catalogue_.services[i];
            if (!reachable[i]) {
                fault(service, fmt::format("service `{}` has no `ui` or `api` host", service.id));
            }
            if (!ids.insert(service.id).second) {
                fault(service, fmt::format("service `{}` stands twice", service.id));
            }
        }
    }

    const Catalogue& catalogue_;
    std::set<std::string, std::less<>> apexes_;
    std::vector<Fault>& faults_;
    std::map<std::string_view, const SignatureName*> first_use_;
};

}  // namespace

void lint(const Catalogue& catalogue, const std::vector<ListItem>& shared_apexes,
          std::vector<Fault>& faults) {
    Linter(catalogue, shared_apexes, faults).run();
}

void lint_precedence(const Catalogue& catalogue, std::vector<Fault>& faults) {
    Linter(catalogue, {}, faults).check_precedence();
}

}  // namespace umbra
