// A thread with a queue before a Writer, so that capture never waits for the disk.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "daemon/store/writer.hpp"

namespace umbra::store {

struct QueueOptions {
    // Usage and coverage that wait at one time, in rows of some hundred bytes.
    std::size_t most_rows = 1 << 18;
    // What becomes of a window for which there is no room: a live port goes on without it; a file
    // waits, and is not read on until `stop_asked` says that somebody wants the end.
    bool lose_when_full = false;
    std::function<bool()> stop_asked = [] { return false; };

    std::chrono::milliseconds retry_every{1000};
    // At the end a lock is waited for, because it passes; a full disk is not.
    std::chrono::milliseconds patience_with_lock{70'000};
    std::chrono::milliseconds upkeep_at_end{5000};
};

struct QueueCounters {
    std::uint64_t windows_written = 0, windows_lost = 0, windows_waiting = 0;
};

// Where a window cannot be written it is tried again until it can, those behind it waiting in
// order. The log says when that begins and when it is over.
class WriterThread {
  public:
    explicit WriterThread(Writer& writer, QueueOptions options = {});
    ~WriterThread();
    WriterThread(const WriterThread&) = delete;
    WriterThread& operator=(const WriterThread&) = delete;

    // `policy`: the text of the policy that the window was judged by.
    void hand_over(ClosedWindow window, std::shared_ptr<const std::string> policy = nullptr);

    // Waits until everything is written and the file is in order. Throws StoreFailure where windows
    // could not be written.
    void finish();

    QueueCounters counters() const;

  private:
    using Clock = std::chrono::steady_clock;

    struct Item {
        ClosedWindow window;
        std::shared_ptr<const std::string> policy;
    };

    void run();
    bool write_front(std::unique_lock<std::mutex>& lock);
    void do_upkeep(std::unique_lock<std::mutex>& lock);
    bool has_room() const;
    void say_trouble(const std::string& sentence);
    void say_relief();
    void stop();

    Writer& writer_;
    QueueOptions options_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;

    // Under the mutex.
    std::deque<Item> queue_;
    std::size_t rows_ = 0;
    QueueCounters counters_;
    std::uint64_t lost_in_a_row_ = 0;
    bool stopping_ = false;
    Clock::time_point stopped_at_;

    // Of the thread, read by others when it has ended.
    std::string trouble_;  // what was logged last; empty: none
    bool upkeep_due_ = true;

    std::thread thread_;  // last: it uses all of the above
};

}  // namespace umbra::store
