// Names that are in no entry of the catalogue and look as if an AI service had them: for the
// catalogue's next edition. Kept apart from usage, and only where somebody asks for it.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/decode/address.hpp"
#include "signatures/candidate_rules.hpp"

namespace umbra {

struct Candidate {
    std::string name, rule;   // the rule that it meets, as written
    std::size_t hosts = 0;    // different ones that visited it; counted up to `most_hosts`
    std::uint64_t flows = 0;  // since they were taken last
};

// What one host alone visits is that person's own affair: such a name stays in here, and is
// forgotten when others need the room. Only from the `least_hosts`th host on is a name given away.
// Any thread may use it.
class Candidates {
  public:
    static constexpr std::size_t most_hosts = 64;

    // `least_hosts` is 2 or more.
    Candidates(std::shared_ptr<const CandidateRules> rules, std::size_t least_hosts,
               std::size_t most_names)
        : rules_(std::move(rules)), least_hosts_(least_hosts), most_names_(most_names) {}

    // Other rules from now on. Names that meet none of them are forgotten.
    void use(std::shared_ptr<const CandidateRules> rules);

    // A flow of `host` to a name that is in no entry.
    void see(std::string_view name, const Address& host);

    // The names that enough hosts have visited, with their flows since this was asked last; none
    // without flows.
    std::vector<Candidate> take();

    std::uint64_t evicted() const {
        const std::lock_guard lock(mutex_);
        return evicted_;
    }

  private:
    struct Entry {
        std::string name;
        std::string_view rule;  // one of rules_
        std::vector<Address> hosts;
        std::uint64_t flows = 0;
    };

    mutable std::mutex mutex_;
    std::shared_ptr<const CandidateRules> rules_;
    std::size_t least_hosts_, most_names_;
    std::list<Entry> entries_;  // the one seen last first
    std::unordered_map<std::string_view, std::list<Entry>::iterator> by_name_;
    std::uint64_t evicted_ = 0;
};

}  // namespace umbra
