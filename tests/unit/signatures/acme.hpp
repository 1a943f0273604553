// A catalogue of one vendor with every part of the form, for tests that change a piece of it.
#pragma once

#include <catch2/catch.hpp>

#include "signatures/load.hpp"
#include "tests/unit/folder.hpp"

namespace umbra::test {

inline constexpr const char* acme = R"(vendor: acme
name: Acme AI
legal_entity: Acme SAS
headquarters: FR
sovereignty: eu
services:
  - id: acme.speak
    name: Acme Speak
    category: voice
    takes: [text, audio]
    gives: null
    voice: [speech_to_text, cloning]
    names:
      - {name: chat.acme.example, match: exact, role: ui}
      - {name: cdn.acme.example, match: suffix, role: static, shared: true}
      - {name: api.acme.example, match: exact, role: api}
    ranges:
      - {cidr: 203.0.113.0/24, source: "https://acme.example/ip", read: 2026-11-24}
    facts:
      residency: {value: [FR, EU], source: "https://acme.example/dpa", read: 2026-11-24}
      trains_on_input: {value: opt-out, source: "https://acme.example/faq", read: 2026-11-23}
      retention: {value: "30 days", source: "https://acme.example/dpa", read: 2026-11-24}
      certifications: {value: [SOC 2, HDS], source: "https://acme.example/trust", read: 2026-11-24}
      models: null
      anonymous_use: {value: no, source: "https://acme.example/faq", read: 2026-11-24}
      enterprise_differs: null
)";

// `text` with its first `from` made `to`.
inline std::string with(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

// The faults of one catalogue file, one a line, without the folder.
inline std::string faults_of(const std::string& text, const std::vector<ListItem>& apexes = {}) {
    const Folder folder;
    folder.write("acme.yaml", text);
    std::vector<Fault> faults;
    const Catalogue catalogue = read_catalogue(folder.path(), faults);
    lint(catalogue, apexes, faults);
    std::string lines;
    for (const Fault& fault : faults)
        lines += fault.to_string().substr(folder.path().string().size() + 1) + "\n";
    return lines;
}

// That the only fault of `text` stands in `line` of the file and says `part`.
inline void check_fault(const std::string& text, int line, const std::string& part,
                        const std::vector<ListItem>& apexes = {}) {
    const std::string faults = faults_of(text, apexes);
    INFO(faults);
    CHECK(faults.starts_with("acme.yaml:" + std::to_string(line) + ": "));
    CHECK(faults.find(part) != std::string::npos);
    CHECK(std::ranges::count(faults, '\n') == 1);
}

}  // namespace umbra::test
