#include "tests/unit/decode/decoding.hpp"

using namespace umbra;
using namespace umbra::test;

namespace {

constexpr std::uint8_t gre = 47;

Octets header(std::initializer_list<std::uint8_t> bytes) {
    Octets out;
    out.bytes(bytes);
    return out;
}

Step ended(std::initializer_list<std::uint8_t> gre_header, Bytes content) {
    return decode_frame(over_ipv4(gre, header(gre_header), content).view()).ended();
}

}  // namespace

TEST_CASE("GRE with each of its optional fields") {
    const Octets packet = inner_ipv4();
    const auto check = [&](std::initializer_list<std::uint8_t> bytes) {
        const Result result = check_inner(over_ipv4(gre, header(bytes), packet.view()));
        CHECK(count(result, Tunnel::gre) == 1);
        CHECK(count(result, Tunnel::erspan) == 0);
        CHECK(result.packet.vlan == 100);
    };
    check({0x00, 0x00, 0x08, 0x00});
    check({0x80, 0x00, 0x08, 0x00, 0x12, 0x34, 0, 0});                    // checksum
    check({0x20, 0x00, 0x08, 0x00, 0, 0, 0, 9});                          // key
    check({0x10, 0x00, 0x08, 0x00, 0, 0, 0, 1});                          // sequence number
    check({0x30, 0x00, 0x08, 0x00, 0, 0, 0, 9, 0, 0, 0, 1});              // key, sequence number
    check({0xb0, 0x00, 0x08, 0x00, 0, 1, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1});  // all
}

TEST_CASE("GRE carries IPv6, MPLS, Ethernet") {
    check_inner(over_ipv4(gre, header({0, 0, 0x86, 0xdd}), inner_ipv6().view()));
    const Octets label = header({0, 0, 0x88, 0x47, 0x00, 0x01, 0x01, 0x40});
    const Result result = check_inner(over_ipv4(gre, label, inner_ipv4().view()));
    CHECK(count(result, Tunnel::gre) == 1);
    CHECK(count(result, Tunnel::mpls) == 1);
    // NVGRE: bridging with a network identifier in the key.
    const Octets bridging = header({0x20, 0, 0x65, 0x58, 0, 0x12, 0x34, 0x56});
    const Octets frame = over_ipv4(gre, bridging, inner_tagged_ethernet().view());
    CHECK(check_inner(frame).packet.vlan == 7);
}

TEST_CASE("GRE over IPv6") {
    const Octets packet = inner_ipv4();
    Octets frame = ethernet(0x86dd);
    put_outer_ipv6(frame, gre, 4 + packet.size());
    frame.u32(0x00000800);
    frame.bytes(packet.view());
    check_inner(frame);
}

TEST_CASE("GRE of PPTP: a sequence number, an acknowledgment, PPP") {
    const auto pptp = [](std::initializer_list<std::uint8_t> bytes) {
        return over_ipv4(gre, header(bytes), inner_ipv4().view());
    };
    check_inner(pptp({0x30, 0x01, 0x88, 0x0b, 0, 99, 0, 5, 0, 0, 0, 1, 0xff, 0x03, 0x00, 0x21}));
    check_inner(pptp({0x30, 0x81, 0x88, 0x0b, 0, 99, 0, 5, 0, 0, 0, 1, 0, 0, 0, 7, 0x00, 0x21}));
    check_inner(pptp({0x30, 0x81, 0x88, 0x0b, 0, 99, 0, 5, 0, 0, 0, 1, 0, 0, 0, 7, 0x21}));
    const Octets encrypted = pptp({0x30, 1, 0x88, 0x0b, 0, 99, 0, 5, 0, 0, 0, 1, 0x00, 0xfd});
    CHECK(decode_frame(encrypted.view()).ended() == Step::not_ip);
    CHECK(ended({0x20, 0x81, 0x88, 0x0b, 0, 0, 0, 5, 0, 0, 0, 7}, {}) == Step::other_transport);
}

TEST_CASE("packets redirected by WCCP, of its first and of its second version") {
    check_inner(over_ipv4(gre, header({0, 0, 0x88, 0x3e}), inner_ipv4().view()));
    check_inner(over_ipv4(gre, header({0, 0, 0x88, 0x3e, 0, 1, 0, 5}), inner_ipv4().view()));
}

TEST_CASE("GRE that is not read is counted") {
    const Octets packet = inner_ipv4();
    CHECK(ended({0x40, 0, 0x08, 0x00}, packet.view()) == Step::other_transport);  // source routes
    CHECK(ended({0x00, 2, 0x08, 0x00}, packet.view()) == Step::other_transport);  // version 2
    CHECK(ended({0x00, 0, 0x00, 0x00}, packet.view()) == Step::not_ip);
    CHECK(ended({0x00, 0, 0x08, 0x00}, {}) == Step::other_transport);
    CHECK(ended({0xb0, 0, 0x08, 0x00}, {}) == Step::truncated);
}
