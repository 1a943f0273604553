// Hellos and other handshake messages for the tests of detectors.
#pragma once

#include "detectors/detection.hpp"
#include "tests/unit/packets.hpp"
#include "tools/trafgen/messages.hpp"

namespace umbra::test {

using trafgen::Message;

// A hello of a current browser, in records of at most `record` bytes.
inline Message hello(std::optional<std::string_view> name, std::size_t record = 16384) {
    trafgen::Random random(5);
    return trafgen::tls_records(trafgen::client_hello(random, name, false), record);
}

inline Message server_name(std::string_view name) {
    Octets out;
    out.u16(0);
    out.with_length(2, [&] {
        out.with_length(2, [&] {
            out.u8(0);
            out.with_length(2, [&] { out.text(name); });
        });
    });
    return out.take();
}

// The body of a plain hello with these extensions, as an old client sends it: without the
// handshake header. Of DTLS it has a cookie.
inline Message plain_body(const Message& extensions, std::uint16_t version,
                          std::optional<std::string_view> cookie = std::nullopt) {
    Octets out;
    out.u16(version);
    out.fill(32, 7);
    out.u8(0);
    if (cookie) out.with_length(1, [&] { out.text(*cookie); });
    out.with_length(2, [&] { out.u16(0x002f); });
    out.with_length(1, [&] { out.u8(0); });
    if (!extensions.empty()) out.with_length(2, [&] { out.bytes(extensions); });
    return out.take();
}

inline Message plain_hello(const Message& extensions, std::uint16_t version = 0x0303) {
    Octets out;
    out.u8(1);
    out.with_length(3, [&] { out.bytes(plain_body(extensions, version)); });
    return trafgen::tls_records(out.take(), 16384);
}

// ServerHello and Certificate of TLS 1.2, and the first bytes of what follows them.
inline Message server_flight(const Message& certificate, std::size_t record = 16384) {
    Octets out;
    out.u8(2);
    out.with_length(3, [&] {
        out.u16(0x0303);
        out.fill(32, 9);
        out.u8(0);
        out.u16(0xc02b);
        out.u8(0);
    });
    out.u8(11);
    out.with_length(3, [&] {
        out.with_length(3, [&] { out.with_length(3, [&] { out.bytes(certificate); }); });
    });
    out.u8(14);
    out.u24(0);
    return trafgen::tls_records(out.take(), record);
}

inline std::string name_of(const Detection& detection) {
    return detection.name ? std::string(detection.name->view()) : "";
}

}  // namespace umbra::test
