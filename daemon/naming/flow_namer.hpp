// From the first packets of a flow to what they say of its name.
#pragma once

#include <array>
#include <vector>

#include "daemon/flow/flow.hpp"
#include "daemon/support/stream_head.hpp"
#include "detectors/detection.hpp"

namespace umbra {

struct NamingLimits {
    std::uint32_t most_pending = 65536;        // flows whose naming goes on at one time
    std::size_t head_memory = 64U << 20;       // bytes of stream heads over all of them
    std::uint32_t most_packets_per_flow = 64;  // then a flow is given up
};

struct NamingCounters {
    std::uint64_t given_up = 0;           // flows that were not recognised within the limits
    std::uint64_t evicted = 0;            // given up early to make room for others
    std::uint64_t names_refused = 0;      // names on the wire that are no host names
    std::uint64_t overlap_conflicts = 0;  // segments that repeat bytes with other values
};

// Is told once for each flow what its packets said: a name, or a protocol, or neither.
class NamingEnd {
  public:
    virtual ~NamingEnd() = default;
    virtual void naming_over(Flow& flow, const Detection& detection) = 0;
};

class FlowNamer {
  public:
    FlowNamer(const NamingLimits& limits, NamingEnd& end);

    // Looks at a packet of a flow whose naming is not over. `expected_sequence` is where its
    // direction stood before it (TCP). A message that lies whole in one packet is read in place;
    // only what is spread over several is copied.
    void look(Flow& flow, const Packet& packet, bool from_low, std::uint32_t expected_sequence);

    // Ends the naming of a flow that is about to leave the table or is no longer worth it.
    void give_up(Flow& flow);

    const NamingCounters& counters() const { return counters_; }

  private:
    static constexpr std::uint32_t none = Flow::none;
    // What is kept of a flow between its packets. Linked by age; index 0 and 1 of the arrays are
    // the directions from the high and the low end.
    struct Pending {
        Flow* flow = nullptr;
        std::array<std::optional<StreamHead>, 2> heads;
        std::array<bool, 2> ruled_out{};
        Protocol protocol = Protocol::unknown;
        std::uint32_t packets = 0;
        std::uint32_t older = none, newer = none;
    };

    Pending& pending_of(Flow& flow);
    void finish(Flow& flow, Detection detection);
    void evict_oldest();
    void release(std::uint32_t index);

    NamingLimits limits_;
    NamingEnd& end_;
    std::vector<Pending> pending_;
    std::vector<std::uint32_t> free_;
    std::uint32_t oldest_ = none, newest_ = none;
    std::size_t head_memory_ = 0;
    NamingCounters counters_;
};

}  // namespace umbra
