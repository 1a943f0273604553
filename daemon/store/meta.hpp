// What the file says of itself.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <optional>
#include <string>

#include "daemon/store/tiers.hpp"

namespace umbra::store {

// The table `meta`: a few texts by key.
std::optional<std::string> meta(SQLite::Database& database, const std::string& key);
void set_meta(SQLite::Database& database, const std::string& key, const std::string& value);

// The end of the window that began last; nothing where no window is kept.
std::optional<std::int64_t> newest_window_end(SQLite::Database& database);

Floors read_floors(SQLite::Database& database);
void write_floors(SQLite::Database& database, const Floors& floors);

}  // namespace umbra::store
