// Faults of the catalogue's content that a single entry does not show.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "signatures/catalogue.hpp"

namespace umbra {

void lint(const Catalogue& catalogue, const std::vector<std::string>& shared_apexes,
          std::vector<Fault>& faults) {
    const std::set<std::string, std::less<>> apexes(shared_apexes.begin(), shared_apexes.end());
    std::map<std::string, const SignatureName*, std::less<>> first_use;
    std::vector<bool> reachable(catalogue.services.size(), false);

    for (const SignatureName& name : catalogue.names) {
        const auto [earlier, is_new] = first_use.emplace(name.name, &name);
        if (!is_new) {
            faults.push_back({name.file, name.line,
                              fmt::format("`{}` stands already at {}:{} ({})", name.name,
                                          earlier->second->file, earlier->second->line,
                                          catalogue.services[earlier->second->service].id)});
        }
        if (name.kind == MatchKind::suffix && apexes.contains(name.name)) {
            faults.push_back(
                {name.file, name.line,
                 fmt::format("`{}` is shared by many services: claim the hosts below it "
                             "one by one",
                             name.name)});
        }
        if (name.role == HostRole::ui || name.role == HostRole::api) reachable[name.service] = true;
    }

    std::map<std::string, int> service_ids;
    for (std::size_t i = 0; i < catalogue.services.size(); ++i) {
        const Service& service = catalogue.services[i];
        const auto own = std::ranges::find(catalogue.names, i, &SignatureName::service);
        const std::string file = own != catalogue.names.end() ? own->file : service.id;
        const int line = own != catalogue.names.end() ? own->line : 0;
        if (!reachable[i]) {
            faults.push_back(
                {file, line, fmt::format("service `{}` has no `ui` or `api` host", service.id)});
        }
        if (++service_ids[service.id] == 2) {
            faults.push_back({file, line, fmt::format("service `{}` stands twice", service.id)});
        }
    }
}

}  // namespace umbra
