// The frames in an Initial packet whose protection is removed.
#pragma once

#include <optional>

#include "detectors/quic_packet.hpp"

namespace umbra {

// A piece of the TLS handshake, RFC 9000 section 19.6.
struct CryptoFrame {
    std::uint64_t offset = 0;  // of its first byte in the handshake
    Bytes data;
};

class InitialFrames {
  public:
    InitialFrames(Bytes frames, QuicDialect dialect);

    // The next CRYPTO frame. PADDING, PING, ACK and CONNECTION_CLOSE, which an Initial packet may
    // have too (RFC 9000 table 3), are passed over. Nothing at the end, and from the first frame on
    // that is none of these or is longer than the packet.
    std::optional<CryptoFrame> next();

  private:
    Reader reader_;
    std::uint8_t crypto_type_;
};

}  // namespace umbra
