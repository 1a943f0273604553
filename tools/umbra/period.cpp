#include "tools/umbra/period.hpp"

#include <fmt/chrono.h>

#include <charconv>
#include <ctime>
#include <string_view>

#include "daemon/support/time.hpp"

namespace umbra {
namespace {

std::tm calendar(std::int64_t seconds, bool utc) {
    const std::time_t time = seconds;
    std::tm parts{};
    if (utc) {
        gmtime_r(&time, &parts);
    } else {
        localtime_r(&time, &parts);
    }
    return parts;
}

// Where days do not exist in a calendar, such as the 32nd, the next month's do.
std::int64_t moment(std::tm parts, bool utc) {
    parts.tm_isdst = -1;  // as it is at that time
    return utc ? timegm(&parts) : mktime(&parts);
}

// The begin of a day, so many days and months from the one that holds `now`.
std::int64_t day_near(std::tm parts, int days, int months, bool utc) {
    parts.tm_hour = parts.tm_min = parts.tm_sec = 0;
    parts.tm_mday += days;
    parts.tm_mon += months;
    return moment(parts, utc);
}

int days_since_monday(const std::tm& day) {
    return (day.tm_wday + 6) % 7;
}

std::optional<Span> named_span(std::string_view word, std::int64_t now, bool utc) {
    const std::tm today = calendar(now, utc);
    const auto days = [&](int from, int to) {
        return Span{day_near(today, from, 0, utc), day_near(today, to, 0, utc)};
    };
    const int monday = -days_since_monday(today);
    const auto month = [&](int from) {
        std::tm first = today;
        first.tm_mday = 1;
        return Span{day_near(first, 0, from, utc), day_near(first, 0, from + 1, utc)};
    };
    if (word == "now") return Span{now, {}};
    if (word == "today") return days(0, 1);
    if (word == "yesterday") return days(-1, 0);
    if (word == "this-week") return days(monday, monday + 7);
    if (word == "last-week") return days(monday - 7, monday);
    if (word == "this-month") return month(0);
    if (word == "last-month") return month(-1);
    return std::nullopt;
}

// `7d` as seconds.
std::optional<std::int64_t> parse_age(std::string_view text) {
    constexpr std::pair<char, std::int64_t> units[] = {
        {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 7 * 86400}};
    constexpr std::int64_t most = 100'000;
    std::int64_t count = 0;
    const char* end = text.data() + text.size();
    const auto [place, error] = std::from_chars(text.data(), end, count);
    if (error != std::errc{} || place + 1 != end || count < 0 || count > most) return std::nullopt;
    for (const auto& [unit, seconds] : units) {
        if (*place == unit) return count * seconds;
    }
    return std::nullopt;
}

bool has_zone(std::string_view text) {
    const auto clock = text.find_first_of("Tt ");
    return clock != std::string_view::npos &&
           text.find_first_of("Zz+-", clock) != std::string_view::npos;
}

}  // namespace

std::optional<Span> parse_span(const std::string& text, std::int64_t now, bool utc) {
    if (const auto span = named_span(text, now, utc)) return span;
    if (const auto age = parse_age(text)) return Span{now - *age, {}};
    const auto time = parse_time(text);
    if (!time) return std::nullopt;
    const std::int64_t seconds = *time / second;
    // What was read as UTC is meant in the local zone.
    return Span{utc || has_zone(text) ? seconds : moment(calendar(seconds, true), false), {}};
}

std::int64_t unit_begin(std::int64_t time, Unit unit, int ahead, bool utc) {
    if (unit == Unit::hour) return store::hour_of(time) + ahead * store::hour_length;
    const std::tm day = calendar(time, utc);
    return unit == Unit::day ? day_near(day, ahead, 0, utc)
                             : day_near(day, 7 * ahead - days_since_monday(day), 0, utc);
}

std::string format_time(std::int64_t seconds, bool utc) {
    const std::tm parts = calendar(seconds, utc);
    if (parts.tm_gmtoff == 0) return _("{:%Y-%m-%dT%H:%M:%S}Z", parts);
    const long minutes = parts.tm_gmtoff / 60;
    return _("{:%Y-%m-%dT%H:%M:%S}{}", parts,
             fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', std::abs(minutes) / 60,
                         std::abs(minutes) % 60));
}

std::string minute_text(std::int64_t seconds, bool utc) {
    return _("{:%Y-%m-%d %H:%M}", calendar(seconds, utc));
}

std::string day_text(std::int64_t seconds, bool utc) {
    return _("{:%Y-%m-%d}", calendar(seconds, utc));
}

Phrase day_phrase(const std::string& day) {
    const auto time = parse_time(day);
    return {day, time ? day_text(*time / second, true) : day};
}

}  // namespace umbra
