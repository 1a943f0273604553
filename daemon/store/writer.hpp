// Closed windows into the database: one window, one transaction.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

#include "daemon/store/schema.hpp"
#include "daemon/usage/usage.hpp"
#include "signatures/catalogue.hpp"

namespace umbra::store {

// Writes on the thread that calls. Throws Failure.
class Writer {
  public:
    // Opens the file and notes the sensor and the catalogue's version in it.
    Writer(const std::string& path, const std::string& sensor, const Catalogue& catalogue);

    // All of the window, or nothing of it.
    void write(const ClosedWindow& window);

    // The end of the last window in the file, in seconds; nothing in an empty file.
    std::optional<std::int64_t> last_window_end();

  private:
    // The ids of the catalogue's services, by their index; notes them where they are new.
    const std::vector<std::int64_t>& ids_of(const Catalogue& catalogue);
    std::vector<std::int64_t> note(const Catalogue& catalogue);
    std::int64_t id_of(const HostIdentity& host);
    std::int64_t id_of(SQLite::Statement& insert, SQLite::Statement& select,
                       const std::string& text);

    std::string path_;
    SQLite::Database database_;
    std::map<std::string, std::vector<std::int64_t>> service_ids_;  // by catalogue version
    SQLite::Statement add_host_, add_name_, find_name_, add_usage_, add_coverage_;
};

// A thread with a queue before a Writer, so that capture never waits for the disk. When the disk
// cannot keep up for `most_queued` windows, handing over waits: nothing is lost.
class WriterThread {
  public:
    explicit WriterThread(Writer& writer);
    ~WriterThread();
    WriterThread(const WriterThread&) = delete;
    WriterThread& operator=(const WriterThread&) = delete;

    // Throws what an earlier write threw.
    void hand_over(ClosedWindow window);

    // Waits until everything is written. Throws what a write threw.
    void finish();

  private:
    static constexpr std::size_t most_queued = 64;

    void run();
    void rethrow();

    Writer& writer_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<ClosedWindow> queue_;
    bool stopping_ = false;
    std::exception_ptr failure_;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace umbra::store
