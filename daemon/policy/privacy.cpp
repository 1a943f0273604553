#include "daemon/policy/privacy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

namespace umbra {
namespace {

constexpr std::array<std::string_view, 3> mode_names{"clear", "hmac", "truncate"};

// All that tells two rows of a window apart but figures and the first flow's server.
auto kind_of(const Usage& usage) {
    return std::tuple(usage.identity.key, usage.identity.department, usage.identity.site,
                      usage.catalogue.get(), usage.service, usage.host_name, usage.role,
                      usage.evidence, usage.transport, usage.ech, usage.shared, usage.usage_class);
}

void merge_alike(std::vector<Usage>& rows) {
    std::map<decltype(kind_of(rows.front())), std::size_t> places;
    std::vector<Usage> merged;
    for (Usage& row : rows) {
        const auto [place, is_new] = places.try_emplace(kind_of(row), merged.size());
        if (is_new) {
            merged.push_back(std::move(row));
            continue;
        }
        merged[place->second].add_traffic_of(row);
    }
    rows = std::move(merged);
}

}  // namespace

std::string_view to_string(PrivacyMode mode) {
    return mode_names[static_cast<std::size_t>(mode)];
}
std::optional<PrivacyMode> privacy_mode(std::string_view text) {
    const auto found = std::ranges::find(mode_names, text);
    if (found == mode_names.end()) return std::nullopt;
    return static_cast<PrivacyMode>(found - mode_names.begin());
}

std::string truncated(const Address& address) {
    Address network = address;
    const std::size_t kept = address.is_v4() ? 15 : 6;
    std::fill(network.bytes.begin() + static_cast<std::ptrdiff_t>(kept), network.bytes.end(),
              std::uint8_t{0});
    return network.to_string() + (address.is_v4() ? "/24" : "/48");
}

Privacy::Privacy(PrivacyMode mode, NetworkList inside, std::optional<PseudonymKey> key)
    : mode_(mode), inside_(std::move(inside)) {
    if (!key) return;
    key_id_ = key->id();
    pseudonyms_.emplace(*key);
}

std::string Privacy::left_of(const Address& address, const std::string& text) {
    switch (mode_) {
        case PrivacyMode::clear:
            break;
        case PrivacyMode::hmac:
            return pseudonyms_->of(text);
        case PrivacyMode::truncate:
            return truncated(address);
    }
    return text;
}

void Privacy::apply(Usage& usage) {
    // A sum over hosts has no ends of its own.
    constexpr Address nobody{};
    if (usage.host == nobody) return;
    const std::string server = usage.server.to_string(), host = usage.host.to_string();
    usage.dest_ip = inside_.contains(usage.server) ? left_of(usage.server, server) : server;
    HostIdentity& who = usage.identity;
    if (who.key.empty()) who.key = host;
    who.address = left_of(usage.host, host);
    if (mode_ == PrivacyMode::clear) return;
    who.key =
        mode_ == PrivacyMode::truncate || who.key == host ? who.address : pseudonyms_->of(who.key);
    who.name.reset();
    usage.host = usage.server = nobody;
}

void Privacy::apply(ClosedWindow& window) {
    for (Usage& usage : window.usage)
        apply(usage);
    if (mode_ == PrivacyMode::truncate) merge_alike(window.usage);
}

}  // namespace umbra
