#include <catch2/catch.hpp>

#include "daemon/support/failure.hpp"
#include "signatures/catalogue.hpp"
#include "tests/unit/folder.hpp"

using namespace umbra;

namespace {

constexpr const char* good = R"(vendor: acme
name: Acme AI
legal_entity: Acme SAS
headquarters: FR
sovereignty: eu
services:
  - id: acme.chat
    name: Acme Chat
    category: chat
    names:
      - {name: chat.acme.example, match: exact, role: ui}
      - {name: cdn.acme.example, match: suffix, role: static, shared: true}
)";

// The faults of one catalogue file, one a line, without the folder.
std::string faults_of(const std::string& text, const std::vector<std::string>& apexes = {}) {
    const test::Folder folder;
    folder.write("acme.yaml", text);
    std::vector<Fault> faults;
    const Catalogue catalogue = read_catalogue(folder.path(), faults);
    lint(catalogue, apexes, faults);
    std::string lines;
    for (Fault& fault : faults) {
        fault.file = std::filesystem::path(fault.file).filename();
        lines += fault.to_string() + "\n";
    }
    return lines;
}

std::string with(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a catalogue file is read") {
    const test::Folder folder;
    folder.write("acme.yaml", good);
    folder.write("notes.txt", "no catalogue");
    const Catalogue catalogue = load_catalogue(folder.path());
    REQUIRE(catalogue.services.size() == 1);
    CHECK(catalogue.services[0].id == "acme.chat");
    CHECK(catalogue.vendor_of(catalogue.services[0]).legal_entity == "Acme SAS");
    CHECK(catalogue.vendor_of(catalogue.services[0]).sovereignty == "eu");
    REQUIRE(catalogue.names.size() == 2);
    CHECK(catalogue.names[1].kind == MatchKind::suffix);
    CHECK(catalogue.names[1].role == HostRole::static_content);
    CHECK(catalogue.names[1].shared);
    CHECK(catalogue.names[1].line == 12);
    const std::string version = catalogue.version;
    CHECK_FALSE(version.empty());
    folder.write("acme.yaml", with(good, "Acme AI", "Acme"));
    CHECK(load_catalogue(folder.path()).version != version);
    CHECK(faults_of(good).empty());
}

TEST_CASE("a fact that is not known is null") {
    const test::Folder folder;
    folder.write("acme.yaml", with(with(good, "headquarters: FR", "headquarters: null"),
                                   "sovereignty: eu", "sovereignty: null"));
    const Catalogue catalogue = load_catalogue(folder.path());
    CHECK_FALSE(catalogue.vendors[0].headquarters);
    CHECK_FALSE(catalogue.vendors[0].sovereignty);
    CHECK(faults_of(with(good, "headquarters: FR\n", "")) ==
          "acme.yaml:1: `headquarters` is missing\n");
}

TEST_CASE("each fault is said with its file and line") {
    const auto starts = [](const std::string& text, const std::string& begin,
                           const std::string& part) {
        INFO(text);
        CHECK(text.starts_with(begin));
        CHECK(text.find(part) != std::string::npos);
    };
    starts(faults_of(with(good, "chat.acme.example", "https://chat.acme.example/")),
           "acme.yaml:11:", "https://chat.acme.example/");
    starts(faults_of(with(good, "chat.acme.example", "Chat.acme.example")),
           "acme.yaml:11:", "Chat.acme.example");
    starts(faults_of(with(good, "chat.acme.example", "chat..acme.example")),
           "acme.yaml:11:", "chat..acme.example");
    starts(faults_of(with(good, "match: exact", "match: regex")), "acme.yaml:11:", "regex");
    starts(faults_of(with(good, "role: ui", "role: frontend")), "acme.yaml:11:", "frontend");
    starts(faults_of(with(good, "category: chat", "category: chatter")), "acme.yaml:9:", "chatter");
    starts(faults_of(with(good, "headquarters: FR", "headquarters: France")),
           "acme.yaml:4:", "France");
    starts(faults_of(with(good, "sovereignty: eu", "sovereignty: europe")),
           "acme.yaml:5:", "europe");
    starts(faults_of(with(good, "vendor: acme", "vendor: acne")), "acme.yaml:1:", "acne");
    starts(faults_of(with(good, "id: acme.chat", "id: other.chat")), "acme.yaml:7:", "other.chat");
    starts(faults_of(with(good, "name: Acme AI", "nmae: Acme AI")), "acme.yaml:2:", "nmae");
    starts(faults_of(with(good, "shared: true", "shared: perhaps")), "acme.yaml:12:", "shared");
    starts(faults_of(with(good, "services:", "services: [")), "acme.yaml:", "no YAML");
    starts(faults_of(with(good, "role: ui", "role: static")),
           "acme.yaml:11:", "no `ui` or `api` host");
    starts(faults_of(with(good, "cdn.acme.example", "chat.acme.example")),
           "acme.yaml:12:", "acme.yaml:11");
    starts(faults_of(good, {"cdn.acme.example"}), "acme.yaml:12:", "shared by many services");
    CHECK(faults_of(good, {"acme.example"}).empty());
}

TEST_CASE(
    "a folder without a catalogue, and a catalogue with a fault, are refused in one sentence") {
    const test::Folder folder;
    CHECK_FALSE(test::failure_of([&] { load_catalogue(folder / "nowhere"); }).empty());
    CHECK_FALSE(test::failure_of([&] { load_catalogue(folder.path()); }).empty());
    folder.write("acme.yaml", with(good, "role: ui", "role: frontend"));
    const std::string sentence = test::failure_of([&] { load_catalogue(folder.path()); });
    CHECK(sentence.find("acme.yaml:11: ") != std::string::npos);
}
