#include "daemon/support/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace umbra {
namespace {

constexpr std::chrono::milliseconds pause{250};

std::string length(double seconds) {
    if (seconds < 100) return fmt::format("{:.0f} s", seconds);
    if (seconds < 6000) return fmt::format("{:.0f} min", seconds / 60);
    return fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace

Progress::Progress() : is_shown_(isatty(STDERR_FILENO) != 0) {}

std::optional<double> Progress::due() {
    if (!is_shown_) return std::nullopt;
    const Clock::time_point now = Clock::now();
    if (!begin_) {
        begin_ = now;
        next_ = now + pause;
    }
    if (now < next_) return std::nullopt;
    next_ = now + pause;
    return std::chrono::duration<double>(now - *begin_).count();
}

void Progress::show(std::int64_t count, std::int64_t total, double seconds,
                    const std::string& text) {
    std::string line = text;
    if (total > 0 && count > 0) {
        const double share = std::min(static_cast<double>(count) / static_cast<double>(total), 1.0);
        line = fmt::format("{:.0f}% {}, {} left", share * 100, text,
                           length(seconds / share - seconds));
    }
    const std::scoped_lock lock(mutex_);
    erase();
    std::cerr << line << std::flush;
    stands_there_ = true;
}

void Progress::erase() {
    if (stands_there_) std::cerr << "\r\033[K" << std::flush;
    stands_there_ = false;
}

}  // namespace umbra
