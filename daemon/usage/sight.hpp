// What could be seen of a flow, for the account of what could not.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace umbra {

// Each flow is of one kind, once its naming is over. The first ten are flows between an inside and
// an outside host that say, or hide, whom they talk to.
enum class Sight : std::uint8_t {
    unsettled,       // naming goes on: not counted yet
    named,           // a readable name
    dns_only,        // no name of its own; the client had resolved one to this address
    ip_only,         // no name; the address is in a range that a service publishes
    ech,             // the name is encrypted, only the outer one was readable
    doh,             // DNS over HTTPS (RFC 8484): hides what is looked up
    dot,             // DNS over TLS (RFC 7858)
    doq,             // DNS over QUIC (RFC 9250)
    vpn,             // a tunnel that hides what is in it
    wireguard,       // the same
    tor,             // the same
    proxied,         // through a proxy, to an address
    quic_unread,     // QUIC whose hello could not be read
    nameless,        // TLS, DTLS, HTTP or QUIC that was read and says no name
    other_protocol,  // a known protocol that says no name: DNS, NTP, SSH, …
    truncated,       // the capture cut off what was needed
    began_before,    // the flow began before the capture did
    unknown,         // none of the above
    proxy_upstream,  // what a listed proxy fetched for its clients, who are counted themselves
    internal,        // both ends are inside
    transit,         // neither end is inside
};
constexpr std::size_t sight_count = static_cast<std::size_t>(Sight::transit) + 1;

// In lower snake case, as in the metrics `payload_bytes_<sight>` and `flows_<sight>`.
std::string_view to_string(Sight sight);

}  // namespace umbra
