// Usage is kept in tiers, each with coarser and older figures than the one before: windows, hours,
// days, and weeks that hold the days once more. Which of them answer for a period.
#pragma once

#include <cstdint>
#include <vector>

namespace umbra::store {

// Half-open, in seconds since the epoch, UTC.
struct Period {
    std::int64_t since = 0, until = 0;
    bool operator==(const Period&) const = default;
};

constexpr std::int64_t hour_length = 3600, day_length = 86400, week_length = 7 * day_length;

// The begin of the unit that holds `time`. Weeks begin on Monday.
std::int64_t hour_of(std::int64_t time);
std::int64_t day_of(std::int64_t time);
std::int64_t week_of(std::int64_t time);

// From which day on each tier is whole; what is older may be erased. Weeks are kept like days.
struct Floors {
    std::int64_t windows = 0, hours = 0, days = 0;
    bool operator==(const Floors&) const = default;
};

// For how many days each tier is kept; 0: for ever. Days are erased whole, as soon as their first
// moment is older than that, so that nothing is kept longer.
struct Keep {
    int windows = 30, hours = 180, days = 730;
};

// From which day on `keep` keeps each tier, seen from `now`.
Floors floors_at(std::int64_t now, const Keep& keep);
// The later of each.
Floors later(const Floors& a, const Floors& b);

// The smallest period around `asked` that the tiers can still answer exactly: an end in a time of
// which only hours or days are kept moves outward to the next whole one.
Period answerable(const Period& asked, const Floors& floors);

enum class Tier : std::uint8_t { window, hour, day, week };

// A part of a period, and the tier that answers for it: of weeks exactly one, of the others any
// number of whole ones.
struct Piece {
    Tier tier;
    Period period;
    bool operator==(const Piece&) const = default;
};

// Cuts an answerable period into pieces of the coarsest tiers, in the order of time.
std::vector<Piece> pieces_of(const Period& period, const Floors& floors);

// The same of the finest tiers that are kept.
std::vector<Piece> finest_pieces_of(const Period& period, const Floors& floors);

}  // namespace umbra::store
