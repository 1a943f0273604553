// The flows that are alive: found by key, expired by packet time, never more than a bound.
#pragma once

#include <memory>
#include <vector>

#include "daemon/flow/flow.hpp"
#include "daemon/flow/flow_index.hpp"

namespace umbra {

struct FlowLimits {
    std::uint32_t most_flows = 1U << 20;
    Micros tcp_idle = 600 * second;
    Micros udp_idle = 180 * second;
    Micros closed_linger =
        5 * second;  // after FIN in both directions or RST: late segments still count
};

struct FlowCounters {
    std::uint64_t started = 0;
    std::uint64_t expired_idle = 0, expired_closed = 0;
    std::uint64_t reused = 0;   // a new connection on the ports of one that had ended
    std::uint64_t evicted = 0;  // made room because the table was full
};

// Is told of every flow that leaves the table, before its entry is used again.
class FlowEnd {
  public:
    virtual ~FlowEnd() = default;
    virtual void flow_ended(Flow& flow) = 0;
};

// An index over an array of entries that never move. Idle flows are found by a wheel of
// one-second slots: a flow sits in the slot in which it was last found due, and is looked at again
// only when that slot's time comes or when it closes, so that a packet costs no list operation.
// When the table is full the flow nearest to its time-out makes room.
class FlowTable {
  public:
    explicit FlowTable(const FlowLimits& limits);

    // Where a packet belongs.
    struct Place {
        FlowKey key;
        std::uint32_t hash = 0;
        bool from_low = true;
    };
    // Cache misses are what a lookup costs; those of many packets can pass together. So for each of
    // some packets that are at hand: `place_of`, then `prefetch`, then `update`.
    Place place_of(const Packet& packet) const;
    void prefetch(const Place& place) const;

    // The flow of `packet`, new if need be; brings its times, packet count, bytes, and TCP state up
    // to date. `from_low` tells the packet's direction, `added` the bytes it added.
    struct Update {
        Flow& flow;
        bool from_low;
        std::uint32_t added;
        std::uint32_t expected_sequence;  // TCP: where the direction stood before this packet
    };
    Update update(const Packet& packet, const Place& place, FlowEnd& end);
    Update update(const Packet& packet, FlowEnd& end) {
        return update(packet, place_of(packet), end);
    }

    // Expires what is due at `now` (packet time; going backwards does nothing).
    void advance(Micros now, FlowEnd& end);

    // Ends every flow, in no particular order.
    void clear(FlowEnd& end);

    std::uint32_t size() const { return size_; }
    const FlowCounters& counters() const { return counters_; }

  private:
    static constexpr std::uint16_t slots = 1024;

    std::uint32_t insert(const Place& place, const Packet& packet, FlowEnd& end);
    void start(Flow& flow, const Place& place, const Packet& packet);
    void remove(std::uint32_t index, FlowEnd& end);
    void file_in_wheel(std::uint32_t index, std::int64_t due_second);
    void take_from_wheel(std::uint32_t index);
    std::int64_t due_second(const Flow& flow) const;
    void evict_one(FlowEnd& end);
    std::uint32_t hash_of(const FlowKey& key) const;

    FlowLimits limits_;
    struct Free {
        std::uint32_t count;
        void operator()(Flow* flows) const { std::allocator<Flow>().deallocate(flows, count); }
    };
    // Entries are constructed when they are first used: until then they take no memory.
    std::unique_ptr<Flow[], Free> flows_;
    FlowIndex index_;
    std::vector<std::uint32_t> wheel_;
    std::uint64_t seed_[2];
    std::uint32_t used_ = 0, size_ = 0, free_ = Flow::none;
    std::int64_t now_second_ = 0;
    bool time_started_ = false;
    FlowCounters counters_;
};

}  // namespace umbra
