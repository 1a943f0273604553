#include <catch2/catch.hpp>

#include "signatures/signatures.hpp"
#include "tests/unit/signatures/acme.hpp"

using namespace umbra;
using test::acme;
using test::with;

namespace {

// Shipped: acme with one service, and beta with one.
struct Site {
    test::Folder shipped, local;
    Site() {
        shipped.write("acme.yaml", acme);
        shipped.write("beta.yaml", beta("chat", "Beta Chat", "beta.example"));
    }
    static std::string beta(const std::string& id, const std::string& name, const std::string& host,
                            const std::string& match = "suffix") {
        return "vendor: beta\nname: Beta\nlegal_entity: null\nheadquarters: null\n"
               "sovereignty: null\nservices:\n  - id: beta." +
               id + "\n    name: " + name +
               "\n    category: chat\n    takes: null\n    gives: null\n    names:\n      - {name: "
               "\"" +
               host + "\", match: " + match + ", role: ui}\n";
    }
    CatalogueFolders folders() const { return {shipped.path(), local.path()}; }
};

std::string service_of(const Signatures& signatures, std::string_view name) {
    const auto match = signatures.names.find(name);
    return match ? signatures.catalogue.services[match->name->service].id : "-";
}

}  // namespace

TEST_CASE("a folder of local entries may be empty, and changes nothing then") {
    const Site site;
    CHECK(load_catalogue(site.folders()).version == load_catalogue({site.shipped.path()}).version);
}

TEST_CASE("a local file adds services to a shipped vendor, and vendors") {
    const Site site;
    site.local.write("beta.yaml", Site::beta("api", "Beta API", "api.beta.example", "exact"));
    site.local.write("gamma.yaml", with(with(Site::beta("chat", "Gamma", "gamma.example"),
                                             "vendor: beta", "vendor: gamma"),
                                        "beta.chat", "gamma.chat"));
    const auto signatures = load_signatures(site.folders());
    CHECK(service_of(*signatures, "www.beta.example") == "beta.chat");
    CHECK(service_of(*signatures, "api.beta.example") == "beta.api");
    CHECK(service_of(*signatures, "gamma.example") == "gamma.chat");
    CHECK(signatures->catalogue.vendors.size() == 3);
    for (const Service& service : signatures->catalogue.services) {
        CHECK(service.id.starts_with(signatures->catalogue.vendor_of(service).id + "."));
    }
}

TEST_CASE("a local service takes the place of the shipped one with its id, names and all") {
    const Site site;
    site.local.write("beta.yaml", with(Site::beta("chat", "Our Beta", "beta.bank.example"),
                                       "headquarters: null", "headquarters: FR"));
    const auto signatures = load_signatures(site.folders());
    CHECK(service_of(*signatures, "beta.example") == "-");
    CHECK(service_of(*signatures, "beta.bank.example") == "beta.chat");
    CHECK(signatures->catalogue.services.size() == 2);
    CHECK(signatures->catalogue.services[1].name == "Our Beta");
    CHECK(signatures->catalogue.vendors[1].headquarters == "FR");
}

TEST_CASE("a name or range that a local service claims is taken from the shipped one") {
    const Site site;
    std::string text = Site::beta("api", "Beta API", "chat.acme.example", "exact");
    text +=
        "    ranges:\n      - {cidr: 203.0.113.0/24, source: \"https://beta.example/\", read: "
        "2026-11-20}\n";
    site.local.write("beta.yaml", text);
    const auto signatures = load_signatures(site.folders());
    CHECK(service_of(*signatures, "chat.acme.example") == "beta.api");
    CHECK(service_of(*signatures, "api.acme.example") == "acme.speak");
    const SignatureRange* range = signatures->ranges.find(*Address::parse("203.0.113.1"));
    REQUIRE(range);
    CHECK(signatures->catalogue.services[range->service].id == "beta.api");
    CHECK(signatures->catalogue.ranges.size() == 1);
}

TEST_CASE("local entries are linted alike, alone and over the shipped ones") {
    const Site site;
    const auto fault = [&] { return test::failure_of([&] { load_catalogue(site.folders()); }); };
    site.local.write("beta.yaml",
                     with(Site::beta("chat", "B", "b.example"), "role: ui", "role: x"));
    CHECK(fault().starts_with((site.local / "beta.yaml:13: ").string()));
    site.local.write("beta.yaml", Site::beta("chat", "B", "co.uk"));
    CHECK(fault().starts_with((site.local / "beta.yaml:13: ").string()));
    // The shipped `cdn.acme.example` with all below it, but `cdn.acme.example` itself.
    site.local.write("beta.yaml", Site::beta("chat", "B", "*.acme.example", "pattern"));
    CHECK(fault().find(
              "acme.yaml:15: `cdn.acme.example` is hidden by `*.acme.example` of beta.chat") !=
          std::string::npos);
}

TEST_CASE("the version says which edition it is and whether it has local entries") {
    const Site site;
    const std::string shipped = load_catalogue(site.folders()).version;
    CHECK(shipped.starts_with("2026-11-24-"));
    CHECK(shipped.size() == std::string("2026-11-24-0123456789ab").size());
    site.local.write("beta.yaml", Site::beta("api", "Beta API", "api.beta.example"));
    const std::string local = load_catalogue(site.folders()).version;
    CHECK(local.starts_with(shipped + "+"));
    CHECK(local.size() == shipped.size() + 13);
    site.local.write("beta.yaml", Site::beta("api", "Beta API", "api2.beta.example"));
    CHECK(load_catalogue(site.folders()).version != local);
}
