// An open database and the statements that write windows into it.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <optional>
#include <string>

#include "daemon/store/dictionary.hpp"
#include "daemon/store/figures.hpp"
#include "daemon/store/file.hpp"
#include "daemon/store/last_ids.hpp"
#include "daemon/usage/usage.hpp"

namespace umbra::store {

class Session {
  public:
    // Opens or makes the file. Ids go on above `last_ids` where the file's own are lower: it may
    // stand in the place of another. Throws StoreFailure.
    Session(const std::string& path, int busy_milliseconds, const LastIds& last_ids);

    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // All of the window with its part of the roll-ups and the policy that judged it, or nothing of
    // it. Throws SQLite::Exception.
    void insert(const ClosedWindow& window, const std::string* policy);

    LastIds last_ids() const { return last_ids_; }
    SQLite::Database& database() { return database_; }

    // The files as they were opened.
    OpenFiles& files() { return files_; }
    // Moves what only the log holds into the file, as far as that is possible.
    void empty_log() noexcept;

  private:
    // Both return the last id that they gave.
    std::int64_t insert_usage(const ClosedWindow& window);
    std::int64_t insert_coverage(const ClosedWindow& window);
    std::int64_t put_host(const HostIdentity& who, std::int64_t day);
    std::int64_t service_id(const Usage& usage);
    void roll_up(SQLite::Statement& add, std::int64_t start, const Figures& figures);

    SQLite::Database database_;
    OpenFiles files_;
    LastIds last_ids_;
    Dictionary sources_, services_, catalogues_, facets_, names_, destinations_;
    SQLite::Statement put_host_, find_host_, add_usage_, add_hour_, add_day_, unpack_week_;
    SQLite::Statement add_policy_, was_watched_, add_coverage_, add_coverage_hour_,
        add_coverage_day_;
};

}  // namespace umbra::store
