#include "daemon/reload.hpp"

#include <spdlog/spdlog.h>

#include <chrono>

#include "daemon/support/failure.hpp"

namespace umbra {

void CatalogueReload::ask() {
    if (loading_.valid()) {
        asked_again_ = true;
        return;
    }
    loading_ = std::async(std::launch::async, [this] { return load_signatures(folders_); });
}

std::shared_ptr<const Signatures> CatalogueReload::take() {
    if (!loading_.valid() ||
        loading_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        return nullptr;
    }
    std::shared_ptr<const Signatures> loaded;
    try {
        loaded = loading_.get();
        spdlog::info("catalogue {}: {} services, {} names", loaded->catalogue.version,
                     loaded->catalogue.services.size(), loaded->catalogue.names.size());
    } catch (const Failure& failure) {
        spdlog::error("the catalogue stays as it was: {}", failure.what());
    }
    if (std::exchange(asked_again_, false)) ask();
    return loaded;
}

}  // namespace umbra
