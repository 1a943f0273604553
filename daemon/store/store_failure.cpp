#include "daemon/store/store_failure.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace umbra::store {

StoreFailure explained(const std::string& path, const SQLite::Exception& error) {
    const auto says = [&](const char* what) { return fmt::format("{}: {}", path, what); };
    switch (error.getErrorCode() & 0xff) {
        case SQLITE_NOTADB:
            return {ExitCode::bad_input, Trouble::damaged, says("not an SQLite database")};
        case SQLITE_CORRUPT:
            return damaged(path);
        case SQLITE_ERROR:  // a table that the schema's version promises is not there
            return {ExitCode::bad_input, Trouble::damaged, says(error.what())};
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {ExitCode::environment, Trouble::busy,
                    says("the database is locked by another process")};
        case SQLITE_FULL:
            return {ExitCode::environment, Trouble::full, says("the disk is full")};
        case SQLITE_READONLY:
            return {ExitCode::environment, Trouble::other, says("the database is read-only")};
        case SQLITE_CANTOPEN:
            return {ExitCode::environment, Trouble::other,
                    fmt::format("{}: cannot be opened ({})", path, error.what())};
        default:
            return {ExitCode::environment, Trouble::other, says(error.what())};
    }
}

StoreFailure damaged(const std::string& path) {
    return {ExitCode::bad_input, Trouble::damaged, path + ": the database is damaged"};
}

}  // namespace umbra::store
