// TLS over a byte stream: the server name that a client asks for, or else the certificate's.
#pragma once

#include "detectors/detection.hpp"

namespace umbra {

// `head` is the beginning of one direction of a stream. Handshake messages may be spread over any
// number of records (RFC 8446 section 5.1). A client's hello gives `sni`; a server's flight up to
// TLS 1.2 gives the name of its certificate, with `by_server` set: it counts where the hello had
// none.
Detection detect_tls(Bytes head);

}  // namespace umbra
