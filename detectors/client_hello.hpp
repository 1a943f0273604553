// The server name in a TLS ClientHello handshake message.
#pragma once

#include "detectors/detection.hpp"

namespace umbra {

// `message` begins with the handshake header (type, 24-bit length) and may be cut anywhere: a name
// that is whole in what is there is found, else more bytes are asked for. RFC 8446 section 4.1.2
// (RFC 5246 section 7.4.1.2 for older versions), server_name by RFC 6066 section 3. `protocol` and
// `evidence` are what a name is reported as: the message is the same in TLS and QUIC.
Detection read_client_hello(Bytes message, Protocol protocol, Evidence evidence);

}  // namespace umbra
