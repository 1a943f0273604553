#include "daemon/store/dictionary.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace umbra::store {
namespace {

template <typename... Visitors>
struct Visit : Visitors... {
    using Visitors::operator()...;
};
template <typename... Visitors>
Visit(Visitors...) -> Visit<Visitors...>;

std::string find_sql(const std::string& table, const std::vector<std::string>& columns) {
    return fmt::format("SELECT id, last_day FROM {} WHERE {} IS ?", table,
                       fmt::join(columns, " IS ? AND "));
}

std::string add_sql(const std::string& table, const std::vector<std::string>& columns) {
    return fmt::format("INSERT INTO {} ({}, last_day) VALUES ({}?)", table,
                       fmt::join(columns, ", "),
                       fmt::join(std::vector<std::string_view>(columns.size(), "?, "), ""));
}

template <typename Number>
void append(std::string& key, Number number) {
    key.append(reinterpret_cast<const char*>(&number), sizeof number);
}

// Different rows have different bytes: a text stands behind its length.
void write_key(std::string& key, std::span<const Cell> row) {
    key.clear();
    for (const Cell& cell : row) {
        key += static_cast<char>(cell.index());
        std::visit(Visit{[](std::monostate) {}, [&](std::int64_t number) { append(key, number); },
                         [&](std::string_view text) {
                             append(key, text.size());
                             key += text;
                         }},
                   cell);
    }
}

void bind_row(SQLite::Statement& statement, std::span<const Cell> row) {
    for (std::size_t i = 0; i < row.size(); ++i)
        bind_cell(statement, static_cast<int>(i + 1), row[i]);
}

}  // namespace

void bind_cell(SQLite::Statement& statement, int place, const Cell& cell) {
    std::visit(Visit{[&](std::monostate) { statement.bind(place); },
                     [&](std::int64_t number) { statement.bind(place, number); },
                     [&](std::string_view text) { statement.bind(place, std::string(text)); }},
               cell);
}

Dictionary::Dictionary(SQLite::Database& database, const std::string& table,
                       const std::vector<std::string>& columns)
    : database_(database),
      find_(database, find_sql(table, columns)),
      add_(database, add_sql(table, columns)),
      touch_(database, fmt::format("UPDATE {} SET last_day = ? WHERE id = ?", table)) {}

void Dictionary::begin(std::int64_t day) {
    day_ = day;
    known_.clear();
}

std::int64_t Dictionary::id_of(std::span<const Cell> row) {
    write_key(key_, row);
    const auto found = known_.find(key_);
    if (found != known_.end()) return found->second;
    const std::int64_t id = find_or_add(row);
    known_.emplace(key_, id);
    return id;
}

std::int64_t Dictionary::find_or_add(std::span<const Cell> row) {
    find_.reset();
    bind_row(find_, row);
    if (find_.executeStep()) {
        const std::int64_t id = find_.getColumn(0).getInt64();
        const std::int64_t last_day = find_.getColumn(1).getInt64();
        find_.reset();
        if (last_day < day_) {
            touch_.reset();
            touch_.bind(1, day_);
            touch_.bind(2, id);
            touch_.exec();
        }
        return id;
    }
    find_.reset();
    add_.reset();
    bind_row(add_, row);
    add_.bind(static_cast<int>(row.size() + 1), day_);
    add_.exec();
    return database_.getLastInsertRowid();
}

}  // namespace umbra::store
