#include "tests/unit/decode/decoding.hpp"

using namespace umbra;
using namespace umbra::test;

namespace {

constexpr int ppp_link = 9, ppp_serial = 50, ppp_ether = 51, cisco_hdlc = 104;

Octets behind(std::initializer_list<std::uint8_t> header, const Octets& packet) {
    Octets frame;
    frame.bytes(header);
    frame.bytes(packet.view());
    return frame;
}

Octets pppoe(std::uint8_t code, std::size_t length, const Octets& ppp) {
    Octets frame = ethernet(0x8864);
    frame.bytes({0x11, code});
    frame.u16(0x1dcd);
    frame.u16(length);
    frame.bytes(ppp.view());
    return frame;
}

}  // namespace

TEST_CASE("PPP with and without address, control and the protocol's first byte") {
    for (const int link_type : {ppp_link, ppp_serial}) {
        check_inner(behind({0xff, 0x03, 0x00, 0x21}, inner_ipv4()), link_type);
        check_inner(behind({0xff, 0x03, 0x21}, inner_ipv4()), link_type);
        check_inner(behind({0x00, 0x21}, inner_ipv4()), link_type);
        check_inner(behind({0xff, 0x03, 0x00, 0x57}, inner_ipv6()), link_type);
        check_inner(behind({0xff, 0x03, 0x57}, inner_ipv6()), link_type);
    }
    check_inner(behind({0x21}, inner_ipv4()), ppp_link);
}

TEST_CASE("MPLS in PPP") {
    const Octets frame = behind({0xff, 0x03, 0x02, 0x81, 0x00, 0x01, 0x01, 0x40}, inner_ipv4());
    CHECK(count(check_inner(frame, ppp_link), Tunnel::mpls) == 1);
}

TEST_CASE("what PPP carries besides IP is no IP") {
    // Link control, IP control, compressed TCP, encrypted packets, multilink.
    for (const int protocol : {0xc021, 0x8021, 0x002d, 0x00fd, 0x003d}) {
        Octets frame;
        frame.u16(0xff03);
        frame.u16(static_cast<std::uint64_t>(protocol));
        frame.bytes(inner_ipv4().view());
        CHECK(decode_frame(frame.view(), 0, ppp_link).ended() == Step::not_ip);
    }
}

TEST_CASE("Cisco's framing of serial lines carries EtherTypes") {
    for (const int link_type : {ppp_serial, cisco_hdlc}) {
        check_inner(behind({0x0f, 0x00, 0x08, 0x00}, inner_ipv4()), link_type);
        check_inner(behind({0x8f, 0x00, 0x86, 0xdd}, inner_ipv6()), link_type);
        const Octets keepalive = behind({0x8f, 0x00, 0x80, 0x35}, inner_ipv4());
        CHECK(decode_frame(keepalive.view(), 0, link_type).ended() == Step::not_ip);
    }
}

TEST_CASE("PPPoE sessions") {
    const Octets four = behind({0x00, 0x21}, inner_ipv4());
    const Result result = check_inner(pppoe(0, four.size(), four));
    CHECK(count(result, Tunnel::pppoe) == 1);
    const Octets six = behind({0x00, 0x57}, inner_ipv6());
    check_inner(pppoe(0, six.size(), six));
    const Octets compressed = behind({0x21}, inner_ipv4());
    check_inner(pppoe(0, compressed.size(), compressed));

    Octets without_ethernet;
    without_ethernet.bytes(pppoe(0, four.size(), four).view().subspan(14));
    check_inner(without_ethernet, ppp_ether);
}

TEST_CASE("PPPoE's length bounds what it carries") {
    const Octets ppp = behind({0x00, 0x21}, inner_ipv4());
    SECTION("too short: the IP packet in it lies") {
        const Result result = decode_frame(pppoe(0, ppp.size() - 3, ppp).view());
        REQUIRE(result.decoded);
        CHECK(result.payload == inner_payload.substr(0, inner_payload.size() - 3));
        CHECK(result.counters.length_lied == 1);
    }
    SECTION("too long: the frame bounds it") {
        CHECK(decode_frame(pppoe(0, 60000, ppp).view()).payload == inner_payload);
    }
    SECTION("zero") {
        CHECK(decode_frame(pppoe(0, 0, ppp).view()).ended() == Step::truncated);
    }
}

TEST_CASE("PPPoE discovery and unknown versions are no IP") {
    const Octets ppp = behind({0x00, 0x21}, inner_ipv4());
    CHECK(decode_frame(pppoe(0xa7, ppp.size(), ppp).view()).ended() == Step::not_ip);
    Octets discovery = ethernet(0x8863);
    discovery.bytes({0x11, 0x09, 0, 0, 0, 0});
    CHECK(decode_frame(discovery.view()).ended() == Step::not_ip);
}
