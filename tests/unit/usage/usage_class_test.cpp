#include "daemon/usage/usage_class.hpp"

#include <catch2/catch.hpp>

using namespace umbra;

TEST_CASE("the usage class follows the host's role and the volume") {
    const auto classed = [](HostRole role, std::uint64_t out, std::uint64_t in) {
        Usage usage;
        usage.role = role;
        usage.bytes_out = out;
        usage.bytes_in = in;
        return to_string(classify(usage));
    };
    CHECK(classed(HostRole::api, 10, 10) == "api");
    CHECK(classed(HostRole::ui, 0, 0) == "contact");
    CHECK(classed(HostRole::ui, 2'000, 500'000) == "visit");
    CHECK(classed(HostRole::ui, 20'000, 50'000) == "interactive");
    CHECK(classed(HostRole::ui, 5'000'000, 50'000) == "upload");
    CHECK(classed(HostRole::upload, 5'000'000, 50'000) == "upload");
    CHECK(classed(HostRole::telemetry, 20'000, 50'000) == "visit");
}
