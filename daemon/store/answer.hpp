// The usage of a period, as reports need it: sums by host and facet.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "daemon/store/facets.hpp"
#include "daemon/store/figures.hpp"
#include "daemon/store/tiers.hpp"

namespace umbra::store {

class Answer {
  public:
    Answer(std::shared_ptr<const Facets> facets, const Period& period, Filter filter);

    bool knows(std::int64_t facet_id) const {
        const auto id = static_cast<std::size_t>(facet_id);
        return id < verdicts_.size() && verdicts_[id] != Verdict::no_facet;
    }
    // Whether the filter lets a figure of a known facet through.
    bool passes(const Figure& figure) const {
        return verdicts_[static_cast<std::size_t>(figure.facet_id)] == Verdict::passes &&
               has_host(figure.host_id);
    }
    // Adds what the filter lets through. Contacts are left out: a name that was resolved and
    // nothing more is no use. False where there is no such facet.
    bool add(const Figure& figure) {
        if (!knows(figure.facet_id)) return false;
        if (passes(figure)) sums_.add(figure.host_id, figure.facet_id, figure.sums);
        return true;
    }

    const Period& period() const { return period_; }
    const Filter& filter() const { return filter_; }
    const Facets& facets() const { return *facets_; }
    // Each pair of host and facet once.
    const std::vector<Figure>& figures() const { return sums_.all(); }

  private:
    enum class Verdict : std::uint8_t { no_facet, fails, passes };

    bool has_host(std::int64_t id) const {
        if (filter_.host_ids.empty()) return true;
        for (const std::int64_t wanted : filter_.host_ids) {
            if (wanted == id) return true;
        }
        return false;
    }

    std::shared_ptr<const Facets> facets_;
    Period period_;
    Filter filter_;
    std::vector<Verdict> verdicts_;  // by facet
    Figures sums_;
};

}  // namespace umbra::store
