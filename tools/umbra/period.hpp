// Periods as people write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "daemon/store/tiers.hpp"
#include "tools/umbra/language/language.hpp"

namespace umbra {

// What a word stands for: a moment, or a span such as a day.
struct Span {
    std::int64_t begin = 0;           // seconds since the epoch
    std::optional<std::int64_t> end;  // not included; nothing for a moment
};

// `2026-11-01`, `2026-11-01T09:00[:00]` with `Z`, `+01:00` or in the local time zone, `7d`, `24h`,
// `30m`, `2w` (so long before `now`), `now`, `today`, `yesterday`, `this-week`, `last-week`,
// `this-month`, `last-month`. Weeks begin on Monday. With `utc`, days and times without a zone are
// UTC. Nothing where it is none of these.
std::optional<Span> parse_span(const std::string& text, std::int64_t now, bool utc);

enum class Unit : std::uint8_t { hour, day, week };

// The begin of the unit that comes so many after the one that holds `time`; of the calendar in UTC
// or the local time zone. Weeks begin on Monday.
std::int64_t unit_begin(std::int64_t time, Unit unit, int ahead, bool utc);

// For people: `2026-11-02T09:00:00Z`, or with the offset of the local time zone; else as the
// language has it.
std::string format_time(std::int64_t seconds, bool utc);
// Without the zone: `2026-11-02 09:00`, and `2026-11-02`.
std::string minute_text(std::int64_t seconds, bool utc);
std::string day_text(std::int64_t seconds, bool utc);
// A day that is written `2026-11-02`, in a report.
Phrase day_phrase(const std::string& day);

}  // namespace umbra
