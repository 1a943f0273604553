#include "daemon/usage/worker_thread.hpp"

#include <algorithm>
#include <cstring>

namespace umbra {

WorkerThread::~WorkerThread() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void WorkerThread::add(const Packet& packet) {
    const std::size_t length = packet.payload.size();
    if (open_ != nullptr &&
        (open_->packets.size() == most_packets || open_->used + length > open_->payloads.size())) {
        send(false);
    }
    Batch& batch = open();
    // One payload may be larger than a batch; no other lies in it then.
    if (length > batch.payloads.size()) batch.payloads.resize(length);
    std::uint8_t* copy = batch.payloads.data() + batch.used;
    if (length > 0) std::memcpy(copy, packet.payload.data(), length);
    batch.used += length;
    batch.packets.push_back(packet);
    batch.packets.back().payload = {copy, length};
}

void WorkerThread::flush() {
    if (open_ != nullptr) send(true);
}

void WorkerThread::then(Task task) {
    open().task = std::move(task);
    send(true);
}

void WorkerThread::call(const Task& task) {
    then(task);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return done_ == sent_; });
}

// The batch to fill, when there is one free.
WorkerThread::Batch& WorkerThread::open() {
    if (open_ != nullptr) return *open_;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return sent_ - done_ < most_batches; });
    open_ = &batches_[sent_ % most_batches];
    open_->packets.reserve(most_packets);
    open_->payloads.resize(std::max(most_bytes, open_->payloads.size()));
    return *open_;
}

// Who waits for packets is woken when some have gathered: to wake it for each batch costs more than
// to look at them.
void WorkerThread::send(bool wake) {
    {
        const std::lock_guard lock(mutex_);
        ++sent_;
        wake |= sent_ - done_ == most_batches / 2;
    }
    open_ = nullptr;
    if (wake) changed_.notify_all();
}

void WorkerThread::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return done_ < sent_ || stopping_; });
        if (done_ == sent_) return;
        Batch& batch = batches_[done_ % most_batches];
        lock.unlock();
        worker_.take(batch.packets);
        if (batch.task) batch.task(worker_);
        batch.packets.clear();
        batch.used = 0;
        batch.task = {};
        lock.lock();
        ++done_;
        if (sent_ - done_ == most_batches / 2 || done_ == sent_) changed_.notify_all();
    }
}

}  // namespace umbra
