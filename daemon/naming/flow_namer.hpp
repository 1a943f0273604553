// From the first packets of a flow to what they say of its name.
#pragma once

#include <variant>
#include <vector>

#include "daemon/naming/dns_stream.hpp"
#include "daemon/naming/stream_naming.hpp"
#include "detectors/dtls.hpp"
#include "detectors/ndpi.hpp"
#include "detectors/quic.hpp"

namespace umbra {

struct NamingLimits {
    std::uint32_t most_pending = 65536;        // flows whose naming goes on at one time
    std::size_t memory = 64U << 20;            // bytes of stream heads over all of them
    std::uint32_t most_packets_per_flow = 64;  // then a flow is given up
    std::uint32_t most_packets_to_ndpi = 10;   // of a flow
    std::uint32_t ndpi_rate = 4'000;  // packets it is shown a second of packet time; 0: no nDPI
};

struct NamingCounters {
    std::uint64_t given_up = 0;           // flows that were not recognised within the limits
    std::uint64_t evicted = 0;            // given up early to make room for others
    std::uint64_t names_refused = 0;      // names on the wire that are no host names
    std::uint64_t overlap_conflicts = 0;  // segments or frames that repeat bytes with other values
    std::uint64_t ndpi_skipped = 0;       // flows that nDPI was not asked about, for its rate
};

// What the first packets of a flow said.
struct Naming {
    Detection detection;
    QuicUnread quic = QuicUnread::read;  // of QUIC: why it has no name, if it could not be read
    Traffic traffic{};                   // what nDPI makes of a flow that no detector knows
    bool cut_short = false;              // the capture had only a part of what was needed
};

class NamingEnd {
  public:
    virtual ~NamingEnd() = default;
    // Is told once for each flow: a name, or a protocol, or neither. `flow.client_is_low` is then
    // brought up to date where the packets said who the client is.
    virtual void naming_over(Flow& flow, const Naming& naming) = 0;
    // A DNS message of a resolver, over TCP, that became whole with `packet`.
    virtual void dns_message(Bytes message, const Packet& packet) = 0;
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
    // Nothing where the limits leave nDPI out.
    const NdpiClassifier* ndpi() const { return ndpi_ ? &*ndpi_ : nullptr; }

  private:
    static constexpr std::uint32_t none = Flow::none;
    // What is kept of a flow between its packets. Linked by age.
    struct Pending {
        Flow* flow = nullptr;
        std::uint32_t packets = 0;
        std::uint32_t older = none, newer = none;
        std::uint32_t ndpi_packets = 0;
        bool cut_short = false;
        std::size_t memory = 0;  // as it is counted in `memory_`
        std::variant<std::monostate, StreamNaming, DnsStream, QuicHello, DtlsHello,
                     NdpiClassifier::FlowState>
            state;
    };

    void look_at_segment(const Segment& segment, Flow& flow);
    void look_at_datagram(Flow& flow, const Packet& packet, bool from_low);
    void look_at_dns_segment(const Segment& segment, Flow& flow);
    void classify(Flow& flow, const Packet& packet);
    void settle(Flow& flow, const Detection& detection, bool client_is_low);
    bool may_ask_ndpi(Micros now);

    Pending& pending_of(Flow& flow);
    // Brings the account of memory up to date; the oldest flows make room.
    void account(Pending& pending, std::size_t memory);
    void finish(Flow& flow, const Naming& naming);
    void evict_oldest();
    void release(std::uint32_t index);

    NamingLimits limits_;
    NamingEnd& end_;
    InitialOpener opener_;
    std::optional<NdpiClassifier> ndpi_;
    Micros ndpi_second_ = -1;  // of packet time, in which `ndpi_left_` more packets may be shown
    std::uint32_t ndpi_left_ = 0;
    std::vector<Pending> pending_;
    std::vector<std::uint32_t> free_;
    std::uint32_t oldest_ = none, newest_ = none;
    std::size_t memory_ = 0;
    NamingCounters counters_;
};

}  // namespace umbra
