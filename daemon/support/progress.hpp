// How far long work has come, on one line of standard error, where that is a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace umbra {

class Progress {
  public:
    Progress();
    ~Progress() { wipe(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    // `count` of `total` are done; 0 where it is not known how many there are. A few times a second
    // the line is written anew: the percentage, what `tell(seconds)` says of the time since the
    // first call, and the time left. From one thread; costs a look at the clock, and without a
    // terminal nothing.
    template <typename Tell>
    void reached(std::int64_t count, std::int64_t total, const Tell& tell) {
        if (const auto seconds = due()) show(count, total, *seconds, tell(*seconds));
    }

    // Lets `write` write lines of their own, above this one. From any thread.
    template <typename Write>
    void above(const Write& write) {
        const std::scoped_lock lock(mutex_);
        erase();
        write();
    }

    // Takes the line away, until there is more to say.
    void wipe() {
        above([] {});
    }

  private:
    using Clock = std::chrono::steady_clock;

    std::optional<double> due();
    void show(std::int64_t count, std::int64_t total, double seconds, const std::string& text);
    void erase();

    bool is_shown_;
    std::optional<Clock::time_point> begin_;
    Clock::time_point next_;
    std::mutex mutex_;  // of the line
    bool stands_there_ = false;
};

}  // namespace umbra
