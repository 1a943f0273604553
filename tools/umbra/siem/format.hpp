// How exported files write a row. The names of the fields are contracts with whoever reads them:
// packaging/siem holds a page for each reader.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/reader.hpp"

namespace umbra::siem {

struct Format {
    std::string_view name;       // of --format
    std::string_view extension;  // of the files
    // Lines without their end; empty where a file begins with its first row.
    std::string_view usage_header, coverage_header;
    // Null: this format has no place for it.
    std::string (*usage_line)(const store::UsageRecord& record, const std::string& sensor);
    std::string (*coverage_line)(const store::CoverageRecord& record, const std::string& sensor);
};

// Comma-separated values by RFC 4180.
extern const Format csv;
// A JSON object a line, in the names of the Elastic Common Schema 8.
extern const Format ecs;
// A JSON object a line: class Network Activity (4001) of the Open Cybersecurity Schema Framework.
extern const Format ocsf;
// ArcSight Common Event Format, version 0.
extern const Format cef;

// Throws Failure where there is no such format.
const Format& format_named(const std::string& name);

}  // namespace umbra::siem
