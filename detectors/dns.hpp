// DNS: which addresses a name was answered with.
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
    std::uint32_t lifetime = 0;  // seconds; the shortest of the records that led to the addresses

    std::span<const Address> found() const { return std::span(addresses).first(address_count); }
};

struct DnsResult {
    enum class Kind : std::uint8_t { not_dns, query, answer, malformed };
    Kind kind = Kind::not_dns;
    std::optional<DnsAnswer> answer;  // only where addresses were answered to a host name
};

// Reads one message (RFC 1035 section 4.1), A and AAAA records that the question's name leads to
// over CNAME records. Compression pointers may only point backwards, so that no chain of them can
// loop.
DnsResult read_dns(Bytes message);

}  // namespace umbra
