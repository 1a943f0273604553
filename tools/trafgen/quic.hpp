// What QUIC clients send first, in all the forms that it may take.
#pragma once

#include <cstdint>
#include <span>

#include "tools/trafgen/messages.hpp"

namespace umbra::trafgen {

namespace quic_version {
constexpr std::uint32_t v1 = 1, v2 = 0x6b3343cf, draft_29 = 0xff00001d, draft_34 = 0xff000022;
}

// One Initial packet of a client.
struct InitialPacket {
    std::uint32_t version = quic_version::v1;
    Message keys_id{};  // the destination of the client's very first packet: keys come from it
    Message destination_id{};  // another one, once the server has chosen it
    Message source_id{};
    Message token{};
    std::uint32_t number = 0;
    std::size_t number_length = 2;  // 1 to 4 bytes
    std::size_t length = 0;         // of the whole packet, reached with PADDING; 0: no PADDING
};

// `frames` sealed as RFC 9001 section 5 says, RFC 9369 for version 2. An unknown version has the
// keys of version 1.
Message seal_initial(const InitialPacket& packet, std::span<const std::uint8_t> frames);

void put_varint(Octets& out, std::size_t value);
void put_crypto_frame(Octets& out, const Message& hello, std::size_t begin, std::size_t end);

// How a client's hello goes out.
struct QuicFlight {
    std::uint32_t version = quic_version::v1;
    std::size_t packets = 2;   // Initial packets: about so many, or what it takes
    std::size_t pieces = 6;    // CRYPTO frames, about
    bool overlap = false;      // frames begin before the one before ends
    bool repeat = false;       // some frames and a datagram come twice
    bool reorder = false;      // datagrams come in any order
    bool acknowledge = false;  // ACK frames and the ID that the server chose, from the second on
    bool coalesce = false;     // 0-RTT and Handshake packets behind each Initial packet
    bool retry = false;  // the first datagram, then all again with a token and under another ID
    bool merge = false;  // as one datagram, like the kernel's receive offload makes it
};

// A flight with each of these by chance.
QuicFlight any_quic_flight(Random& random);

// The datagrams of `hello` (1 to 65,536 bytes). Its CRYPTO frames are shuffled, with PING and
// PADDING between. Without more said, two Initial packets as a current Chromium sends them.
std::vector<Message> quic_client_initials(Random& random, const Message& hello,
                                          const QuicFlight& flight = {});

// A server's first datagram: as long and in form as a real one, its content random.
Message quic_server_initial(Random& random);

}  // namespace umbra::trafgen
