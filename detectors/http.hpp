// HTTP/1: the host that a request asks for.
#pragma once

#include "detectors/detection.hpp"

namespace umbra {

// `head` is the beginning of one direction of a stream. The target of CONNECT (RFC 9110 section
// 9.3.6) gives `connect_host`, or a tunnel where it is an address; an absolute target (RFC 9112
// section 3.2.2) or else the Host field gives `http_host`. A port is cut off, an address in place
// of a name is no name. A response is recognised, without a name.
Detection detect_http(Bytes head);

}  // namespace umbra
