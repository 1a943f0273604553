// DHCP: which machine is given which address, and what it calls itself.
#pragma once

#include <array>
#include <optional>

#include "daemon/decode/address.hpp"
#include "daemon/decode/mac.hpp"
#include "detectors/host_name.hpp"

namespace umbra {

// A message of DHCP for IPv4 (RFC 2131, options by RFC 2132 and RFC 4702). Addresses that are not
// said are empty.
struct Dhcp4 {
    enum class Type : std::uint8_t {
        discover = 1,
        offer,
        request,
        decline,
        ack,
        nak,
        release,
        inform
    };

    Type type = Type::discover;          // option 53
    Mac client;                          // chaddr
    std::optional<Address> has;          // ciaddr: what the client has already
    std::optional<Address> given;        // yiaddr
    std::optional<Address> asked;        // option 50
    std::optional<std::uint32_t> lease;  // option 51, seconds
    bool names_server = false;           // option 54 is there
    std::optional<HostName> name;        // option 81, or else 12
};

// Nothing where `message` is no such message, or of a client that is not on Ethernet. Options in
// the fields `sname` and `file` (option 52) are not looked for: what matters here is never there.
std::optional<Dhcp4> read_dhcp4(Bytes message);

// A message of DHCP for IPv6 (RFC 8415), taken out of what relays put around it.
struct Dhcp6 {
    enum class Type : std::uint8_t {
        solicit = 1,
        advertise,
        request,
        confirm,
        renew,
        rebind,
        reply,
        release,
        decline,
        reconfigure,
        information_request,
        relay_forward,
        relay_reply
    };
    struct Lease {
        Address address;
        std::uint32_t valid = 0;  // seconds
    };
    static constexpr std::size_t most_leases = 8;

    Type type = Type::solicit;
    bool relayed = false;
    Bytes client_id;    // the DUID, in `message`
    Mac in_client_id;   // where the DUID was made of one (RFC 8415 section 11): of any of the
                        // machine's interfaces
    Mac said_by_relay;  // the client's own (RFC 6939)
    std::array<Lease, most_leases> leases;
    std::size_t lease_count = 0;
    std::optional<HostName> name;  // option 39 (RFC 4704)

    bool by_client() const {
        return type != Type::advertise && type != Type::reply && type != Type::reconfigure;
    }
    std::span<const Lease> found() const { return std::span(leases).first(lease_count); }
};

std::optional<Dhcp6> read_dhcp6(Bytes message);

}  // namespace umbra
