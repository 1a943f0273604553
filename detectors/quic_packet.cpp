#include "detectors/quic_packet.hpp"

#include <algorithm>
#include <array>

namespace umbra {
namespace {

constexpr std::uint8_t long_header = 0x80, fixed_bit = 0x40, both_bits = long_header | fixed_bit;
constexpr std::size_t longest_id = 20;               // RFC 9000 section 17.2
constexpr std::size_t least_first_id = 8;            // RFC 9000 section 7.2
constexpr std::size_t least_client_datagram = 1200;  // RFC 9000 section 14.1
constexpr std::size_t least_protected = 4 + 16;      // RFC 9001 section 5.4.2
constexpr std::size_t integrity_tag = 16;            // RFC 9001 section 5.8

struct VersionRange {
    std::uint32_t first, last;
    QuicDialect dialect;
};
constexpr std::array versions{
    VersionRange{0x00000001, 0x00000001, QuicDialect::version_1},
    VersionRange{0x6b3343cf, 0x6b3343cf, QuicDialect::version_2},
    VersionRange{0xff000021, 0xff000022, QuicDialect::version_1},
    VersionRange{0xff00001d, 0xff000020, QuicDialect::draft_29},
    VersionRange{0xff000017, 0xff00001c, QuicDialect::draft_23},
    VersionRange{0xfaceb002, 0xfaceb002, QuicDialect::draft_23},  // mvfst
    VersionRange{0xfaceb00e, 0xfaceb00e, QuicDialect::draft_23},  // mvfst, experimental
    VersionRange{0x54303530, 0x54303530, QuicDialect::t050},
    VersionRange{0x54303531, 0x54303531, QuicDialect::t051},
};

bool is_digit(std::uint8_t c) {
    return c >= '0' && c <= '9';
}

// "Q" and three digits, as of 'Q043'.
bool is_google_version(Bytes version) {
    return version[0] == 'Q' && std::ranges::all_of(version.subspan(1), is_digit);
}

QuicPacketType type_of(std::uint8_t first, std::uint32_t version) {
    if (version == 0) return QuicPacketType::version_negotiation;  // RFC 9000 section 17.2.1
    const unsigned bits = first >> 4U & 3U;
    const bool renumbered = quic_dialect(version) == QuicDialect::version_2;
    return static_cast<QuicPacketType>(renumbered ? (bits + 3) % 4 : bits);  // RFC 9369 section 3.2
}

}  // namespace

std::optional<QuicDialect> quic_dialect(std::uint32_t version) {
    for (const VersionRange& range : versions)
        if (version >= range.first && version <= range.last) return range.dialect;
    return std::nullopt;
}

std::uint64_t read_varint(Reader& reader) {
    const std::uint8_t first = reader.u8();
    std::uint64_t value = first & 0x3fU;
    for (std::size_t more = (std::size_t{1} << (first >> 6U)) - 1; more > 0; --more)
        value = value << 8U | reader.u8();
    return value;
}

// |1|1|type|....| version 4 | length 1 | DCID 0..20 | length 1 | SCID 0..20 | by type:
//   Initial:           token length (varint) | token | then as 0-RTT and Handshake
//   0-RTT, Handshake:  length (varint) | packet number 1..4 | payload
std::optional<QuicPacket> take_quic_packet(Bytes& datagram) {
    const auto start = std::ranges::find_if(datagram, [](std::uint8_t byte) { return byte != 0; });
    const Bytes front(start, datagram.end());
    datagram = {};
    Reader reader(front);
    if ((reader.u8() & both_bits) != both_bits) return std::nullopt;

    QuicPacket packet;
    packet.version = reader.u32();
    packet.destination_id = reader.take(reader.u8());
    packet.source_id = reader.take(reader.u8());
    if (!reader.ok() || packet.destination_id.size() > longest_id ||
        packet.source_id.size() > longest_id) {
        return std::nullopt;
    }
    packet.type = type_of(front[0], packet.version);
    if (packet.type == QuicPacketType::version_negotiation) {
        const bool has_versions = reader.left() > 0 && reader.left() % 4 == 0;
        return has_versions ? std::optional(packet) : std::nullopt;
    }
    if (packet.type == QuicPacketType::retry) {
        return reader.left() > integrity_tag ? std::optional(packet) : std::nullopt;
    }

    if (packet.type == QuicPacketType::initial) reader.skip(read_varint(reader));
    const std::uint64_t length = read_varint(reader);
    packet.cut_off = !reader.ok() || length > reader.left();
    if (packet.cut_off) return packet;
    if (length < least_protected) return std::nullopt;
    packet.header = front.first(front.size() - reader.left());
    packet.protected_part = reader.take(length);
    datagram = reader.rest();
    return packet;
}

bool looks_like_quic(Bytes datagram, bool truncated) {
    if (is_google_quic(datagram)) return true;
    const std::size_t size = datagram.size();
    const auto packet = take_quic_packet(datagram);
    if (!packet || (packet->cut_off && !truncated)) return false;
    if (packet->type == QuicPacketType::version_negotiation) return true;
    if (quic_dialect(packet->version)) return true;
    return packet->type == QuicPacketType::initial &&
           packet->destination_id.size() >= least_first_id &&
           (truncated || size >= least_client_datagram);
}

// Before Q044: flags, with the bits for a version and an 8-byte connection ID; the ID; the version.
// Since then the version's place is that of RFC 8999.
bool is_google_quic(Bytes datagram) {
    if (datagram.size() < 13) return false;
    if ((datagram[0] & long_header) != 0) return is_google_version(datagram.subspan(1, 4));
    return (datagram[0] & 0xc9U) == 0x09 && is_google_version(datagram.subspan(9, 4));
}

}  // namespace umbra
