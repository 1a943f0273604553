// From the tables of an older version to those of this one.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

namespace umbra::store {

// Within the caller's transaction; `version` is 1 or 2. Record ids stay, and what the old file
// could not know is unknown. Throws SQLite::Exception.
void migrate(SQLite::Database& database, int version);

}  // namespace umbra::store
