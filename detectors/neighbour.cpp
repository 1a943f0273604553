#include "detectors/neighbour.hpp"

#include <algorithm>

namespace umbra {
namespace {

//  0               2               4       5       6           8          14        18
// +---------------+---------------+-------+-------+-----------+----------+---------+-- target …
// |   hardware    |   protocol    | sizes of both | operation | hardware | address |
// +---------------+---------------+-------+-------+-----------+----------+---------+-- … as sender
std::optional<Neighbour> read_arp(const Packet& packet) {
    constexpr std::uint16_t ethernet = 1, ipv4 = 0x0800, sizes = 0x0604, request = 1;
    Reader reader(packet.payload);
    const bool about_ipv4 =
        reader.u16() == ethernet && reader.u16() == ipv4 && reader.u16() == sizes;
    if (!about_ipv4 || reader.u16() != request) return std::nullopt;
    const Bytes hardware = reader.take(6), address = reader.take(4);
    if (!reader.ok() || Mac::of(hardware.data()) != packet.source_mac) return std::nullopt;
    // A probe for an address that is not taken yet has none (RFC 5227 section 2.1).
    if (std::ranges::all_of(address, [](std::uint8_t byte) { return byte == 0; })) {
        return std::nullopt;
    }
    return Neighbour{Address::v4(address.data()), packet.source_mac};
}

// Options are of type, length in units of eight bytes, and data. The link-layer address of the
// wanted type; none where it is missing or the options are malformed.
Mac link_layer_address(Reader options, std::uint8_t wanted) {
    while (options.left() > 0) {
        const std::uint8_t type = options.u8(), units = options.u8();
        const Bytes data = options.take(units * std::size_t{8} - 2);
        if (units == 0 || !options.ok()) return {};
        if (type == wanted && data.size() == 6) return Mac::of(data.data());
    }
    return {};
}

// +------+------+----------+----------------------+------------------+-----------
// | type | code | checksum | flags or reserved: 4 | target: 16       | options …
// +------+------+----------+----------------------+------------------+-----------
std::optional<Neighbour> read_neighbour_discovery(const Packet& packet) {
    constexpr std::uint8_t router_solicitation = 133, router_advertisement = 134,
                           neighbour_solicitation = 135, neighbour_advertisement = 136,
                           redirect = 137;
    constexpr std::uint8_t source_address = 1, target_address = 2;  // options
    constexpr std::uint32_t from_router = 1U << 31, override = 1U << 29;
    Reader reader(packet.payload);
    const std::uint8_t type = reader.u8(), code = reader.u8();
    reader.u16();
    const std::uint32_t flags = reader.u32();
    if (!reader.ok() || code != 0) return std::nullopt;
    if (type == router_advertisement || type == redirect) {
        return Neighbour{std::nullopt, packet.source_mac, true};
    }
    Address target;
    if (type != router_solicitation) {
        const Bytes bytes = reader.take(16);
        if (!reader.ok()) return std::nullopt;
        target = Address::v6(bytes.data());
    }
    const bool no_source = packet.source == Address{};
    if (type == neighbour_solicitation && no_source) return Neighbour{target, packet.source_mac};
    if (type == neighbour_advertisement) {
        Neighbour sender{std::nullopt, packet.source_mac, (flags & from_router) != 0};
        const bool own = link_layer_address(reader, target_address) == packet.source_mac;
        if (own && (flags & override)) sender.address = target;
        return sender;
    }
    if (no_source || link_layer_address(reader, source_address) != packet.source_mac) {
        return std::nullopt;
    }
    return Neighbour{packet.source, packet.source_mac};
}

}  // namespace

std::optional<Neighbour> read_neighbour(const Packet& packet) {
    if (!packet.source_mac.known()) return std::nullopt;
    switch (packet.on_link) {
        case OnLink::arp:
            return read_arp(packet);
        case OnLink::neighbour_discovery:
            return read_neighbour_discovery(packet);
        default:
            return std::nullopt;
    }
}

}  // namespace umbra
