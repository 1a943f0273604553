#include "daemon/store/upkeep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "daemon/store/meta.hpp"
#include "daemon/store/packed.hpp"
#include "daemon/store/scrub.hpp"

namespace umbra::store {
namespace {

// Windows that come late by less than this find their week not packed yet.
constexpr std::int64_t lateness = hour_length;
constexpr int pages_a_vacuum = 512;
constexpr std::uint32_t pages_a_scrub = 8192;

// What is kept as long as something may refer to it, and by when it was used last.
struct Purged {
    const char* table;
    const char* last_used;
    bool by_windows_only;  // no hour and no day refers to it
};
constexpr std::array<Purged, 8> purged = {{{"sources", "last_day", true},
                                           {"destinations", "last_day", true},
                                           {"names", "last_day", true},
                                           {"catalogues", "last_day", true},
                                           {"facets", "last_day", false},
                                           {"services", "last_day", false},
                                           {"hosts", "last_day", false},
                                           {"candidates", "last_seen", false}}};

bool exists(SQLite::Database& database, const char* sql, std::int64_t since, std::int64_t until) {
    SQLite::Statement query(database, sql);
    query.bind(1, since);
    query.bind(2, until);
    query.executeStep();
    return query.getColumn(0).getInt() != 0;
}

void pack_week(SQLite::Database& database, std::int64_t week) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement days(database, R"sql(
        SELECT host_id, facet_id, sum(flows), sum(bytes_out), sum(bytes_in),
               min(first_seen), max(last_seen)
          FROM usage_day WHERE start >= ? AND start < ?
         GROUP BY host_id, facet_id ORDER BY host_id, facet_id)sql");
    days.bind(1, week);
    days.bind(2, week + week_length);
    SQLite::Statement add(database, "INSERT INTO usage_week VALUES (?, ?, ?)");
    std::vector<Figure> of_host;
    const auto write_host = [&] {
        if (of_host.empty()) return;
        const std::string packed = pack(of_host, week);
        add.reset();
        add.bind(1, week);
        add.bind(2, of_host.front().host_id);
        add.bind(3, packed.data(), static_cast<int>(packed.size()));
        add.exec();
        of_host.clear();
    };
    while (days.executeStep()) {
        const auto number = [&](int column) { return days.getColumn(column).getInt64(); };
        const Figure figure{
            number(0), number(1), {number(2), number(3), number(4), number(5), number(6)}};
        if (!of_host.empty() && of_host.front().host_id != figure.host_id) write_host();
        of_host.push_back(figure);
    }
    write_host();
    days.reset();
    transaction.commit();
}

}  // namespace

Upkeep::Upkeep(SQLite::Database& database, const Keep& keep, int busy_milliseconds)
    : database_(database), keep_(keep), busy_milliseconds_(busy_milliseconds) {}

bool Upkeep::step(std::int64_t now) {
    return raise_floors(now) || erase_oldest() || purge() || pack_a_week(now) || give_room_back() ||
           (empty_log() && scrub_pages());
}

// Readers see nothing below a floor from this transaction on, however long the erasing takes. It
// stays where more is kept later: what is erased does not come back.
bool Upkeep::raise_floors(std::int64_t now) {
    const Floors due = floors_at(now, keep_);
    if (due == due_) return false;
    SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
    write_floors(database_, later(read_floors(database_), due));
    transaction.commit();
    due_ = due;
    next_to_purge_ = 0;
    return true;
}

// One window, hour, day or week of one table.
bool Upkeep::erase_oldest() {
    const auto erase = [&](const char* table, const char* begin, std::int64_t floor) {
        if (floor == 0) return false;
        SQLite::Statement statement(database_,
                                    fmt::format("DELETE FROM {0} WHERE {1} = "
                                                "(SELECT min({1}) FROM {0} WHERE {1} < ?)",
                                                table, begin));
        statement.bind(1, floor);
        if (statement.exec() == 0) return false;
        log_has_erased_ = true;
        return true;
    };
    return erase("usage_window", "window_start", due_.windows) ||
           erase("coverage", "window_start", due_.windows) ||
           erase("usage_hour", "start", due_.hours) ||
           erase("coverage_hour", "start", due_.hours) || erase("usage_day", "start", due_.days) ||
           erase("coverage_day", "start", due_.days) || erase("usage_week", "start", due_.days);
}

// The rows of one table that nothing refers to any more.
bool Upkeep::purge() {
    if (next_to_purge_ == purged.size()) return false;
    const auto& [table, last_used, by_windows_only] = purged[next_to_purge_];
    const std::int64_t floor =
        by_windows_only ? due_.windows : std::min({due_.windows, due_.hours, due_.days});
    SQLite::Statement statement(database_,
                                fmt::format("DELETE FROM {} WHERE {} < ?", table, last_used));
    statement.bind(1, floor);
    log_has_erased_ |= statement.exec() > 0;
    ++next_to_purge_;
    return true;
}

bool Upkeep::pack_a_week(std::int64_t now) {
    const std::int64_t oldest =
        database_.execAndGet("SELECT ifnull(min(start), 0) FROM usage_day").getInt64();
    if (oldest == 0) return false;
    std::int64_t week = week_of(std::max(oldest, due_.days));
    if (week < due_.days) week += week_length;
    for (; week + week_length + lateness <= now; week += week_length) {
        const bool is_packed = exists(
            database_, "SELECT EXISTS (SELECT 1 FROM usage_week WHERE start >= ? AND start < ?)",
            week, week + week_length);
        const bool has_usage = exists(
            database_, "SELECT EXISTS (SELECT 1 FROM usage_day WHERE start >= ? AND start < ?)",
            week, week + week_length);
        if (is_packed || !has_usage) continue;
        pack_week(database_, week);
        return true;
    }
    return false;
}

bool Upkeep::give_room_back() {
    if (database_.execAndGet("PRAGMA freelist_count").getInt() == 0) return false;
    database_.exec(fmt::format("PRAGMA incremental_vacuum({})", pages_a_vacuum));
    log_has_erased_ = true;
    return true;
}

// The log still holds pages as they were before the erasing. While somebody reads it stays, and
// the next call tries again. False while it does.
bool Upkeep::empty_log() {
    if (!log_has_erased_) return true;
    database_.setBusyTimeout(0);
    log_has_erased_ = database_.execAndGet("PRAGMA wal_checkpoint(TRUNCATE)").getInt() != 0;
    database_.setBusyTimeout(busy_milliseconds_);
    next_to_scrub_ = 1;
    return !log_has_erased_;
}

bool Upkeep::scrub_pages() {
    if (next_to_scrub_ == 0) return false;
    next_to_scrub_ = scrub(database_, next_to_scrub_, pages_a_scrub);
    return true;
}

}  // namespace umbra::store
