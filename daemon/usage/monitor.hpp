// The way of a packet as a whole: frames in, closed windows out.
#pragma once

#include <deque>
#include <limits>

#include "daemon/usage/intake.hpp"
#include "daemon/usage/stage.hpp"
#include "daemon/usage/worker.hpp"

namespace umbra {

// One thread gives it frames, and is given the windows. It decodes the frames itself; the rest of
// their way is a worker's, either in the same thread or in as many as are asked for.
//
// The kernel could spread the packets over as many rings (PACKET_FANOUT), but not so that all that
// one host does reaches one worker: that takes what is inside of tunnels whose packets come in IP
// fragments, and the list of inside networks.
class Monitor {
  public:
    using WindowSink = Worker::WindowSink;
    using FlowSink = Worker::FlowSink;

    // `threads` of workers; 0: none but the caller's. They share the limits between them.
    Monitor(const std::shared_ptr<const Signatures>& signatures, Scope scope,
            const MonitorLimits& limits, unsigned threads = 0);

    // Flows are named by this catalogue from now on. What a flow was named before it stays: its
    // bytes go on under the catalogue that named it.
    void use(const std::shared_ptr<const Signatures>& signatures);

    // Hosts are called by this file's names in the windows that close from now on.
    void use(std::shared_ptr<const HostsFile> hosts) { hosts_.use(std::move(hosts)); }

    // Where closed windows go.
    void on_window(WindowSink sink) { window_sink_ = std::move(sink); }
    // Where ended flows go, in the worker's thread. With it every flow's name is kept as long as
    // the flow lives.
    void on_flow(const FlowSink& sink);

    // From now on, names in no entry that look like an AI service are counted.
    void look_for(std::shared_ptr<const CandidateRules> rules, std::size_t least_hosts,
                  std::size_t most_names);

    // They are told by these rules from now on, where they are looked for.
    void use(std::shared_ptr<const CandidateRules> rules) {
        if (candidates_) candidates_->use(std::move(rules));
    }

    void set_link_type(int link_type) { intake_.set_link_type(link_type); }
    // Frames in their order; many at once cost less.
    void take(std::span<const CapturedFrame> frames);
    void packet(Micros time, Bytes frame, std::uint32_t wire_length) {
        const CapturedFrame captured{time, frame, wire_length};
        take({&captured, 1});
    }

    // After the packets that are at hand: what is on its way to workers is not held back, and
    // windows that they closed are given away.
    void flush();

    // Lets time pass without packets: expires flows, closes the windows that are over at `now`.
    void advance(Micros now);

    // Drops of the capture so far, for the coverage of the open window.
    void note_drops(std::uint64_t kernel, std::uint64_t interface) {
        intake_.note_drops(kernel, interface);
    }

    // Ends all flows and closes all windows.
    void finish();

    // What a person asks for with SIGUSR1 or at the end: every counter since the start.
    std::vector<CoverageItem> counters();

  private:
    using WorkerThread = Stage<Packet, Worker>;
    using Task = WorkerThread::Task;

    // A worker, and the windows that it closed and others have not yet.
    struct Place {
        Place(const std::shared_ptr<const Signatures>& signatures, const Scope& scope,
              HostDirectory& hosts, const MonitorLimits& limits)
            : worker(signatures, scope, hosts, limits) {}
        Worker worker;
        std::deque<ClosedWindow> closed;
    };
    static constexpr Micros never = std::numeric_limits<Micros>::min();

    std::vector<CoverageItem> own_counters() const;
    void hand_over_group();
    void turn(Micros now);
    void end_window();
    void give_away_windows();
    // In its own thread, or at once.
    void each(const Task& task);
    void call_each(const Task& task);

    Scope scope_;
    Intake intake_;
    std::vector<Packet> group_;  // that a worker in the same thread gets next
    HostDirectory hosts_;
    std::optional<Candidates> candidates_;
    WindowSink window_sink_;

    Micros window_;
    Micros next_turn_ = never;  // when a window ends
    std::vector<CoverageItem> at_window_start_;
    std::deque<std::vector<CoverageItem>> shares_;  // own coverage of windows not yet given away

    std::uint64_t seed_ = secret_seed();
    std::mutex mutex_;  // of Place::closed
    std::deque<Place> places_;
    std::deque<WorkerThread> threads_;  // one for each, or none; last, they use all of the above
};

}  // namespace umbra
