#include "daemon/usage/usage_class.hpp"

#include <catch2/catch.hpp>

using namespace umbra;

namespace {

struct Row {
    HostRole role = HostRole::ui;
    std::uint64_t out = 0, in = 0;
    std::uint8_t busy = 1;
    bool browser = false, programme = false;

    std::string_view usage_class() const {
        Usage usage;
        usage.role = role;
        usage.bytes_out = out;
        usage.bytes_in = in;
        usage.busy_tenths = busy;
        usage.browser = browser;
        usage.programme = programme;
        return to_string(classify(usage));
    }
};

}  // namespace

TEST_CASE("a host that nothing was said to was only contacted") {
    for (const HostRole role : {HostRole::ui, HostRole::api, HostRole::upload})
        CHECK(Row{.role = role}.usage_class() == "contact");
    CHECK(Row{.out = 1}.usage_class() == "visit");
}

TEST_CASE("an API's host makes a use of an API; a hello alone never does") {
    const Row small{.role = HostRole::api, .out = 3'000, .in = 9'000, .busy = 5};
    Row row = small;
    CHECK(row.usage_class() == "api");
    row.browser = true;
    CHECK(row.usage_class() == "api");
    row.programme = true;
    row.role = HostRole::ui;
    CHECK(row.usage_class() == "interactive");

    // A document that a browser sends there is an upload; one that a programme sends is not, nor
    // one where it is not known who did.
    Row large{.role = HostRole::api, .out = 5'000'000, .in = 9'000};
    CHECK(large.usage_class() == "api");
    large.programme = true;
    CHECK(large.usage_class() == "api");
    large.browser = true;
    CHECK(large.usage_class() == "api");
    large.programme = false;
    CHECK(large.usage_class() == "upload");
}

TEST_CASE("an upload is much, and not what acknowledges a download") {
    CHECK(Row{.out = 499'999, .in = 10'000}.usage_class() == "visit");
    CHECK(Row{.out = 500'000, .in = 10'000}.usage_class() == "upload");
    CHECK(Row{.role = HostRole::upload, .out = 5'000'000, .in = 50'000}.usage_class() == "upload");
    CHECK(Row{.out = 1'000'000, .in = 4'000'000}.usage_class() == "upload");
    CHECK(Row{.out = 1'000'000, .in = 40'000'000}.usage_class() == "visit");
}

TEST_CASE("a conversation is spread over the window, and answers are longer than questions") {
    CHECK(Row{.out = 20'000, .in = 200'000, .busy = 3}.usage_class() == "visit");
    CHECK(Row{.out = 20'000, .in = 200'000, .busy = 4}.usage_class() == "interactive");
    CHECK(Row{.out = 20'000, .in = 2'000, .busy = 10}.usage_class() == "visit");
    for (const HostRole role : {HostRole::telemetry, HostRole::static_content, HostRole::auth})
        CHECK(Row{.role = role, .out = 20'000, .in = 200'000, .busy = 10}.usage_class() == "visit");
}
