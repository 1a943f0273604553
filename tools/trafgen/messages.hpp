// First messages of the protocols, as current clients and servers send them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/decode/address.hpp"
#include "tools/trafgen/octets.hpp"
#include "tools/trafgen/random.hpp"

namespace umbra::trafgen {

using Message = std::vector<std::uint8_t>;

// A ClientHello handshake message (RFC 8446 section 4.1.2) like that of a current Chromium: GREASE
// (RFC 8701), a post-quantum key share, ECH GREASE, extensions in random order; about 1.8 kB.
// Without `name` it has no server_name.
Message client_hello(Random& random, std::optional<std::string_view> name, bool quic);

// One like those of OpenSSL's and what scripts are written with: a fixed order, no GREASE.
Message library_hello(Random& random, std::string_view name);

// `handshake` in TLS records of at most `most` bytes each (RFC 8446 section 5.1).
Message tls_records(const Message& handshake, std::size_t most);

// A ServerHello and ChangeCipherSpec in their records; what follows them is encrypted.
Message tls_server_head(Random& random);

Message dns_query(std::uint16_t id, std::string_view name, bool ipv6);
// Answers `name` with `addresses`, over a CNAME record where `alias` is not empty (RFC 1035 section
// 4).
Message dns_answer(std::uint16_t id, std::string_view name, std::string_view alias,
                   const Address& address);

Message text_message(std::string_view text);

}  // namespace umbra::trafgen
