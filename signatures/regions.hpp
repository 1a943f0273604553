// Where a service's servers are, as far as the host name says it: the region of a cloud.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "signatures/list_file.hpp"

namespace umbra {

class Regions {
  public:
    Regions() = default;  // knows none

    // Reads the `regions.tsv` that goes with a catalogue folder; its own head says the form. Throws
    // Failure with file and line.
    static Regions read(const std::filesystem::path& catalogue_folder);

    // The region that a host name says: `eu-west-3` for bedrock-runtime.eu-west-3.amazonaws.com.
    // Empty where it says none; else part of `host_name`.
    std::string_view region_of(std::string_view host_name) const;

    // An ISO 3166 country, or `EU` where it is some of its members; nothing for a region that is
    // not known.
    std::optional<std::string> country_of(std::string_view region) const;

  private:
    struct Domain {
        std::string cloud;
        bool cut_at_hyphen = false;  // the label goes on after the region
    };
    struct Region {
        std::string cloud, country;
    };
    void add(const ListItem& line);

    std::map<std::string, Domain, std::less<>> domains_;
    std::map<std::string, Region, std::less<>> regions_;
};

}  // namespace umbra
