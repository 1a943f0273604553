#include "daemon/store/tiers.hpp"

#include <catch2/catch.hpp>

#include "daemon/support/time.hpp"

using namespace umbra;
using namespace umbra::store;

namespace {

std::int64_t at(const char* time) {
    return parse_time(time).value() / second;
}

Period period(const char* since, const char* until) {
    return {at(since), at(until)};
}

}  // namespace

TEST_CASE("an hour, a day and a week begin where the calendar says, weeks on Monday") {
    CHECK(hour_of(at("2026-11-24T08:59:59Z")) == at("2026-11-24T08:00:00Z"));
    CHECK(day_of(at("2026-11-24T00:00:00Z")) == at("2026-11-24"));
    CHECK(week_of(at("2026-11-24T08:59:59Z")) == at("2026-11-23"));
    CHECK(week_of(at("2026-11-23T00:00:00Z")) == at("2026-11-23"));
    CHECK(week_of(at("2026-11-22T23:59:59Z")) == at("2026-11-16"));
}

TEST_CASE("a period is answered by the largest units inside, and by finer ones at both ends") {
    const auto pieces = pieces_of(period("2026-11-07T21:55:00Z", "2026-11-24T01:05:00Z"), {});
    CHECK(pieces == std::vector<Piece>{
                        {Tier::window, period("2026-11-07T21:55:00Z", "2026-11-07T22:00:00Z")},
                        {Tier::hour, period("2026-11-07T22:00:00Z", "2026-11-08")},
                        {Tier::day, period("2026-11-08", "2026-11-09")},
                        {Tier::week, period("2026-11-09", "2026-11-16")},
                        {Tier::week, period("2026-11-16", "2026-11-23")},
                        {Tier::day, period("2026-11-23", "2026-11-24")},
                        {Tier::hour, period("2026-11-24", "2026-11-24T01:00:00Z")},
                        {Tier::window, period("2026-11-24T01:00:00Z", "2026-11-24T01:05:00Z")}});
}

TEST_CASE("a period within one unit is not answered by that unit") {
    CHECK(
        pieces_of(period("2026-11-24T08:05:00Z", "2026-11-24T08:55:00Z"), {}) ==
        std::vector<Piece>{{Tier::window, period("2026-11-24T08:05:00Z", "2026-11-24T08:55:00Z")}});
    CHECK(pieces_of(period("2026-11-24", "2026-11-24"), {}).empty());
}

TEST_CASE("hours and days that are erased are not asked") {
    const Floors floors{0, at("2026-11-24"), at("2026-11-24")};
    CHECK(pieces_of(period("2026-11-22", "2026-11-25"), floors) ==
          std::vector<Piece>{{Tier::window, period("2026-11-22", "2026-11-24")},
                             {Tier::day, period("2026-11-24", "2026-11-25")}});
}

TEST_CASE("where windows are erased the ends of a period move outward, as little as possible") {
    const Floors floors{at("2026-11-20"), at("2026-06-20"), at("2025-01-01")};
    const auto answered = [&](const char* since, const char* until) {
        return answerable(period(since, until), floors);
    };
    // All windows are there.
    CHECK(answered("2026-11-20T08:05:00Z", "2026-11-20T09:35:00Z") ==
          period("2026-11-20T08:05:00Z", "2026-11-20T09:35:00Z"));
    // Only hours are, then only days.
    CHECK(answered("2026-11-01T08:05:00Z", "2026-11-20T09:35:00Z") ==
          period("2026-11-01T08:00:00Z", "2026-11-20T09:35:00Z"));
    CHECK(answered("2026-03-01T08:05:00Z", "2026-11-01T09:35:00Z") ==
          period("2026-03-01", "2026-11-01T10:00:00Z"));
    CHECK(answered("2026-03-01T08:00:00Z", "2026-03-01T09:00:00Z") ==
          period("2026-03-01", "2026-03-02"));
    // Nothing is.
    CHECK(answered("2020-01-01", "2026-11-21") == period("2025-01-01", "2026-11-21"));
    CHECK(answered("2020-01-01", "2020-02-01") == period("2025-01-01", "2025-01-01"));
}

TEST_CASE("nothing is kept longer than it may be, and days go whole") {
    const std::int64_t now = at("2026-11-24T08:20:00Z");
    const Floors floors = floors_at(now, {30, 180, 730});
    // 30 days before is 25 October, 08:20: of that day the first moment is too old.
    CHECK(floors.windows == at("2026-10-26"));
    CHECK(floors.hours == at("2026-05-29"));
    CHECK(floors.days == at("2024-11-25"));
    CHECK(floors_at(now, {0, 0, 0}) == Floors{});
    CHECK(floors_at(at("2026-11-24"), {30, 0, 0}).windows == at("2026-10-25"));
    CHECK(later({1, 5, 3}, {2, 4, 3}) == Floors{2, 5, 3});
}

TEST_CASE("the finest tiers that are kept, each from its floor on") {
    constexpr std::int64_t day = day_length;
    const Floors floors{.windows = 9 * day, .hours = 4 * day, .days = 2 * day};
    CHECK(finest_pieces_of({2 * day, 11 * day + 300}, floors) ==
          std::vector<Piece>{{Tier::day, {2 * day, 4 * day}},
                             {Tier::hour, {4 * day, 9 * day}},
                             {Tier::window, {9 * day, 11 * day + 300}}});
    CHECK(finest_pieces_of({300, 600}, {}) == std::vector<Piece>{{Tier::window, {300, 600}}});
}
