#include <catch2/catch.hpp>

#include "tests/unit/signatures/acme.hpp"

using namespace umbra;
using test::acme;
using test::check_fault;
using test::faults_of;
using test::with;
using Words = std::vector<std::string>;

TEST_CASE("a catalogue file is read") {
    const test::Folder folder;
    folder.write("acme.yaml", acme);
    folder.write("notes.txt", "no catalogue");
    const Catalogue catalogue = load_catalogue({folder.path()});
    REQUIRE(catalogue.services.size() == 1);
    const Service& service = catalogue.services[0];
    CHECK(service.id == "acme.speak");
    CHECK(catalogue.vendor_of(service).legal_entity == "Acme SAS");
    CHECK(catalogue.vendor_of(service).sovereignty == "eu");
    CHECK(service.takes == Words{"text", "audio"});
    CHECK_FALSE(service.gives);
    CHECK(service.voice == Words{"speech_to_text", "cloning"});
    CHECK(service.line == 7);
    REQUIRE(catalogue.names.size() == 3);
    CHECK(catalogue.names[1].kind == MatchKind::suffix);
    CHECK(catalogue.names[1].role == HostRole::static_content);
    CHECK(catalogue.names[1].shared);
    CHECK(catalogue.names[1].line == 15);
    REQUIRE(catalogue.ranges.size() == 1);
    CHECK(catalogue.ranges[0].network.contains(*Address::parse("203.0.113.9")));
    CHECK(catalogue.ranges[0].source == "https://acme.example/ip");
    CHECK(faults_of(acme).empty());
}

TEST_CASE("facts are read with their source and date, and null is told from not looked up") {
    const test::Folder folder;
    folder.write("acme.yaml", acme);
    const Catalogue catalogue = load_catalogue({folder.path()});
    REQUIRE(catalogue.services[0].facts);
    const Facts& facts = *catalogue.services[0].facts;
    REQUIRE(facts[FactKey::residency]);
    CHECK(facts[FactKey::residency]->value == Words{"FR", "EU"});
    CHECK(facts[FactKey::trains_on_input]->value == Words{"opt-out"});
    CHECK(facts[FactKey::trains_on_input]->source == "https://acme.example/faq");
    CHECK(facts[FactKey::trains_on_input]->read == "2026-11-23");
    CHECK(facts[FactKey::certifications]->value == Words{"SOC 2", "HDS"});
    CHECK(facts[FactKey::anonymous_use]->value == Words{"no"});
    CHECK_FALSE(facts[FactKey::models]);

    const std::string text = acme;
    folder.write("acme.yaml", text.substr(0, text.find("    facts:")));
    CHECK_FALSE(load_catalogue({folder.path()}).services[0].facts);
}

TEST_CASE("what is not known of a vendor is null, and null is written") {
    const test::Folder folder;
    folder.write("acme.yaml", with(with(acme, "headquarters: FR", "headquarters: null"),
                                   "sovereignty: eu", "sovereignty: ~"));
    const Catalogue catalogue = load_catalogue({folder.path()});
    CHECK_FALSE(catalogue.vendors[0].headquarters);
    CHECK_FALSE(catalogue.vendors[0].sovereignty);
    check_fault(with(acme, "headquarters: FR\n", ""), 1, "`headquarters` is missing");
    check_fault(with(acme, "    gives: null\n", ""), 7, "`gives` is missing");
}

TEST_CASE("a fault of a vendor is said with its line") {
    check_fault(with(with(acme, "vendor: acme", "vendor: acne"), "id: acme", "id: acne"), 1,
                "`acne`");
    check_fault(with(acme, "name: Acme AI", "nmae: Acme AI"), 2, "unknown key `nmae`");
    check_fault(with(acme, "headquarters: FR", "headquarters: UK"), 4, "unknown country `UK`");
    check_fault(with(acme, "headquarters: FR", "headquarters: France"), 4, "`France`");
    check_fault(with(acme, "sovereignty: eu", "sovereignty: europe"), 5, "`europe`");
    check_fault(with(acme, "sovereignty: eu", "sovereignty: eu\nsovereignty: us"), 6,
                "doubled key `sovereignty`");
    check_fault(with(acme, "legal_entity: Acme SAS", "legal_entity: &a Acme SAS"), 3, "an anchor");
    check_fault(with(acme, "services:", "services: ["), 7, "no YAML");
    check_fault(with(acme, "Acme SAS", "Acm\xe9 SAS"), 3, "no YAML");
    check_fault(with(acme, "Acme SAS", std::string(100, '[') + std::string(100, ']')), 3, "depth");
    check_fault(std::string(acme) + "---\nvendor: acme\n", 27, "a second document");
    CHECK(faults_of("").starts_with("acme.yaml:1: "));
    CHECK(faults_of("vendor").starts_with("acme.yaml:1: "));
}

