// QUIC packets with a long header: what can be read of them without any key.
#pragma once

#include <optional>

#include "daemon/decode/reader.hpp"

namespace umbra {

// What of an Initial packet depends on the version: its keys and its form. Versions that share one
// of these differ in nothing that matters here.
enum class QuicDialect : std::uint8_t {
    draft_23,   // drafts 23 to 28, and what Facebook made of draft 27
    draft_29,   // drafts 29 to 32
    version_1,  // RFC 9000 and RFC 9001; drafts 33 and 34
    version_2,  // RFC 9369
    t050,       // Google's QUIC with TLS, on the way to the drafts
    t051,
};

// The dialect of a version, or nothing where it is unknown.
std::optional<QuicDialect> quic_dialect(std::uint32_t version);

enum class QuicPacketType : std::uint8_t {
    initial,
    zero_rtt,
    handshake,
    retry,                // sent by servers alone
    version_negotiation,  // sent by servers alone
};

// Views into a datagram.
struct QuicPacket {
    QuicPacketType type = QuicPacketType::initial;
    std::uint32_t version = 0;
    Bytes destination_id, source_id;
    Bytes header;          // up to the packet number; Initial, 0-RTT and Handshake have
    Bytes protected_part;  // these two, the second is packet number and payload
    bool cut_off = false;  // longer than the datagram, which lies or was captured in part
};

// A variable-length integer, RFC 9000 section 16.
std::uint64_t read_varint(Reader& reader);

// Takes the packet at the front of `datagram`, which moves on to what is behind it: more packets of
// the same datagram (RFC 9000 section 12.2), or more datagrams that the kernel's receive offload
// merged into this one. Zeros before it are passed over. Nothing, once no packet with a long header
// and the fixed bit follows (RFC 9000 section 17.2): a short header, padding, or no QUIC at all.
// An unknown version is read as version 1 (RFC 8999 promises the connection IDs' place alone).
std::optional<QuicPacket> take_quic_packet(Bytes& datagram);

// Whether a flow's first datagram seen is worth a QuicHello. No cryptography: a known version and
// lengths that fit, or Version Negotiation, or a client's Initial of an unknown version that is as
// long as RFC 9000 section 14.1 wants it, or Google's own QUIC. `truncated`: the wire had more of
// it. A datagram with a short header cannot be told from any other UDP.
bool looks_like_quic(Bytes datagram, bool truncated);

// Google's own QUIC before TLS (Q009 to Q050), which is no longer in use.
bool is_google_quic(Bytes datagram);

}  // namespace umbra
