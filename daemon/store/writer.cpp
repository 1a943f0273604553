#include "daemon/store/writer.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "daemon/store/meta.hpp"

namespace umbra::store {

Writer::Writer(std::string path, WriterOptions options)
    : path_(std::move(path)), options_(std::move(options)), was_good_(has_our_header(path_)) {
    attempt([](Open&) {});
}

void Writer::write(const ClosedWindow& window, const std::string* policy) {
    attempt([&](Open& open) {
        check_pages(open);
        open.session.insert(window, policy);
        last_ids_ = open.session.last_ids();
        newest_ = std::max(newest_, window.end / second);
    });
}

bool Writer::upkeep() {
    bool more = false;
    attempt([&](Open& open) {
        check_pages(open);
        more = newest_ > 0 && open.upkeep.step(std::min(newest_, wall_clock() / second));
    });
    return more;
}

std::optional<std::int64_t> Writer::last_window_end() {
    std::optional<std::int64_t> end;
    attempt([&](Open& open) { end = newest_window_end(open.session.database()); });
    return end;
}

// Does it, once more in a new file where this one is damaged. A new file that is damaged itself is
// not replaced, so that nothing is renamed for ever.
void Writer::attempt(const std::function<void(Open&)>& action) {
    const auto once = [&] { explaining(path_, [&] { action(open()); }); };
    try {
        once();
    } catch (const StoreFailure& failure) {
        if (failure.trouble() != Trouble::damaged || !was_good_) throw;
        replace_damaged_file(failure);
        once();
    }
    was_good_ = true;
    open_->session.files().note_writing();
}

Writer::Open& Writer::open() {
    if (open_ && open_->session.files().have_moved()) leave_moved_file();
    if (!open_) {
        auto opened = std::make_unique<Open>(path_, options_, last_ids_.value_or(LastIds{}));
        SQLite::Database& database = opened->session.database();
        keep_to(options_.privacy, database, path_);
        set_meta(database, "sensor", options_.sensor);
        last_ids_ = opened->session.last_ids();
        newest_ = std::max(newest_, newest_window_end(database).value_or(0));
        open_ = std::move(opened);
    }
    return *open_;
}

void Writer::leave_moved_file() {
    spdlog::error(
        "{}: was deleted or replaced while it was open; windows go on in the file that is there "
        "now, or in a new one",
        path_);
    const OpenFiles files = open_->session.files();
    open_->session.empty_log();
    open_.reset();
    files.remove_log();
}

void Writer::replace_damaged_file(const StoreFailure& failure) {
    open_.reset();
    const std::string name = set_aside(path_);
    was_good_ = false;
    // Where nobody knows which ids the file held, the milliseconds of the epoch are above them: no
    // sensor writes a thousand records a second for years.
    if (!last_ids_) last_ids_ = {wall_clock() / 1000, wall_clock() / 1000};
    spdlog::error("{}; it is kept as {}, windows go on in a new file with record ids above {}",
                  failure.what(), name, last_ids_->usage);
}

// Damage shows when a page is read, and old pages are seldom read. So a second connection, which
// has none of them in its memory, reads them all: for a five-hundredth of the time, and whenever
// somebody else wrote to the file.
void Writer::check_pages(Open& open) {
    const Clock::time_point begin = Clock::now();
    if (begin < next_check_ && !open.session.files().were_written()) return;
    SQLite::Database reader(path_, SQLite::OPEN_READONLY, options_.busy_milliseconds);
    const std::string answer = reader.execAndGet("PRAGMA quick_check(1)").getString();
    const Clock::time_point end = Clock::now();
    next_check_ = end + 500 * (end - begin);
    if (answer != "ok") throw damaged(path_);
}

}  // namespace umbra::store
