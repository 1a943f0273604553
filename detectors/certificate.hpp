// The names in a server's certificate.
#pragma once

#include "detectors/detection.hpp"

namespace umbra {

// `der` is one X.509 certificate. Its common name where that is a host name, else the first
// dNSName of subjectAltName (RFC 5280 sections 4.1.2.6 and 4.2.1.6); of a wildcard what stands
// below the `*.`. Evidence is `certificate`: one certificate may serve many names, so that this is
// weaker than what the client asked for.
Detection read_certificate(Bytes der, Protocol protocol);

}  // namespace umbra
