// How far long work has come, on one line of standard error, where that is a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace umbra {

class Progress {
  public:
    // `done` says in one word what happens to the `units`, of which there are `total`.
    Progress(std::string_view done, std::string_view units, std::int64_t total);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    // Cheap: the line is written anew a few times a second.
    void reached(std::int64_t count);
    // A line of its own, above.
    void say(const std::string& line);

  private:
    using Clock = std::chrono::steady_clock;

    void wipe();

    std::string done_, units_;
    std::int64_t total_;
    bool is_shown_;
    bool stands_there_ = false;
    Clock::time_point begin_, next_;
};

}  // namespace umbra
