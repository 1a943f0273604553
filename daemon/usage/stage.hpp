// A stage of the packets' way in a thread of its own, and what is on its way to it.
#pragma once

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "daemon/decode/packet.hpp"

namespace umbra {

// Hands items to `Target::take`, in the order in which its giver added them, many at once. An item
// has bytes elsewhere (`bytes_of(item)`), which are copied with it. A fixed number of batches is
// under way; where the target is behind, the giver waits.
//
// What the target throws is thrown once more where its giver adds or calls; what was on its way is
// lost then.
template <typename Item, typename Target>
class Stage {
  public:
    using Task = std::function<void(Target&)>;

    // `target` must outlive it; until it ends only tasks may touch the target.
    explicit Stage(Target& target) : target_(target), thread_([this] { run(); }) {}
    // After all that was sent is done.
    ~Stage();
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    void add(const Item& item);

    // What was added goes on its way.
    void flush() {
        if (open_ != nullptr) send(true);
    }

    // Does something in the target's thread after what was added before.
    void then(Task task);
    // The same, and waits until it is done.
    void call(Task task);

  private:
    // Small enough that what is under way stays in a cache that cores share.
    static constexpr std::size_t most_batches = 32, most_items = 256, most_bytes = 128 << 10;

    struct Batch {
        std::vector<Item> items;
        std::vector<std::uint8_t> bytes;
        std::size_t used = 0;  // of `bytes`
        Task task;             // after the items
    };

    Batch& open();
    void send(bool wake);
    void run();
    void handle(Batch& batch);

    Target& target_;
    std::array<Batch, most_batches> batches_;
    Batch* open_ = nullptr;  // that is being filled

    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t sent_ = 0, done_ = 0;  // batches since the start
    std::exception_ptr thrown_;
    bool stopping_ = false;

    std::thread thread_;  // last: it uses all of the above
};

template <typename Item, typename Target>
Stage<Item, Target>::~Stage() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

template <typename Item, typename Target>
void Stage<Item, Target>::add(const Item& item) {
    const Bytes bytes = bytes_of(item);
    if (open_ != nullptr &&
        (open_->items.size() == most_items || open_->used + bytes.size() > open_->bytes.size())) {
        send(false);
    }
    Batch& batch = open();
    // One item's bytes may be more than a batch holds; no other's lie in it then.
    if (bytes.size() > batch.bytes.size()) batch.bytes.resize(bytes.size());
    std::uint8_t* copy = batch.bytes.data() + batch.used;
    if (!bytes.empty()) std::memcpy(copy, bytes.data(), bytes.size());
    batch.used += bytes.size();
    batch.items.push_back(item);
    bytes_of(batch.items.back()) = {copy, bytes.size()};
}

template <typename Item, typename Target>
void Stage<Item, Target>::then(Task task) {
    open().task = std::move(task);
    send(true);
}

template <typename Item, typename Target>
void Stage<Item, Target>::call(Task task) {
    then(std::move(task));
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return done_ == sent_; });
    if (thrown_) std::rethrow_exception(thrown_);
}

// The batch to fill, when there is one free.
template <typename Item, typename Target>
typename Stage<Item, Target>::Batch& Stage<Item, Target>::open() {
    if (open_ != nullptr) return *open_;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return sent_ - done_ < most_batches; });
    if (thrown_) std::rethrow_exception(thrown_);
    open_ = &batches_[sent_ % most_batches];
    open_->items.reserve(most_items);
    open_->bytes.resize(std::max(most_bytes, open_->bytes.size()));
    return *open_;
}

// Who waits for items is woken when some have gathered: to wake it for each batch costs more than
// to look at them.
template <typename Item, typename Target>
void Stage<Item, Target>::send(bool wake) {
    {
        const std::lock_guard lock(mutex_);
        ++sent_;
        wake |= sent_ - done_ == most_batches / 2;
    }
    open_ = nullptr;
    if (wake) changed_.notify_all();
}

template <typename Item, typename Target>
void Stage<Item, Target>::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return done_ < sent_ || stopping_; });
        if (done_ == sent_) return;
        Batch& batch = batches_[done_ % most_batches];
        lock.unlock();
        handle(batch);
        batch.items.clear();
        batch.used = 0;
        batch.task = {};
        lock.lock();
        ++done_;
        if (sent_ - done_ == most_batches / 2 || done_ == sent_) changed_.notify_all();
    }
}

template <typename Item, typename Target>
void Stage<Item, Target>::handle(Batch& batch) {
    if (thrown_) return;
    try {
        target_.take(batch.items);
        if (batch.task) batch.task(target_);
    } catch (...) {
        const std::lock_guard lock(mutex_);
        thrown_ = std::current_exception();
    }
}

}  // namespace umbra
