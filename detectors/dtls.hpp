// DTLS: the server name that a client asks for over datagrams.
#pragma once

#include <vector>

#include "detectors/detection.hpp"

namespace umbra {

// A ClientHello that may be spread over several datagrams, in any order (RFC 6347 section 4.2.3).
class DtlsHello {
  public:
    // Whether `datagram` can be the first of a DTLS client: a handshake record of DTLS 1.0 or 1.2
    // (1.3 looks like 1.2) that holds a part of a ClientHello.
    static bool begins_with(Bytes datagram);

    Detection look(Bytes datagram);
    // What is known if no more comes.
    Detection conclude() const;

    std::size_t memory() const { return message_.capacity() + have_.capacity() / 8; }

  private:
    static constexpr std::size_t longest = 16384;
    Detection read() const;
    void add(std::size_t offset, Bytes fragment);

    std::uint16_t sequence_ = 0;         // message_seq of the hello that is being gathered
    std::vector<std::uint8_t> message_;  // in the form that TLS has: type, 24-bit length, body
    std::vector<bool> have_;
};

}  // namespace umbra
