// What a detector says of the first bytes of a stream or of a datagram.
#pragma once

#include <cstdint>
#include <optional>

#include "detectors/host_name.hpp"
#include "detectors/ja4.hpp"

namespace umbra {

// What named a flow, strongest first. Two are never mixed.
enum class Evidence : std::uint8_t {
    none,
    sni,
    quic_sni,
    http_host,
    connect_host,
    certificate,
    dns,
    ip_range
};

std::string_view to_string(Evidence evidence);

// The protocol that a detector recognised.
enum class Protocol : std::uint8_t { unknown, tls, dtls, quic, http, socks, dns };

std::string_view to_string(Protocol protocol);

struct Detection {
    enum class Verdict : std::uint8_t {
        need_more,  // these bytes are the beginning of the protocol; more of them may tell. What
                    // is set all the same is what they say if no more can be had.
        not_mine,   // these bytes are not this protocol
        done,       // recognised; `name` is what it says, or empty where it says none
    };

    Verdict verdict = Verdict::not_mine;
    Protocol protocol = Protocol::unknown;
    Evidence evidence = Evidence::none;  // `none` exactly where `name` is empty
    std::optional<HostName> name;
    bool name_refused = false;  // a name was there, but it is no host name
    bool by_server = false;     // these are the server's bytes
    bool ech = false;           // a hello that bears encrypted_client_hello, real or GREASE
    std::size_t tunnel = 0;     // where another stream begins within this one; 0 where none does
    std::optional<HelloShape> hello = std::nullopt;  // of a ClientHello that was read whole

    static Detection need_more() { return {.verdict = Verdict::need_more, .name = {}}; }
    static Detection not_mine() { return {.name = {}}; }
    static Detection nameless(Protocol protocol) {
        return {.verdict = Verdict::done, .protocol = protocol, .name = {}};
    }
    static Detection server_side(Protocol protocol) {
        Detection detection = nameless(protocol);
        detection.by_server = true;
        return detection;
    }
    // A request, without a name, to carry the bytes from `begin` on to somewhere else.
    static Detection tunnel_from(Protocol protocol, std::size_t begin) {
        Detection detection = nameless(protocol);
        detection.tunnel = begin;
        return detection;
    }
    // `name` as it was on the wire; one that is no host name is refused.
    static Detection named(Protocol protocol, Evidence evidence, Bytes wire_name) {
        Detection detection{.verdict = Verdict::done, .protocol = protocol, .name = {}};
        detection.name = HostName::parse(wire_name);
        if (detection.name) {
            detection.evidence = evidence;
        } else {
            detection.name_refused = true;
        }
        return detection;
    }
};

}  // namespace umbra
