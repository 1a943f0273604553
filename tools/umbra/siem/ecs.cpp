// Elastic Common Schema 8.11, https://www.elastic.co/guide/en/ecs/8.11/ecs-field-reference.html.
// What it has no field for stands under `umbra`.
#include <fmt/format.h>

#include "daemon/support/time.hpp"
#include "tools/umbra/siem/format.hpp"
#include "tools/umbra/siem/json.hpp"
#include "tools/umbra/siem/text.hpp"

namespace umbra::siem {
namespace {

// The id comes first: readers that know a file by how it begins then tell files apart.
Json event_of(const std::string& sensor, const char* dataset, const char* kind, std::int64_t id,
              std::int64_t window_start, std::int64_t window_end) {
    Json json;
    json["event"] = {{"id", fmt::format("{}-{}", written_text(sensor), id)},
                     {"dataset", dataset},
                     {"module", "umbra"},
                     {"kind", kind},
                     {"category", {"network"}},
                     {"type", {"info"}},
                     {"start", format_utc(window_start * second)},
                     {"end", format_utc(window_end * second)}};
    json["@timestamp"] = format_utc(window_end * second);
    json["ecs"]["version"] = "8.11.0";
    json["observer"] = {{"name", written_text(sensor)}, {"vendor", "Umbra"}, {"product", "umbrad"}};
    return json;
}

std::string usage_line(const store::UsageRecord& record, const std::string& sensor) {
    Json json = event_of(sensor, "umbra.usage", "event", record.record_id, record.window_start,
                         record.window_end);
    json["event"]["type"] = {"connection"};

    Json& source = json["source"];
    source["address"] = record.src_ip;
    set_address(source, "ip", record.src_ip);
    set(source, "domain", wire_name(record.host_name.value_or("")));
    source["bytes"] = record.bytes_out;

    Json& destination = json["destination"];
    destination["address"] = wire_name(record.dest_host);
    set(destination, "domain", wire_name(record.dest_host));
    set_address(destination, "ip", record.dest_ip);
    destination["port"] = record.dest_port;
    destination["bytes"] = record.bytes_in;

    json["network"] = {{"transport", record.transport},
                       {"direction", "outbound"},
                       {"application", written_text(record.service)},
                       {"bytes", record.bytes_out + record.bytes_in}};

    Json& umbra = json["umbra"];
    umbra["record_id"] = record.record_id;
    set(umbra, "src_id", written_text(record.src_id.value_or("")));
    umbra["app"] = written_text(record.service);
    umbra["flows"] = record.flows;
    set_own_words(umbra, record);
    return one_line(json);
}

std::string coverage_line(const store::CoverageRecord& record, const std::string& sensor) {
    Json json = event_of(sensor, "umbra.coverage", "metric", record.id, record.window_start,
                         record.window_end);
    json["umbra"] = {
        {"coverage_id", record.id}, {"metric", record.metric}, {"value", record.value}};
    return one_line(json);
}

}  // namespace

const Format ecs = {"ndjson", "ndjson", "", "", usage_line, coverage_line};

}  // namespace umbra::siem
