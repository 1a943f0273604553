// What was visible, in words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/reader.hpp"
#include "tools/umbra/output.hpp"

namespace umbra {

// The value of a metric; 0 where it was never counted.
std::int64_t value_of(const std::vector<store::Metric>& metrics, std::string_view name);

// Payload bytes between inside and outside hosts.
class Visible {
  public:
    explicit Visible(const std::vector<store::Metric>& metrics);

    std::int64_t all() const { return all_; }
    std::int64_t named() const { return named_; }        // a name that could be read
    std::int64_t dns_only() const { return dns_only_; }  // named by a DNS answer alone
    std::int64_t unnamed() const { return all_ - named_ - dns_only_; }

  private:
    std::int64_t all_ = 0, named_ = 0, dns_only_ = 0;
};

// One paragraph: what share had a name, and how much was lost.
std::string visible_summary(const std::vector<store::Metric>& metrics);

// A row for each kind of traffic, as far as there was any.
Rows coverage_shares(const std::vector<store::Metric>& metrics);

// The whole of it, for a person: shares, what each means, and what the capture lost.
void print_coverage(const std::vector<store::Metric>& metrics);

}  // namespace umbra
