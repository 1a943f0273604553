// A table of rows that are written once and referred to by id.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace umbra::store {

// Nothing (NULL), a number, or a text.
using Cell = std::variant<std::monostate, std::int64_t, std::string_view>;

inline Cell cell_of(const std::optional<std::string>& text) {
    return text ? Cell(*text) : Cell();
}
void bind_cell(SQLite::Statement& statement, int place, const Cell& cell);

// Rows are alike when all their columns are, where NULL is like NULL. Beside them stands
// `last_day`, the last day that used the row.
class Dictionary {
  public:
    Dictionary(SQLite::Database& database, const std::string& table,
               const std::vector<std::string>& columns);

    // A transaction begins that uses rows on `day`. What was found in an earlier one is forgotten,
    // because another process may have erased it since.
    void begin(std::int64_t day);

    // Finds the row, or adds it.
    std::int64_t id_of(std::span<const Cell> row);
    std::int64_t id_of(std::initializer_list<Cell> row) { return id_of(std::span(row)); }

  private:
    std::int64_t find_or_add(std::span<const Cell> row);

    SQLite::Database& database_;
    SQLite::Statement find_, add_, touch_;
    std::int64_t day_ = 0;
    std::unordered_map<std::string, std::int64_t> known_;  // by the bytes of the row
    std::string key_;                                      // kept for its memory
};

}  // namespace umbra::store
