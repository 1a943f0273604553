// The sites that the hosts of a generated capture talk to.
#pragma once

#include <span>
#include <string_view>

namespace umbra::trafgen {

// `service` is what the name belongs to by its vendor's own documentation, written here by hand so
// that the truth does not come from the catalogue that it checks; empty where it is no AI service.
struct Site {
    std::string_view name;
    std::string_view service;
    std::string_view alias;  // what DNS answers with a CNAME record; empty: an address at once
    unsigned weight;         // how often it is visited, against the others
};

std::span<const Site> sites();

}  // namespace umbra::trafgen
