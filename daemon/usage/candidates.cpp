#include "daemon/usage/candidates.hpp"

#include <algorithm>
#include <utility>

namespace umbra {

void Candidates::use(std::shared_ptr<const CandidateRules> rules) {
    const std::lock_guard lock(mutex_);
    rules_ = std::move(rules);
    for (auto entry = entries_.begin(); entry != entries_.end();) {
        if (const auto rule = rules_->find(entry->name)) {
            entry->rule = *rule;
            ++entry;
        } else {
            by_name_.erase(entry->name);
            entry = entries_.erase(entry);
        }
    }
}

void Candidates::see(std::string_view name, const Address& host) {
    const std::lock_guard lock(mutex_);
    const auto rule = rules_->find(name);
    if (!rule) return;
    if (const auto known = by_name_.find(name); known != by_name_.end()) {
        entries_.splice(entries_.begin(), entries_, known->second);
    } else {
        if (entries_.size() >= most_names_) {
            by_name_.erase(entries_.back().name);
            entries_.pop_back();
            ++evicted_;
        }
        entries_.push_front({std::string(name), *rule, {}});
        by_name_.emplace(entries_.front().name, entries_.begin());
    }
    Entry& entry = entries_.front();
    ++entry.flows;
    const bool is_new = std::ranges::find(entry.hosts, host) == entry.hosts.end();
    if (is_new && entry.hosts.size() < most_hosts) entry.hosts.push_back(host);
}

std::vector<Candidate> Candidates::take() {
    const std::lock_guard lock(mutex_);
    std::vector<Candidate> taken;
    for (Entry& entry : entries_) {
        if (entry.hosts.size() < least_hosts_ || entry.flows == 0) continue;
        taken.push_back({entry.name, std::string(entry.rule), entry.hosts.size(),
                         std::exchange(entry.flows, 0)});
    }
    return taken;
}

}  // namespace umbra
