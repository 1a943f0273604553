// Naming of one TCP flow by the heads of its two streams.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "daemon/flow/flow.hpp"
#include "daemon/support/stream_head.hpp"
#include "detectors/detection.hpp"

namespace umbra {

// A segment with payload, and what is known of its flow.
struct Segment {
    const Flow& flow;
    const Packet& packet;
    bool from_low = true;
    std::uint32_t sequence = 0;  // of the payload's first byte
    std::uint32_t expected = 0;  // where the direction stood before

    bool cut_short() const { return packet.payload.size() < packet.payload_length; }
};

// What a client asks for names the flow. Where its hello has no name, or was not captured, the
// certificate of the server does.
class StreamNaming {
  public:
    static constexpr std::uint32_t head_capacity = 16384;

    // `seen` is what the detectors say of the segment alone, where it is the first of its direction
    // and in place: then it need not be looked at again. The verdict is `not_mine` where neither
    // direction is recognised.
    Detection look(const Segment& segment, const std::optional<Detection>& seen);

    // What is known if no more comes.
    Detection conclude();

    // Who sends a hello or a request is the client; nothing as long as neither end was heard.
    std::optional<bool> client_is_low() const { return client_is_low_; }

    // Bytes of heap.
    std::size_t memory() const;
    // Segments that repeated bytes with other values.
    std::uint32_t conflicts() const { return conflicts_; }

  private:
    struct Side {
        std::optional<StreamHead> head;
        bool over = false;  // nothing more is to be learnt of it
    };
    Detection decide(const Flow& flow);

    std::array<Side, 2> sides_;                // from the high end, from the low end
    std::unique_ptr<const Detection> client_;  // what the client said, without a name
    std::unique_ptr<const Detection> server_;  // what the server's first messages said
    std::optional<bool> client_is_low_;
    std::uint32_t conflicts_ = 0;
};

}  // namespace umbra
