// DNS: which addresses a name was answered with, and whether its hellos may be encrypted.
#pragma once

#include <array>

#include "daemon/decode/address.hpp"
#include "detectors/detection.hpp"

namespace umbra {

struct DnsAnswer {
    static constexpr std::size_t most_addresses = 32;

    HostName question;  // the name that the client asked for, at the head of any CNAME chain
    std::array<Address, most_addresses> addresses;
    std::size_t address_count = 0;
    std::uint32_t lifetime = 0;  // seconds; the shortest of the records that led here
    // Of an HTTPS record with an ECH configuration: the outer name that hellos to `question` will
    // bear.
    std::optional<HostName> ech_public_name;

    std::span<const Address> found() const { return std::span(addresses).first(address_count); }
};

struct DnsResult {
    enum class Kind : std::uint8_t { not_dns, query, answer, malformed };
    Kind kind = Kind::not_dns;
    std::optional<DnsAnswer> answer;  // only where a host name was answered with something to keep
};

// Reads one message (RFC 1035 section 4.1): A, AAAA and HTTPS or SVCB records (RFC 9460: address
// hints, and `ech` by RFC 9848) that the question's name leads to over CNAME records. A name that
// asks for a port of its own, `_8443._https.example`, stands for `example`. Compression pointers
// may only point backwards, so that no chain of them can loop.
DnsResult read_dns(Bytes message);

}  // namespace umbra
