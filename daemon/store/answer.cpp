#include "daemon/store/answer.hpp"

#include <utility>

namespace umbra::store {

Answer::Answer(std::shared_ptr<const Facets> facets, const Period& period, Filter filter)
    : facets_(std::move(facets)), period_(period), filter_(std::move(filter)) {
    verdicts_.reserve(facets_->all().size());
    for (const Facet& facet : facets_->all()) {
        verdicts_.push_back(facet.evidence == 0               ? Verdict::no_facet
                            : facets_->passes(facet, filter_) ? Verdict::passes
                                                              : Verdict::fails);
    }
}

}  // namespace umbra::store
