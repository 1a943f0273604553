// A new catalogue and a new policy while packets come in.
#pragma once

#include <future>
#include <memory>

#include "daemon/policy/policy.hpp"
#include "signatures/signatures.hpp"

namespace umbra {

// What flows are named by and usage is judged by.
struct Basis {
    std::shared_ptr<const Signatures> signatures;
    std::shared_ptr<const Policy> policy;
};

// Where the basis is. Without a policy file everything is unreviewed.
struct BasisFiles {
    CatalogueFolders catalogue;
    std::string policy;
};

// Reads and checks the files anew on a thread of its own, so that capture never waits for them. A
// catalogue or a policy with a fault is refused, with the fault's file and line in the log, and the
// old one stays.
class Reload {
  public:
    // Loads for the first time. Throws Failure like load_catalogue and load_policy.
    explicit Reload(BasisFiles files);

    const Basis& basis() const { return basis_; }

    // Begins to load; where that goes on already, loads once more after it.
    void ask();

    // Takes what has been loaded for the basis; whether there was anything.
    bool take();

  private:
    BasisFiles files_;
    Basis basis_;
    bool asked_again_ = false;
    std::future<Basis> loading_;
};

}  // namespace umbra