TEST_CASE("a fault of a service is said with its line") {
    check_fault(with(acme, "id: acme.speak", "id: other.speak"), 7, "`other.speak`");
    check_fault(with(acme, "id: acme.speak", "id: acme.Speak"), 7, "`acme.Speak`");
    check_fault(with(acme, "category: voice", "category: voices"), 9, "`voices`");
    check_fault(with(acme, "takes: [text, audio]", "takes: [text, sound]"), 10, "`sound`");
    check_fault(with(acme, "takes: [text, audio]", "takes: [text, text]"), 10, "stands twice");
    check_fault(with(acme, "voice: [speech_to_text, cloning]", "voice: [dubbing]"), 12,
                "`dubbing`");
    check_fault(with(acme, "    voice: [speech_to_text, cloning]\n", ""), 7, "needs `voice`");
    CHECK(faults_of(with(with(acme, "category: voice", "category: chat"),
                         "    voice: [speech_to_text, cloning]\n", ""))
              .empty());
}

TEST_CASE("a fault of a name is said with its line") {
    const auto named = [](const std::string& name) {
        return with(acme, "chat.acme.example", name);
    };
    check_fault(named("https://chat.acme.example/"), 14, "is a URL");
    check_fault(named("chat.acme.example/v1"), 14, "is a URL");
    check_fault(named("Chat.acme.example"), 14, "upper case");
    check_fault(named("chat..acme.example"), 14, "no valid host name");
    check_fault(named("chat_acme"), 14, "no valid host name");
    check_fault(named("\"*.acme.example\""), 14, "no valid host name");
    check_fault(named("chat.acme.example."), 14, "no valid host name");
    check_fault(named("192.0.2.1"), 14, "no valid host name");
    check_fault(with(acme, "match: exact", "match: regex"), 14, "`regex`");
    check_fault(with(acme, "match: exact", "match: pattern"), 14, "exactly one label `*`");
    check_fault(with(acme, "role: ui", "role: frontend"), 14, "`frontend`");
    check_fault(with(acme, "shared: true", "shared: perhaps"), 15, "`shared`");
}

TEST_CASE("a fault of an address range is said with its line") {
    check_fault(with(acme, "203.0.113.0/24", "203.0.113.1/24"), 18, "no network");
    check_fault(with(acme, "https://acme.example/ip\", read: 2026-11-24",
                     "https://acme.example/ip\", read: 2026-02-29"),
                18, "no date");
    check_fault(with(acme, "source: \"https://acme.example/ip\", ", ""), 18, "`source` is missing");
}

TEST_CASE("a fault of a fact is said with its line") {
    check_fault(
        with(acme, "source: \"https://acme.example/dpa\", read: 2026-11-24", "read: 2026-11-24"),
        20, "`source` is missing");
    check_fault(with(acme, "https://acme.example/dpa", "our lawyers"), 20, "no web address");
    check_fault(with(acme, ", read: 2026-11-23", ""), 21, "`read` is missing");
    check_fault(with(acme, "2026-11-23", "2026-11-31"), 21, "no date");
    check_fault(with(acme, "2026-11-23", "24.11.2026"), 21, "no date");
    check_fault(with(acme, "[FR, EU]", "[FR, EUR]"), 20, "`EUR`");
    check_fault(with(acme, "value: opt-out", "value: maybe"), 21, "`maybe`");
    check_fault(with(acme, "value: opt-out", "value: [yes, no]"), 21, "not a list");
    check_fault(with(acme, "value: opt-out, ", ""), 21, "has no value");
    check_fault(with(acme, "SOC 2", "SOC 3"), 23, "unknown certifications `SOC 3`");
    check_fault(with(acme, "value: no", "value: null"), 25, "has no value");
    check_fault(with(acme, "      models: null\n", ""), 20, "fact `models` is missing");
    check_fault(
        with(acme, "enterprise_differs: null", "enterprise_differs: null\n      price: null"), 27,
        "unknown key `price`");
}

TEST_CASE("the version tells contents apart") {
    const test::Folder folder;
    folder.write("acme.yaml", acme);
    const std::string version = load_catalogue({folder.path()}).version;
    CHECK(load_catalogue({folder.path()}).version == version);
    folder.write("acme.yaml", with(acme, "Acme AI", "Acme"));
    CHECK(load_catalogue({folder.path()}).version != version);
}

TEST_CASE(
    "a folder without a catalogue, and a catalogue with a fault, are refused in one sentence") {
    const test::Folder folder;
    CHECK_FALSE(test::failure_of([&] { load_catalogue({folder / "nowhere"}); }).empty());
    CHECK_FALSE(test::failure_of([&] { load_catalogue({folder.path()}); }).empty());
    folder.write("acme.yaml", with(acme, "role: ui", "role: frontend"));
    const std::string sentence = test::failure_of([&] { load_catalogue({folder.path()}); });
    CHECK(sentence.find("acme.yaml:14: ") != std::string::npos);
}
