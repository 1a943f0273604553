// The tables of the database, and their version.
#pragma once

namespace umbra::store {

constexpr int schema_version = 3;

// Makes the tables of this version, their indexes, and the view `usage`.
extern const char* const create_schema;

}  // namespace umbra::store
