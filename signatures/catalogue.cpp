#include "signatures/catalogue.hpp"

#include <algorithm>
#include <array>

namespace umbra {
namespace {

constexpr std::array<std::string_view, 6> role_names{"ui",     "api",  "upload",
                                                     "static", "auth", "telemetry"};
constexpr std::array<std::string_view, 3> kind_names{"exact", "suffix", "pattern"};
constexpr std::array<std::string_view, 17> categories{
    "chat",    "search",       "coding", "inference_api", "aggregator",  "model_hub",
    "agent",   "image_video",  "voice",  "music",         "translation", "writing",
    "meeting", "presentation", "data",   "companion",     "embedded"};
constexpr std::array<std::string_view, 6> sovereignties{"eu", "us", "cn", "uk", "ch", "other"};

template <typename Enum, std::size_t N>
std::optional<Enum> by_name(const std::array<std::string_view, N>& names, std::string_view text) {
    const auto found = std::ranges::find(names, text);
    if (found == names.end()) return std::nullopt;
    return static_cast<Enum>(found - names.begin());
}

}  // namespace

std::string_view to_string(HostRole role) {
    return role_names[static_cast<std::size_t>(role)];
}
std::optional<HostRole> host_role(std::string_view text) {
    return by_name<HostRole>(role_names, text);
}
std::string_view to_string(MatchKind kind) {
    return kind_names[static_cast<std::size_t>(kind)];
}
std::optional<MatchKind> match_kind(std::string_view text) {
    return by_name<MatchKind>(kind_names, text);
}
std::span<const std::string_view> all_categories() {
    return categories;
}
std::span<const std::string_view> all_sovereignties() {
    return sovereignties;
}
bool is_category(std::string_view text) {
    return std::ranges::find(categories, text) != categories.end();
}
bool is_sovereignty(std::string_view text) {
    return std::ranges::find(sovereignties, text) != sovereignties.end();
}

}  // namespace umbra
