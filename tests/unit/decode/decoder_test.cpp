#include "tests/unit/decode/decoding.hpp"

using namespace umbra;
using decode::Step;
using test::decode_frame;
using test::Octets;
using test::Result;

namespace {

Octets tcp_over_ipv4(std::string_view payload) {
    Octets frame = test::ethernet(0x0800);
    test::put_ipv4(frame, 6, 20 + payload.size());
    test::put_tcp(frame, payload);
    return frame;
}

}  // namespace

TEST_CASE("TCP over IPv4 over Ethernet") {
    const Result result = decode_frame(tcp_over_ipv4("hello").view());
    REQUIRE(result.decoded);
    CHECK(result.packet.transport == Transport::tcp);
    CHECK(result.packet.source.to_string() == "10.0.0.1");
    CHECK(result.packet.destination.to_string() == "203.0.113.1");
    CHECK(result.packet.source_port == 40000);
    CHECK(result.packet.destination_port == 443);
    CHECK(result.packet.sequence == 1000);
    CHECK(result.packet.payload_length == 5);
    CHECK(result.payload == "hello");
}

TEST_CASE("the padding of a short Ethernet frame is no payload") {
    Octets frame = tcp_over_ipv4("");
    frame.fill(6, 0);
    const Result result = decode_frame(frame.view());
    REQUIRE(result.decoded);
    CHECK(result.packet.payload_length == 0);
    CHECK(result.payload.empty());
}

TEST_CASE("IPv4 options and TCP options are passed over") {
    Octets frame = test::ethernet(0x0800);
    test::put_ipv4(frame, 6, 32 + 3, 8);
    test::put_tcp(frame, std::string(12, '\1') + "abc", 8);
    const Result result = decode_frame(frame.view());
    REQUIRE(result.decoded);
    CHECK(result.payload == "abc");
}

TEST_CASE("UDP's own length bounds its payload") {
    Octets frame = test::ethernet(0x0800);
    test::put_ipv4(frame, 17, 8 + 4 + 3);
    test::put_udp(frame, "data");
    frame.text("???");
    const Result result = decode_frame(frame.view());
    REQUIRE(result.decoded);
    CHECK(result.packet.transport == Transport::udp);
    CHECK(result.payload == "data");
}

TEST_CASE("stacked VLAN tags: the two innermost ids") {
    Octets frame = test::ethernet(0x88a8);
    frame.u16(0x0064);
    frame.u16(0x8100);
    frame.u16(0xa0c8);  // with a priority, which is no part of the id
    frame.u16(0x0800);
    test::put_ipv4(frame, 6, 20);
    test::put_tcp(frame, "");
    const Result result = decode_frame(frame.view());
    REQUIRE(result.decoded);
    CHECK(result.packet.vlan == (0x064U << 12 | 0x0c8U));
}

TEST_CASE("a hundred VLAN tags end decoding") {
    Octets frame = test::ethernet(0x8100);
    for (int i = 0; i < 100; ++i)
        frame.u32(0x00018100);
    CHECK(decode_frame(frame.view()).ended() == Step::too_deep);
}

TEST_CASE("IPv6 with extension headers") {
    Octets frame = test::ethernet(0x86dd);
    test::put_ipv6(frame, 0, 8 + 16 + 8 + 12 + 20 + 2);
    frame.bytes({60, 0, 1, 4, 0, 0, 0, 0});                           // hop-by-hop, 8 bytes
    frame.bytes({44, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});  // destination, 16 bytes
    frame.bytes({51, 0, 0, 0, 1, 2, 3, 4});                           // atomic fragment
    frame.bytes({6, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2});                // authentication header
    test::put_tcp(frame, "ok");
    const Result result = decode_frame(frame.view());
    REQUIRE(result.decoded);
    CHECK(result.packet.source.to_string() == "fd00::1");
    CHECK(result.payload == "ok");
}

