// What a report was asked for on the command line.
#pragma once

#include <boost/program_options.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/store/reader.hpp"
#include "signatures/load.hpp"
#include "tools/umbra/output.hpp"

namespace umbra {

struct Asked {
    std::string what;
    store::Period period;
    bool has_default_period = false;
    store::Filter filter;
    std::int64_t least_group = 5;
    std::int64_t min_bytes = 0;
    std::string sort;                   // a column; empty: as the report does
    std::optional<std::size_t> limit;   // rows
    std::vector<std::string> fail_on;   // statuses of policy
    std::string by = "service", every;  // of trends; empty: by the length of the period
    CatalogueFolders catalogue;
    Format format = Format::table;
    bool utc = false;
};

void add_report_options(boost::program_options::options_description& options);

// Throws Failure: a time that cannot be read, a word of a filter that neither the database nor the
// catalogue knows, with the nearest ones.
Asked read_report_options(const boost::program_options::variables_map& values,
                          const std::string& what, store::Reader& reader);

// `10MB`, `512k`, `1000`: powers of 1000. Nothing where it is not such an amount.
std::optional<std::int64_t> parse_bytes(std::string_view text);

}  // namespace umbra
