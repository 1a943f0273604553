#include "daemon/policy/sovereignty.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/usage/catalogue.hpp"

using namespace umbra;

namespace {

std::optional<std::string> residency(const std::vector<std::string>& fact,
                                     const char* region = "") {
    Catalogue catalogue = test::small_catalogue();
    catalogue.regions = Regions::read(UMBRA_TEST_DATA "/../../signatures/catalogue");
    Facts facts;
    if (!fact.empty()) facts[FactKey::residency] = Fact{fact, "https://acme.example/dpa", ""};
    catalogue.services[0].facts = facts;
    Usage usage;
    usage.catalogue = std::make_shared<const Catalogue>(std::move(catalogue));
    usage.region = region;
    return residency_of(usage);
}

}  // namespace

TEST_CASE("bytes rest in the country of the region that the host name says") {
    CHECK(residency({"US"}, "eu-west-3") == "FR");
    CHECK(residency({}, "francecentral") == "FR");
    CHECK(residency({}, "europe-west9") == "FR");
    CHECK(residency({}, "eu") == "EU");
}

TEST_CASE("without a region they rest where the catalogue has a source for one place") {
    CHECK(residency({"FR"}) == "FR");
    CHECK(residency({"EU"}) == "EU");
    CHECK(residency({"FR", "DE"}) == "EU");
    CHECK(residency({"EU", "IE"}) == "EU");
    CHECK(residency({"US"}, "our-own-deployment") == "US");
}

TEST_CASE("a row has the region that its host name says") {
    Catalogue catalogue = test::small_catalogue();
    catalogue.regions = Regions::read(UMBRA_TEST_DATA "/../../signatures/catalogue");
    const auto shared = std::make_shared<const Catalogue>(std::move(catalogue));
    ClosedWindow window;
    for (const char* name : {"bedrock-runtime.eu-west-3.amazonaws.com", "claude.ai", ""}) {
        Usage usage;
        usage.catalogue = shared;
        usage.host_name = name;
        window.usage.push_back(usage);
    }
    locate(window);
    CHECK(window.usage[0].region == "eu-west-3");
    CHECK(residency_of(window.usage[0]) == "FR");
    CHECK(window.usage[1].region.empty());
    CHECK(window.usage[2].region.empty());
}

TEST_CASE("where no one place is known there is none") {
    CHECK_FALSE(residency({}));
    CHECK_FALSE(residency({"US", "EU"}));
    CHECK_FALSE(residency({"CH", "FR"}));
    CHECK_FALSE(residency({"global"}));
    CHECK_FALSE(residency({"EEA"}));
    Usage usage;
    usage.catalogue = std::make_shared<const Catalogue>(test::small_catalogue());
    CHECK_FALSE(residency_of(usage));  // nobody looked it up
}
