#include "signatures/range_matcher.hpp"

#include <catch2/catch.hpp>

using namespace umbra;

namespace {

Catalogue catalogue_of(const std::vector<const char*>& networks) {
    Catalogue catalogue;
    catalogue.services = {{"mistral.api", "Mistral API", "inference_api", 0}};
    for (const char* network : networks)
        catalogue.ranges.push_back(
            {*Network::parse(network), network, 0, "", "2026-11-24", "t.yaml", 1});
    return catalogue;
}

// The range as it was written.
std::string found(const RangeMatcher& matcher, const char* address) {
    const SignatureRange* range = matcher.find(*Address::parse(address));
    return range ? range->cidr : "-";
}

}  // namespace

TEST_CASE("an address belongs to the range that holds it, first and last address included") {
    const Catalogue catalogue =
        catalogue_of({"160.79.104.0/23", "2607:6bc0::/48", "203.0.113.7", "203.0.113.8/32"});
    const RangeMatcher matcher(catalogue);
    CHECK(found(matcher, "160.79.103.255") == "-");
    CHECK(found(matcher, "160.79.104.0") == "160.79.104.0/23");
    CHECK(found(matcher, "160.79.105.255") == "160.79.104.0/23");
    CHECK(found(matcher, "160.79.106.0") == "-");
    CHECK(found(matcher, "2607:6bc0::10") == "2607:6bc0::/48");
    CHECK(found(matcher, "2607:6bc0:0:ffff:ffff:ffff:ffff:ffff") == "2607:6bc0::/48");
    CHECK(found(matcher, "2607:6bc0:1::") == "-");
    CHECK(found(matcher, "203.0.113.6") == "-");
    CHECK(found(matcher, "203.0.113.7") == "203.0.113.7");
    CHECK(found(matcher, "203.0.113.8") == "203.0.113.8/32");
    CHECK(found(matcher, "203.0.113.9") == "-");
}

TEST_CASE("of nested ranges the narrowest wins, and the wider goes on after it") {
    const Catalogue catalogue = catalogue_of(
        {"10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.255.255.0/24", "10.0.0.0/16"});
    const RangeMatcher matcher(catalogue);
    CHECK(found(matcher, "10.0.0.0") == "10.0.0.0/16");
    CHECK(found(matcher, "10.1.0.1") == "10.1.0.0/16");
    CHECK(found(matcher, "10.1.2.3") == "10.1.2.0/24");
    CHECK(found(matcher, "10.1.3.0") == "10.1.0.0/16");
    CHECK(found(matcher, "10.2.0.0") == "10.0.0.0/8");
    CHECK(found(matcher, "10.255.255.255") == "10.255.255.0/24");
    CHECK(found(matcher, "11.0.0.0") == "-");
    CHECK(found(matcher, "9.255.255.255") == "-");
}

TEST_CASE("ranges may reach to the last address there is") {
    const Catalogue catalogue = catalogue_of({"::/0", "ffff::/16"});
    const RangeMatcher matcher(catalogue);
    CHECK(found(matcher, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") == "ffff::/16");
    CHECK(found(matcher, "8.8.8.8") == "::/0");
    const Catalogue empty;
    CHECK(RangeMatcher(empty).find(*Address::parse("8.8.8.8")) == nullptr);
}
