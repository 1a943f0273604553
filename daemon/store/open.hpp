// Opening the database file. What is opened is for one thread at a time.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

#include "daemon/store/store_failure.hpp"

namespace umbra::store {

constexpr int default_busy_milliseconds = 5000;

// Opens the file for writing, making or migrating it as needed: WAL, synced at every commit, what
// is deleted is overwritten. Waits as long as `busy_milliseconds` for a lock. Throws StoreFailure,
// with the path, where it is a folder, read-only, no SQLite file, somebody else's, of a newer
// schema, or cannot be written.
SQLite::Database open_for_writing(const std::string& path,
                                  int busy_milliseconds = default_busy_milliseconds);

// The same for a file that must be there already.
SQLite::Database open_existing(const std::string& path);

// Opens the file for reading only: never blocked by the writer, nor blocking it. Throws like the
// above, also where there is no such file or umbrad has not migrated it yet.
SQLite::Database open_for_reading(const std::string& path);

// Whether the file's header says that it is one of ours, whatever state the rest is in.
bool has_our_header(const std::string& path);

}  // namespace umbra::store
