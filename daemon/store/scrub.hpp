// Overwriting what SQLite leaves behind. With `secure_delete` it overwrites a row that is deleted
// and a page that is freed, but not the copies of rows that stay in the free space of a page when
// rows are moved between pages.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>

namespace umbra::store {

// Overwrites the free space of `count` pages from `first` on (the first page is 1) with zeros. The
// log should be empty: what it holds is not looked at. Returns the page to go on with, 0 where
// there is none. Needs incremental vacuum, whose pointer maps tell pages of rows from others.
// Throws SQLite::Exception.
std::uint32_t scrub(SQLite::Database& database, std::uint32_t first, std::uint32_t count);

}  // namespace umbra::store
