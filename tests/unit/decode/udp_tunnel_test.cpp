// Tunnels that UDP carries: known by port, and by what is inside.
#include "tests/unit/decode/decoding.hpp"

using namespace umbra;
using namespace umbra::test;

namespace {

Octets header(std::initializer_list<std::uint8_t> bytes) {
    Octets out;
    out.bytes(bytes);
    return out;
}

Octets typed(std::initializer_list<std::uint8_t> bytes, const Octets& content) {
    Octets out = header(bytes);
    out.bytes(content.view());
    return out;
}

// The payload of the frame stays that of a UDP packet between the outer addresses, to the last
// byte.
void check_plain(std::uint16_t port, const Octets& payload, std::uint16_t source_port = 50000) {
    const Result result = decode_frame(over_udp(port, payload, {}, source_port).view());
    INFO("port " << port);
    REQUIRE(result.decoded);
    CHECK(result.packet.transport == Transport::udp);
    CHECK(result.packet.source.to_string() == "192.0.2.1");
    CHECK(result.packet.destination.to_string() == "192.0.2.2");
    CHECK(result.packet.destination_port == port);
    CHECK(result.packet.vlan == 100);
    CHECK(result.packet.payload_length == payload.size());
    CHECK(Bytes(bytes_of(result.payload)).size() == payload.size());
    CHECK(std::ranges::equal(bytes_of(result.payload), payload.view()));
    CHECK(result.counters.tunnelled == 0);
}

using Numbers = std::initializer_list<std::uint16_t>;

constexpr std::uint16_t tunnel_ports[] = {4789, 8472, 4790, 6081, 2152, 37008, 3544};

// A GTP-U header of a user's packet, with the flags E, S, PN, and what they announce.
Octets gtp(std::uint8_t flags, std::initializer_list<std::uint8_t> more, const Octets& packet) {
    Octets out;
    out.u8(0x30U | flags);
    out.u8(255);
    out.u16(more.size() + packet.size());
    out.u32(0x01020304);
    out.bytes(more);
    out.bytes(packet.view());
    return out;
}

// An IPv6 packet between a Teredo client and a host, as inner_ipv6() otherwise.
Octets teredo_packet(bool to_client) {
    Octets packet;
    packet.u32(0x60000000);
    packet.u16(20 + inner_payload.size());
    packet.u8(6);
    packet.u8(64);
    const char* client = "2001:0:9d38:6ab8:2428:d67b:3a62:ffee";
    const char* host = "2001:db8::1";
    packet.bytes(address(to_client ? host : client).bytes);
    packet.bytes(address(to_client ? client : host).bytes);
    put_tcp(packet, inner_payload);
    return packet;
}

}  // namespace

TEST_CASE("VXLAN, under its number and Linux's old one") {
    for (const std::uint16_t port : Numbers{4789, 8472}) {
        const Octets vxlan = header({0x08, 0, 0, 0, 0x00, 0x04, 0x57, 0});
        const Result result = check_inner(over_udp(port, vxlan, inner_tagged_ethernet().view()));
        CHECK(result.packet.vlan == 7);
        CHECK(count(result, Tunnel::vxlan) == 1);
        const Octets untagged = over_udp(port, vxlan, inner_ethernet().view());
        CHECK(check_inner(untagged).packet.vlan == 0);
        const Octets group_policy = header({0x88, 0x08, 0x12, 0x34, 0x00, 0x04, 0x57, 0});
        check_inner(over_udp(port, group_policy, inner_ethernet().view()));
    }
}

TEST_CASE("ARP in VXLAN is no IP, and no UDP packet either") {
    Octets arp = ethernet(0x0806);
    arp.bytes({0, 1, 8, 0, 6, 4, 0, 1});
    arp.fill(20, 0);
    const Octets frame = over_udp(4789, header({0x08, 0, 0, 0, 0, 0, 1, 0}), arp.view());
    CHECK(decode_frame(frame.view()).ended() == Step::not_ip);
}

TEST_CASE("VXLAN-GPE: Ethernet, IPv4, IPv6, or plain VXLAN") {
    const auto check = [](std::initializer_list<std::uint8_t> bytes, const Octets& content) {
        const Result result = check_inner(over_udp(4790, header(bytes), content.view()));
        CHECK(count(result, Tunnel::vxlan) == 1);
    };
    check({0x0c, 0, 0, 1, 0, 0, 9, 0}, inner_ipv4());
    check({0x0c, 0, 0, 2, 0, 0, 9, 0}, inner_ipv6());
    check({0x0c, 0, 0, 3, 0, 0, 9, 0}, inner_tagged_ethernet());
    check({0x08, 0, 0, 0, 0, 0, 9, 0}, inner_ethernet());
}

