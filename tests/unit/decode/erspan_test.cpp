#include "tests/unit/decode/decoding.hpp"

using namespace umbra;
using namespace umbra::test;

namespace {

Octets mirrored(std::initializer_list<std::uint8_t> headers, const Octets& content) {
    Octets bytes;
    bytes.bytes(headers);
    return over_ipv4(47, bytes, content.view());
}

}  // namespace

TEST_CASE("ERSPAN type I: GRE without sequence number, then the frame") {
    const Result result = check_inner(mirrored({0x00, 0x00, 0x88, 0xbe}, inner_tagged_ethernet()));
    CHECK(result.packet.vlan == 7);
    CHECK(count(result, Tunnel::erspan) == 1);
    CHECK(count(result, Tunnel::gre) == 0);
}

TEST_CASE("ERSPAN type II: the VLAN of its header is not the key's, which is the frame's") {
    // Version 1, VLAN 0x123, session 0x155, index 0x98765.
    const Octets frame = mirrored({0x10, 0x00, 0x88, 0xbe, 0, 0, 0, 1,  // GRE
                                   0x11, 0x23, 0x19, 0x55, 0x00, 0x09, 0x87, 0x65},
                                  inner_tagged_ethernet());
    const Result result = check_inner(frame);
    CHECK(result.packet.vlan == 7);
    CHECK(count(result, Tunnel::erspan) == 1);
}

TEST_CASE("ERSPAN type III") {
    SECTION("an Ethernet frame") {
        const Octets frame = mirrored({0x10, 0x00, 0x22, 0xeb, 0, 0, 0, 1,  // GRE
                                       0x21, 0x23, 0x00, 0x55, 1, 2, 3, 4, 0x00, 0x07, 0x00, 0x16},
                                      inner_tagged_ethernet());
        CHECK(check_inner(frame).packet.vlan == 7);
    }
    SECTION("with the platform's subheader") {
        const Octets frame =
            mirrored({0x10, 0x00, 0x22, 0xeb, 0, 0, 0, 1,                          // GRE
                      0x21, 0x23, 0x00, 0x55, 1, 2, 3, 4, 0x00, 0x07, 0x00, 0x17,  //
                      0x0c, 0,    0,    0,    0, 0, 0, 1},
                     inner_tagged_ethernet());
        CHECK(check_inner(frame).packet.vlan == 7);
    }
    SECTION("an IP packet without Ethernet: frame type 2") {
        const Octets frame = mirrored({0x10, 0x00, 0x22, 0xeb, 0, 0, 0, 1,  // GRE
                                       0x20, 0x00, 0x00, 0x55, 1, 2, 3, 4, 0x00, 0x07, 0x08, 0x16},
                                      inner_ipv6());
        check_inner(frame);
    }
}

TEST_CASE("ERSPAN of an unknown version is malformed") {
    const Octets frame = mirrored({0x10, 0x00, 0x88, 0xbe, 0, 0, 0, 1,  // GRE
                                   0x71, 0x23, 0x19, 0x55, 0x00, 0x09, 0x87, 0x65},
                                  inner_ethernet());
    CHECK(decode_frame(frame.view()).ended() == Step::malformed);
}

TEST_CASE("a mirror that cuts its frames: the inner packet with what is there") {
    const Octets inner = inner_ethernet();
    Octets cut;
    cut.bytes(inner.view().first(inner.size() - 8));
    const Result result = decode_frame(mirrored({0x00, 0x00, 0x88, 0xbe}, cut).view());
    REQUIRE(result.decoded);
    check_inner_ends(result.packet);
    CHECK(result.payload == "inner");
    CHECK(result.counters.length_lied == 1);
}

TEST_CASE("a tunnel in a mirrored frame in a tunnel") {
    Octets vxlan;
    vxlan.bytes({0x08, 0, 0, 0, 0, 0, 9, 0});
    const Octets seen = over_udp(4789, vxlan, inner_tagged_ethernet().view());
    const Result result = check_inner(
        mirrored({0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 0x55, 0, 0, 0, 0}, seen));
    CHECK(result.packet.vlan == 7);
    CHECK(count(result, Tunnel::erspan) == 1);
    CHECK(count(result, Tunnel::vxlan) == 1);
    CHECK(result.counters.tunnelled == 1);
}
