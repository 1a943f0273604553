#include "tests/unit/decode/decoding.hpp"

using namespace umbra;
using namespace umbra::test;

namespace {

// A label stack entry; the traffic class is 5, the time to live 64.
void put_label(Octets& out, std::uint32_t label, bool bottom) {
    out.u32(label << 12U | 5U << 9U | (bottom ? 1U << 8U : 0U) | 64U);
}

Octets labelled(std::initializer_list<std::uint32_t> labels, const Octets& content) {
    Octets frame = ethernet(0x8100);
    frame.u16(100);
    frame.u16(0x8847);
    std::size_t left = labels.size();
    for (const std::uint32_t label : labels)
        put_label(frame, label, --left == 0);
    frame.bytes(content.view());
    return frame;
}

// An Ethernet frame to the given address.
Octets to_address(std::initializer_list<std::uint8_t> destination, std::uint16_t type,
                  const Octets& content) {
    Octets frame;
    frame.bytes(destination);
    frame.bytes({0x00, 0x1b, 0x21, 1, 2, 3});
    frame.u16(type);
    frame.bytes(content.view());
    return frame;
}

Octets with_control_word(const Octets& frame, std::uint32_t word) {
    Octets out;
    out.u32(word);
    out.bytes(frame.view());
    return out;
}

}  // namespace

TEST_CASE("IP below one label and below several") {
    const Result result = check_inner(labelled({16}, inner_ipv4()));
    CHECK(count(result, Tunnel::mpls) == 1);
    CHECK(result.packet.vlan == 100);
    check_inner(labelled({16}, inner_ipv6()));
    check_inner(labelled({16, 17, 0xfffff, 0}, inner_ipv4()));
    check_inner(labelled({16, 2}, inner_ipv6()));
}

TEST_CASE("frames of the MPLS link layer") {
    Octets frame;
    put_label(frame, 16, true);
    frame.bytes(inner_ipv4().view());
    check_inner(frame, 219);
}

TEST_CASE("the padding of a short frame below a label is no payload") {
    Octets packet;
    put_ipv4(packet, 6, 20);
    put_tcp(packet, "");
    Octets frame = labelled({16}, packet);
    frame.fill(20, 0);
    const Result result = decode_frame(frame.view());
    REQUIRE(result.decoded);
    CHECK(result.packet.payload_length == 0);
}

TEST_CASE("an Ethernet pseudowire, with and without control word: the inner VLAN counts") {
    const auto vlan_of = [](const Octets& content) {
        return check_inner(labelled({16, 17}, content)).packet.vlan;
    };
    CHECK(vlan_of(inner_tagged_ethernet()) == 7);
    CHECK(vlan_of(inner_ethernet()) == 0);
    CHECK(vlan_of(with_control_word(inner_tagged_ethernet(), 0)) == 7);
    CHECK(vlan_of(with_control_word(inner_tagged_ethernet(), 0x0000abcd)) == 7);
}

TEST_CASE("an Ethernet pseudowire whose addresses begin like other things") {
    SECTION("like a control word") {
        check_inner(
            labelled({16}, to_address({0x00, 0x00, 0x0c, 0x07, 0xac, 0x01}, 0x0800, inner_ipv4())));
        check_inner(
            labelled({16}, to_address({0x00, 0x50, 0x56, 0x00, 0x00, 0x01}, 0x86dd, inner_ipv6())));
    }
    SECTION("like IPv4") {
        check_inner(
            labelled({16}, to_address({0x44, 0x38, 0x39, 0xff, 0x00, 0x01}, 0x0800, inner_ipv4())));
        check_inner(
            labelled({16}, to_address({0x48, 0x0f, 0xcf, 0x12, 0x34, 0x56}, 0x0800, inner_ipv4())));
    }
    SECTION("like IPv6") {
        check_inner(
            labelled({16}, to_address({0x64, 0x00, 0x6a, 0x12, 0x34, 0x56}, 0x0800, inner_ipv4())));
    }
}

TEST_CASE("what is below labels and neither IP nor Ethernet with IP is no IP") {
    SECTION("an associated channel") {
        Octets channel;
        channel.bytes({0x10, 0x00, 0x00, 0x21});
        channel.bytes(inner_ipv4().view());
        CHECK(decode_frame(labelled({16, 13}, channel).view()).ended() == Step::not_ip);
    }
    SECTION("a frame of another protocol, to an address that begins like IPv4") {
        Octets lldp;
        lldp.fill(40, 6);
        const Octets frame =
            labelled({16}, to_address({0x46, 0x00, 0xff, 0xff, 0x00, 0x06}, 0x88cc, lldp));
        CHECK(decode_frame(frame.view()).ended() == Step::not_ip);
    }
    SECTION("ARP in a pseudowire") {
        Octets arp;
        arp.bytes({0, 1, 8, 0, 6, 4, 0, 1});
        arp.fill(20, 0);
        const Octets frame = labelled({16}, to_address({2, 2, 2, 2, 2, 2}, 0x0806, arp));
        CHECK(decode_frame(frame.view()).ended() == Step::not_ip);
    }
    SECTION("nothing") {
        CHECK(decode_frame(labelled({16}, {}).view()).ended() == Step::not_ip);
    }
}

TEST_CASE("a label stack without bottom is given up on") {
    Octets frame = ethernet(0x8847);
    for (int i = 0; i < 300; ++i)
        put_label(frame, 16, false);
    CHECK(decode_frame(frame.view()).ended() == Step::too_deep);
}
