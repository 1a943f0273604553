#include "daemon/store/schema.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>

#include "daemon/support/failure.hpp"

namespace umbra::store {
namespace {

// "Umbr" as a number: tells our files from other programs' (PRAGMA application_id).
constexpr int application_id = 0x556d6272;

constexpr const char* create_version_2 = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Hosts by what they are known by: an address, a MAC or a pseudonym; the rest as it was last.
CREATE TABLE hosts (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE, address TEXT NOT NULL,
    name TEXT, department TEXT, site TEXT
);

-- The catalogue as it was, by version: a row of usage keeps what was true when it was written.
CREATE TABLE services (
    id INTEGER PRIMARY KEY,
    catalogue_version TEXT NOT NULL,
    service TEXT NOT NULL, name TEXT NOT NULL, category TEXT NOT NULL,
    vendor TEXT NOT NULL, vendor_name TEXT NOT NULL,
    headquarters TEXT, sovereignty TEXT,
    UNIQUE (catalogue_version, service)
);

CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

-- Closed windows. Times are seconds since the epoch; bytes are L4 payload. The host's address,
-- department and site, and what the policy said, are those of that time.
CREATE TABLE usage (
    record_id INTEGER PRIMARY KEY AUTOINCREMENT,
    window_start INTEGER NOT NULL, window_end INTEGER NOT NULL,
    host_id INTEGER NOT NULL REFERENCES hosts,
    service_id INTEGER NOT NULL REFERENCES services,
    name_id INTEGER NOT NULL REFERENCES names,
    dest_ip TEXT NOT NULL, dest_port INTEGER NOT NULL,
    transport TEXT NOT NULL, evidence TEXT NOT NULL, visibility TEXT NOT NULL,
    shared INTEGER NOT NULL, usage TEXT NOT NULL,
    flows INTEGER NOT NULL, bytes_out INTEGER NOT NULL, bytes_in INTEGER NOT NULL,
    src_ip TEXT NOT NULL DEFAULT '', department TEXT, site TEXT,
    policy TEXT NOT NULL DEFAULT 'unreviewed', policy_rule TEXT, region TEXT NOT NULL DEFAULT ''
);
CREATE INDEX usage_by_time ON usage (window_start);

-- What each window saw and did not see, whether anybody used an AI service in it or not. A window
-- that the daemon did not live through has no rows: that is a hole.
CREATE TABLE coverage (
    id INTEGER PRIMARY KEY,
    window_start INTEGER NOT NULL, window_end INTEGER NOT NULL,
    metric TEXT NOT NULL, value INTEGER NOT NULL
);
CREATE INDEX coverage_by_time ON coverage (window_start);
)sql";

constexpr const char* migrate_1_to_2 = R"sql(
CREATE TABLE hosts_2 (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE, address TEXT NOT NULL,
    name TEXT, department TEXT, site TEXT
);
INSERT INTO hosts_2 SELECT id, address, address, name, department, site FROM hosts;
DROP TABLE hosts;
ALTER TABLE hosts_2 RENAME TO hosts;
ALTER TABLE usage ADD COLUMN src_ip TEXT NOT NULL DEFAULT '';
ALTER TABLE usage ADD COLUMN department TEXT;
ALTER TABLE usage ADD COLUMN site TEXT;
ALTER TABLE usage ADD COLUMN policy TEXT NOT NULL DEFAULT 'unreviewed';
ALTER TABLE usage ADD COLUMN policy_rule TEXT;
ALTER TABLE usage ADD COLUMN region TEXT NOT NULL DEFAULT '';
UPDATE usage SET src_ip = (SELECT address FROM hosts WHERE id = host_id);
)sql";

int pragma_number(SQLite::Database& database, const char* pragma) {
    return database.execAndGet(fmt::format("PRAGMA {}", pragma)).getInt();
}

// What SQLite says, as a sentence of ours.
Failure explained(const std::string& path, const SQLite::Exception& error) {
    switch (error.getErrorCode()) {
        case SQLITE_NOTADB:
            return bad_input(fmt::format("{}: not an SQLite database", path));
        case SQLITE_CORRUPT:
            return bad_input(fmt::format("{}: the database is damaged", path));
        case SQLITE_READONLY:
            return environment_failure(fmt::format("{}: the database is read-only", path));
        case SQLITE_FULL:
            return environment_failure(fmt::format("{}: the disk is full", path));
        case SQLITE_CANTOPEN:
            return environment_failure(
                fmt::format("{}: cannot be opened ({})", path, error.what()));
        default:
            return environment_failure(fmt::format("{}: {}", path, error.what()));
    }
}

void check_kind(SQLite::Database& database, const std::string& path) {
    const int version = pragma_number(database, "user_version");
    if (version > schema_version) {
        throw bad_input(
            fmt::format("{}: written by a newer umbra (schema {}, this one knows {}); "
                        "install that version",
                        path, version, schema_version));
    }
    if (pragma_number(database, "application_id") != application_id) {
        throw bad_input(fmt::format("{}: an SQLite database, but not one of umbra", path));
    }
}

}  // namespace

SQLite::Database open_for_writing(const std::string& path) {
    if (std::filesystem::is_directory(path)) {
        throw bad_input(fmt::format("{}: is a folder, not a database", path));
    }
    try {
        SQLite::Database database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 10'000);
        const bool is_new =
            database.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0 &&
            pragma_number(database, "user_version") == 0;
        if (!is_new) check_kind(database, path);
        database.exec("PRAGMA journal_mode = WAL");
        database.exec("PRAGMA synchronous = FULL");
        if (is_new) {
            SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
            database.exec(create_version_2);
            database.exec(fmt::format("PRAGMA application_id = {}", application_id));
            database.exec(fmt::format("PRAGMA user_version = {}", schema_version));
            transaction.commit();
        } else {
            // A file that cannot be written says so now, not at the first closed window.
            SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
            if (pragma_number(database, "user_version") == 1) database.exec(migrate_1_to_2);
            database.exec(fmt::format("PRAGMA user_version = {}", schema_version));
            transaction.commit();
        }
        return database;
    } catch (const SQLite::Exception& error) {
        throw explained(path, error);
    }
}

SQLite::Database open_for_reading(const std::string& path) {
    if (!std::filesystem::exists(path)) throw bad_input(fmt::format("{}: no such database", path));
    if (std::filesystem::is_directory(path)) {
        throw bad_input(fmt::format("{}: is a folder, not a database", path));
    }
    try {
        SQLite::Database database(path, SQLite::OPEN_READONLY, 10'000);
        check_kind(database, path);
        if (pragma_number(database, "user_version") < schema_version) {
            throw bad_input(fmt::format(
                "{}: written by an older umbra; umbrad brings it up to date when it opens it",
                path));
        }
        return database;
    } catch (const SQLite::Exception& error) {
        throw explained(path, error);
    }
}

}  // namespace umbra::store
