// The usage of a period, as reports need it: sums by host and by what they tell apart.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/store/figures.hpp"
#include "daemon/store/tiers.hpp"

namespace umbra::store {

// Many facets, say for each kind of evidence, are one aspect.
struct Aspect {
    std::uint32_t service = 0;     // index into Answer::services
    std::uint32_t department = 0;  // index into Answer::departments
    bool shared = false;           // of a host that serves more than the AI service
    auto operator<=>(const Aspect&) const = default;
};

class Answer {
  public:
    struct Service {
        std::string service, name, vendor, category;
        std::optional<std::string> sovereignty;
        unsigned evidence = 0;  // a bit for each kind that named it in the period
    };

    // Reads what services and facets are called. Throws SQLite::Exception, and StoreFailure where
    // facets are not what they must be.
    Answer(SQLite::Database& database, const std::string& path, const Period& period);

    // False where there is no such facet. Contacts are left out: a name that was resolved and
    // nothing more is no use.
    bool add(const Figure& figure);

    const Period& period() const { return period_; }
    const std::vector<Service>& services() const { return services_; }
    const std::vector<std::optional<std::string>>& departments() const { return departments_; }

    // Calls `take` with a host's id, the aspect, and the sums; each pair of host and aspect once.
    template <typename Take>
    void each(Take take) const {
        for (const auto& [host_id, aspect, sums] : sums_.all())
            take(host_id, aspects_[static_cast<std::size_t>(aspect)], sums);
    }

  private:
    struct Facet {
        std::uint32_t aspect = 0;
        unsigned evidence = 0;  // its bit; 0: there is no such facet
        bool is_contact = false;
    };

    Period period_;
    std::vector<Service> services_;
    std::vector<std::optional<std::string>> departments_;
    std::vector<Aspect> aspects_;
    std::vector<Facet> facets_;  // by id
    Figures sums_;               // by host, and index of the aspect
};

// The kinds of evidence whose bits are set, strongest first, separated by commas.
std::string evidence_list(unsigned bits);

}  // namespace umbra::store
