#include "daemon/support/time.hpp"

#include <catch2/catch.hpp>

using namespace umbra;

TEST_CASE("times are written in UTC") {
    CHECK(format_utc(0) == "1970-01-01T00:00:00Z");
    CHECK(format_utc(1793610000 * second) == "2026-11-02T09:00:00Z");
    CHECK(format_utc(1793610000 * second + 42, true) == "2026-11-02T09:00:00.000042Z");
}

TEST_CASE("times are read with and without a zone") {
    const Micros nine = 1793610000 * second;
    CHECK(parse_time("2026-11-02T09:00:00Z") == nine);
    CHECK(parse_time("2026-11-02T10:00:00+01:00") == nine);
    CHECK(parse_time("2026-11-02T09:00:00.5Z") == nine + second / 2);
    CHECK(parse_time("2026-11-02T09:00") == nine);
    CHECK(parse_time("2026-11-02") == nine - 9 * 3600 * second);
    CHECK(parse_time("2028-02-29"));
    for (const char* text :
         {"", "yesterday-ish", "2026-13-01", "2026-02-29", "2026-11-02T25:00",
          "2026-11-02T09:00:00X", "2026-11-02 ", "02/11/2026", "2026-11-02T09:00:61Z"}) {
        INFO(text);
        CHECK_FALSE(parse_time(text));
    }
}
