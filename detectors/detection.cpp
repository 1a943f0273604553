#include "detectors/detection.hpp"

namespace umbra {

std::string_view to_string(Evidence evidence) {
    switch (evidence) {
        case Evidence::sni:
            return "sni";
        case Evidence::quic_sni:
            return "quic_sni";
        case Evidence::http_host:
            return "http_host";
        case Evidence::connect_host:
            return "connect_host";
        case Evidence::certificate:
            return "certificate";
        case Evidence::dns:
            return "dns";
        case Evidence::ip_range:
            return "ip_range";
        case Evidence::none:
            break;
    }
    return "none";
}

std::string_view to_string(Protocol protocol) {
    switch (protocol) {
        case Protocol::tls:
            return "tls";
        case Protocol::dtls:
            return "dtls";
        case Protocol::quic:
            return "quic";
        case Protocol::http:
            return "http";
        case Protocol::socks:
            return "socks";
        case Protocol::dns:
            return "dns";
        case Protocol::unknown:
            break;
    }
    return "unknown";
}

}  // namespace umbra
