// A worker in a thread of its own, and the packets on their way to it.
#pragma once

#include <array>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "daemon/usage/worker.hpp"

namespace umbra {

// What its giver adds comes to the worker in that order. A fixed number of batches is under way;
// where the worker is behind, the giver waits.
class WorkerThread {
  public:
    using Task = std::function<void(Worker&)>;

    // `worker` must outlive it; from now on only the tasks may touch it.
    explicit WorkerThread(Worker& worker) : worker_(worker), thread_([this] { run(); }) {}
    ~WorkerThread();
    WorkerThread(const WorkerThread&) = delete;
    WorkerThread& operator=(const WorkerThread&) = delete;

    // Copies the packet with its payload.
    void add(const Packet& packet);

    // What was added goes on its way.
    void flush();

    // Does something in the worker's thread after what was added before.
    void then(Task task);
    // The same, and waits until it is done.
    void call(const Task& task);

  private:
    // Small enough that what is under way stays in a cache that cores share.
    static constexpr std::size_t most_batches = 16, most_packets = 256, most_bytes = 128 << 10;

    struct Batch {
        std::vector<Packet> packets;
        std::vector<std::uint8_t> payloads;
        std::size_t used = 0;  // of `payloads`
        Task task;             // after the packets
    };

    Batch& open();
    void send(bool wake);
    void run();

    Worker& worker_;
    std::array<Batch, most_batches> batches_;
    Batch* open_ = nullptr;  // that is being filled

    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t sent_ = 0, done_ = 0;  // batches since the start
    bool stopping_ = false;

    std::thread thread_;  // last: it uses all of the above
};

}  // namespace umbra
