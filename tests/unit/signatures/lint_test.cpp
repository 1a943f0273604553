#include <catch2/catch.hpp>

#include "tests/unit/signatures/acme.hpp"

using namespace umbra;
using test::acme;
using test::check_fault;
using test::faults_of;
using test::with;

namespace {

// A file of two services, with these names. The first name of each stands in line 12 and 18.
std::string two_services(const std::string& first, const std::string& second) {
    const auto service = [](const std::string& id, const std::string& names) {
        return "  - id: acme." + id + "\n    name: " + id + "\n    category: chat\n" +
               "    takes: null\n    gives: null\n    names:\n" + names;
    };
    return "vendor: acme\nname: Acme\nlegal_entity: null\nheadquarters: null\nsovereignty: null\n"
           "services:\n" +
           service("one", first) + service("two", second);
}

std::string name(const std::string& text, const std::string& match) {
    return "      - {name: \"" + text + "\", match: " + match + ", role: ui}\n";
}

}  // namespace

TEST_CASE("a name belongs to one service, once") {
    check_fault(with(acme, "cdn.acme.example", "chat.acme.example"), 15,
                "stands already in acme.speak at ");
    check_fault(two_services(name("acme.example", "suffix"),
                             name("x.acme.example", "exact") + name("acme.example", "exact")),
                21, "stands already in acme.one at ");
}

TEST_CASE("the narrower name of another service is no fault") {
    CHECK(faults_of(two_services(name("acme.example", "suffix"),
                                 name("api.acme.example", "exact") +
                                     name("docs.acme.example", "suffix") +
                                     name("api.*.acme.example", "pattern")))
              .empty());
    CHECK(faults_of(two_services(
                        name("*.acme.example", "pattern"),
                        name("api.acme.example", "exact") + name("v2.docs.acme.example", "suffix")))
              .empty());
}

TEST_CASE("a suffix that a pattern of another service hides is a fault") {
    check_fault(
        two_services(name("docs.acme.example", "suffix"), name("*.acme.example", "pattern")), 13,
        "hidden by `*.acme.example` of acme.two at ");
    CHECK(faults_of(
              two_services(name("docs.acme.example", "suffix") + name("*.acme.example", "pattern"),
                           name("other.example", "suffix")))
              .empty());
}

TEST_CASE("two patterns of two services that claim one name are a fault") {
    check_fault(
        two_services(name("api.*.acme.example", "pattern"), name("*.eu.acme.example", "pattern")),
        20, "both claim `api.eu.acme.example`");
    CHECK(faults_of(two_services(name("api.*.acme.example", "pattern"),
                                 name("*.eu.other.example", "pattern") +
                                     name("cdn.*.acme.example", "pattern")))
              .empty());
}

TEST_CASE("a public suffix is not claimed with all below it") {
    check_fault(two_services(name("co.uk", "suffix"), name("a.example", "exact")), 13, "`co.uk`");
    check_fault(two_services(name("com.ai", "suffix"), name("a.example", "exact")), 13, "`com.ai`");
    check_fault(two_services(name("*.co.uk", "pattern"), name("a.example", "exact")), 13,
                "`co.uk`");
    check_fault(two_services(name("api.*.co.uk", "pattern"), name("a.example", "exact")), 13,
                "`co.uk`");
    check_fault(two_services(name("acme.*", "pattern"), name("a.example", "exact")), 13,
                "claims what anybody may register");
    // Not a registry's, and its owner's to claim.
    CHECK(
        faults_of(two_services(name("hf.space", "suffix"), name("acme.co.uk", "suffix"))).empty());
}

TEST_CASE("a shared apex is not claimed with all below it") {
    const std::vector<ListItem> apexes{{"acme.example", ""}, {"cloud.example", ""}};
    check_fault(two_services(name("acme.example", "suffix"), name("a.example", "exact")), 13,
                "shared by many services", apexes);
    check_fault(two_services(name("*.acme.example", "pattern"), name("a.example", "exact")), 13,
                "shared by many services", apexes);
    CHECK(faults_of(two_services(name("acme.example", "exact") + name("ai.acme.example", "suffix"),
                                 name("runtime.*.cloud.example", "pattern") +
                                     name("notcloud.example", "suffix")),
                    apexes)
              .empty());
}

TEST_CASE("a service needs a ui or api host, and an id of its own") {
    check_fault(with(with(acme, "role: ui", "role: auth"), "role: api", "role: upload"), 7,
                "no `ui` or `api` host");
    check_fault(with(two_services(name("a.example", "exact"), name("b.example", "exact")),
                     "acme.two", "acme.one"),
                14, "`acme.one` stands twice");
}

TEST_CASE("an address range belongs to one service") {
    const std::string range =
        "      - {cidr: 203.0.113.0/24, source: \"https://acme.example/ip\", read: 2026-11-24}\n";
    check_fault(with(acme, range, range + range), 19, "stands already in acme.speak at ");
}
