#include "daemon/usage/ledger.hpp"

#include <algorithm>

namespace umbra {

void Ledger::advance(Micros now) {
    if (current_ && now >= current_->end()) end_current();
    if (earlier_ && now >= earlier_->end() + limits_.grace) close_earlier();
    if (!current_) {
        const Micros into_window = (now % limits_.window + limits_.window) % limits_.window;
        const Micros begin = std::max(now - into_window, opened_until_);
        current_ = std::make_unique<Account>(begin, limits_.window, common_);
        opened_until_ = current_->end();
    }
    next_turn_ = current_->end();
    if (earlier_) next_turn_ = std::min(next_turn_, earlier_->end() + limits_.grace);
}

void Ledger::finish() {
    if (current_) end_current();
    close_earlier();
}

// One window is waited for at most.
void Ledger::end_current() {
    close_earlier();
    earlier_coverage_ = end_.coverage_so_far();
    earlier_ = std::move(current_);
}

void Ledger::close_earlier() {
    if (!earlier_) return;
    ClosedWindow window = earlier_->close();
    window.coverage = std::move(earlier_coverage_);
    earlier_.reset();
    end_.window_closed(std::move(window));
}

}  // namespace umbra
