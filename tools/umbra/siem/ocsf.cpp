// Open Cybersecurity Schema Framework 1.3, https://schema.ocsf.io/1.3.0/classes/network_activity.
#include <fmt/format.h>

#include "tools/umbra/siem/format.hpp"
#include "tools/umbra/siem/json.hpp"
#include "tools/umbra/siem/text.hpp"

namespace umbra::siem {
namespace {

std::string usage_line(const store::UsageRecord& record, const std::string& sensor) {
    constexpr std::int64_t milliseconds = 1000;
    constexpr int network_activity = 4001, network_category = 4, traffic = 6, informational = 1;
    constexpr int outbound = 2, tcp = 6, udp = 17;
    Json json;
    json["metadata"] = {{"uid", fmt::format("{}-{}", written_text(sensor), record.record_id)},
                        {"version", "1.3.0"},
                        {"product", {{"name", "umbrad"}, {"vendor_name", "Umbra"}}},
                        {"log_name", "usage"},
                        {"log_provider", written_text(sensor)}};
    json["class_uid"] = network_activity;
    json["class_name"] = "Network Activity";
    json["category_uid"] = network_category;
    json["category_name"] = "Network Activity";
    json["activity_id"] = traffic;
    json["activity_name"] = "Traffic";
    json["type_uid"] = network_activity * 100 + traffic;
    json["severity_id"] = informational;
    json["time"] = record.window_end * milliseconds;
    json["start_time"] = record.window_start * milliseconds;
    json["end_time"] = record.window_end * milliseconds;
    json["count"] = record.flows;

    Json& source = json["src_endpoint"];
    set_address(source, "ip", record.src_ip);
    set(source, "uid", written_text(record.src_id.value_or(record.src_ip)));
    set(source, "hostname", wire_name(record.host_name.value_or("")));

    Json& destination = json["dst_endpoint"];
    set(destination, "hostname", wire_name(record.dest_host));
    set_address(destination, "ip", record.dest_ip);
    destination["port"] = record.dest_port;
    destination["svc_name"] = written_text(record.service);

    json["connection_info"] = {{"direction_id", outbound},
                               {"protocol_name", record.transport},
                               {"protocol_num", record.transport == "tcp" ? tcp : udp}};
    json["traffic"] = {{"bytes", record.bytes_out + record.bytes_in},
                       {"bytes_out", record.bytes_out},
                       {"bytes_in", record.bytes_in}};
    json["app_name"] = written_text(record.service);

    set_own_words(json["unmapped"], record);
    return one_line(json);
}

}  // namespace

const Format ocsf = {"ocsf", "ocsf.ndjson", "", "", usage_line, nullptr};

}  // namespace umbra::siem
