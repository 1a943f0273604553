// Names that look like an AI service and are in no entry, in a table of their own: nothing joins it
// to hosts or usage. Kept as long as sums by day.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include "daemon/store/reader.hpp"
#include "daemon/usage/usage.hpp"

namespace umbra::store {

// Rows kept; those seen longest ago go first.
constexpr int most_candidates = 10'000;

// In the transaction that is open.
void write_candidates(SQLite::Database& database, const ClosedWindow& window);

// Those seen in the period, most hosts first; their figures are those of all time.
std::vector<CandidateTotal> read_candidates(SQLite::Database& database, const Period& period);

}  // namespace umbra::store