TEST_CASE("GENEVE: Ethernet, IPv4, IPv6, with and without options") {
    const auto check = [](std::initializer_list<std::uint8_t> bytes, const Octets& content) {
        const Result result = check_inner(over_udp(6081, header(bytes), content.view()));
        CHECK(count(result, Tunnel::geneve) == 1);
        return result.packet.vlan;
    };
    CHECK(check({0x00, 0x00, 0x65, 0x58, 0, 0, 9, 0}, inner_tagged_ethernet()) == 7);
    CHECK(check({0x00, 0x00, 0x08, 0x00, 0, 0, 9, 0}, inner_ipv4()) == 100);
    check({0x00, 0x00, 0x86, 0xdd, 0, 0, 9, 0}, inner_ipv6());
    // A critical option of class 0x0108, type 0x81, one word.
    check({0x02, 0x40, 0x08, 0x00, 0, 0, 0, 0, 0x01, 0x08, 0x81, 0x01, 1, 2, 3, 4}, inner_ipv4());
}

TEST_CASE("GTP-U with each of its optional parts") {
    const auto check = [](const Octets& message) {
        const Result result = check_inner(over_udp(2152, message, {}));
        CHECK(count(result, Tunnel::gtp) == 1);
    };
    check(gtp(0, {}, inner_ipv4()));
    check(gtp(0, {}, inner_ipv6()));
    check(gtp(2, {0, 1, 0, 0}, inner_ipv4()));     // sequence number
    check(gtp(1, {0, 0, 7, 0}, inner_ipv4()));     // N-PDU number
    check(gtp(2, {0, 1, 0, 0x85}, inner_ipv4()));  // what is not announced does not count
    // Extension headers: a PDU session container, then a long one.
    check(gtp(4, {0, 0, 0, 0x85, 1, 0x00, 0x09, 0x00}, inner_ipv4()));
    check(gtp(4, {0, 0, 0, 0x85, 1, 0, 9, 0x84, 2, 1, 2, 3, 4, 5, 6, 0}, inner_ipv6()));
}

TEST_CASE("what GTP-U carries besides users' packets stays UDP") {
    Octets echo = header({0x32, 1, 0, 4, 0, 0, 0, 0, 0, 1, 0, 0});
    check_plain(2152, echo);
    SECTION("a length that is not that of the message") {
        Octets longer = gtp(0, {}, inner_ipv4());
        longer.u8(0);
        check_plain(2152, longer);
    }
    SECTION("an extension header of no length") {
        check_plain(2152, gtp(4, {0, 0, 0, 0x85, 0, 0, 0, 0}, inner_ipv4()));
    }
    SECTION("extension headers past the end") {
        check_plain(2152, gtp(4, {0, 0, 0, 0x85, 255, 0, 0, 0}, inner_ipv4()));
    }
    SECTION("no IP") {
        Octets unstructured;
        unstructured.fill(60, 0x11);
        check_plain(2152, gtp(0, {}, unstructured));
    }
    SECTION("an IP packet longer than the message") {
        Octets lying;
        put_ipv4(lying, 6, 1000);
        put_tcp(lying, "data");
        check_plain(2152, gtp(0, {}, lying));
    }
}

TEST_CASE("Teredo, with and without its indications, to and from a server") {
    const auto check = [](std::uint16_t source_port, std::uint16_t destination_port,
                          const Octets& headers, bool to_client) {
        const Octets packet = teredo_packet(to_client);
        const Octets frame = over_udp(destination_port, headers, packet.view(), source_port);
        const Result result = decode_frame(frame.view());
        REQUIRE(result.decoded);
        CHECK(result.packet.source ==
              address(to_client ? "2001:db8::1" : "2001:0:9d38:6ab8:2428:d67b:3a62:ffee"));
        CHECK(result.packet.destination_port == 443);
        CHECK(result.payload == inner_payload);
        CHECK(count(result, Tunnel::teredo) == 1);
        const std::size_t headers_end = frame.size() - inner_payload.size();
        for (std::size_t length = 0; length < headers_end; ++length) {
            const Result cut = decode_frame(frame.view().first(length), frame.size());
            CHECK(cut.ended() == Step::truncated);
        }
    };
    const Octets origin = header({0, 0, 0xd6, 0x7b, 0x3a, 0x62, 0xff, 0xee});
    const Octets authentication = header({0, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0});
    const Octets identified =
        header({0, 1, 4, 2, 'n', 'a', 'm', 'e', 9, 9, 1, 2, 3, 4, 5, 6, 7, 8, 0});
    Octets both = identified;
    both.bytes(origin.view());
    for (const Octets& headers : {Octets(), origin, authentication, identified, both}) {
        check(50000, 3544, headers, false);
        check(3544, 50000, headers, true);
    }
}

TEST_CASE("IPv6 on Teredo's port that is not of Teredo stays UDP") {
    check_plain(3544, inner_ipv6());
}

