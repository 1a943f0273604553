// Closed windows into the database: one window, one transaction.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "daemon/store/open.hpp"
#include "daemon/store/privacy_note.hpp"
#include "daemon/store/session.hpp"
#include "daemon/store/upkeep.hpp"

namespace umbra::store {

struct WriterOptions {
    std::string sensor = {};   // its name in exports
    PrivacyNote privacy = {};  // how the hosts of the windows are kept
    Keep keep = {};
    int busy_milliseconds = default_busy_milliseconds;
};

// Writes on the thread that calls. Where the file is deleted, replaced or damaged while it is open,
// a new one is made in its place, a damaged one being kept as `<path>.damaged-<time>`; the log says
// so. Record ids go on from file to file.
class Writer {
  public:
    // Opens or makes the file. Throws StoreFailure, or Failure where the file keeps its hosts in
    // another way.
    Writer(std::string path, WriterOptions options);

    // All of the window, or nothing of it; `policy` is the text of the policy that it was judged
    // by, null where there was none. Throws StoreFailure; the same window may then be tried again.
    void write(const ClosedWindow& window, const std::string* policy = nullptr);

    // One small step of what the file needs beside new windows (see Upkeep). False where nothing is
    // left to do. Throws StoreFailure.
    bool upkeep();

    // The end of the last window in the file, in seconds; nothing in an empty file.
    std::optional<std::int64_t> last_window_end();

    const std::string& path() const { return path_; }

  private:
    struct Open {
        Open(const std::string& path, const WriterOptions& options, const LastIds& last_ids)
            : session(path, options.busy_milliseconds, last_ids),
              upkeep(session.database(), options.keep, options.busy_milliseconds) {}
        Session session;
        Upkeep upkeep;
    };
    using Clock = std::chrono::steady_clock;

    void attempt(const std::function<void(Open&)>& action);
    Open& open();
    void leave_moved_file();
    void replace_damaged_file(const StoreFailure& failure);
    void check_pages(Open& open);

    std::string path_;
    WriterOptions options_;
    std::unique_ptr<Open> open_;
    bool was_good_;  // the file at `path_` was one of ours: where it is damaged it may be renamed
    std::optional<LastIds> last_ids_;  // of the last file that could be opened
    std::int64_t newest_ = 0;          // end of the newest window
    Clock::time_point next_check_;
};

}  // namespace umbra::store
