#include "detectors/client_hello.hpp"

namespace umbra {
namespace {

constexpr std::uint8_t client_hello_type = 1;
constexpr std::uint16_t server_name_extension = 0;
constexpr std::uint16_t ech_extension = 0xfe0d;
constexpr std::uint8_t host_name_type = 0;

// struct { NameType name_type; opaque HostName<1..2^16-1>; } ServerName; ServerName list<1..2^16-1>
Detection read_server_name(Bytes extension, Protocol protocol, Evidence evidence) {
    Reader list(extension);
    list.u16();
    while (list.left() > 0) {
        const std::uint8_t type = list.u8();
        const Bytes name = list.take(list.u16());
        if (list.ok() && type == host_name_type) return Detection::named(protocol, evidence, name);
    }
    return Detection::nameless(protocol);
}

}  // namespace

// +------+--------+---------+------------+------------+---------------+-------------+------------+
// | type | length | version |  random 32 | session id | cipher suites | compression | extensions |
// |  1   |   3    |    2    |            |  1 + n     |     2 + n     |   1 + n     |   2 + n    |
// +------+--------+---------+------------+------------+---------------+-------------+------------+
Detection read_client_hello(Bytes message, Protocol protocol, Evidence evidence) {
    if (message.empty()) return Detection::need_more();
    if (message[0] != client_hello_type) return Detection::not_mine();
    if (message.size() < 4) return Detection::need_more();
    const std::size_t length =
        std::size_t{message[1]} << 16 | std::size_t{message[2]} << 8 | message[3];
    const bool whole = message.size() - 4 >= length;

    Reader hello(message.subspan(4, whole ? length : message.size() - 4));
    const std::uint16_t version = hello.u16();
    const bool datagrams = version >> 8 == 0xfe;
    if (hello.ok() && version >> 8 != 3 && !datagrams) return Detection::not_mine();
    hello.skip(32);
    hello.skip(hello.u8());
    if (datagrams) hello.skip(hello.u8());  // DTLS has a cookie here (RFC 6347 section 4.2.1)
    hello.skip(hello.u16());
    hello.skip(hello.u8());
    hello.u16();
    Detection detection = Detection::nameless(protocol);
    while (hello.left() > 0) {
        const std::uint16_t type = hello.u16();
        const Bytes extension = hello.take(hello.u16());
        if (!hello.ok()) break;
        if (type == server_name_extension && !detection.name) {
            const bool ech = detection.ech;
            detection = read_server_name(extension, protocol, evidence);
            detection.ech = ech;
        } else if (type == ech_extension) {
            detection.ech = true;
        }
    }
    // Where the message is whole, reading past its end means that it contradicts itself. Where it
    // is not, what is missing may yet tell that the name is an outer one only.
    if (whole) {
        detection.hello = HelloShape::of(message);
    } else {
        detection.verdict = Detection::Verdict::need_more;
    }
    return detection;
}

// Sources: Cloudflare's announcement of 2023 and its current HTTPS records; the test services of
// DEfO (defo.ie) and tls-ech.dev.
bool is_ech_public_name(std::string_view name) {
    return name == "cloudflare-ech.com" || name == "public.tls-ech.dev" || name == "cover.defo.ie";
}

}  // namespace umbra
