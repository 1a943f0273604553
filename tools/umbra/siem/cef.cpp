// ArcSight Common Event Format, "Implementing ArcSight Common Event Format" revision 26 (2023).
#include <fmt/format.h>

#include "daemon/decode/address.hpp"
#include "tools/umbra/siem/format.hpp"
#include "tools/umbra/siem/text.hpp"

namespace umbra::siem {
namespace {

// In an extension `\` and `=` are escaped; line ends are none of our texts' characters.
std::string value_of(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        if (c == '\\' || c == '=') safe += '\\';
        safe += c;
    }
    return safe;
}

class Extension {
  public:
    void add(std::string_view key, std::string_view value) {
        if (value.empty()) return;
        text_ += fmt::format("{}{}={}", text_.empty() ? "" : " ", key, value_of(value));
    }
    void add(std::string_view key, std::int64_t value) { add(key, std::to_string(value)); }
    // A custom field, which carries its own name.
    void add_custom(std::string_view key, std::string_view label, std::string_view value) {
        if (value.empty()) return;
        add(key, value);
        add(fmt::format("{}Label", key), label);
    }
    // `src` and `dst` hold IPv4 alone; an IPv6 address has a custom field.
    void add_address(std::string_view key, std::string_view custom, std::string_view label,
                     const std::string& text) {
        const auto address = Address::parse(text);
        if (!address) return;
        if (address->is_v4()) {
            add(key, text);
        } else {
            add_custom(custom, label, text);
        }
    }
    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

// 0 to 10; a rule that was broken is what a person should look at.
int severity_of(std::string_view policy) {
    return policy == "forbidden" ? 7 : policy == "unreviewed" ? 4 : policy == "tolerated" ? 3 : 1;
}

std::string usage_line(const store::UsageRecord& record, const std::string& sensor) {
    constexpr std::int64_t milliseconds = 1000;
    Extension extension;
    extension.add("externalId", record.record_id);
    extension.add("rt", record.window_end * milliseconds);
    extension.add("start", record.window_start * milliseconds);
    extension.add("end", record.window_end * milliseconds);
    extension.add("dvchost", written_text(sensor));
    extension.add_address("src", "c6a2", "Source IPv6 Address", record.src_ip);
    extension.add("shost", wire_name(record.host_name.value_or("")));
    extension.add("suid", written_text(record.src_id.value_or(record.src_ip)));
    extension.add_address("dst", "c6a3", "Destination IPv6 Address", record.dest_ip);
    extension.add("dhost", wire_name(record.dest_host));
    extension.add("dpt", record.dest_port);
    extension.add("proto", record.transport == "tcp" ? "TCP" : "UDP");
    extension.add("app", written_text(record.service));
    extension.add("cat", record.category);
    extension.add("act", record.policy);
    extension.add("cnt", record.flows);
    extension.add("out", record.bytes_out);
    extension.add("in", record.bytes_in);
    extension.add_custom("cs1", "department", written_text(record.department.value_or("")));
    extension.add_custom("cs2", "vendor", written_text(record.vendor));
    extension.add_custom("cs3", "vendor_country", record.headquarters.value_or(""));
    extension.add_custom("cs4", "evidence", record.evidence);
    extension.add_custom("cs5", "visibility", record.visibility);
    extension.add_custom("cs6", "usage", record.usage);
    extension.add_custom("flexString1", "catalogue_version", record.catalogue_version);
    return fmt::format("CEF:0|Umbra|umbrad|1|usage|AI service used|{}|{}",
                       severity_of(record.policy), extension.text());
}

}  // namespace

const Format cef = {"cef", "cef", "", "", usage_line, nullptr};

}  // namespace umbra::siem
