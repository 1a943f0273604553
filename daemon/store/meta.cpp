#include "daemon/store/meta.hpp"

#include <charconv>

namespace umbra::store {
namespace {

constexpr const char* windows_from = "windows_from";
constexpr const char* hours_from = "hours_from";
constexpr const char* days_from = "days_from";

std::int64_t number(SQLite::Database& database, const char* key) {
    const std::string text = meta(database, key).value_or("0");
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

}  // namespace

std::optional<std::string> meta(SQLite::Database& database, const std::string& key) {
    SQLite::Statement query(database, "SELECT value FROM meta WHERE key = ?");
    query.bind(1, key);
    if (!query.executeStep()) return std::nullopt;
    return query.getColumn(0).getString();
}

void set_meta(SQLite::Database& database, const std::string& key, const std::string& value) {
    SQLite::Statement statement(database, "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)");
    statement.bind(1, key);
    statement.bind(2, value);
    statement.exec();
}

std::optional<std::int64_t> newest_window_end(SQLite::Database& database) {
    SQLite::Statement query(database,
                            "SELECT max(window_end) FROM coverage "
                            "WHERE window_start = (SELECT max(window_start) FROM coverage)");
    if (!query.executeStep() || query.getColumn(0).isNull()) return std::nullopt;
    return query.getColumn(0).getInt64();
}

Floors read_floors(SQLite::Database& database) {
    return {number(database, windows_from), number(database, hours_from),
            number(database, days_from)};
}

void write_floors(SQLite::Database& database, const Floors& floors) {
    set_meta(database, windows_from, std::to_string(floors.windows));
    set_meta(database, hours_from, std::to_string(floors.hours));
    set_meta(database, days_from, std::to_string(floors.days));
}

}  // namespace umbra::store
