#include "daemon/usage/usage.hpp"

namespace umbra {
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

}  // namespace umbra
