#include "daemon/store/uploads.hpp"

#include <algorithm>
#include <tuple>

#include "daemon/store/store_failure.hpp"

namespace umbra::store {

bool LargestUploads::add(const Period& when, const Figure& figure) {
    if (when != when_) {
        close_period();
        when_ = when;
    }
    const auto facet = static_cast<std::size_t>(figure.facet_id);
    if (!passing_.knows(figure.facet_id)) return false;
    if (!passing_.passes(figure)) return true;
    const Facet& words = passing_.facets().all()[facet];
    const std::size_t place = now_.add(figure.host_id, words.service, figure.sums);
    if (place == uploads_.size()) uploads_.push_back({when, figure.host_id, facet, 0, {}});
    uploads_[place].evidence |= words.evidence;
    return true;
}

void LargestUploads::close_period() {
    for (std::size_t i = 0; i < uploads_.size(); ++i) {
        uploads_[i].sums = now_.all()[i].sums;
        if (uploads_[i].sums.bytes_out > 0) largest_.push_back(uploads_[i]);
    }
    uploads_.clear();
    now_ = {};
    if (largest_.size() > 4 * most_ + 1000) keep_most();
}

void LargestUploads::keep_most() {
    const auto rank = [](const Upload& upload) {
        return std::tuple(-upload.sums.bytes_out, upload.when.since, upload.host_id, upload.facet);
    };
    std::ranges::sort(largest_, {}, rank);
    largest_.resize(std::min(largest_.size(), most_));
}

std::vector<Upload> LargestUploads::take() {
    close_period();
    keep_most();
    return std::move(largest_);
}

void read_uploads(SQLite::Database& database, const std::string& path, const Piece& piece,
                  bool by_day, LargestUploads& largest) {
    const char* sql = piece.tier == Tier::window ? R"sql(
        SELECT w.window_start, w.length, s.host_id, w.facet_id, w.flows, w.bytes_out, w.bytes_in
          FROM usage_window w CROSS JOIN sources s ON s.id = w.source_id
         WHERE w.window_start >= ? AND w.window_start < ? ORDER BY w.window_start)sql"
                      : piece.tier == Tier::hour ? R"sql(
        SELECT start, 3600, host_id, facet_id, flows, bytes_out, bytes_in
          FROM usage_hour WHERE start >= ? AND start < ? ORDER BY start)sql"
                                                 : R"sql(
        SELECT start, 86400, host_id, facet_id, flows, bytes_out, bytes_in
          FROM usage_day WHERE start >= ? AND start < ? ORDER BY start)sql";
    SQLite::Statement rows(database, sql);
    rows.bind(1, piece.period.since);
    rows.bind(2, piece.period.until);
    const auto column = [&](int place) { return rows.getColumn(place).getInt64(); };
    const Period& whole = largest.passing().period();
    while (rows.executeStep()) {
        Period when{column(0), column(0) + column(1)};
        if (by_day) {
            const std::int64_t day = day_of(when.since);
            when = {std::max(day, whole.since), std::min(day + day_length, whole.until)};
        }
        const Figure figure{
            column(2), column(3), {column(4), column(5), column(6), when.since, when.until}};
        if (!largest.add(when, figure)) throw damaged(path);
    }
}

}  // namespace umbra::store
