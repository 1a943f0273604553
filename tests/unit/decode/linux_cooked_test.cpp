#include "tests/unit/decode/decoding.hpp"

using namespace umbra;
using namespace umbra::test;

namespace {

constexpr int linux_sll = 113, linux_sll2 = 276;

// Outgoing, from an Ethernet device.
Octets cooked(std::uint16_t protocol, Bytes content) {
    Octets frame;
    frame.bytes({0, 4, 0, 1, 0, 6, 2, 2, 2, 2, 2, 2, 0, 0});
    frame.u16(protocol);
    frame.bytes(content);
    return frame;
}

Octets cooked_2(std::uint16_t protocol, Bytes content) {
    Octets frame;
    frame.u16(protocol);
    frame.bytes({0, 0, 0, 0, 0, 3, 0, 1, 4, 6, 2, 2, 2, 2, 2, 2, 0, 0});
    frame.bytes(content);
    return frame;
}

Octets snap_of(const Octets& packet) {
    Octets content;
    content.bytes({0xaa, 0xaa, 0x03, 0, 0, 0, 0x08, 0x00});
    content.bytes(packet.view());
    return content;
}

}  // namespace

TEST_CASE("Linux cooked capture, version 1") {
    check_inner(cooked(0x0800, inner_ipv4().view()), linux_sll);
    check_inner(cooked(0x86dd, inner_ipv6().view()), linux_sll);
    check_inner(cooked(0x0004, snap_of(inner_ipv4()).view()), linux_sll);
}

TEST_CASE("Linux cooked capture, version 2") {
    check_inner(cooked_2(0x0800, inner_ipv4().view()), linux_sll2);
    check_inner(cooked_2(0x86dd, inner_ipv6().view()), linux_sll2);
    check_inner(cooked_2(0x0004, snap_of(inner_ipv4()).view()), linux_sll2);
}

TEST_CASE("VLAN tags in a Linux cooked capture") {
    Octets content;
    content.u16(0x0007);
    content.u16(0x0800);
    content.bytes(inner_ipv4().view());
    CHECK(check_inner(cooked(0x8100, content.view()), linux_sll).packet.vlan == 7);
    CHECK(check_inner(cooked_2(0x8100, content.view()), linux_sll2).packet.vlan == 7);
}

TEST_CASE("what a Linux cooked capture holds besides IP is no IP") {
    const Octets packet = inner_ipv4();
    for (const std::uint16_t protocol : std::initializer_list<std::uint16_t>{1, 0x000c, 0x0806}) {
        const Octets one = cooked(protocol, packet.view()), two = cooked_2(protocol, packet.view());
        CHECK(decode_frame(one.view(), 0, linux_sll).ended() == Step::not_ip);
        CHECK(decode_frame(two.view(), 0, linux_sll2).ended() == Step::not_ip);
    }
}
