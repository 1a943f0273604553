// Who looked behind a pseudonym or erased a host, and why. Rows are only ever added: the database
// itself refuses to change, replace or delete one. Who may write the file may still replace it as a
// whole; its mode and backups guard against that.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace umbra::store {

struct AuditEntry {
    std::int64_t time = 0;  // seconds since the epoch
    std::string actor;      // user name and id
    std::string action;     // `resolve`, `forget`
    std::string subject;    // a pseudonym, never an address
    std::string reason;
};

// Synced when it returns. Throws Failure where there is no such database or it cannot be written.
void add_to_audit(const std::string& path, const AuditEntry& entry);

// In the order in which they were added. Throws Failure.
std::vector<AuditEntry> read_audit(const std::string& path);

}  // namespace umbra::store
