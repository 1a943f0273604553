#include "daemon/policy/resolve.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/unit/folder.hpp"

using namespace umbra;

TEST_CASE("a pseudonym leads back to its address, where that is among the candidates") {
    const test::Folder folder;
    const auto file =
        folder.write("key", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n");
    chmod(file.c_str(), 0400);
    const PseudonymKey key = PseudonymKey::read(file);
    const auto found = [&](const char* pseudonym, const std::vector<const char*>& networks,
                           const std::vector<std::string>& others = {}) {
        std::vector<Network> parsed;
        for (const char* network : networks)
            parsed.push_back(*Network::parse(network));
        return resolve(pseudonym, key, parsed, others).value_or("-");
    };
    // By Python's hmac and base64.
    CHECK(found("h:ousycr5swi2w6jg2qdrt", {"192.168.7.0/24", "10.1.0.0/16"}) == "10.1.2.3");
    CHECK(found("h:ousycr5swi2w6jg2qdrt", {"10.1.2.3/32"}) == "10.1.2.3");
    CHECK(found("h:ousycr5swi2w6jg2qdrt", {"10.1.2.4/30", "10.1.3.0/24"}) == "-");
    CHECK(found("h:kmgs3iqryjknjtu5d6yr", {"2001:db8:1::/120"}) == "2001:db8:1::5");
    CHECK(found("h:kmgs3iqryjknjtu5d6yr", {}, {"10.1.2.3", "2001:0DB8:1:0::5"}) == "2001:db8:1::5");
    CHECK(found("h:a6djpevyqa3cghlu2vgd", {}, {"02:00:00:00:00:07"}) == "02:00:00:00:00:07");
    CHECK(found("h:a6djpevyqa3cghlu2vgd", {}, {"02:00:00:00:00:08"}) == "-");
    CHECK(found("h:h2go5mj5yez426diz6s4", {}, {"02:00:00:00:00:07"}) == "mac:02:00:00:00:00:07");
}
