#include "daemon/store/open.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sqlite3.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "daemon/store/migrate.hpp"
#include "daemon/store/schema.hpp"

namespace umbra::store {
namespace {

// "Umbr" as a number: tells our files from other programs' (PRAGMA application_id).
constexpr int application_id = 0x556d6272;
constexpr int incremental = 2;  // of PRAGMA auto_vacuum

int pragma_number(SQLite::Database& database, const char* pragma) {
    return database.execAndGet(fmt::format("PRAGMA {}", pragma)).getInt();
}

StoreFailure refused(Trouble trouble, const std::string& sentence) {
    return {ExitCode::bad_input, trouble, sentence};
}

void refuse_folder(const std::string& path) {
    if (std::filesystem::is_directory(path)) {
        throw refused(Trouble::other, fmt::format("{}: is a folder, not a database", path));
    }
}

void refuse_absence(const std::string& path) {
    if (!std::filesystem::exists(path)) {
        throw refused(Trouble::other, fmt::format("{}: no such database", path));
    }
}

// Returns the schema's version.
int check_kind(SQLite::Database& database, const std::string& path) {
    const int version = pragma_number(database, "user_version");
    if (version > schema_version) {
        throw refused(Trouble::other,
                      fmt::format("{}: written by a newer umbra (schema {}, this one knows {}); "
                                  "install that version",
                                  path, version, schema_version));
    }
    if (pragma_number(database, "application_id") != application_id) {
        throw refused(Trouble::damaged,
                      fmt::format("{}: an SQLite database, but not one of umbra", path));
    }
    return version;
}

bool is_empty(SQLite::Database& database) {
    return database.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0 &&
           pragma_number(database, "user_version") == 0;
}

// An older file that is not as its version promises is for a person to look at, not to be replaced.
void bring_up_to_date(SQLite::Database& database, const std::string& path, int version) {
    spdlog::info("{}: migrating from schema {} to {}", path, version, schema_version);
    try {
        migrate(database, version);
    } catch (const SQLite::Exception& error) {
        if (error.getErrorCode() != SQLITE_ERROR) throw;
        throw refused(Trouble::other, fmt::format("{}: cannot be migrated from schema {}: {}", path,
                                                  version, error.what()));
    }
}

// Makes the tables, or migrates them, whole or not at all. The version is written in any case: a
// file that cannot be written says so here, not at the first closed window.
void prepare(SQLite::Database& database, const std::string& path) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    if (is_empty(database)) {
        database.exec(create_schema);
        database.exec(fmt::format("PRAGMA application_id = {}", application_id));
    } else if (const int version = check_kind(database, path); version < schema_version) {
        bring_up_to_date(database, path, version);
    }
    database.exec(fmt::format("PRAGMA user_version = {}", schema_version));
    transaction.commit();
}

// A file that was made without incremental vacuum is rewritten once. Where that fails, for want of
// room say, the file works as it is, and the next opening tries again.
void ensure_incremental_vacuum(SQLite::Database& database, const std::string& path) {
    if (pragma_number(database, "auto_vacuum") == incremental) return;
    try {
        database.exec("PRAGMA auto_vacuum = INCREMENTAL");
        database.exec("VACUUM");
    } catch (const SQLite::Exception& error) {
        spdlog::warn("{}: cannot be rewritten so that it can shrink: {}", path, error.what());
    }
}

}  // namespace

SQLite::Database open_for_writing(const std::string& path, int busy_milliseconds) {
    refuse_folder(path);
    return explaining(path, [&] {
        SQLite::Database database(
            path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX,
            busy_milliseconds);
        if (is_empty(database)) {
            database.exec("PRAGMA auto_vacuum = INCREMENTAL");  // heard before the first page only
        } else {
            check_kind(database, path);
        }
        database.exec("PRAGMA journal_mode = WAL");
        database.exec("PRAGMA synchronous = FULL");
        database.exec("PRAGMA secure_delete = ON");
        database.exec("PRAGMA temp_store = MEMORY");  // no copies in files that nobody erases
        database.exec("PRAGMA cache_size = -16384");  // KiB
        prepare(database, path);
        database.exec("PRAGMA wal_checkpoint");  // so that the file itself says whose it is
        ensure_incremental_vacuum(database, path);
        return database;
    });
}

SQLite::Database open_existing(const std::string& path) {
    refuse_absence(path);
    return open_for_writing(path);
}

SQLite::Database open_for_reading(const std::string& path) {
    refuse_absence(path);
    refuse_folder(path);
    return explaining(path, [&] {
        SQLite::Database database(path, SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX,
                                  default_busy_milliseconds);
        if (const int version = check_kind(database, path); version < schema_version) {
            throw refused(
                Trouble::other,
                fmt::format("{}: written by an older umbra (schema {}, this one reads {}); umbrad "
                            "migrates it when it opens it",
                            path, version, schema_version));
        }
        database.exec("PRAGMA temp_store = MEMORY");
        return database;
    });
}

// The file format's document, section 1.3: a magic string, and at offset 68 the application id.
bool has_our_header(const std::string& path) {
    std::array<char, 72> header{};
    std::ifstream file(path, std::ios::binary);
    if (!file.read(header.data(), header.size())) return false;
    return std::string_view(header.data(), 16) == std::string_view("SQLite format 3\0", 16) &&
           std::string_view(&header[68], 4) == "Umbr";
}

}  // namespace umbra::store
