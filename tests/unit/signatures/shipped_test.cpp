// The catalogue that is shipped, against names that no AI service has.
#include <catch2/catch.hpp>

#include "detectors/host_name.hpp"
#include "signatures/signatures.hpp"

using namespace umbra;

TEST_CASE("no entry of the shipped catalogue matches shared infrastructure or a popular site") {
    const auto signatures = load_signatures({UMBRA_TEST_DATA "/../../signatures/catalogue"});
    const std::vector<ListItem> names = companion_list(UMBRA_TEST_DATA, "not-ai-names.txt");
    CHECK(names.size() >= 300);
    for (const auto& [name, place] : names) {
        INFO(place << " " << name);
        REQUIRE(HostName::parse(name));
        CHECK_FALSE(signatures->names.find(name));
    }
}
