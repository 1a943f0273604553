#include "daemon/usage/usage.hpp"

namespace umbra {
namespace {

// The rules of the usage class. A prompt and its answer are some kilobytes; a document of half a
// megabyte that goes out and outweighs what comes back was uploaded.
constexpr std::uint64_t upload_bytes = 500'000;
constexpr std::uint64_t interactive_bytes_out = 8'000;

}  // namespace

std::string_view to_string(Visibility visibility) {
    switch (visibility) {
        case Visibility::clear:
            return "clear";
        case Visibility::ech_outer:
            return "ech_outer";
        case Visibility::dns_only:
            return "dns_only";
        case Visibility::ip_only:
            return "ip_only";
        case Visibility::none:
            break;
    }
    return "none";
}

Visibility visibility_of(Evidence evidence, bool ech) {
    if (ech) return Visibility::ech_outer;
    switch (evidence) {
        case Evidence::none:
            return Visibility::none;
        case Evidence::dns:
            return Visibility::dns_only;
        case Evidence::ip_range:
            return Visibility::ip_only;
        default:
            return Visibility::clear;
    }
}

std::string_view to_string(UsageClass usage) {
    switch (usage) {
        case UsageClass::contact:
            return "contact";
        case UsageClass::visit:
            return "visit";
        case UsageClass::interactive:
            return "interactive";
        case UsageClass::upload:
            return "upload";
        case UsageClass::api:
            break;
    }
    return "api";
}

UsageClass classify(const Usage& usage) {
    if (usage.role == HostRole::api) return UsageClass::api;
    if (usage.bytes_out + usage.bytes_in == 0) return UsageClass::contact;
    if (usage.bytes_out >= upload_bytes && usage.bytes_out > usage.bytes_in)
        return UsageClass::upload;
    if (usage.role == HostRole::ui && usage.bytes_out >= interactive_bytes_out) {
        return UsageClass::interactive;
    }
    return UsageClass::visit;
}

}  // namespace umbra
