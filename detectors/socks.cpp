#include "detectors/socks.hpp"

#include <algorithm>

namespace umbra {
namespace {

constexpr std::uint8_t connect = 1;
constexpr std::uint8_t no_authentication = 0, gssapi = 1, password = 2;
constexpr std::size_t longest_user = 255;

Detection named(Bytes name) {
    return Detection::named(Protocol::socks, Evidence::connect_host, name);
}

// +----+----+----+----+----+----+----+----+----+----+....+----+ - - - - - - - +
// |  4 | 1  |  port   |      address      | user ID      |NULL| domain  |NULL|
// +----+----+----+----+----+----+----+----+----+----+....+----+ - - - - - - - +
Detection read_version_4(Bytes head) {
    if (head.size() > 1 && head[1] != connect) return Detection::not_mine();
    constexpr std::size_t fixed = 8;
    if (head.size() < fixed) return Detection::need_more();
    // An address 0.0.0.x, x not 0, announces a domain (SOCKS 4A).
    const bool domain = head[4] == 0 && head[5] == 0 && head[6] == 0 && head[7] != 0;
    std::size_t at = fixed;
    const auto text = [&]() -> std::optional<Bytes> {
        const Bytes rest = head.subspan(at);
        const auto end = std::ranges::find(rest, 0);
        if (end == rest.end()) return std::nullopt;
        const Bytes found = rest.first(static_cast<std::size_t>(end - rest.begin()));
        at += found.size() + 1;
        return found;
    };
    const auto more = [&] {
        return head.size() - at > longest_user ? Detection::not_mine() : Detection::need_more();
    };
    if (!text()) return more();
    if (!domain) return Detection::tunnel_from(Protocol::socks, at);
    const auto name = text();
    return name ? named(*name) : more();
}

// +----+----------+----------+   +----+------+----------+------+----------+
// |VER | NMETHODS | METHODS  |   |VER | ULEN |  UNAME   | PLEN |  PASSWD  |   (if asked for)
// +----+----------+----------+   +----+------+----------+------+----------+
// +----+-----+-------+------+----------+----------+
// |VER | CMD |  RSV  | ATYP | DST.ADDR | DST.PORT |
// +----+-----+-------+------+----------+----------+
Detection read_version_5(Bytes head) {
    Reader reader(head);
    reader.u8();
    const Bytes methods = reader.take(reader.u8());
    if (!reader.ok()) return Detection::need_more();
    const bool plausible = !methods.empty() && std::ranges::all_of(methods, [](std::uint8_t m) {
        return m == no_authentication || m == gssapi || m == password || (m >= 3 && m <= 9) ||
               m >= 0x80;
    });
    if (!plausible) return Detection::not_mine();
    if (reader.left() == 0) return Detection::need_more();
    if (reader.rest()[0] == 1) {
        reader.u8();
        reader.skip(reader.u8());
        reader.skip(reader.u8());
    }
    const std::uint8_t version = reader.u8();
    const std::uint8_t command = reader.u8();
    reader.u8();
    const std::uint8_t kind = reader.u8();
    if (!reader.ok()) return Detection::need_more();
    if (version != 5 || command != connect) return Detection::not_mine();
    Bytes name;
    switch (kind) {
        case 1:
            reader.skip(4);
            break;
        case 3:
            name = reader.take(reader.u8());
            break;
        case 4:
            reader.skip(16);
            break;
        default:
            return Detection::not_mine();
    }
    reader.u16();
    if (!reader.ok()) return Detection::need_more();
    if (kind == 3) return named(name);
    return Detection::tunnel_from(Protocol::socks, head.size() - reader.left());
}

}  // namespace

Detection detect_socks(Bytes head) {
    if (head.empty()) return Detection::need_more();
    if (head[0] == 4) return read_version_4(head);
    if (head[0] == 5) return read_version_5(head);
    return Detection::not_mine();
}

}  // namespace umbra