TEST_CASE("TZSP: frames that a mirror sends, with and without fields") {
    const auto check = [](std::initializer_list<std::uint8_t> bytes) {
        const Octets frame = over_udp(37008, header(bytes), inner_tagged_ethernet().view());
        const Result result = check_inner(frame);
        CHECK(result.packet.vlan == 7);
        CHECK(count(result, Tunnel::tzsp) == 1);
    };
    check({1, 0, 0, 1, 1});
    check({1, 1, 0, 1, 1});
    check({1, 0, 0, 1, 0, 10, 2, 0xaa, 0xbb, 0, 41, 0, 1});
}

TEST_CASE("a query of the DNS to or from the port of a tunnel stays what it is") {
    for (const std::uint16_t port : tunnel_ports) {
        // Identifiers that begin like the tunnels' headers.
        for (const std::uint16_t id : Numbers{0x0800, 0x0c00, 0x8800, 1, 0, 0x30ff, 0x0100}) {
            Octets query;
            query.u16(id);
            query.bytes({0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0});
            query.bytes({3, 'w', 'w', 'w', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0, 0, 1, 0, 1});
            check_plain(port, query);
            check_plain(53, query, port);
        }
    }
}

TEST_CASE("no bytes and few bytes to the port of a tunnel stay UDP") {
    for (const std::uint16_t port : tunnel_ports) {
        for (const std::uint8_t value :
             std::initializer_list<std::uint8_t>{0, 1, 8, 0x30, 0x60, 255}) {
            for (std::size_t length = 0; length < 70; ++length) {
                Octets payload;
                payload.fill(length, value);
                check_plain(port, payload);
            }
        }
    }
}

TEST_CASE("tunnel headers with something else inside stay UDP") {
    Octets text;
    text.text("GET / HTTP/1.1\r\nHost: www.example.com\r\nAccept: */*\r\n\r\n");
    check_plain(4789, typed({0x08, 0, 0, 0, 0, 0, 9, 0}, text));
    check_plain(4790, typed({0x0c, 0, 0, 1, 0, 0, 9, 0}, text));
    check_plain(6081, typed({0x00, 0, 0x08, 0, 0, 0, 9, 0}, text));
    check_plain(2152, gtp(0, {}, text));
    check_plain(37008, typed({1, 0, 0, 1, 1}, text));
    check_plain(3544, typed({0, 0, 1, 2, 3, 4, 5, 6}, text));
    SECTION("other versions, reserved bits, wrong types") {
        check_plain(4789, typed({0x48, 0, 0, 0, 0, 0, 9, 0}, inner_ethernet()));
        check_plain(4789, typed({0x00, 0, 0, 0, 0, 0, 9, 0}, inner_ethernet()));
        check_plain(4790, typed({0x3c, 0, 0, 3, 0, 0, 9, 0}, inner_ethernet()));
        check_plain(4790, typed({0x0c, 0, 0, 9, 0, 0, 9, 0}, inner_ethernet()));
        check_plain(6081, typed({0x40, 0, 0x08, 0, 0, 0, 9, 0}, inner_ipv4()));
        check_plain(6081, typed({0x00, 1, 0x08, 0, 0, 0, 9, 0}, inner_ipv4()));
        check_plain(6081, typed({0x3f, 0, 0x08, 0, 0, 0, 9, 0}, inner_ipv4()));
        check_plain(6081, typed({0x00, 0, 0x08, 6, 0, 0, 9, 0}, inner_ipv4()));
        check_plain(37008, typed({2, 0, 0, 1, 1}, inner_ethernet()));
        check_plain(37008, typed({1, 0, 0, 18, 1}, inner_ethernet()));
    }
}

TEST_CASE("a UDP length that lies does not make a tunnel read past it") {
    const Octets vxlan = header({0x08, 0, 0, 0, 0, 0, 9, 0});
    const Octets frame = over_udp(4789, vxlan, inner_ethernet().view());
    std::vector<std::uint8_t> bytes(frame.view().begin(), frame.view().end());
    constexpr std::size_t udp_length = 18 + 20 + 4;
    bytes[udp_length] = 0;
    bytes[udp_length + 1] = 8 + 8 + 14 + 20 + 20 + 5;
    const Result result = decode_frame(bytes);
    REQUIRE(result.decoded);
    check_inner_ends(result.packet);
    CHECK(result.payload == "inner");
    CHECK(result.packet.payload_length == 5);
}

TEST_CASE("VXLAN in VXLAN without end is given up on") {
    Octets frame = inner_ethernet();
    for (int depth = 0; depth < 50; ++depth) {
        frame = over_udp(4789, header({0x08, 0, 0, 0, 0, 0, 9, 0}), frame.view());
    }
    CHECK(decode_frame(frame.view()).ended() == Step::too_deep);
}
