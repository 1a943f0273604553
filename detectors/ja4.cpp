#include "detectors/ja4.hpp"

#include <fmt/format.h>

#include <vector>

#include "daemon/support/digest.hpp"
#include "detectors/text.hpp"

namespace umbra {
namespace {

// IANA's TLS ExtensionType values.
namespace extension {
constexpr std::uint16_t server_name = 0, signature_algorithms = 13, application_protocols = 16,
                        delegated_credentials = 34, supported_versions = 43;
}

// 0x0a0a, 0x1a1a, … 0xfafa.
bool is_grease(std::uint16_t value) {
    return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

// Of an even number of bytes, tells `take` each value that is no GREASE. True where there was some.
template <typename Take>
bool each_value(Reader list, Take take) {
    bool grease = false;
    while (list.left() >= 2) {
        const std::uint16_t value = list.u16();
        grease |= is_grease(value);
        if (!is_grease(value)) take(value);
    }
    return grease;
}

// DTLS counts downwards.
bool is_later(std::uint16_t version, std::uint16_t than) {
    if (than == 0) return true;
    return version >> 8 == 0xfe && than >> 8 == 0xfe ? version < than : version > than;
}

// The first and the last character of the first protocol that is offered; of its hexadecimal form
// where one of them is neither letter nor digit.
std::array<char, 2> alpn_of(Bytes extension) {
    Reader reader(extension);
    reader.u16();
    const Bytes first = reader.take(reader.u8());
    if (first.empty()) return {'0', '0'};
    const auto head = static_cast<char>(first.front()), tail = static_cast<char>(first.back());
    if (is_letter_or_digit(head) && is_letter_or_digit(tail)) return {head, tail};
    constexpr std::string_view digits = "0123456789abcdef";
    return {digits[first.front() >> 4], digits[first.back() & 0x0f]};
}

std::string_view version_text(std::uint16_t version) {
    switch (version) {
        case 0x0304:
            return "13";
        case 0x0303:
            return "12";
        case 0x0302:
            return "11";
        case 0x0301:
            return "10";
        case 0x0300:
            return "s3";
        case 0x0002:
            return "s2";
        case 0xfeff:
            return "d1";
        case 0xfefd:
            return "d2";
        case 0xfefc:
            return "d3";
        default:
            return "00";
    }
}

std::string joined(std::span<const std::uint16_t> values) {
    std::string text;
    for (const std::uint16_t value : values)
        text += fmt::format("{}{:04x}", text.empty() ? "" : ",", value);
    return text;
}

// The first twelve digits of the SHA-256; zeros where there is nothing to hash.
std::string hashed(std::string_view text) {
    return text.empty() ? "000000000000" : sha256_digits(text, 6);
}

}  // namespace

// The layout of the message stands in client_hello.cpp.
std::optional<HelloShape> HelloShape::of(Bytes message) {
    HelloShape shape;
    Reader reader(message);
    reader.u8();
    Reader hello(reader.take(reader.u24()));
    if (!reader.ok()) return std::nullopt;
    std::uint16_t legacy_version = hello.u16();
    hello.skip(32);
    hello.skip(hello.u8());
    if (legacy_version >> 8 == 0xfe) hello.skip(hello.u8());
    shape.grease |= each_value(Reader(hello.take(hello.u16())),
                               [&](std::uint16_t suite) { shape.cipher_suites.add(suite); });
    hello.skip(hello.u8());
    if (hello.left() > 0) hello.u16();
    while (hello.left() > 0) {
        const std::uint16_t type = hello.u16();
        Reader data(hello.take(hello.u16()));
        if (!hello.ok()) return std::nullopt;
        if (is_grease(type)) {
            shape.grease = true;
            continue;
        }
        shape.extensions.add(type);
        if (type == extension::signature_algorithms) {
            each_value(Reader(data.take(data.u16())),
                       [&](std::uint16_t algorithm) { shape.signature_algorithms.add(algorithm); });
        } else if (type == extension::application_protocols) {
            shape.alpn = alpn_of(data.rest());
        } else if (type == extension::supported_versions) {
            each_value(Reader(data.take(data.u8())), [&](std::uint16_t offered) {
                if (is_later(offered, shape.version)) shape.version = offered;
            });
        }
    }
    if (shape.version == 0) shape.version = legacy_version;
    const bool all =
        !shape.cipher_suites.full && !shape.extensions.full && !shape.signature_algorithms.full;
    return hello.ok() && all ? std::optional(shape) : std::nullopt;
}

bool HelloShape::of_browser() const {
    constexpr std::uint16_t tls_1_3 = 0x0304;
    return version == tls_1_3 && extensions.has(extension::application_protocols) &&
           (grease || extensions.has(extension::delegated_credentials));
}

std::string ja4(const HelloShape& hello, char transport) {
    const auto count = [](std::size_t values) { return std::min<std::size_t>(values, 99); };
    const auto sorted = [](std::span<const std::uint16_t> values) {
        std::vector<std::uint16_t> copy(values.begin(), values.end());
        std::ranges::sort(copy);
        return copy;
    };
    std::vector<std::uint16_t> extensions = sorted(hello.extensions.all());
    std::erase(extensions, extension::server_name);
    std::erase(extensions, extension::application_protocols);
    std::string offers = joined(extensions);
    if (!offers.empty() && hello.signature_algorithms.count > 0) {
        offers += "_" + joined(hello.signature_algorithms.all());
    }
    return fmt::format("{}{}{}{:02}{:02}{}{}_{}_{}", transport, version_text(hello.version),
                       hello.extensions.has(extension::server_name) ? 'd' : 'i',
                       count(hello.cipher_suites.count), count(hello.extensions.count),
                       hello.alpn[0], hello.alpn[1],
                       hashed(joined(sorted(hello.cipher_suites.all()))), hashed(offers));
}

}  // namespace umbra
