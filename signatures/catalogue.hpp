// The catalogue of AI services: what is in it, and which entry a host name belongs to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/decode/address.hpp"
#include "signatures/facts.hpp"

namespace umbra {

enum class HostRole : std::uint8_t { ui, api, upload, static_content, auth, telemetry };
enum class MatchKind : std::uint8_t { exact, suffix, pattern };

std::string_view to_string(HostRole role);
std::optional<HostRole> host_role(std::string_view text);
std::string_view to_string(MatchKind kind);
std::optional<MatchKind> match_kind(std::string_view text);

// The fixed list of categories, with `signatures/README.md` saying what each means.
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

struct Fault {
    std::string file;
    int line = 0;
    std::string sentence;

    std::string to_string() const;
};

// The content of the files, in the order of their names. Values only: loading makes it, Matcher
// searches it.
struct Catalogue {
    std::vector<Vendor> vendors;
    std::vector<Service> services;
    std::vector<SignatureName> names;
    std::vector<SignatureRange> ranges;
    // The newest date on which a source was read, and a hash of the content: equal files have equal
    // versions, on every machine. `2026-11-24-3f2a9c1b7d10`, and `+` and a hash for local entries.
    std::string version;

    const Vendor& vendor_of(const Service& service) const { return vendors[service.vendor]; }
};

// Where the catalogue is: the shipped folder, and the site's own entries over it.
struct CatalogueFolders {
    std::filesystem::path shipped;
    std::filesystem::path local{};  // empty: none
};

// The folders that options name. Without a name the shipped one is the installed one, else that of
// the source tree, and the local one /etc/umbra/catalogue.d where there is one.
CatalogueFolders catalogue_folders(const std::string& shipped = "", const std::string& local = "");

// Reads both folders and checks them; what is faulty is left out. Throws Failure where a folder
// cannot be read, or the shipped one holds no catalogue.
Catalogue check_catalogue(const CatalogueFolders& folders, std::vector<Fault>& faults);

// Throws Failure with the first fault. What the daemon runs with is faultless.
Catalogue load_catalogue(const CatalogueFolders& folders);

// The steps of check_catalogue.

// Reads every `*.yaml` of `directory`, which may have none. Faults of form are added to `faults`.
Catalogue read_catalogue(const std::filesystem::path& directory, std::vector<Fault>& faults);

// Faults that a single entry does not show: names in two services, names that belong to many
// claimed with everything below them, services without a `ui` or `api` host. `shared_apexes` holds
// names that no entry may claim so.
void lint(const Catalogue& catalogue, const std::vector<std::string>& shared_apexes,
          std::vector<Fault>& faults);

// The part of it that an overlay may bring about: names that no lookup leads to.
void lint_precedence(const Catalogue& catalogue, std::vector<Fault>& faults);

// Puts `local` over `catalogue`: a vendor takes the local header, a service with the same id is
// replaced whole, a name or range that a local service claims is taken away from the shipped one.
void overlay(Catalogue& catalogue, const Catalogue& local);

// The lists that go with a catalogue folder are in it or beside it: `shared-apexes.txt`,
// `not-ai.tsv`, `candidates.txt`. One item a line; `#` begins a comment. Empty where there is no
// such file; throws Failure where it cannot be read.
std::vector<std::string> companion_list(const std::filesystem::path& directory,
                                        const std::string& file);

}  // namespace umbra
