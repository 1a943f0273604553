#include "tools/trafgen/quic.hpp"

namespace umbra::trafgen {
namespace {

constexpr std::size_t datagram_length = 1250;

struct Piece {
    std::size_t begin, end;
};

// The hello cut at random places, in random order.
std::vector<Piece> cut(Random& random, std::size_t size, const QuicFlight& flight) {
    std::vector<std::size_t> cuts{0, size};
    for (std::size_t i = random.between(flight.pieces * 2 / 3, flight.pieces * 4 / 3); i > 0; --i)
        cuts.push_back(random.below(size));
    std::sort(cuts.begin(), cuts.end());
    std::vector<Piece> pieces;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
        if (cuts[i] == cuts[i + 1]) continue;
        const std::size_t overlap = flight.overlap ? random.below(40) : 0;
        pieces.push_back({cuts[i] - std::min(overlap, cuts[i]), cuts[i + 1]});
    }
    if (flight.repeat) {
        for (int i = 0; i < 2; ++i)
            pieces.push_back(Piece(pieces[random.below(pieces.size())]));
    }
    random.shuffle(pieces);
    return pieces;
}

// Frames of as many packets as they take, each of at most `room` bytes.
std::vector<Octets> pack(Random& random, const Message& hello, std::span<const Piece> pieces,
                         std::size_t room) {
    std::vector<Octets> packets(1);
    for (auto [begin, end] : pieces) {
        while (begin < end) {
            if (packets.back().size() + 30 > room) packets.emplace_back();
            Octets& frames = packets.back();
            if (random.chance(20)) frames.u8(1);                          // PING
            if (random.chance(20)) frames.fill(random.between(1, 4), 0);  // PADDING
            const std::size_t length = std::min(end - begin, room - frames.size() - 9);
            put_crypto_frame(frames, hello, begin, begin + length);
            begin += length;
        }
    }
    return packets;
}

// An ACK frame of the server's first packets (RFC 9000 section 19.3), with ECN counts or without.
void put_ack(Octets& out, Random& random) {
    const bool ecn = random.chance(50);
    out.bytes({static_cast<std::uint8_t>(ecn ? 3 : 2), 9, 0x41, 0x2c, 1, 2, 3, 1});
    if (ecn) out.bytes({4, 0, 0});
}

// A 0-RTT or Handshake packet in form; its content is random.
void put_other_packet(Octets& out, Random& random, const InitialPacket& initial, unsigned type) {
    if (initial.version == quic_version::v2) type = type % 3 + 1;
    out.u8(0xc0U | type << 4U | random.below(16));
    out.u32(initial.version);
    out.with_length(1, [&] { out.bytes(initial.keys_id); });
    out.with_length(1, [&] { out.bytes(initial.source_id); });
    const Message content = random.bytes(random.between(20, 200));
    put_varint(out, content.size());
    out.bytes(content);
}

}  // namespace

void put_crypto_frame(Octets& out, const Message& hello, std::size_t begin, std::size_t end) {
    out.u8(6);
    put_varint(out, begin);
    put_varint(out, end - begin);
    out.bytes(std::span(hello).subspan(begin, end - begin));
}

QuicFlight any_quic_flight(Random& random) {
    QuicFlight flight;
    switch (random.below(5)) {
        case 0:
            flight.version = quic_version::v2;
            break;
        case 1:
            flight.version = static_cast<std::uint32_t>(
                random.between(quic_version::draft_29, quic_version::draft_34));
            break;
        case 2:  // greased, RFC 9000 section 15
            flight.version =
                (static_cast<std::uint32_t>(random.word()) & 0xf0f0f0f0U) | 0x0a0a0a0aU;
            break;
        default:
            break;
    }
    flight.packets = random.between(1, 4);
    flight.pieces = random.between(1, 30);
    for (bool QuicFlight::*variant :
         {&QuicFlight::overlap, &QuicFlight::repeat, &QuicFlight::reorder, &QuicFlight::acknowledge,
          &QuicFlight::coalesce, &QuicFlight::retry, &QuicFlight::merge}) {
        flight.*variant = random.chance(25);
    }
    return flight;
}

std::vector<Message> quic_client_initials(Random& random, const Message& hello,
                                          const QuicFlight& flight) {
    const std::vector<Piece> pieces = cut(random, hello.size(), flight);
    const std::size_t length = flight.coalesce ? datagram_length - 500 : datagram_length;
    const std::size_t most = length - 120;  // beside header, token, ACK frame and tag
    // What the frames' headers take makes one packet more than this divides by.
    const std::size_t share = hello.size() / std::max(flight.packets - 1, std::size_t{1});
    const std::size_t room = std::clamp(share, std::size_t{60}, most);
    const std::vector<Octets> packets = pack(random, hello, pieces, room);

    InitialPacket packet{.version = flight.version,
                         .keys_id = random.bytes(random.between(8, 20)),
                         .length = length};
    if (random.chance(50)) packet.source_id = random.bytes(8);
    packet.number_length = random.between(1, 4);
    packet.number = static_cast<std::uint32_t>(random.below(100));
    std::vector<Message> datagrams;
    const auto send = [&](std::span<const std::uint8_t> crypto) {
        Octets frames;
        if (!packet.destination_id.empty()) put_ack(frames, random);
        frames.bytes(crypto);
        Octets datagram;
        datagram.bytes(seal_initial(packet, frames.view()));
        ++packet.number;
        if (flight.coalesce) {
            put_other_packet(datagram, random, packet, 1);
            put_other_packet(datagram, random, packet, 2);
        }
        if (datagram.size() < datagram_length) datagram.fill(datagram_length - datagram.size(), 0);
        datagrams.push_back(datagram.take());
        if (flight.acknowledge && packet.destination_id.empty()) {
            packet.destination_id = random.bytes(random.between(4, 20));
        }
    };
    if (flight.retry) {
        send(packets[0].view());
        packet.keys_id = random.bytes(8);
        packet.destination_id.clear();
        packet.token = random.bytes(40);
    }
    for (const Octets& frames : packets)
        send(frames.view());

    if (flight.repeat) datagrams.push_back(Message(datagrams.back()));
    if (flight.reorder) {
        // But what follows an answer of the server comes after what it answers.
        const std::size_t fixed = (flight.retry ? 1 : 0) + (flight.acknowledge ? 1 : 0);
        std::span rest = std::span(datagrams).subspan(fixed);
        random.shuffle(rest);
    }
    if (flight.merge) {
        Octets merged;
        for (const Message& datagram : datagrams)
            merged.bytes(datagram);
        datagrams = {merged.take()};
    }
    return datagrams;
}

Message quic_server_initial(Random& random) {
    Octets out;
    out.u8(0xc1);
    out.u32(1);
    out.with_length(1, [&] { out.bytes(random.bytes(8)); });
    out.with_length(1, [&] { out.bytes(random.bytes(8)); });
    out.u8(0);
    put_varint(out, datagram_length - out.size() - 2);
    out.bytes(random.bytes(datagram_length - out.size()));
    return out.take();
}

}  // namespace umbra::trafgen
