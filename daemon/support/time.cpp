#include "daemon/support/time.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

namespace umbra {
namespace {

// Reads exactly `digits` decimal digits from the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return std::nullopt;
    for (const char c : text.substr(0, digits)) {
        if (c < '0' || c > '9') return std::nullopt;
    }
    int value = 0;
    std::from_chars(text.data(), text.data() + digits, value);
    text.remove_prefix(digits);
    return value;
}

bool take(std::string_view& text, char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
}

// `Z`, `+hh:mm`, `-hh:mm` or nothing, as microseconds east of UTC.
std::optional<Micros> take_zone(std::string_view text) {
    if (text.empty() || text == "Z" || text == "z") return 0;
    const bool west = text.front() == '-';
    if (!take(text, west ? '-' : '+')) return std::nullopt;
    const auto hours = take_number(text, 2);
    if (!hours || !take(text, ':')) return std::nullopt;
    const auto minutes = take_number(text, 2);
    if (!minutes || !text.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
    const Micros offset = (*hours * 3600 + *minutes * 60) * second;
    return west ? -offset : offset;
}

}  // namespace

std::string format_utc(Micros time, bool fraction) {
    using namespace std::chrono;
    const sys_time<microseconds> point{microseconds{time}};
    const auto day = floor<days>(point);
    const year_month_day date{day};
    const hh_mm_ss<microseconds> clock{point - day};
    std::string text =
        fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int{date.year()}, unsigned{date.month()},
                    unsigned{date.day()}, clock.hours().count(), clock.minutes().count(),
                    clock.seconds().count());
    if (fraction) text += fmt::format(".{:06}", clock.subseconds().count());
    return text + "Z";
}

std::optional<Micros> parse_time(std::string_view text) {
    using namespace std::chrono;
    const auto y = take_number(text, 4);
    if (!y || !take(text, '-')) return std::nullopt;
    const auto m = take_number(text, 2);
    if (!m || !take(text, '-')) return std::nullopt;
    const auto d = take_number(text, 2);
    if (!d) return std::nullopt;
    const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)},
                              day{static_cast<unsigned>(*d)}};
    if (!date.ok()) return std::nullopt;
    Micros time = duration_cast<microseconds>(sys_days{date}.time_since_epoch()).count();
    if (text.empty()) return time;

    if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return std::nullopt;
    const auto hours = take_number(text, 2);
    if (!hours || *hours > 23 || !take(text, ':')) return std::nullopt;
    const auto minutes = take_number(text, 2);
    if (!minutes || *minutes > 59) return std::nullopt;
    time += (*hours * 3600 + *minutes * 60) * second;
    if (take(text, ':')) {
        const auto seconds = take_number(text, 2);
        if (!seconds || *seconds > 60) return std::nullopt;
        time += *seconds * second;
        if (take(text, '.')) {
            if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
            for (Micros unit = second / 10;
                 !text.empty() && text.front() >= '0' && text.front() <= '9'; unit /= 10) {
                time += (text.front() - '0') * unit;
                text.remove_prefix(1);
            }
        }
    }
    const auto offset = take_zone(text);
    if (!offset) return std::nullopt;
    return time - *offset;
}

Micros wall_clock() {
    using namespace std::chrono;
    return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace umbra
