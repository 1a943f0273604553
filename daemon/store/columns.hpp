// Columns of a row that was found.
#pragma once

#include <SQLiteCpp/Column.h>

#include <optional>
#include <string>

namespace umbra::store {

inline std::optional<std::string> text_or_null(const SQLite::Column& column) {
    if (column.isNull()) return std::nullopt;
    return column.getString();
}

}  // namespace umbra::store
