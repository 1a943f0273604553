// TLS over a byte stream: the server name that a client asks for.
#pragma once

#include "detectors/detection.hpp"

namespace umbra {

// `head` is the beginning of one direction of a stream. Handshake messages may be spread over any
// number of records (RFC 8446 section 5.1). A server's own handshake is recognised, without a name.
Detection detect_tls(Bytes head);

}  // namespace umbra