TEST_CASE("fragments are told from whole packets, in both families") {
    Octets first = test::ethernet(0x0800);
    test::put_ipv4(first, 6, 24, 0, 0x2000);
    test::put_tcp(first, "data");
    CHECK(decode_frame(first.view()).ended() == Step::fragment);
    Octets later = test::ethernet(0x0800);
    test::put_ipv4(later, 6, 20, 0, 0x0010);
    test::put_tcp(later, "");
    CHECK(decode_frame(later.view()).ended() == Step::fragment);
    Octets six = test::ethernet(0x86dd);
    test::put_ipv6(six, 44, 8 + 24);
    six.bytes({6, 0, 0, 1, 0, 0, 0, 9});
    test::put_tcp(six, "data");
    CHECK(decode_frame(six.view()).ended() == Step::fragment);
}

TEST_CASE("what is no IP and no TCP or UDP is counted as such") {
    Octets arp = test::ethernet(0x0806);
    arp.fill(28, 0);
    CHECK(decode_frame(arp.view()).ended() == Step::not_ip);
    Octets icmp = test::ethernet(0x0800);
    test::put_ipv4(icmp, 1, 8);
    icmp.fill(8, 0);
    CHECK(decode_frame(icmp.view()).ended() == Step::other_transport);
}

TEST_CASE("a length field that lies reads nothing past the frame") {
    const Octets honest = tcp_over_ipv4("payload");
    const auto with = [&](std::size_t at, std::vector<std::uint8_t> lie) {
        std::vector<std::uint8_t> frame(honest.view().begin(), honest.view().end());
        std::copy(lie.begin(), lie.end(), frame.begin() + static_cast<std::ptrdiff_t>(at));
        return decode_frame(frame);
    };
    SECTION("IPv4 header length below the least") {
        CHECK(with(14, {0x44}).ended() == Step::malformed);
    }
    SECTION("IPv4 header length past the total length") {
        CHECK(with(14, {0x4f}).ended() == Step::malformed);
    }
    SECTION("IPv4 total length past the frame: what is there counts") {
        const Result result = with(16, {0xff, 0xff});
        REQUIRE(result.decoded);
        CHECK(result.packet.payload_length == 7);
        CHECK(result.counters.length_lied == 1);
    }
    SECTION("IPv4 total length below the header") {
        CHECK(with(16, {0x00, 0x0a}).ended() == Step::malformed);
    }
    SECTION("IPv4 total length that leaves half a TCP header") {
        CHECK(with(16, {0x00, 0x1e}).ended() == Step::truncated);
    }
    SECTION("IPv4 total length of zero: segmentation offload, the frame tells") {
        const Result result = with(16, {0x00, 0x00});
        REQUIRE(result.decoded);
        CHECK(result.payload == "payload");
    }
    SECTION("TCP header length below the least") {
        CHECK(with(14 + 20 + 12, {0x10}).ended() == Step::malformed);
    }
    SECTION("TCP header length past the packet") {
        CHECK(with(14 + 20 + 12, {0xf0}).ended() == Step::malformed);
    }
}

