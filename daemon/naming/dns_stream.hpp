// DNS messages out of a TCP stream.
#pragma once

#include <optional>

#include "daemon/decode/reader.hpp"
#include "daemon/support/stream_head.hpp"

namespace umbra {

// Each message stands behind its length in two bytes (RFC 1035 section 4.2.2). Reads the messages
// of the first bytes of a resolver's direction, as they come in any order.
class DnsStream {
  public:
    static constexpr std::uint32_t head_capacity = 65536;

    explicit DnsStream(std::uint32_t first_sequence) : head_(first_sequence, head_capacity) {}

    void add(std::uint32_t sequence, Bytes segment) { head_.add(sequence, segment); }

    // The next message that is whole; nothing until more comes. Valid until the next call.
    std::optional<Bytes> next() {
        Reader rest(head_.contiguous().subspan(read_));
        const Bytes message = rest.take(rest.u16());
        if (!rest.ok()) return std::nullopt;
        read_ += 2 + message.size();
        return message;
    }

    bool full() const { return head_.full(); }
    std::size_t memory() const { return head_.memory(); }

  private:
    StreamHead head_;
    std::size_t read_ = 0;
};

}  // namespace umbra
