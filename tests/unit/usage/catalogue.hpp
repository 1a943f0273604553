// A small catalogue, made in memory.
#pragma once

#include "signatures/signatures.hpp"

namespace umbra::test {

inline Catalogue small_catalogue() {
    Catalogue catalogue;
    catalogue.version = "test";
    catalogue.vendors = {{"anthropic", "Anthropic", {}, "US", "us"},
                         {"mistral", "Mistral AI", {}, "FR", "eu"}};
    catalogue.services = {{"anthropic.claude", "Claude", "chat", 0},
                          {"mistral.api", "Mistral API", "inference_api", 1}};
    const auto add = [&](const char* name, MatchKind kind, HostRole role, std::uint32_t service) {
        catalogue.names.push_back({name, kind, role, false, service, "test.yaml", 1});
    };
    add("claude.ai", MatchKind::suffix, HostRole::ui, 0);
    add("api.mistral.ai", MatchKind::exact, HostRole::api, 1);
    add("model.*.mistral.example", MatchKind::pattern, HostRole::api, 1);
    catalogue.ranges.push_back({.network = *Network::parse("198.51.100.0/24"),
                                .cidr = "198.51.100.0/24",
                                .service = 1,
                                .source = "https://example.com",
                                .read = "2026-11-24",
                                .file = "test.yaml",
                                .line = 2});
    return catalogue;
}

inline std::shared_ptr<const Signatures> small_signatures() {
    return std::make_shared<const Signatures>(small_catalogue());
}

}  // namespace umbra::test