TEST_CASE("lying lengths of UDP and IPv6") {
    Octets udp = test::ethernet(0x0800);
    test::put_ipv4(udp, 17, 8 + 4);
    udp.u16(40000);
    udp.u16(443);
    SECTION("UDP length below its header") {
        udp.u32(0x00070000);
        udp.text("data");
        CHECK(decode_frame(udp.view()).ended() == Step::malformed);
    }
    SECTION("UDP length past the packet") {
        udp.u32(0xffff0000);
        udp.text("data");
        const Result result = decode_frame(udp.view());
        REQUIRE(result.decoded);
        CHECK(result.payload == "data");
        CHECK(result.counters.length_lied == 1);
    }
    SECTION("IPv6 payload length past the frame") {
        Octets frame = test::ethernet(0x86dd);
        test::put_ipv6(frame, 6, 0xffff);
        test::put_tcp(frame, "data");
        const Result result = decode_frame(frame.view());
        REQUIRE(result.decoded);
        CHECK(result.payload == "data");
        CHECK(result.counters.length_lied == 1);
    }
    SECTION("IPv6 extension header past the packet") {
        Octets frame = test::ethernet(0x86dd);
        test::put_ipv6(frame, 0, 28);
        frame.bytes({6, 255, 0, 0, 0, 0, 0, 0});
        test::put_tcp(frame, "");
        CHECK(decode_frame(frame.view()).ended() == Step::malformed);
    }
    SECTION("a chain of extension headers that never ends") {
        Octets frame = test::ethernet(0x86dd);
        test::put_ipv6(frame, 60, 8 * 60);
        for (int i = 0; i < 60; ++i)
            frame.bytes({60, 0, 0, 0, 0, 0, 0, 0});
        CHECK(decode_frame(frame.view()).ended() == Step::too_deep);
    }
}

TEST_CASE("a frame cut by the snap length keeps what the wire had") {
    const Octets whole = tcp_over_ipv4(std::string(1000, 'x'));
    const Result result = decode_frame(whole.view().first(96), whole.size());
    REQUIRE(result.decoded);
    CHECK(result.packet.payload_length == 1000);
    CHECK(result.payload.size() == 96 - 54);
    CHECK(result.counters.cut_short == 1);
    // Cut within a header, at every byte: never decoded, never read past.
    for (std::size_t length = 0; length < 54; ++length) {
        CHECK(decode_frame(whole.view().first(length), whole.size()).ended() == Step::truncated);
    }
}

TEST_CASE("random bytes in every place of a frame do no harm") {
    std::mt19937 random(1);
    const Octets frames[] = {tcp_over_ipv4("some payload"), [] {
                                 Octets frame = test::ethernet(0x86dd);
                                 test::put_ipv6(frame, 0, 8 + 20);
                                 frame.bytes({6, 0, 0, 0, 0, 0, 0, 0});
                                 test::put_tcp(frame, "");
                                 return frame;
                             }()};
    for (const Octets& whole : frames) {
        for (int round = 0; round < 20000; ++round) {
            std::vector<std::uint8_t> frame(whole.view().begin(), whole.view().end());
            for (unsigned changes = random() % 4 + 1; changes > 0; --changes) {
                frame[random() % frame.size()] = static_cast<std::uint8_t>(random());
            }
            const std::size_t length = random() % 3 == 0 ? random() % frame.size() : frame.size();
            const Result result = decode_frame(std::span(frame).first(length), whole.size());
            if (result.decoded) REQUIRE(result.payload.size() <= result.packet.payload_length);
        }
    }
}

TEST_CASE("zero bytes that pad a bare acknowledgment are no payload") {
    using namespace std::string_view_literals;
    const auto length_of = [](std::string_view payload, std::uint8_t flags) {
        Octets frame = test::ethernet(0x0800);
        test::put_ipv4(frame, 6, 20 + payload.size());
        test::put_tcp(frame, payload);
        std::vector<std::uint8_t> bytes = frame.take();
        bytes[14 + 20 + 13] = flags;
        Decoder decoder;
        Packet packet;
        REQUIRE(decoder.decode(bytes, static_cast<std::uint32_t>(bytes.size()), packet));
        return packet.payload_length;
    };
    CHECK(length_of("\0\0"sv, tcp_flag::ack) == 0);
    CHECK(length_of("\0\0\0\0\0\0"sv, tcp_flag::ack) == 0);
    CHECK(length_of("\0\0\0\0\0\0\0"sv, tcp_flag::ack) == 7);
    CHECK(length_of("\0\0"sv, tcp_flag::ack | tcp_flag::psh) == 2);
    CHECK(length_of("\0\1"sv, tcp_flag::ack) == 2);
}
