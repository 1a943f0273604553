// The database file: its tables, its version, and opening it.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

namespace umbra::store {

constexpr int schema_version = 2;

// Opens the file for writing, making or migrating it as needed (WAL, synced at every commit).
// Throws Failure, with the path, where it is a folder, read-only, no SQLite file, somebody else's,
// of a newer schema, or cannot be written.
SQLite::Database open_for_writing(const std::string& path);

// Opens the file for reading only: never blocked by the writer, nor blocking it. Throws like the
// above, also where there is no such file.
SQLite::Database open_for_reading(const std::string& path);

}  // namespace umbra::store
