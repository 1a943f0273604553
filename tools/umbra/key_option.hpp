// The key that a command is given for a database's pseudonyms.
#pragma once

#include <string>

#include "daemon/policy/pseudonym.hpp"

namespace umbra {

// Reads it. Throws Failure where the database holds no pseudonyms, or they were made with another
// key.
PseudonymKey key_of(const std::string& database, const std::string& key_file);

}  // namespace umbra
