// DHCP messages made by hand, field by field as RFC 2131 and RFC 8415 draw them.
#pragma once

#include "tests/unit/packets.hpp"

namespace umbra::test {

using Octets = trafgen::Octets;

struct Dhcp4Message {
    std::uint8_t type = 1;
    std::array<std::uint8_t, 6> client{0x02, 0xa0, 0, 0, 0, 1};
    std::string_view has = "0.0.0.0", given = "0.0.0.0";
    Octets options;  // after the message type

    Dhcp4Message& option(std::uint8_t code, Bytes data) {
        options.u8(code);
        options.u8(data.size());
        options.bytes(data);
        return *this;
    }
    Dhcp4Message& option(std::uint8_t code, std::string_view text) {
        return option(code, bytes_of(text));
    }
    Dhcp4Message& address_option(std::uint8_t code, std::string_view text) {
        const Address said = address(text);
        return option(code, Bytes(said.bytes).subspan(12));
    }
    Dhcp4Message& seconds_option(std::uint8_t code, std::uint32_t seconds) {
        Octets number;
        number.u32(seconds);
        return option(code, number.view());
    }

    Octets message() const {
        const bool server = type == 2 || type == 5 || type == 6;
        Octets out;
        out.bytes({static_cast<std::uint8_t>(server ? 2 : 1), 1, 6, 0});
        out.u32(0x12345678);
        out.u32(0);
        for (const Address& said : {address(has), address(given)})
            out.bytes(Bytes(said.bytes).subspan(12));
        out.fill(8, 0);
        out.bytes(client);
        out.fill(10 + 64 + 128, 0);
        out.u32(0x63825363);
        out.bytes({53, 1, type});
        out.bytes(options.view());
        out.u8(255);
        return out;
    }
};

struct Dhcp6Message {
    std::uint8_t type = 7;
    Octets options;

    Dhcp6Message& option(std::uint16_t code, Bytes data) {
        options.u16(code);
        options.u16(data.size());
        options.bytes(data);
        return *this;
    }
    // IA_NA with one IAADDR.
    Dhcp6Message& lease(std::string_view text, std::uint32_t valid) {
        Octets association;
        association.u32(1);
        association.u32(0);
        association.u32(0);
        association.u16(5);
        association.u16(24);
        association.bytes(address(text).bytes);
        association.u32(valid / 2);
        association.u32(valid);
        return option(3, association.view());
    }
    Octets message() const {
        Octets out;
        out.u8(type);
        out.u24(0xabcdef);
        out.bytes(options.view());
        return out;
    }
};

// `inner` as a relay passes it on, with the client's Ethernet address where there is one to say.
inline Octets relayed(Bytes inner, std::uint8_t type = 12, Bytes client = {}) {
    Octets out;
    out.u8(type);
    out.u8(0);
    out.fill(32, 0xfd);
    if (!client.empty()) {
        out.u16(79);
        out.u16(8);
        out.u16(1);
        out.bytes(client);
    }
    out.u16(9);
    out.u16(inner.size());
    out.bytes(inner);
    return out;
}

}  // namespace umbra::test
