#include "daemon/usage/monitor.hpp"

#include <algorithm>

#include "daemon/usage/merge.hpp"
#include "daemon/usage/steer.hpp"

namespace umbra {
namespace {

MonitorLimits shared_between(MonitorLimits limits, unsigned workers) {
    const auto divide = [workers](std::uint32_t& limit) {
        if (limit > 0) limit = std::max(limit / workers, 1U);
    };
    divide(limits.flows.most_flows);
    divide(limits.naming.most_pending);
    limits.naming.memory /= workers;
    divide(limits.naming.ndpi_rate);
    divide(limits.most_dns_entries);
    divide(limits.most_names);
    divide(limits.ledger.most_rows);
    return limits;
}

bool is_within(Bytes part, Bytes whole) {
    return part.empty() ||
           (part.data() >= whole.data() && part.data() < whole.data() + whole.size());
}

}  // namespace

Monitor::Monitor(const std::shared_ptr<const Signatures>& signatures, Scope scope,
                 const MonitorLimits& limits, unsigned threads)
    : scope_(std::move(scope)),
      intake_(scope_, limits.fragments, limits.dedup),
      hosts_(scope_, limits.most_hosts),
      window_(limits.ledger.window) {
    const unsigned workers = std::max(threads, 1U);
    for (unsigned i = 0; i < workers; ++i) {
        Place& place =
            places_.emplace_back(signatures, scope_, hosts_, shared_between(limits, workers));
        place.worker.on_window([this, &place](ClosedWindow window) {
            const std::lock_guard lock(mutex_);
            place.closed.push_back(std::move(window));
        });
    }
    for (unsigned i = 0; i < threads; ++i)
        threads_.emplace_back(places_[i].worker);
}

void Monitor::use(const std::shared_ptr<const Signatures>& signatures) {
    each([signatures](Worker& worker) { worker.use(signatures); });
}

void Monitor::on_flow(const FlowSink& sink) {
    each([sink](Worker& worker) { worker.on_flow(sink); });
}

void Monitor::look_for(std::shared_ptr<const CandidateRules> rules, std::size_t least_hosts,
                       std::size_t most_names) {
    candidates_.emplace(std::move(rules), least_hosts, most_names);
    each([this](Worker& worker) { worker.look_for(*candidates_); });
}

void Monitor::take(std::span<const CapturedFrame> frames) {
    constexpr std::size_t ahead = 8;  // frames whose headers are on their way into the cache
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const CapturedFrame& frame = frames[i];
        if (i + ahead < frames.size()) __builtin_prefetch(frames[i + ahead].bytes.data());
        if (frame.time >= next_turn_) {
            hand_over_group();
            turn(frame.time);
        }
        const Packet packet = intake_.read(frame.time, frame.bytes, frame.wire_length);
        if (threads_.empty()) {
            group_.push_back(packet);
            // What is not in the frame itself, but put together of fragments, is valid until the
            // next is read.
            if (group_.size() == Worker::most_together || !is_within(packet.payload, frame.bytes))
                hand_over_group();
        } else {
            threads_[worker_of(steered_by(packet, scope_.inside), seed_, threads_.size())].add(
                packet);
        }
    }
    hand_over_group();
}

void Monitor::hand_over_group() {
    if (group_.empty()) return;
    places_.front().worker.take(group_);
    group_.clear();
    if (!places_.front().closed.empty()) give_away_windows();
}

void Monitor::flush() {
    for (WorkerThread& thread : threads_)
        thread.flush();
    give_away_windows();
}

void Monitor::advance(Micros now) {
    if (now >= next_turn_) turn(now);
    each([now](Worker& worker) { worker.advance(now); });
    give_away_windows();
}

// The workers' windows end with this one, whether or not they are given packets.
void Monitor::turn(Micros now) {
    if (next_turn_ != never) end_window();
    const Micros into_window = (now % window_ + window_) % window_;
    next_turn_ = now - into_window + window_;
    each([now](Worker& worker) { worker.turn(now); });
    give_away_windows();
}

// Counters only rise; a window's share is what they rose by.
void Monitor::end_window() {
    std::vector<CoverageItem> share = own_counters();
    std::vector<CoverageItem> now = share;
    for (std::size_t i = 0; i < at_window_start_.size(); ++i)
        share[i].value -= at_window_start_[i].value;
    at_window_start_ = std::move(now);
    shares_.push_back(std::move(share));
}

void Monitor::finish() {
    intake_.finish();
    end_window();
    call_each([](Worker& worker) { worker.finish(); });
    give_away_windows();
}

std::vector<CoverageItem> Monitor::counters() {
    std::vector<CoverageItem> sum = own_counters();
    call_each([&](const Worker& worker) {
        const std::lock_guard lock(mutex_);
        merge(sum, worker.counters());
    });
    return sum;
}

std::vector<CoverageItem> Monitor::own_counters() const {
    std::vector<CoverageItem> items = intake_.counters();
    items.push_back({"candidates_evicted", candidates_ ? candidates_->evicted() : 0});
    items.push_back({"hosts_evicted", hosts_.evicted()});
    return items;
}

// Those that all workers have closed.
void Monitor::give_away_windows() {
    const auto is_closed = [](const Place& place) { return !place.closed.empty(); };
    while (true) {
        ClosedWindow window;
        {
            const std::lock_guard lock(mutex_);
            if (!std::ranges::all_of(places_, is_closed)) return;
            for (Place& place : places_) {
                if (&place == &places_.front()) {
                    window = std::move(place.closed.front());
                } else {
                    merge(window, std::move(place.closed.front()));
                }
                place.closed.pop_front();
            }
        }
        merge(window.coverage, shares_.front());
        shares_.pop_front();
        if (window_sink_) window_sink_(std::move(window));
    }
}

void Monitor::each(const Task& task) {
    if (threads_.empty()) task(places_.front().worker);
    for (WorkerThread& thread : threads_)
        thread.then(task);
}

void Monitor::call_each(const Task& task) {
    if (threads_.empty()) task(places_.front().worker);
    for (WorkerThread& thread : threads_)
        thread.call(task);
}

}  // namespace umbra
