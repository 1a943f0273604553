#include "daemon/store/tiers.hpp"

#include <algorithm>

namespace umbra::store {
namespace {

// The first Monday of the epoch.
constexpr std::int64_t first_week = 4 * day_length;

std::int64_t floor_to(std::int64_t length, std::int64_t time) {
    return time - ((time % length) + length) % length;
}

std::int64_t ceil_to(std::int64_t length, std::int64_t time) {
    return floor_to(length, time + length - 1);
}

std::int64_t earliest(const Floors& floors) {
    return std::min({floors.windows, floors.hours, floors.days});
}

std::int64_t floor_at(std::int64_t now, int days) {
    return days == 0 ? 0 : ceil_to(day_length, now - days * day_length);
}

// Cuts into whole units of this length and what is left at both ends, for the finer tiers.
template <typename Coarse, typename Fine>
void cut(const Period& period, std::int64_t length, std::int64_t floor, Coarse coarse, Fine fine) {
    const Period whole{std::max(ceil_to(length, period.since), floor),
                       floor_to(length, period.until)};
    if (whole.since >= whole.until) {
        if (period.since < period.until) fine(period);
        return;
    }
    if (period.since < whole.since) fine({period.since, whole.since});
    coarse(whole);
    if (whole.until < period.until) fine({whole.until, period.until});
}

}  // namespace

std::int64_t hour_of(std::int64_t time) {
    return floor_to(hour_length, time);
}

std::int64_t day_of(std::int64_t time) {
    return floor_to(day_length, time);
}

std::int64_t week_of(std::int64_t time) {
    return floor_to(week_length, time - first_week) + first_week;
}

Floors floors_at(std::int64_t now, const Keep& keep) {
    return {floor_at(now, keep.windows), floor_at(now, keep.hours), floor_at(now, keep.days)};
}

Floors later(const Floors& a, const Floors& b) {
    return {std::max(a.windows, b.windows), std::max(a.hours, b.hours), std::max(a.days, b.days)};
}

Period answerable(const Period& asked, const Floors& floors) {
    Period period = asked;
    if (period.since < floors.windows) period.since = hour_of(period.since);
    if (period.since < floors.windows && period.since < floors.hours)
        period.since = day_of(period.since);
    if (period.until < floors.windows) period.until = ceil_to(hour_length, period.until);
    if (period.until < floors.windows && period.until < floors.hours)
        period.until = ceil_to(day_length, period.until);
    period.since = std::max(period.since, earliest(floors));
    period.until = std::max(period.until, period.since);
    return period;
}

std::vector<Piece> pieces_of(const Period& period, const Floors& floors) {
    std::vector<Piece> pieces;
    const auto windows = [&](const Period& part) { pieces.push_back({Tier::window, part}); };
    const auto hours = [&](const Period& part) {
        cut(
            part, hour_length, floors.hours,
            [&](const Period& whole) {
                pieces.push_back({Tier::hour, whole});
            },
            windows);
    };
    const auto days = [&](const Period& whole) {
        std::int64_t begin = whole.since;
        for (std::int64_t week = week_of(begin + week_length - 1);
             week + week_length <= whole.until; week += week_length) {
            if (begin < week) pieces.push_back({Tier::day, {begin, week}});
            begin = week + week_length;
            pieces.push_back({Tier::week, {week, begin}});
        }
        if (begin < whole.until) pieces.push_back({Tier::day, {begin, whole.until}});
    };
    cut(period, day_length, floors.days, days, hours);
    return pieces;
}

std::vector<Piece> finest_pieces_of(const Period& period, const Floors& floors) {
    std::vector<Piece> pieces;
    const auto add = [&](Tier tier, std::int64_t since, std::int64_t until) {
        const Period part{std::max(period.since, since), std::min(period.until, until)};
        if (part.since < part.until) pieces.push_back({tier, part});
    };
    add(Tier::day, floors.days, std::min(floors.windows, floors.hours));
    add(Tier::hour, floors.hours, floors.windows);
    add(Tier::window, floors.windows, INT64_MAX);
    return pieces;
}

}  // namespace umbra::store
