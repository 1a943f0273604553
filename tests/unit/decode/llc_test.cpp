#include "tests/unit/decode/decoding.hpp"

using namespace umbra;
using namespace umbra::test;

namespace {

// An IEEE 802.3 frame of a length instead of a type.
Octets with_length(std::size_t length) {
    return ethernet(static_cast<std::uint16_t>(length));
}

Octets snap(std::initializer_list<std::uint8_t> organization, const Octets& packet,
            std::uint16_t type = 0x0800) {
    Octets frame = with_length(8 + packet.size());
    frame.bytes({0xaa, 0xaa, 0x03});
    frame.bytes(organization);
    frame.u16(type);
    frame.bytes(packet.view());
    return frame;
}

}  // namespace

TEST_CASE("IP behind 802.2 and SNAP") {
    check_inner(snap({0, 0, 0}, inner_ipv4()));
    check_inner(snap({0, 0, 0}, inner_ipv6(), 0x86dd));
    check_inner(snap({0x00, 0x00, 0xf8}, inner_ipv4()));
}

TEST_CASE("the length of an 802.3 frame drops its padding") {
    Octets packet;
    put_ipv4(packet, 6, 20);
    put_tcp(packet, "");
    Octets frame = snap({0, 0, 0}, packet);
    frame.fill(40, 0);
    const Result result = decode_frame(frame.view());
    REQUIRE(result.decoded);
    CHECK(result.packet.payload_length == 0);
}

TEST_CASE("SNAP in frames that have a type because they are too long for a length") {
    Octets frame = ethernet(0x8870);
    frame.bytes({0xaa, 0xaa, 0x03, 0, 0, 0, 0x08, 0x00});
    frame.bytes(inner_ipv4().view());
    check_inner(frame);
}

TEST_CASE("802.2 without SNAP is no IP") {
    SECTION("spanning tree") {
        Octets frame = with_length(38);
        frame.bytes({0x42, 0x42, 0x03});
        frame.fill(35, 0);
        CHECK(decode_frame(frame.view()).ended() == Step::not_ip);
    }
    SECTION("not even with the service access point of IP") {
        Octets frame = with_length(3 + inner_ipv4().size());
        frame.bytes({0x06, 0x06, 0x03});
        frame.bytes(inner_ipv4().view());
        CHECK(decode_frame(frame.view()).ended() == Step::not_ip);
    }
    SECTION("SNAP of another organization: Cisco's, whose 0x2000 is CDP") {
        CHECK(decode_frame(snap({0x00, 0x00, 0x0c}, inner_ipv4()).view()).ended() == Step::not_ip);
    }
    SECTION("too short for anything") {
        Octets frame = with_length(3);
        frame.bytes({0xaa, 0xaa, 0x03});
        frame.fill(43, 0);
        CHECK(decode_frame(frame.view()).ended() == Step::not_ip);
    }
}
