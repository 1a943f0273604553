#include "tools/umbra/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

namespace umbra {
namespace {

constexpr std::chrono::milliseconds pause{250};

}  // namespace

Progress::Progress(std::string_view done, std::string_view units, std::int64_t total)
    : done_(done),
      units_(units),
      total_(total),
      is_shown_(isatty(STDERR_FILENO) != 0),
      begin_(Clock::now()),
      next_(begin_ + pause) {}

Progress::~Progress() {
    wipe();
}

void Progress::reached(std::int64_t count) {
    if (!is_shown_ || total_ <= 0 || count <= 0) return;
    const Clock::time_point now = Clock::now();
    if (now < next_) return;
    next_ = now + pause;
    const double seconds = std::chrono::duration<double>(now - begin_).count();
    const double share = static_cast<double>(count) / static_cast<double>(total_);
    std::cerr << fmt::format("\r\033[K{:.0f}% {}, {:.0f} {} a second, {:.0f} s left", share * 100,
                             done_, static_cast<double>(count) / seconds, units_,
                             seconds / share - seconds)
              << std::flush;
    stands_there_ = true;
}

void Progress::say(const std::string& line) {
    wipe();
    std::cerr << line << '\n';
}

void Progress::wipe() {
    if (stands_there_) std::cerr << "\r\033[K" << std::flush;
    stands_there_ = false;
}

}  // namespace umbra
