#include "detectors/certificate.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/data.hpp"
#include "tests/unit/detectors/hellos.hpp"

using namespace umbra;

// What each file holds stands in tests/data/certificates/README.md.
TEST_CASE("the common name where it is a host, else the first alternative name") {
    const auto name = [](const char* file) {
        const auto der = test::data_file(std::string("certificates/") + file);
        const Detection found = read_certificate(der, Protocol::tls);
        CHECK(found.by_server);
        CHECK(found.verdict == Detection::Verdict::done);
        CHECK(found.name.has_value() == (found.evidence == Evidence::certificate));
        return test::name_of(found);
    };
    CHECK(name("common-name.der") == "api.mistral.ai");
    CHECK(name("alternative-only.der") == "claude.ai");
    CHECK(name("wildcard.der") == "openai.com");
    CHECK(name("nobody.der").empty());
    CHECK(name("address.der") == "device.example");
}
