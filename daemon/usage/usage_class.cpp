#include "daemon/usage/usage_class.hpp"

namespace umbra {
namespace {

constexpr std::uint64_t upload_bytes = 500'000;

bool is_upload(const Usage& usage) {
    return usage.bytes_out >= upload_bytes && usage.bytes_out > usage.bytes_in;
}

struct Rule {
    UsageClass usage;
    bool (*holds)(const Usage&);
};

constexpr Rule rules[] = {
    // Nothing was said: the name was resolved, or a connection tried that nobody answered.
    {UsageClass::contact, [](const Usage& usage) { return usage.bytes_out + usage.bytes_in == 0; }},
    // The host is there for programmes, by its vendor's own documentation.
    {UsageClass::api, [](const Usage& usage) { return usage.role == HostRole::api; }},
    {UsageClass::upload, is_upload},
    {UsageClass::interactive,
     [](const Usage& usage) { return usage.role == HostRole::ui && usage.bytes_out >= 8000; }},
    {UsageClass::visit, [](const Usage&) { return true; }},
};

}  // namespace

UsageClass classify(const Usage& usage) {
    for (const Rule& rule : rules) {
        if (rule.holds(usage)) return rule.usage;
    }
    return UsageClass::visit;
}

}  // namespace umbra
