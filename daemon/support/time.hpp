// Packet time: microseconds since the Unix epoch, UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace umbra {

using Micros = std::int64_t;
constexpr Micros second = 1'000'000;

// `2026-11-02T09:00:00Z`; with `fraction`, six digits of it (RFC 3339 section 5.6).
std::string format_utc(Micros time, bool fraction = false);

// Reads `2026-11-02`, `2026-11-02T09:00`, `2026-11-02T09:00:00[.ffffff][Z|+hh:mm]` (no zone: UTC).
std::optional<Micros> parse_time(std::string_view text);

Micros wall_clock();

}  // namespace umbra
