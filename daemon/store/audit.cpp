#include "daemon/store/audit.hpp"

#include <fmt/format.h>

#include "daemon/store/schema.hpp"
#include "daemon/support/failure.hpp"

namespace umbra::store {
namespace {

// REPLACE deletes without asking the trigger for deletions, so a taken id is refused beforehand.
constexpr const char* make_audit = R"sql(
CREATE TABLE IF NOT EXISTS audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE TRIGGER IF NOT EXISTS audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
CREATE TRIGGER IF NOT EXISTS audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
CREATE TRIGGER IF NOT EXISTS audit_is_not_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
)sql";

}  // namespace

void add_to_audit(const std::string& path, const AuditEntry& entry) {
    open_for_reading(path);  // which makes no file
    SQLite::Database database = open_for_writing(path);
    try {
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        database.exec(make_audit);
        SQLite::Statement add(
            database,
            "INSERT INTO audit (time, actor, action, subject, reason) VALUES (?, ?, ?, ?, ?)");
        add.bind(1, entry.time);
        add.bind(2, entry.actor);
        add.bind(3, entry.action);
        add.bind(4, entry.subject);
        add.bind(5, entry.reason);
        add.exec();
        transaction.commit();
    } catch (const SQLite::Exception& error) {
        throw environment_failure(
            fmt::format("{}: the audit cannot be written: {}", path, error.what()));
    }
}

std::vector<AuditEntry> read_audit(const std::string& path) {
    SQLite::Database database = open_for_reading(path);
    if (!database.tableExists("audit")) return {};
    SQLite::Statement query(database,
                            "SELECT time, actor, action, subject, reason FROM audit ORDER BY id");
    std::vector<AuditEntry> entries;
    while (query.executeStep()) {
        entries.push_back({query.getColumn(0).getInt64(), query.getColumn(1).getString(),
                           query.getColumn(2).getString(), query.getColumn(3).getString(),
                           query.getColumn(4).getString()});
    }
    return entries;
}

}  // namespace umbra::store
