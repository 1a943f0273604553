// Decoding of frames made by hand, and what must hold of every kind of them.
#pragma once

#include <catch2/catch.hpp>
#include <random>

#include "daemon/decode/decoder.hpp"
#include "tests/unit/packets.hpp"

namespace umbra::test {

using decode::Step;
using decode::Tunnel;

constexpr int ethernet_link = 1;

// What decoding made of a frame, its payload as text.
struct Result {
    bool decoded = false;
    Packet packet;
    std::string payload;
    DecodeCounters counters;

    Step ended() const {
        for (std::size_t i = 0; i < decode::step_count; ++i) {
            if (counters.ended[i] == 1) return static_cast<Step>(i);
        }
        FAIL("the frame ended in no counter");
        return Step::decoded;
    }
};

inline Result decode_with(Decoder& decoder, Bytes frame, std::size_t wire_length = 0,
                          Micros time = 0) {
    // A copy of its own size, so that the sanitizer sees a read past the end.
    const std::vector<std::uint8_t> exact(frame.begin(), frame.end());
    Result result;
    result.packet.time = time;
    const auto length = static_cast<std::uint32_t>(std::max(wire_length, frame.size()));
    result.decoded = decoder.decode(exact, length, result.packet);
    if (result.decoded) {
        result.payload.assign(result.packet.payload.begin(), result.packet.payload.end());
    }
    result.packet.payload = {};
    result.counters = decoder.counters();
    return result;
}

inline Result decode_frame(Bytes frame, std::size_t wire_length = 0,
                           int link_type = ethernet_link) {
    Decoder decoder;
    decoder.set_link_type(link_type);
    return decode_with(decoder, frame, wire_length);
}

// An IPv4 header of a tunnel's own ends, 192.0.2.1 to 192.0.2.2.
inline void put_outer_ipv4(Octets& out, std::uint8_t protocol, std::size_t length) {
    out.u16(0x4500);
    out.u16(20 + length);
    out.u32(0x00010000);
    out.u8(64);
    out.u8(protocol);
    out.u16(0);
    out.bytes({192, 0, 2, 1, 192, 0, 2, 2});
}

inline void put_outer_ipv6(Octets& out, std::uint8_t next, std::size_t length) {
    out.u32(0x60000000);
    out.u16(length);
    out.u8(next);
    out.u8(64);
    for (const char* text : {"2001:db8:f::1", "2001:db8:f::2"})
        out.bytes(address(text).bytes);
}

// The packet that the tests put into tunnels: TCP from 10.0.0.1 or fd00::1, port 40000, to
// 203.0.113.1 or 2001:db8::1, port 443.
constexpr std::string_view inner_payload = "inner payload";

inline Octets inner_ipv4() {
    Octets packet;
    put_ipv4(packet, 6, 20 + inner_payload.size());
    put_tcp(packet, inner_payload);
    return packet;
}

inline Octets inner_ipv6() {
    Octets packet;
    put_ipv6(packet, 6, 20 + inner_payload.size());
    put_tcp(packet, inner_payload);
    return packet;
}

inline Octets inner_ethernet() {
    Octets frame = ethernet(0x0800);
    frame.bytes(inner_ipv4().view());
    return frame;
}

// With the VLAN id 7.
inline Octets inner_tagged_ethernet() {
    Octets frame = ethernet(0x8100);
    frame.u16(7);
    frame.u16(0x86dd);
    frame.bytes(inner_ipv6().view());
    return frame;
}

// An Ethernet frame with the VLAN id 100 that carries `headers` and then `content` over IPv4.
inline Octets over_ipv4(std::uint8_t protocol, Octets headers, Bytes content) {
    Octets frame = ethernet(0x8100);
    frame.u16(100);
    frame.u16(0x0800);
    put_outer_ipv4(frame, protocol, headers.size() + content.size());
    frame.bytes(headers.view());
    frame.bytes(content);
    return frame;
}

// The same in a UDP datagram.
inline Octets over_udp(std::uint16_t destination_port, Octets headers, Bytes content,
                       std::uint16_t source_port = 50000) {
    Octets udp;
    udp.u16(source_port);
    udp.u16(destination_port);
    udp.u16(8 + headers.size() + content.size());
    udp.u16(0);
    udp.bytes(headers.view());
    return over_ipv4(17, std::move(udp), content);
}

inline void check_inner_ends(const Packet& packet) {
    const std::string source = packet.source.to_string();
    CHECK((source == "10.0.0.1" || source == "fd00::1"));
    const std::string destination = packet.destination.to_string();
    CHECK(destination == (source == "10.0.0.1" ? "203.0.113.1" : "2001:db8::1"));
    CHECK(packet.source_port == 40000);
    CHECK(packet.destination_port == 443);
    CHECK(packet.transport == Transport::tcp);
}

// `frame` ends with the inner payload. Whole it gives the inner packet. Cut at any length, where
// the wire had all of it, it gives the inner packet with what is there of the payload, or nothing.
// Other bytes in any place do no harm. Returns what the whole frame gave.
inline Result check_inner(const Octets& frame, int link_type = ethernet_link) {
    const Result whole = decode_frame(frame.view(), 0, link_type);
    REQUIRE(whole.decoded);
    check_inner_ends(whole.packet);
    CHECK(whole.payload == inner_payload);
    CHECK(whole.packet.payload_length == inner_payload.size());
    CHECK(whole.counters.length_lied == 0);

    const std::size_t headers = frame.size() - inner_payload.size();
    for (std::size_t length = 0; length < frame.size(); ++length) {
        const Result cut = decode_frame(frame.view().first(length), frame.size(), link_type);
        INFO("cut at " << length << " of " << frame.size());
        if (length < headers) {
            CHECK(cut.ended() == Step::truncated);
        } else {
            REQUIRE(cut.decoded);
            check_inner_ends(cut.packet);
            CHECK(cut.payload == inner_payload.substr(0, length - headers));
            CHECK(cut.packet.payload_length == inner_payload.size());
        }
        // Where the wire had no more either, there is no inner packet, or less of it.
        const Result shorter = decode_frame(frame.view().first(length), 0, link_type);
        if (shorter.decoded && shorter.packet.transport == Transport::tcp) {
            check_inner_ends(shorter.packet);
        }
    }

    std::mt19937 random(1);
    for (int round = 0; round < 2000; ++round) {
        std::vector<std::uint8_t> bytes(frame.view().begin(), frame.view().end());
        for (unsigned changes = random() % 4 + 1; changes > 0; --changes)
            bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
        const std::size_t length = random() % 3 == 0 ? random() % bytes.size() : bytes.size();
        const Result result = decode_frame(std::span(bytes).first(length), bytes.size(), link_type);
        if (result.decoded) REQUIRE(result.payload.size() <= result.packet.payload_length);
    }
    return whole;
}

inline std::uint64_t count(const Result& result, Tunnel kind) {
    return result.counters.count(kind);
}

}  // namespace umbra::test
