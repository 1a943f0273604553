// A person's right to erasure (GDPR article 17), at the level of the database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace umbra::store {

// The rows that were erased. `log_emptied` is false where somebody was reading all the while: then
// the log beside the file holds older copies until umbrad, or the last who closes it, empties it.
struct Erased {
    std::int64_t windows = 0, hours = 0, days = 0, weeks = 0;
    bool log_emptied = false;
};

// Erases the host with this key from every table, overwriting what stood there; what was said only
// of it (its addresses, its names, destinations of nobody else) goes too. Record ids are never
// given again, nor is the host's id. umbrad may be at work: it waits meanwhile, and a host that
// goes on using services is a new one. Nothing where no host has this key. Throws StoreFailure.
std::optional<Erased> forget(const std::string& path, const std::string& key);

}  // namespace umbra::store
