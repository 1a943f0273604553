// What two ends say to each other, as segments that become frames later.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/decode/packet.hpp"
#include "detectors/detection.hpp"
#include "tools/trafgen/messages.hpp"

namespace umbra::trafgen {

struct End {
    Address address;
    std::uint16_t port = 0;
};

// The bytes of one direction: `head`, then filler up to `length`. Filler is not stored: its bytes
// depend on their place in the stream alone, so that a retransmission repeats them.
struct Stream {
    Message head;
    std::uint64_t length = 0;
};

struct Segment {
    Micros time = 0;
    std::uint64_t offset = 0;        // of its payload in its direction's stream
    std::uint64_t acknowledged = 0;  // bytes of the other direction received so far
    std::uint16_t length = 0;
    std::uint8_t tcp_flags = 0;
    bool from_client = true;
};

struct Conversation {
    // What the truth file says of it.
    std::string kind;
    std::optional<std::string> name;
    std::string service;
    std::string label;  // of the activity that it is part of
    Evidence evidence = Evidence::none;

    Transport transport = Transport::tcp;
    End client, server;
    Stream up, down;
    std::uint32_t up_sequence = 0, down_sequence = 0;  // initial sequence numbers
    std::vector<Segment> segments;                     // in the order of their times

    Micros begin() const { return segments.front().time; }
};

// Writes a conversation segment by segment; `take` gives the segments their times: what answers at
// once comes a round trip later, the filler is spread over the lifetime.
class Script {
  public:
    Script(Random& random, Transport transport, End client, End server, Micros begin,
           Micros lifetime);

    void handshake();
    // Bytes that are given, or filler, from one end, cut to segments; TCP is acknowledged.
    void say(bool from_client, const Message& message);
    void say_filler(bool from_client, std::uint64_t length);
    // A client's first bytes, and how the network mistreats them: cut once more at any byte
    // (`split`), the second segment before the first (`reorder`), one segment twice (`repeat`).
    void open_with(const Message& message, bool split, bool reorder, bool repeat);
    // Lets time pass before what comes next.
    void wait(Micros pause) { waits_.emplace_back(made_.segments.size(), pause); }
    void close();
    void reset();

    // Only SYN packets, as of a flood.
    void syn_only();

    Conversation take();

  private:
    void segment(bool from_client, std::uint64_t offset, std::uint64_t length, std::uint8_t flags,
                 bool filler = false);
    std::size_t segment_length() const;

    Random& random_;
    Micros begin_, lifetime_;
    Conversation made_;
    std::uint64_t next_[2] = {0, 0};                     // bytes said by the server, by the client
    std::vector<bool> is_filler_;                        // by segment
    std::vector<std::pair<std::size_t, Micros>> waits_;  // before which segment, how long
    unsigned unacknowledged_ = 0;
};

}  // namespace umbra::trafgen
