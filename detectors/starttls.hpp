// Protocols that begin in the clear and turn to TLS on the client's word.
#pragma once

#include "detectors/detection.hpp"

namespace umbra {

// `head` is the beginning of the client's direction. A tunnel from where TLS begins: after STARTTLS
// of SMTP (RFC 3207), IMAP (RFC 9051 section 6.2.1) and XMPP (RFC 6120 section 5), STLS of POP3
// (RFC 2595), AUTH TLS of FTP (RFC 4217), StartTLS of LDAP (RFC 4511 section 4.14), the SSLRequest
// of PostgreSQL and MySQL, the connection request of RDP (MS-RDPBCGR section 2.2.1.1).
Detection detect_starttls(Bytes head);

}  // namespace umbra
