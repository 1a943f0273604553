// A new catalogue, a new policy, a new list of hosts and new rules for candidates while packets
// come in.
#pragma once

#include <future>
#include <memory>

#include "daemon/policy/policy.hpp"
#include "daemon/usage/hosts_file.hpp"
#include "signatures/candidate_rules.hpp"
#include "signatures/signatures.hpp"

namespace umbra {

// What flows are named by, usage is judged by, hosts are called by and candidates are told by.
struct Basis {
    std::shared_ptr<const Signatures> signatures;
    std::shared_ptr<const Policy> policy;
    std::shared_ptr<const HostsFile> hosts;
    std::shared_ptr<const CandidateRules> candidates;
};

// Where the basis is. Without a policy file everything is unreviewed, without a hosts file no host
// has a department. The rules for candidates are beside the catalogue, and read where `candidates`.
struct BasisFiles {
    CatalogueFolders catalogue;
    std::string policy, hosts;
    bool candidates = false;
};

// Reads and checks the files anew on a thread of its own, so that capture never waits for them. One
// with a fault is refused, with the fault's file and line in the log, and the old one stays.
class Reload {
  public:
    // Loads for the first time. Throws Failure like what reads each of them.
    explicit Reload(BasisFiles files);

    const Basis& basis() const { return basis_; }

    // Begins to load; where that goes on already, loads once more after it.
    void ask();

    // Whether something was loaded and is not yet taken.
    bool is_loaded() const;

    // Takes what was loaded for the basis. Nobody else may look at the basis meanwhile.
    void take();

  private:
    BasisFiles files_;
    Basis basis_;
    bool asked_again_ = false;
    std::future<Basis> loading_;
};

}  // namespace umbra
