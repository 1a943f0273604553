// A site's own entries over the shipped ones.
#include <algorithm>
#include <set>

#include "signatures/load.hpp"

namespace umbra {

void overlay(Catalogue& catalogue, const Catalogue& local) {
    // Puts an entry in the place of the one with its id, or at the end; says where.
    const auto place = []<typename Entry>(std::vector<Entry>& all, const Entry& entry) {
        const auto same = std::ranges::find(all, entry.id, &Entry::id);
        const auto index = static_cast<std::uint32_t>(same - all.begin());
        if (same == all.end()) {
            all.push_back(entry);
        } else {
            *same = entry;
        }
        return index;
    };
    std::vector<std::uint32_t> vendors, services;
    for (const Vendor& vendor : local.vendors)
        vendors.push_back(place(catalogue.vendors, vendor));
    for (Service service : local.services) {
        service.vendor = vendors[service.vendor];
        services.push_back(place(catalogue.services, service));
    }

    std::set<std::string_view> names;
    for (const SignatureName& name : local.names)
        names.insert(name.name);
    std::set<std::pair<Address, unsigned>> networks;
    for (const SignatureRange& range : local.ranges)
        networks.emplace(range.network.base, range.network.prefix);
    const auto is_replaced = [&](std::uint32_t service) {
        return std::ranges::find(services, service) != services.end();
    };
    std::erase_if(catalogue.names, [&](const SignatureName& name) {
        return is_replaced(name.service) || names.contains(name.name);
    });
    std::erase_if(catalogue.ranges, [&](const SignatureRange& range) {
        return is_replaced(range.service) ||
               networks.contains({range.network.base, range.network.prefix});
    });

    for (SignatureName name : local.names) {
        name.service = services[name.service];
        catalogue.names.push_back(std::move(name));
    }
    for (SignatureRange range : local.ranges) {
        range.service = services[range.service];
        catalogue.ranges.push_back(std::move(range));
    }
    catalogue.version += "+" + local.version.substr(local.version.rfind('-') + 1);
}

}  // namespace umbra
