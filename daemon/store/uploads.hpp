// The largest volumes that a host sent to a service: within a window where windows are kept, else
// within an hour, else within a day; of periods over `longest_by_window` within a day.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/store/answer.hpp"

namespace umbra::store {

constexpr std::int64_t longest_by_window = 8 * day_length;

struct Upload {
    Period when;
    std::int64_t host_id = 0;
    std::size_t facet = 0;  // index into Facets::all; its evidence is that of a part
    unsigned evidence = 0;  // a bit for each kind that named it
    Sums sums;
};

// Keeps the largest of what passes by in the order of time.
class LargestUploads {
  public:
    // Takes an answer's verdicts of facets and hosts.
    LargestUploads(Answer passing, std::size_t most) : passing_(std::move(passing)), most_(most) {}

    // False where there is no such facet.
    bool add(const Period& when, const Figure& figure);
    // The largest first.
    std::vector<Upload> take();

    const Answer& passing() const { return passing_; }

  private:
    void close_period();
    void keep_most();

    Answer passing_;
    std::size_t most_;
    Period when_;
    Figures now_;                  // by host and service
    std::vector<Upload> uploads_;  // of now_, by its places
    std::vector<Upload> largest_;
};

// Adds the rows of a piece of a period; `by_day` adds them up by days of the answer's period.
// Throws SQLite::Exception and StoreFailure.
void read_uploads(SQLite::Database& database, const std::string& path, const Piece& piece,
                  bool by_day, LargestUploads& largest);

}  // namespace umbra::store
