#include "daemon/policy/resolve.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace umbra {
namespace {

// The address `number` places above the base; the network is no wider than three bytes.
Address address_at(const Network& network, std::uint32_t number) {
    Address address = network.base;
    for (std::size_t i = 0; i < 3; ++i)
        address.bytes[15 - i] |= static_cast<std::uint8_t>(number >> (8 * i));
    return address;
}

// Tries the addresses `first`, `first + step`, … of the network until somebody found it.
std::optional<std::string> search(const std::string& wanted, const PseudonymKey& key,
                                  const Network& network, std::uint32_t first, std::uint32_t step,
                                  std::atomic<bool>& found) {
    Pseudonyms pseudonyms(key);
    const std::uint32_t count = 1U << (128 - network.prefix);
    for (std::uint32_t number = first; number < count && !found; number += step) {
        const std::string text = address_at(network, number).to_string();
        if (pseudonyms.of(text) != wanted) continue;
        found = true;
        return text;
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> resolve(const std::string& wanted, const PseudonymKey& key,
                                   const std::vector<Network>& networks,
                                   const std::vector<std::string>& others) {
    Pseudonyms pseudonyms(key);
    for (const std::string& other : others) {
        const auto address = Address::parse(other);
        for (const std::string& text : {address ? address->to_string() : other, "mac:" + other}) {
            if (pseudonyms.of(text) == wanted) return text;
        }
    }
    const std::uint32_t workers = std::max(1U, std::thread::hardware_concurrency());
    for (const Network& network : networks) {
        std::atomic<bool> found = false;
        std::mutex mutex;
        std::optional<std::string> result;
        std::vector<std::jthread> threads;
        for (std::uint32_t worker = 0; worker < workers; ++worker) {
            threads.emplace_back([&, worker] {
                if (auto text = search(wanted, key, network, worker, workers, found)) {
                    const std::lock_guard lock(mutex);
                    result = std::move(text);
                }
            });
        }
        threads.clear();  // joins them
        if (result) return result;
    }
    return std::nullopt;
}

}  // namespace umbra
