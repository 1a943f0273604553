// Where reports are written: what was asked for, and what they all need of the database.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/store/groups.hpp"
#include "daemon/store/reader.hpp"
#include "tools/umbra/period.hpp"
#include "tools/umbra/report/options.hpp"

namespace umbra {

using Department = std::optional<std::string>;

class Desk {
  public:
    // Throws Failure where the department that was asked for is too small to be told of.
    Desk(store::Reader& reader, Asked asked);

    const Asked& asked() const { return asked_; }
    store::Reader& reader() { return reader_; }

    // The usage that was asked for. Read once.
    const store::Answer& answer();
    // The same of another period.
    store::Answer answer(const store::Period& period);
    const std::vector<store::Metric>& coverage();

    const store::ServiceWords& service(std::uint32_t number);
    const store::HostWords& host(std::int64_t id);

    // Whether a department is large enough to be told of, in this period and under these filters.
    bool tells(const Department& department);
    // Its name, nothing where there is none, or `(small department)`.
    Value name_of(const Department& department);

    // Where the usage's bytes rest: an ISO 3166 country, or `EU`. Reads the catalogue.
    std::optional<std::string> residency(const store::Facet& facet);

    // The whole units that the period touches, each a period. Of the time zone that was asked for
    // where the database still tells its days apart, else of UTC.
    std::vector<store::Period> units(Unit unit);
    // What --every says; else by the length of the period.
    Unit unit(std::int64_t longest_by_hour, std::int64_t longest_by_day);

  private:
    struct Places;

    void find_told();

    store::Reader& reader_;
    Asked asked_;
    std::optional<store::Answer> answer_;
    std::optional<std::vector<store::Metric>> coverage_;
    std::optional<std::unordered_map<std::int64_t, store::HostWords>> hosts_;
    std::optional<std::set<Department>> told_;
    std::shared_ptr<Places> places_;
};

// `(no department)` for none: where departments are told apart, it is one of them.
std::string department_text(const Department& department);
// Such a text in a report.
Value department_cell(const std::string& text);

}  // namespace umbra
