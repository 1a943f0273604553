#include "daemon/store/forget.hpp"

#include <fmt/format.h>

#include "daemon/store/open.hpp"
#include "daemon/store/scrub.hpp"

namespace umbra::store {
namespace {

std::optional<std::int64_t> id_of(SQLite::Database& database, const std::string& key) {
    SQLite::Statement query(database, "SELECT id FROM hosts WHERE key = ?");
    query.bind(1, key);
    if (!query.executeStep()) return std::nullopt;
    return query.getColumn(0).getInt64();
}

}  // namespace

std::optional<Erased> forget(const std::string& path, const std::string& key) {
    SQLite::Database database = open_existing(path);
    return explaining(path, [&]() -> std::optional<Erased> {
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        const auto host = id_of(database, key);
        if (!host) return std::nullopt;
        const auto erase = [&](const char* where) {
            SQLite::Statement statement(database, fmt::format("DELETE FROM {}", where));
            statement.bind(":host", *host);
            return statement.exec();
        };
        const auto erase_orphans = [&](const char* where) {
            database.exec(fmt::format("DELETE FROM {}", where));
        };
        Erased erased;
        erased.windows =
            erase("usage_window WHERE source_id IN (SELECT id FROM sources WHERE host_id = :host)");
        erased.hours = erase("usage_hour WHERE host_id = :host");
        erased.days = erase("usage_day WHERE host_id = :host");
        erased.weeks = erase("usage_week WHERE host_id = :host");
        erase("sources WHERE host_id = :host");
        erase("hosts WHERE id = :host");
        erase_orphans("destinations WHERE id NOT IN (SELECT destination_id FROM usage_window)");
        erase_orphans("names WHERE id NOT IN (SELECT name_id FROM destinations)");
        transaction.commit();

        database.exec("PRAGMA incremental_vacuum");
        erased.log_emptied = database.execAndGet("PRAGMA wal_checkpoint(TRUNCATE)").getInt() == 0;
        constexpr std::uint32_t pages_at_once = 8192;  // others may write in between
        for (std::uint32_t page = 1; page != 0;)
            page = scrub(database, page, pages_at_once);
        return erased;
    });
}

}  // namespace umbra::store
