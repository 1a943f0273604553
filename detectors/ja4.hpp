// JA4: which programme a TLS client is, by what its ClientHello offers.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "daemon/decode/reader.hpp"

namespace umbra {

// What a ClientHello offers, each list in its order and without the values that only test whether
// servers pass them over (GREASE, RFC 8701).
struct HelloShape {
    template <std::size_t most>
    struct List {
        std::array<std::uint16_t, most> values;  // the first `count`
        std::uint8_t count = 0;
        bool full = false;  // there were more

        void add(std::uint16_t value) {
            full |= count == most;
            if (!full) values[count++] = value;
        }
        std::span<const std::uint16_t> all() const { return std::span(values).first(count); }
        bool has(std::uint16_t value) const {
            return std::ranges::find(all(), value) != all().end();
        }
    };

    List<128> cipher_suites;
    List<48> extensions;
    List<32> signature_algorithms;
    std::uint16_t version = 0;           // the highest
    std::array<char, 2> alpn{'0', '0'};  // as JA4 writes it
    bool grease = false;                 // there were such values

    // Nothing where `message`, a ClientHello with its handshake header, is not whole or offers more
    // than any client does.
    static std::optional<HelloShape> of(Bytes message);

    // Whether a browser says this, or a programme built on a browser's or an operating system's own
    // TLS. It offers TLS 1.3 and an application protocol, and sends GREASE, as Chromium and Apple's
    // do and the libraries that scripts are written with do not; or it offers delegated credentials
    // (RFC 9345), as Firefox alone does. It can be imitated: this supports what is known from
    // elsewhere, and proves nothing.
    bool of_browser() const;
};

// The fingerprint by FoxIO's published method for TLS clients, `technical_details/JA4.md` of
// github.com/FoxIO-LLC/ja4 (BSD 3-Clause; other methods of that family have another licence).
// `transport` is `t` for TCP, `q` for QUIC, `d` for DTLS.
std::string ja4(const HelloShape& hello, char transport);

}  // namespace umbra
