#include "daemon/store/privacy_note.hpp"

#include <fmt/format.h>

#include "daemon/store/meta.hpp"
#include "daemon/store/open.hpp"
#include "daemon/support/failure.hpp"

namespace umbra::store {
namespace {

std::string in_words(const PrivacyNote& note) {
    return note.key_id.empty() ? note.mode : fmt::format("{} under key {}", note.mode, note.key_id);
}

}  // namespace

PrivacyNote read_privacy_note(SQLite::Database& database) {
    PrivacyNote note;
    note.mode = meta(database, "privacy").value_or(note.mode);
    note.key_id = meta(database, "privacy_key").value_or("");
    return note;
}

PrivacyNote read_privacy_note(const std::string& path) {
    SQLite::Database database = open_for_reading(path);
    return read_privacy_note(database);
}

void keep_to(const PrivacyNote& note, SQLite::Database& database, const std::string& path) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    const PrivacyNote noted = read_privacy_note(database);
    const bool has_hosts = database.execAndGet("SELECT EXISTS (SELECT 1 FROM hosts)").getInt() != 0;
    if (has_hosts && noted != note) {
        throw bad_input(
            fmt::format("{}: its hosts are kept {}, and now they should be {}; begin a new "
                        "database for that",
                        path, in_words(noted), in_words(note)));
    }
    set_meta(database, "privacy", note.mode);
    set_meta(database, "privacy_key", note.key_id);
    transaction.commit();
}

}  // namespace umbra::store
