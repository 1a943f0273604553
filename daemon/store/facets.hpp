// What is said of usage besides who, where to, when and how much: the words that a report groups
// and filters by.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/store/filter.hpp"

namespace umbra::store {

// In the words of the catalogue that named it last.
struct ServiceWords {
    std::string service, name, vendor, vendor_name, category;
    std::optional<std::string> headquarters, sovereignty;
};

struct Facet {
    std::uint32_t service = 0;  // index into Facets::services
    std::optional<std::string> department, site;
    std::string policy;
    std::optional<std::string> policy_rule;
    unsigned evidence = 0;  // its bit; 0: there is no such facet
    std::string usage;
    std::optional<std::string> region;
    bool shared = false;  // of a host that serves more than the AI service
};

class Facets {
  public:
    // Throws SQLite::Exception, and StoreFailure where the facets are not what they must be.
    Facets(SQLite::Database& database, const std::string& path);

    // In the order of their names.
    const std::vector<ServiceWords>& services() const { return services_; }
    // By id; some are no facets.
    const std::vector<Facet>& all() const { return all_; }
    const ServiceWords& service_of(const Facet& facet) const { return services_[facet.service]; }

    // Whether a facet is let through, whatever the hosts. Contacts never are.
    bool passes(const Facet& facet, const Filter& filter) const;

  private:
    std::vector<ServiceWords> services_;
    std::vector<Facet> all_;
};

// The bit of a kind of evidence.
unsigned evidence_bit(std::string_view evidence);
// The kinds of evidence whose bits are set, strongest first, separated by commas.
std::string evidence_list(unsigned bits);

}  // namespace umbra::store
