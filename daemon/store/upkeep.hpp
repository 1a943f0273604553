// What the file needs beside new windows: erasing what is too old, packing weeks that are over,
// giving room back to the disk.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>

#include "daemon/store/tiers.hpp"

namespace umbra::store {

class Upkeep {
  public:
    Upkeep(SQLite::Database& database, const Keep& keep, int busy_milliseconds);

    // One step, which is one transaction of some tens of milliseconds. `now` is the end of the
    // newest window, or the clock's time where that is earlier: a capture of last year is kept like
    // one of today, and a packet from the future erases nothing. False where nothing is left to do.
    // Throws SQLite::Exception.
    bool step(std::int64_t now);

  private:
    bool raise_floors(std::int64_t now);
    bool erase_oldest();
    bool purge();
    bool pack_a_week(std::int64_t now);
    bool give_room_back();
    bool empty_log();
    bool scrub_pages();

    SQLite::Database& database_;
    Keep keep_;
    int busy_milliseconds_;
    Floors due_;  // what lies below is erased
    // What the process before this one may have left undone is done again.
    std::size_t next_to_purge_ = 0;
    bool log_has_erased_ = true;
    std::uint32_t next_to_scrub_ = 1;  // 0: none
};

}  // namespace umbra::store
