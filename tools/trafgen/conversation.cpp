#include "tools/trafgen/conversation.hpp"

namespace umbra::trafgen {
namespace {

constexpr std::uint8_t psh = 0x08;
constexpr std::uint64_t shortest_datagram = 25;

std::uint32_t initial_sequence(Random& random) {
    const auto number = static_cast<std::uint32_t>(random.word());
    // One in eight passes the end of the sequence space within its first bytes.
    return random.chance(12) ? ~0U - number % 5000 : number;
}

}  // namespace

Script::Script(Random& random, Transport transport, End client, End server, Micros begin,
               Micros lifetime)
    : random_(random), begin_(begin), lifetime_(lifetime) {
    made_.transport = transport;
    made_.client = client;
    made_.server = server;
    if (transport == Transport::tcp) {
        made_.up_sequence = initial_sequence(random);
        made_.down_sequence = initial_sequence(random);
    }
}

std::size_t Script::segment_length() const {
    if (made_.transport == Transport::udp) return 1200;
    return made_.client.address.is_v4() ? 1460 : 1440;
}

void Script::segment(bool from_client, std::uint64_t offset, std::uint64_t length,
                     std::uint8_t flags, bool filler) {
    made_.segments.push_back(
        {0, offset, next_[!from_client], static_cast<std::uint16_t>(length), flags, from_client});
    is_filler_.push_back(filler);
}

void Script::handshake() {
    segment(true, 0, 0, tcp_flag::syn);
    segment(false, 0, 0, tcp_flag::syn | tcp_flag::ack);
    segment(true, 0, 0, tcp_flag::ack);
}

void Script::syn_only() {
    segment(true, 0, 0, tcp_flag::syn);
}

void Script::say(bool from_client, const Message& message) {
    Stream& stream = from_client ? made_.up : made_.down;
    stream.head.insert(stream.head.end(), message.begin(), message.end());
    if (made_.transport == Transport::udp) {
        const std::uint64_t offset = next_[from_client];
        next_[from_client] += message.size();
        segment(from_client, offset, message.size(), 0);
    } else {
        say_filler(from_client, message.size());
    }
}

void Script::say_filler(bool from_client, std::uint64_t length) {
    const bool tcp = made_.transport == Transport::tcp;
    while (length > 0) {
        std::uint64_t part = std::min<std::uint64_t>(length, segment_length());
        // No rest that is too short for a protected packet.
        if (!tcp && length > part && length - part < shortest_datagram) part -= shortest_datagram;
        length -= part;
        const std::uint64_t offset = next_[from_client];
        next_[from_client] += part;
        segment(from_client, offset, part, tcp ? tcp_flag::ack | (length == 0 ? psh : 0) : 0, true);
        // One acknowledgment for two segments.
        if (tcp && ++unacknowledged_ % 2 == 0) {
            segment(!from_client, next_[!from_client], 0, tcp_flag::ack, true);
        }
    }
}

void Script::open_with(const Message& message, bool split, bool reorder, bool repeat) {
    made_.up.head = message;
    std::vector<std::size_t> cuts;
    for (std::size_t at = 0; at < message.size(); at += segment_length())
        cuts.push_back(at);
    if (split) cuts.push_back(random_.between(1, message.size() - 1));
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    cuts.push_back(message.size());
    const std::size_t first = made_.segments.size();
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
        segment(true, cuts[i], cuts[i + 1] - cuts[i], tcp_flag::ack | psh);
    }
    const std::size_t sent = made_.segments.size() - first;
    if (reorder && sent > 1) {
        std::swap(made_.segments[first], made_.segments[first + 1]);
    }
    if (repeat) {
        const Segment& again = made_.segments[first + random_.below(sent)];
        segment(true, again.offset, again.length, again.tcp_flags);
    }
    next_[true] = message.size();
}

void Script::close() {
    segment(true, next_[true], 0, tcp_flag::fin | tcp_flag::ack);
    ++next_[true];  // the FIN's own number
    segment(false, next_[false], 0, tcp_flag::fin | tcp_flag::ack);
    ++next_[false];
    segment(true, next_[true], 0, tcp_flag::ack);
    --next_[true];
    --next_[false];
}

void Script::reset() {
    segment(true, next_[true], 0, tcp_flag::rst | tcp_flag::ack);
}

Conversation Script::take() {
    constexpr Micros round_trip = 20'000, least_pause = 20, most_pause = 30 * second;
    const auto fillers = std::ranges::count(is_filler_, true);
    const Micros pause =
        std::clamp(lifetime_ / std::max<Micros>(fillers, 1), least_pause, most_pause);
    Micros now = begin_;
    auto wait = waits_.begin();
    for (std::size_t i = 0; i < made_.segments.size(); ++i) {
        for (; wait != waits_.end() && wait->first == i; ++wait)
            now += wait->second;
        made_.segments[i].time = now;
        const Micros mean = is_filler_[i] ? pause : round_trip;
        now += mean / 2 + static_cast<Micros>(random_.below(static_cast<std::uint64_t>(mean)));
    }
    made_.up.length = next_[true];
    made_.down.length = next_[false];
    return std::move(made_);
}

}  // namespace umbra::trafgen
