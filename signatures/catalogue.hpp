// The catalogue of AI services: what is in it, and which entry a host name belongs to.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/decode/address.hpp"
#include "signatures/facts.hpp"
#include "signatures/regions.hpp"

namespace umbra {

enum class HostRole : std::uint8_t { ui, api, upload, static_content, auth, telemetry };
enum class MatchKind : std::uint8_t { exact, suffix, pattern };

std::string_view to_string(HostRole role);
std::optional<HostRole> host_role(std::string_view text);
std::string_view to_string(MatchKind kind);
std::optional<MatchKind> match_kind(std::string_view text);

// The fixed lists of categories, with `signatures/README.md` saying what each means, and of laws.
std::span<const std::string_view> all_categories();
std::span<const std::string_view> all_sovereignties();
bool is_category(std::string_view text);
bool is_sovereignty(std::string_view text);

struct Vendor {
    std::string id, name;
    std::optional<std::string> legal_entity, headquarters, sovereignty;  // unknown is nothing
};

struct Service {
    std::string id, name, category;
    std::uint32_t vendor = 0;  // index into Catalogue::vendors
    // What goes in and comes out, of `text code image audio video files`; nothing where unknown.
    std::optional<std::vector<std::string>> takes{}, gives{};
    std::vector<std::string> voice{};  // of `speech_to_text text_to_speech cloning`
    std::optional<Facts> facts{};      // nothing: not looked up
    std::string file{};
    int line = 0;
};

// One line `- {name: …, match: …, role: …}` of a catalogue file.
struct SignatureName {
    std::string name;
    MatchKind kind = MatchKind::exact;
    HostRole role = HostRole::ui;
    bool shared = false;        // the host serves more than the AI service
    std::uint32_t service = 0;  // index into Catalogue::services
    std::string file;
    int line = 0;
};

// An address range that the vendor publishes as the one where the service is reached.
struct SignatureRange {
    Network network;
    std::string cidr;           // the same, as written
    std::uint32_t service = 0;  // index into Catalogue::services
    std::string source, read;   // the page that publishes it, and the day it was read
    std::string file;
    int line = 0;
};

// The content of the files, in the order of their names. Values only: loading makes it, Matcher
// searches it.
struct Catalogue {
    std::vector<Vendor> vendors;
    std::vector<Service> services;
    std::vector<SignatureName> names;
    std::vector<SignatureRange> ranges;
    Regions regions;  // of the clouds that the services run on
    // The newest date on which a source was read, and a hash of the content: equal files have equal
    // versions, on every machine. `2026-11-24-3f2a9c1b7d10`, and `+` and a hash for local entries.
    std::string version;

    const Vendor& vendor_of(const Service& service) const { return vendors[service.vendor]; }
};

}  // namespace umbra
