#include "daemon/store/writer_thread.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace umbra::store {
namespace {

std::size_t rows_of(const ClosedWindow& window) {
    return window.usage.size() + window.coverage.size() + window.candidates.size();
}

// What went wrong; nothing where all went well.
template <typename Action>
std::optional<StoreFailure> failure_of(Action action) {
    try {
        action();
        return std::nullopt;
    } catch (const StoreFailure& failure) {
        return failure;
    } catch (const std::exception& error) {
        return StoreFailure(ExitCode::environment, Trouble::other, error.what());
    }
}

}  // namespace

WriterThread::WriterThread(Writer& writer, QueueOptions options)
    : writer_(writer), options_(std::move(options)), thread_([this] { run(); }) {}

WriterThread::~WriterThread() {
    if (thread_.joinable()) stop();
}

void WriterThread::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        stopped_at_ = Clock::now();
    }
    changed_.notify_all();
    thread_.join();
}

void WriterThread::finish() {
    stop();
    if (queue_.empty()) return;
    throw StoreFailure(ExitCode::environment, Trouble::other,
                       fmt::format("{}; lost: {} windows", trouble_, queue_.size()));
}

QueueCounters WriterThread::counters() const {
    const std::lock_guard lock(mutex_);
    QueueCounters counters = counters_;
    counters.windows_waiting = queue_.size();
    return counters;
}

bool WriterThread::has_room() const {
    return queue_.empty() || rows_ < options_.most_rows;
}

void WriterThread::hand_over(ClosedWindow window, std::shared_ptr<const std::string> policy) {
    std::unique_lock lock(mutex_);
    constexpr std::chrono::milliseconds look_around{200};
    while (!options_.lose_when_full && !has_room() && !options_.stop_asked())
        changed_.wait_for(lock, look_around);
    if (options_.lose_when_full && !has_room()) {
        ++counters_.windows_lost;
        if (++lost_in_a_row_ == 1) {
            spdlog::error(
                "{}: {} windows wait in memory, for more there is no room: windows are "
                "lost from {} on",
                writer_.path(), queue_.size(), format_utc(window.begin));
        }
        return;
    }
    if (lost_in_a_row_ > 0) {
        window.coverage.push_back({"windows_lost", lost_in_a_row_});
        spdlog::error("{}: {} windows were lost, up to {}", writer_.path(), lost_in_a_row_,
                      format_utc(window.begin));
        lost_in_a_row_ = 0;
    }
    rows_ += rows_of(window);
    queue_.push_back({std::move(window), std::move(policy)});
    changed_.notify_all();
}

void WriterThread::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return !queue_.empty() || stopping_ || upkeep_due_; });
        if (!queue_.empty() && !write_front(lock)) return;
        if (upkeep_due_ && trouble_.empty()) do_upkeep(lock);
        if (!stopping_ || !queue_.empty()) continue;
        if (!upkeep_due_ || Clock::now() > stopped_at_ + options_.upkeep_at_end) return;
    }
}

// False where it was given up.
bool WriterThread::write_front(std::unique_lock<std::mutex>& lock) {
    const Item& item = queue_.front();  // stays where it is when others come behind it
    lock.unlock();
    const auto failure = failure_of([&] { writer_.write(item.window, item.policy.get()); });
    lock.lock();
    if (!failure) {
        say_relief();
        ++counters_.windows_written;
        rows_ -= rows_of(item.window);
        queue_.pop_front();
        upkeep_due_ = true;
        changed_.notify_all();
        return true;
    }
    say_trouble(failure->what());
    if (!stopping_) {
        changed_.wait_for(lock, options_.retry_every, [this] { return stopping_; });
        return true;
    }
    changed_.wait_for(lock, std::chrono::milliseconds(100));
    return failure->trouble() == Trouble::busy &&
           Clock::now() < stopped_at_ + options_.patience_with_lock;
}

void WriterThread::do_upkeep(std::unique_lock<std::mutex>& lock) {
    lock.unlock();
    bool more = false;
    const auto failure = failure_of([&] { more = writer_.upkeep(); });
    lock.lock();
    upkeep_due_ = more;  // after a failure with the next window
    if (failure) say_trouble(failure->what());
}

void WriterThread::say_trouble(const std::string& sentence) {
    if (trouble_ == sentence) return;
    trouble_ = sentence;
    spdlog::warn("{}; windows wait in memory until they can be written", sentence);
}

void WriterThread::say_relief() {
    if (trouble_.empty()) return;
    spdlog::warn("{}: written again; {} windows had waited", writer_.path(), queue_.size());
    trouble_.clear();
}

}  // namespace umbra::store
