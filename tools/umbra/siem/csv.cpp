#include <fmt/format.h>

#include <array>

#include "daemon/support/failure.hpp"
#include "daemon/support/time.hpp"
#include "tools/umbra/output.hpp"
#include "tools/umbra/siem/format.hpp"
#include "tools/umbra/siem/text.hpp"

namespace umbra::siem {
namespace {

std::string field(std::string_view text) {
    return csv_field(written_text(text));
}

std::string usage_line(const store::UsageRecord& record, const std::string& sensor) {
    return fmt::format(
        "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}", record.record_id,
        format_utc(record.window_start * second), format_utc(record.window_end * second),
        field(sensor), field(record.src_ip), field(record.src_id.value_or("")),
        wire_name(record.host_name.value_or("")), field(record.department.value_or("")),
        wire_name(record.dest_host), field(record.dest_ip), record.dest_port, record.transport,
        field(record.service), field(record.vendor), record.category, record.policy,
        record.headquarters.value_or(""), record.evidence, record.visibility, record.usage,
        record.flows, record.bytes_out, record.bytes_in, field(record.catalogue_version));
}

std::string coverage_line(const store::CoverageRecord& record, const std::string& sensor) {
    return fmt::format("{},{},{},{},{},{}", record.id, format_utc(record.window_start * second),
                       format_utc(record.window_end * second), field(sensor), record.metric,
                       record.value);
}

}  // namespace

const Format csv = {"csv",
                    "csv",
                    "record_id,window_start,window_end,sensor,src_ip,src_id,src_name,department,"
                    "dest_host,dest_ip,dest_port,transport,app,vendor,category,policy,"
                    "vendor_country,evidence,visibility,usage,flows,bytes_out,bytes_in,"
                    "catalogue_version",
                    "coverage_id,window_start,window_end,sensor,metric,value",
                    usage_line,
                    coverage_line};

const Format& format_named(const std::string& name) {
    for (const Format* format : std::array{&csv, &ecs, &ocsf, &cef}) {
        if (format->name == name) return *format;
    }
    throw bad_input(_("--format {}: not one of csv, ndjson, ocsf, cef", printable(name)));
}

}  // namespace umbra::siem
