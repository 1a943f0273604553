#include "detectors/certificate.hpp"

#include <catch2/catch.hpp>
#include <utility>

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

TEST_CASE(
    "a certificate that is cut, or lies about a length, gives no name that it does not have") {
    for (const char* file : {"common-name.der", "alternative-only.der", "wildcard.der"}) {
        auto der = test::data_file(std::string("certificates/") + file);
        const std::string whole = test::name_of(read_certificate(der, Protocol::tls));
        for (std::size_t length = 0; length < der.size(); ++length) {
            const Bytes cut = Bytes(der).first(length);
            CHECK(test::name_of(read_certificate(cut, Protocol::tls)).empty());
        }
        const std::string text(der.begin(), der.end());
        for (std::uint8_t& byte : der) {
            for (const int value : {0x00, 0x7f, 0x80, 0x84, 0xff}) {
                const std::uint8_t before = std::exchange(byte, static_cast<std::uint8_t>(value));
                const std::string name = test::name_of(read_certificate(der, Protocol::tls));
                const bool in_it = text.find(name) != std::string::npos;
                // Else the changed byte is a part of the name.
                CHECK(
                    (in_it || std::string(der.begin(), der.end()).find(name) != std::string::npos));
                byte = before;
            }
        }
    }
}
