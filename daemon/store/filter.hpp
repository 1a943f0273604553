// Which usage a question is about.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace umbra::store {

// Each list holds what is let through; an empty one lets everything through. The words are those of
// the time of the usage. An empty text in a list stands for usage of which it is not known.
struct Filter {
    std::vector<std::string> departments, sites, services, vendors, categories, countries, laws,
        policies, evidences;
    std::vector<std::int64_t> host_ids;
    bool operator==(const Filter&) const = default;
};

}  // namespace umbra::store
