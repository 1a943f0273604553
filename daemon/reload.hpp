// A new catalogue while packets come in.
#pragma once

#include <future>
#include <memory>

#include "signatures/signatures.hpp"

namespace umbra {

// Reads and checks the catalogue's files on a thread of its own, so that capture never waits for
// them. A catalogue with a fault is refused, with the fault's file and line in the log.
class CatalogueReload {
  public:
    explicit CatalogueReload(CatalogueFolders folders) : folders_(std::move(folders)) {}

    // Begins to load; where that goes on already, loads once more after it.
    void ask();

    // The new catalogue, once, when it has been loaded; else null.
    std::shared_ptr<const Signatures> take();

  private:
    CatalogueFolders folders_;
    bool asked_again_ = false;
    std::future<std::shared_ptr<const Signatures>> loading_;
};

}  // namespace umbra
