#include "daemon/policy/privacy.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/unit/folder.hpp"
#include "tests/unit/packets.hpp"
#include "tests/unit/usage/catalogue.hpp"

using namespace umbra;

namespace {

struct Row {
    const char* host;
    const char* key = "";
    const char* department = "Legal";
    const char* server = "203.0.113.1";
};

ClosedWindow window_of(const std::vector<Row>& rows) {
    static const auto catalogue = std::make_shared<const Catalogue>(test::small_catalogue());
    ClosedWindow window;
    for (const Row& row : rows) {
        Usage usage;
        usage.host = test::address(row.host);
        usage.server = test::address(row.server);
        usage.catalogue = catalogue;
        usage.host_name = "claude.ai";
        usage.evidence = Evidence::sni;
        usage.identity.key = row.key;
        usage.identity.name = "nb-0815";
        usage.identity.department = row.department;
        usage.identity.site = "Rennes";
        usage.flows = 1;
        usage.bytes_out = 10;
        usage.bytes_in = 100;
        window.usage.push_back(usage);
    }
    return window;
}

Privacy privacy_of(PrivacyMode mode) {
    const test::Folder folder;
    const auto file =
        folder.write("key", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n");
    chmod(file.c_str(), 0400);
    return {mode, NetworkList::private_ranges(), PseudonymKey::read(file)};
}

}  // namespace

TEST_CASE("clear keeps the addresses, and the key is the address where there is none") {
    ClosedWindow window = window_of({{"10.1.2.3"}, {"2001:db8:1::5", "02:00:00:00:00:07"}});
    privacy_of(PrivacyMode::clear).apply(window);
    CHECK(window.usage[0].identity.key == "10.1.2.3");
    CHECK(window.usage[0].identity.address == "10.1.2.3");
    CHECK(window.usage[0].identity.name == "nb-0815");
    CHECK(window.usage[0].dest_ip == "203.0.113.1");
    CHECK(window.usage[1].identity.key == "02:00:00:00:00:07");
    CHECK(window.usage[1].identity.address == "2001:db8:1::5");
}

TEST_CASE("hmac leaves pseudonyms, department and site") {
    ClosedWindow window = window_of(
        {{"10.1.2.3"}, {"2001:db8:1::5", "02:00:00:00:00:07"}, {"10.1.2.9", "", "IT", "10.1.2.3"}});
    Privacy privacy = privacy_of(PrivacyMode::hmac);
    privacy.apply(window);
    // By Python's hmac and base64.
    CHECK(window.usage[0].identity.key == "h:ousycr5swi2w6jg2qdrt");
    CHECK(window.usage[0].identity.address == "h:ousycr5swi2w6jg2qdrt");
    CHECK(window.usage[1].identity.key == "h:a6djpevyqa3cghlu2vgd");
    CHECK(window.usage[1].identity.address == "h:kmgs3iqryjknjtu5d6yr");
    CHECK(window.usage[0].dest_ip == "203.0.113.1");
    CHECK(window.usage[2].dest_ip == "h:ousycr5swi2w6jg2qdrt");  // inside, so a host too
    for (const Usage& usage : window.usage) {
        CHECK(usage.host == Address{});
        CHECK(usage.server == Address{});
        CHECK_FALSE(usage.identity.name);
        CHECK(usage.identity.site == "Rennes");
    }
    CHECK(window.usage[2].identity.department == "IT");
    CHECK(privacy.key_id() == "630dcd2966c43366");
}

TEST_CASE("truncate leaves the network, and one row where hosts of one network did the same") {
    ClosedWindow window = window_of({{"10.1.2.3"},
                                     {"10.1.2.250", "02:00:00:00:00:07"},
                                     {"10.1.3.3"},
                                     {"10.1.2.4", "", "IT"},
                                     {"2001:db8:1:ffff::5", "", "IT", "10.1.9.9"}});
    ClosedWindow upload = window_of({{"10.1.2.5"}});
    upload.usage[0].usage_class = UsageClass::upload;
    window.usage.push_back(upload.usage[0]);
    privacy_of(PrivacyMode::truncate).apply(window);
    REQUIRE(window.usage.size() == 5);
    const Usage& both = window.usage[0];
    CHECK(both.identity.key == "10.1.2.0/24");
    CHECK(both.identity.address == "10.1.2.0/24");
    CHECK_FALSE(both.identity.name);
    CHECK(both.identity.department == "Legal");
    CHECK(both.flows == 2);
    CHECK(both.bytes_out == 20);
    CHECK(both.bytes_in == 200);
    CHECK(window.usage[1].identity.key == "10.1.3.0/24");
    CHECK(window.usage[2].identity.key == "10.1.2.0/24");
    CHECK(window.usage[2].identity.department == "IT");
    CHECK(window.usage[2].flows == 1);
    CHECK(window.usage[3].identity.key == "2001:db8:1::/48");
    CHECK(window.usage[3].dest_ip == "10.1.9.0/24");
    CHECK(window.usage[4].usage_class == UsageClass::upload);
    CHECK(window.usage[4].flows == 1);
}

TEST_CASE("a sum over other hosts has no ends to conceal") {
    for (const auto mode : {PrivacyMode::clear, PrivacyMode::hmac, PrivacyMode::truncate}) {
        ClosedWindow window = window_of({{"::", "other", "", "::"}});
        window.usage[0].identity.name = "other hosts";
        privacy_of(mode).apply(window);
        CHECK(window.usage[0].identity.key == "other");
        CHECK(window.usage[0].identity.address.empty());
        CHECK(window.usage[0].identity.name == "other hosts");
        CHECK(window.usage[0].dest_ip.empty());
    }
}

TEST_CASE("the names of the privacy modes") {
    CHECK(privacy_mode("hmac") == PrivacyMode::hmac);
    CHECK(to_string(PrivacyMode::truncate) == "truncate");
    CHECK_FALSE(privacy_mode("none"));
}
