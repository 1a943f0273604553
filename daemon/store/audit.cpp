#include "daemon/store/audit.hpp"

#include <fmt/format.h>

#include "daemon/store/open.hpp"
#include "daemon/support/failure.hpp"

namespace umbra::store {

void add_to_audit(const std::string& path, const AuditEntry& entry) {
    SQLite::Database database = open_existing(path);
    try {
        SQLite::Statement add(
            database,
            "INSERT INTO audit (time, actor, action, subject, reason) VALUES (?, ?, ?, ?, ?)");
        add.bind(1, entry.time);
        add.bind(2, entry.actor);
        add.bind(3, entry.action);
        add.bind(4, entry.subject);
        add.bind(5, entry.reason);
        add.exec();
    } catch (const SQLite::Exception& error) {
        throw environment_failure(
            fmt::format("{}: the audit cannot be written: {}", path, error.what()));
    }
}

std::vector<AuditEntry> read_audit(const std::string& path) {
    SQLite::Database database = open_for_reading(path);
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
