// The server name in a TLS ClientHello handshake message.
#pragma once

#include "detectors/detection.hpp"

namespace umbra {

// `message` begins with the handshake header (type, 24-bit length) and may be cut anywhere. Until
// it is whole the verdict is `need_more`, since an extension at its end may tell that the name is
// the outer one of an encrypted hello; the name is there as soon as it was read, for who cannot get
// more. RFC 8446 section 4.1.2 (RFC 5246 section 7.4.1.2 and RFC 6347 section 4.2.1 for older
// versions and DTLS), server_name by RFC 6066 section 3, ECH by RFC 9849 section 5. `protocol` and
// `evidence` are what a name is reported as: the message is the same in TLS and QUIC.
Detection read_client_hello(Bytes message, Protocol protocol, Evidence evidence);

// A name that is known to stand on the outside of encrypted hellos, for others behind it.
bool is_ech_public_name(std::string_view name);

}  // namespace umbra
