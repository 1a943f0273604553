#include "tools/umbra/period.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "daemon/support/time.hpp"

using namespace umbra;

namespace {

void live_in(const char* zone) {
    setenv("TZ", zone, 1);
    tzset();
}

std::int64_t at(const char* text) {
    return *parse_time(text) / second;
}

const std::int64_t now = at("2026-11-04T10:30:00Z");  // a Wednesday

std::string span(const char* text, bool utc) {
    const auto found = parse_span(text, now, utc);
    if (!found) return "none";
    return format_utc(found->begin * second) +
           (found->end ? " " + format_utc(*found->end * second) : "");
}

}  // namespace

TEST_CASE("periods in UTC") {
    live_in("Europe/Paris");
    CHECK(span("2026-11-01", true) == "2026-11-01T00:00:00Z");
    CHECK(span("2026-11-01T09:30", true) == "2026-11-01T09:30:00Z");
    CHECK(span("7d", true) == "2026-10-28T10:30:00Z");
    CHECK(span("24h", true) == "2026-11-03T10:30:00Z");
    CHECK(span("now", true) == "2026-11-04T10:30:00Z");
    CHECK(span("today", true) == "2026-11-04T00:00:00Z 2026-11-05T00:00:00Z");
    CHECK(span("yesterday", true) == "2026-11-03T00:00:00Z 2026-11-04T00:00:00Z");
    CHECK(span("this-week", true) == "2026-11-02T00:00:00Z 2026-11-09T00:00:00Z");
    CHECK(span("last-week", true) == "2026-10-26T00:00:00Z 2026-11-02T00:00:00Z");
    CHECK(span("last-month", true) == "2026-10-01T00:00:00Z 2026-11-01T00:00:00Z");
}

TEST_CASE("periods in the local time zone, over the change to winter time") {
    live_in("Europe/Paris");
    CHECK(span("2026-11-01", false) == "2026-10-31T23:00:00Z");
    CHECK(span("2026-10-01T09:30", false) == "2026-10-01T07:30:00Z");
    CHECK(span("2026-10-01T09:30Z", false) == "2026-10-01T09:30:00Z");
    CHECK(span("2026-10-01T09:30:00-05:00", false) == "2026-10-01T14:30:00Z");
    CHECK(span("yesterday", false) == "2026-11-02T23:00:00Z 2026-11-03T23:00:00Z");
    // On 25 October 2026 Paris goes from +02:00 to +01:00.
    CHECK(span("last-month", false) == "2026-09-30T22:00:00Z 2026-10-31T23:00:00Z");
    const std::int64_t sunday = at("2026-10-25T12:00:00Z");
    CHECK(unit_begin(sunday, Unit::day, 1, false) - unit_begin(sunday, Unit::day, 0, false) ==
          25 * 3600);
    CHECK(unit_begin(sunday, Unit::week, 0, false) == at("2026-10-18T22:00:00Z"));
    CHECK(unit_begin(sunday, Unit::week, 1, true) == at("2026-10-26T00:00:00Z"));
    CHECK(unit_begin(sunday, Unit::hour, 2, true) == at("2026-10-25T14:00:00Z"));
}

TEST_CASE("what is no period") {
    for (const char* text : {"", "soon", "7", "7x", "-7d", "d", "2026-13-01", "2026-11-31",
                             "last-year", "9999999999d", "yesterday "}) {
        CHECK(span(text, true) == "none");
    }
}

TEST_CASE("times with the offset of their zone") {
    live_in("Europe/Paris");
    CHECK(format_time(now, true) == "2026-11-04T10:30:00Z");
    CHECK(format_time(now, false) == "2026-11-04T11:30:00+01:00");
    live_in("America/St_Johns");
    CHECK(format_time(now, false) == "2026-11-04T07:00:00-03:30");
    live_in("UTC");
    CHECK(format_time(now, false) == "2026-11-04T10:30:00Z");
}
