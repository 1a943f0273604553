// SOCKS: where a client asks a proxy to connect it to.
#pragma once

#include "detectors/detection.hpp"

namespace umbra {

// `head` is the beginning of the client's direction. A host name of SOCKS 5 (RFC 1928 section 4,
// behind a user name and password by RFC 1929) or SOCKS 4a gives `connect_host`; an address gives a
// tunnel, whose stream may say more. The proxy's answers are not needed.
Detection detect_socks(Bytes head);

}  // namespace umbra
