// Frames that begin with IP, and IP in IP.
#include "tests/unit/decode/decoding.hpp"

using namespace umbra;
using namespace umbra::test;

namespace {

Octets over_ipv6(std::uint8_t next, const Octets& content) {
    Octets frame = ethernet(0x86dd);
    put_outer_ipv6(frame, next, content.size());
    frame.bytes(content.view());
    return frame;
}

}  // namespace

TEST_CASE("raw IP of either version, under each of its numbers") {
    for (const int link_type : {12, 14, 101}) {
        check_inner(inner_ipv4(), link_type);
        check_inner(inner_ipv6(), link_type);
        const std::uint8_t version_5[] = {0x55, 0, 0, 0};
        CHECK(decode_frame(version_5, 0, link_type).ended() == Step::not_ip);
    }
    check_inner(inner_ipv4(), 228);
    CHECK(decode_frame(inner_ipv6().view(), 0, 228).ended() == Step::malformed);
    check_inner(inner_ipv6(), 229);
    CHECK(decode_frame(inner_ipv4().view(), 0, 229).ended() == Step::malformed);
}

TEST_CASE("BSD loopback in both byte orders, with each system's number for IPv6") {
    constexpr int null_link = 0, loop_link = 108;
    const auto frame = [](std::initializer_list<std::uint8_t> family, const Octets& packet) {
        Octets bytes;
        bytes.bytes(family);
        bytes.bytes(packet.view());
        return bytes;
    };
    check_inner(frame({2, 0, 0, 0}, inner_ipv4()), null_link);
    check_inner(frame({0, 0, 0, 2}, inner_ipv4()), null_link);
    check_inner(frame({0, 0, 0, 2}, inner_ipv4()), loop_link);
    for (const std::uint8_t family : std::initializer_list<std::uint8_t>{10, 23, 24, 28, 30}) {
        check_inner(frame({family, 0, 0, 0}, inner_ipv6()), null_link);
        check_inner(frame({0, 0, 0, family}, inner_ipv6()), loop_link);
    }
    const Octets iso = frame({7, 0, 0, 0}, inner_ipv4());
    CHECK(decode_frame(iso.view(), 0, null_link).ended() == Step::not_ip);
}

TEST_CASE("IP in IP, each version in each") {
    const Octets frames[] = {over_ipv4(4, {}, inner_ipv4().view()),
                             over_ipv4(41, {}, inner_ipv6().view()), over_ipv6(4, inner_ipv4()),
                             over_ipv6(41, inner_ipv6())};
    for (const Octets& frame : frames) {
        const Result result = check_inner(frame);
        CHECK(count(result, Tunnel::ip_in_ip) == 1);
        CHECK(result.counters.tunnelled == 1);
    }
    CHECK(decode_frame(inner_ethernet().view()).counters.tunnelled == 0);
}

TEST_CASE("an inner IP length that lies is cut to the outer one") {
    Octets inner;
    put_ipv4(inner, 6, 2000);
    put_tcp(inner, "data");
    Octets frame = over_ipv4(4, {}, inner.view());
    frame.text("trailer");
    const Result result = decode_frame(frame.view());
    REQUIRE(result.decoded);
    CHECK(result.payload == "data");
    CHECK(result.packet.payload_length == 4);
    CHECK(result.counters.length_lied == 1);
}

TEST_CASE("Ethernet in IP") {
    Octets header;
    header.u16(0x3000);
    const Result result = check_inner(over_ipv4(97, header, inner_tagged_ethernet().view()));
    CHECK(result.packet.vlan == 7);
    Octets other_version;
    other_version.u16(0x2000);
    const Octets frame = over_ipv4(97, other_version, inner_ethernet().view());
    CHECK(decode_frame(frame.view()).ended() == Step::malformed);
}

TEST_CASE("IP in IP without end is given up on, and costs no more than its bound") {
    Octets packet = inner_ipv4();
    for (int depth = 0; depth < 1000; ++depth) {
        Octets outer;
        put_outer_ipv4(outer, 4, packet.size());
        outer.bytes(packet.view());
        packet = std::move(outer);
    }
    CHECK(decode_frame(packet.view(), 0, 228).ended() == Step::too_deep);
}
