// How the hosts of a database are kept: one way and one key for all of it, noted in `meta`.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

namespace umbra::store {

struct PrivacyNote {
    std::string mode = "clear";
    std::string key_id;  // of the key that made the pseudonyms; empty without them

    bool operator==(const PrivacyNote&) const = default;
};

// What the database says; `clear` where nobody noted anything.
PrivacyNote read_privacy_note(SQLite::Database& database);
PrivacyNote read_privacy_note(const std::string& path);

// Notes it in a database without usage. Throws Failure where there is usage under another note:
// it would hold one host under two names, or addresses beside pseudonyms.
void keep_to(const PrivacyNote& note, SQLite::Database& database, const std::string& path);

}  // namespace umbra::store
