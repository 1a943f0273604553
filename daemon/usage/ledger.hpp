// The accounts of the windows that are open.
#pragma once

#include <limits>
#include <memory>

#include "daemon/usage/account.hpp"

namespace umbra {

// Is told of windows as they come to an end.
class WindowEnd {
  public:
    virtual ~WindowEnd() = default;
    // What was seen since the last time it was asked; once for each window, when the next begins.
    virtual std::vector<CoverageItem> coverage_so_far() = 0;
    virtual void window_closed(ClosedWindow window) = 0;
};

// Windows are half-open intervals of packet time, aligned to the epoch. The window that holds the
// latest packet time is open, and for a grace the one before it too, so that packets that come out
// of order find theirs; after the grace, or when a third window begins, it is closed. What comes
// later still is counted in the earliest window that is open: nothing is lost, nothing counted
// twice, and no window closes twice, however time leaps or steps back.
class Ledger {
  public:
    struct Limits {
        Micros window = 300 * second;
        Micros grace = 30 * second;
        std::uint32_t most_rows = 65536;  // in each window
    };

    Ledger(const Limits& limits, NameTable& names, HostDirectory& hosts, WindowEnd& end)
        : limits_(limits), end_(end), common_{limits.most_rows, names, hosts} {}

    // Notes that a packet was seen: opens its window, closes those that are over by then.
    void saw(Micros time) {
        if (time >= next_turn_) advance(time);
        late_ += time < (earlier_ ? earlier_ : current_)->begin() ? 1 : 0;
        account_at(time).saw(time);
    }

    // Brings the windows to `now`. Without packets this opens them all the same, so that a window
    // in which nothing was to be seen differs from one that was not watched.
    void advance(Micros now);

    // Counts what came of a recognised flow at `time`, after a packet was seen.
    void count(Flow& flow, const Recognition& as, const Amount& amount, Micros time) {
        account_at(time).count(flow, as, amount, time);
    }

    void note_contact(const Address& host, const Recognition& as, const Address& server,
                      Transport transport, Micros time) {
        account_at(time).note_contact(host, as, server, transport, time);
    }

    // Closes all windows.
    void finish();

    std::uint64_t summed_up() const { return common_.summed_up; }
    std::uint64_t contacts_dropped() const { return common_.contacts_dropped; }
    std::uint64_t late() const { return late_; }  // packets older than every open window

  private:
    Account& account_at(Micros time) {
        return earlier_ && time < current_->begin() ? *earlier_ : *current_;
    }
    void end_current();
    void close_earlier();

    Limits limits_;
    WindowEnd& end_;
    Account::Common common_;
    std::unique_ptr<Account> earlier_, current_;
    std::vector<CoverageItem> earlier_coverage_;
    Micros next_turn_ = std::numeric_limits<Micros>::min();  // when a window begins or is over
    Micros opened_until_ = std::numeric_limits<Micros>::min();
    std::uint64_t late_ = 0;
};

}  // namespace umbra
