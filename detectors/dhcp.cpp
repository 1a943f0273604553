#include "detectors/dhcp.hpp"

#include <algorithm>

namespace umbra {
namespace {

constexpr std::uint16_t ethernet = 1;  // IANA hardware types

std::optional<Address> address_in(Bytes bytes) {
    const bool said = std::ranges::any_of(bytes, [](std::uint8_t byte) { return byte != 0; });
    if (bytes.size() != 4 || !said) return std::nullopt;
    return Address::v4(bytes.data());
}

// Labels as in DNS, each behind its length; the root at the end may be missing (RFC 4702 section
// 2.3, RFC 4704 section 4.2).
std::optional<HostName> name_of_labels(Bytes wire) {
    std::array<std::uint8_t, 254> text;
    std::size_t length = 0;
    Reader reader(wire);
    while (reader.left() > 0) {
        const Bytes label = reader.take(reader.u8());
        if (!reader.ok() || length + label.size() + 1 > text.size()) return std::nullopt;
        if (label.empty()) break;
        if (length > 0) text[length++] = '.';
        std::ranges::copy(label, text.begin() + static_cast<std::ptrdiff_t>(length));
        length += label.size();
    }
    return HostName::parse(Bytes(text).first(length));
}

// Flags, two bytes that mean nothing any more, and the name: as labels where the flag E says so.
std::optional<HostName> name_of_fqdn_option(Bytes option) {
    constexpr std::uint8_t as_labels = 0x04;
    if (option.size() < 3) return std::nullopt;
    const Bytes name = option.subspan(3);
    return option[0] & as_labels ? name_of_labels(name) : HostName::parse(name);
}

}  // namespace

// +-------+-------+-------+-------+---------------+-------+-------+
// |  op   | htype | hlen  | hops  | transaction 4 | secs 2| flags2|
// +-------+-------+-------+-------+---------------+-------+-------+---------+----------+
// | ciaddr 4 | yiaddr 4 | siaddr 4 | giaddr 4 | chaddr 16 | sname 64 | file 128 | cookie 4 |
// +----------+----------+----------+----------+-----------+----------+----------+----------+
// then options: code, length, data
std::optional<Dhcp4> read_dhcp4(Bytes message) {
    constexpr std::uint32_t cookie = 0x63825363;
    constexpr std::uint8_t pad = 0, host_name = 12, asked_address = 50, lease_time = 51,
                           message_type = 53, server_id = 54, client_fqdn = 81, end = 255;
    Reader reader(message);
    reader.u8();
    const std::uint8_t hardware = reader.u8(), hardware_length = reader.u8();
    reader.skip(9);
    Dhcp4 dhcp;
    dhcp.has = address_in(reader.take(4));
    dhcp.given = address_in(reader.take(4));
    reader.skip(8);
    const Bytes client = reader.take(16);
    reader.skip(64 + 128);
    if (reader.u32() != cookie || hardware != ethernet || hardware_length != 6) {
        return std::nullopt;
    }
    dhcp.client = Mac::of(client.data());

    bool typed = false, has_fqdn = false;
    while (reader.left() > 0) {
        const std::uint8_t code = reader.u8();
        if (code == pad) continue;
        if (code == end) break;
        const Bytes option = reader.take(reader.u8());
        if (!reader.ok()) break;
        if (code == message_type && option.size() == 1) {
            typed = option[0] >= 1 && option[0] <= 8;
            dhcp.type = static_cast<Dhcp4::Type>(option[0]);
        } else if (code == asked_address) {
            dhcp.asked = address_in(option);
        } else if (code == lease_time && option.size() == 4) {
            dhcp.lease = Reader(option).u32();
        } else if (code == server_id) {
            dhcp.names_server = address_in(option).has_value();
        } else if (code == client_fqdn) {
            if (const auto name = name_of_fqdn_option(option)) {
                dhcp.name = name;
                has_fqdn = true;
            }
        } else if (code == host_name && !has_fqdn) {
            dhcp.name = HostName::parse(option);
        }
    }
    if (!typed || !dhcp.client.known()) return std::nullopt;
    return dhcp;
}

namespace {

constexpr std::size_t option_header = 4;  // code 2, length 2

// Tells `take` each option of `options`: its code and data.
template <typename Take>
void each_option(Reader options, Take take) {
    while (options.left() >= option_header) {
        const std::uint16_t code = options.u16();
        const Bytes data = options.take(options.u16());
        if (!options.ok()) return;
        take(code, data);
    }
}

// A hardware type and an address, at the end of a DUID or in a relay's option.
Mac mac_of(Reader bytes, std::size_t between) {
    const std::uint16_t hardware = bytes.u16();
    bytes.skip(between);
    const Bytes address = bytes.take(6);
    const bool whole = bytes.ok() && bytes.left() == 0;
    return whole && hardware == ethernet ? Mac::of(address.data()) : Mac{};
}

Mac mac_in_duid(Bytes duid) {
    constexpr std::uint16_t link_layer_and_time = 1, link_layer = 3;
    Reader reader(duid);
    switch (reader.u16()) {
        case link_layer_and_time:
            return mac_of(reader, 4);
        case link_layer:
            return mac_of(reader, 0);
        default:
            return {};
    }
}

// The addresses in an identity association: IAID 4, for lasting ones T1 4 and T2 4, then options.
void read_association(Bytes association, std::size_t head, Dhcp6& dhcp) {
    constexpr std::uint16_t address_option = 5;
    Reader options(association);
    options.skip(head);
    each_option(options, [&](std::uint16_t code, Bytes data) {
        if (code != address_option || dhcp.lease_count == Dhcp6::most_leases) return;
        Reader reader(data);
        const Bytes address = reader.take(16);
        reader.u32();  // preferred lifetime
        const std::uint32_t valid = reader.u32();
        if (reader.ok()) dhcp.leases[dhcp.lease_count++] = {Address::v6(address.data()), valid};
    });
}

}  // namespace

// +------+---------------+-----------     +-------+------+---------------+---------------+---------
// | type | transaction 3 | options …   or | relay | hops | link addr. 16 | peer addr. 16 | options
// …
// +------+---------------+-----------     +-------+------+---------------+---------------+---------
std::optional<Dhcp6> read_dhcp6(Bytes message) {
    constexpr std::uint16_t client_id = 1, association = 3, temporary = 4, relay_message = 9,
                            client_fqdn = 39, client_link_layer = 79;
    constexpr int most_relays = 8;  // HOP_COUNT_LIMIT, RFC 8415 section 7.6
    Dhcp6 dhcp;
    for (int relays = 0; relays <= most_relays; ++relays) {
        Reader reader(message);
        const std::uint8_t type = reader.u8();
        if (type < 1 || type > 13) return std::nullopt;
        dhcp.type = static_cast<Dhcp6::Type>(type);
        const bool relay = dhcp.type >= Dhcp6::Type::relay_forward;
        reader.skip(relay ? 33 : 3);
        if (!reader.ok()) return std::nullopt;
        Bytes inner;
        each_option(reader, [&](std::uint16_t code, Bytes data) {
            if (relay && code == relay_message) {
                inner = data;
            } else if (relay && code == client_link_layer) {
                dhcp.said_by_relay = mac_of(Reader(data), 0);
            } else if (relay) {
                return;
            } else if (code == client_id) {
                dhcp.client_id = data;
                dhcp.in_client_id = mac_in_duid(data);
            } else if (code == association) {
                read_association(data, 12, dhcp);
            } else if (code == temporary) {
                read_association(data, 4, dhcp);
            } else if (code == client_fqdn && data.size() > 1) {
                dhcp.name = name_of_labels(data.subspan(1));
            }
        });
        if (!relay) return dhcp.client_id.empty() ? std::nullopt : std::optional(dhcp);
        dhcp.relayed = true;
        message = inner;
    }
    return std::nullopt;
}

}  // namespace umbra
