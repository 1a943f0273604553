#include "daemon/flow/flow.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/packets.hpp"

using namespace umbra;

namespace {

// Bytes that a segment adds to a direction.
std::uint32_t add(Direction& direction, std::uint32_t sequence, std::size_t length,
                  std::uint8_t flags = tcp_flag::ack) {
    const std::string payload(length, 'x');
    return add_payload(
        direction, test::Tcp{.flags = flags, .sequence = sequence, .payload = payload}.packet());
}

}  // namespace

TEST_CASE("TCP counts progress in sequence space") {
    Direction direction;
    CHECK(add(direction, 999, 0, tcp_flag::syn) == 0);
    CHECK(add(direction, 1000, 100) == 100);
    SECTION("a retransmission adds nothing") {
        CHECK(add(direction, 1000, 100) == 0);
        CHECK(add(direction, 1040, 60) == 0);
    }
    SECTION("a segment that overlaps adds its new part") {
        CHECK(add(direction, 1050, 100) == 50);
    }
    SECTION("bytes that the capture missed still count") {
        CHECK(add(direction, 1300, 100) == 300);
    }
    SECTION("a segment that comes late after a gap was counted with the gap") {
        CHECK(add(direction, 1200, 100) == 200);
        CHECK(add(direction, 1100, 100) == 0);
        CHECK(direction.bytes == 300);
    }
    SECTION("a keep-alive, one byte before the next, adds nothing") {
        CHECK(add(direction, 1099, 1) == 0);
        CHECK(add(direction, 1099, 0) == 0);
    }
    SECTION("a FIN takes a number that is no byte") {
        CHECK(add(direction, 1100, 20, tcp_flag::fin | tcp_flag::ack) == 20);
        CHECK(add(direction, 1121, 0) == 0);
        CHECK(add(direction, 1100, 20, tcp_flag::fin | tcp_flag::ack) == 0);
        CHECK(direction.bytes == 120);
    }
    SECTION("a reset adds nothing, whatever number it carries") {
        CHECK(add(direction, 500'000, 0, tcp_flag::rst) == 0);
        CHECK(add(direction, 1100, 10) == 10);
    }
    SECTION("a leap too far to be progress starts anew") {
        CHECK(add(direction, 1100 + longest_leap + 1, 10) == 10);
        CHECK(add(direction, 1110 + longest_leap + 1, 10) == 10);
        CHECK(direction.bytes == 120);
    }
}

TEST_CASE("the sequence space wraps around") {
    Direction direction;
    add(direction, 0xffffff00U - 1, 0, tcp_flag::syn);
    CHECK(add(direction, 0xffffff00U, 0x80) == 0x80);
    CHECK(add(direction, 0xffffff80U, 0x100) == 0x100);
    CHECK(add(direction, 0x80, 0x10) == 0x10);
    CHECK(add(direction, 0xffffff80U, 0x100) == 0);
    CHECK(direction.bytes == 0x190);
}

TEST_CASE("a SYN may carry data, whose first byte has the next number") {
    Direction direction;
    CHECK(add(direction, 10, 30, tcp_flag::syn) == 30);
    CHECK(add(direction, 41, 5) == 5);
}

TEST_CASE("without a SYN the first segment seen counts whole") {
    Direction direction;
    CHECK(add(direction, 123456, 70) == 70);
    CHECK(add(direction, 123526, 30) == 30);
}

TEST_CASE("a direction whose first segment seen was not its first counts the one that comes late") {
    Direction direction;
    CHECK(add(direction, 5000, 100) == 100);
    SECTION("the segment right before it, once") {
        CHECK(add(direction, 4900, 100) == 100);
        CHECK(add(direction, 4900, 100) == 0);
        CHECK(add(direction, 5100, 10) == 10);
    }
    SECTION("with a gap between, which counts, and is not counted again when it is filled") {
        CHECK(add(direction, 4000, 100) == 1000);
        CHECK(add(direction, 4100, 900) == 0);
        CHECK(direction.bytes == 1100);
    }
    SECTION("one segment that reaches past both ends") {
        CHECK(add(direction, 4990, 130) == 30);
        CHECK(direction.bytes == 130);
    }
    SECTION("a SYN that comes late says where the stream began") {
        CHECK(add(direction, 4899, 0, tcp_flag::syn) == 100);
        CHECK(add(direction, 4800, 100) == 0);
    }
    SECTION("an acknowledgment without bytes says nothing of earlier ones") {
        CHECK(add(direction, 4000, 0) == 0);
    }
    SECTION("further back than reordering goes") {
        CHECK(add(direction, 5000 - longest_reordering - 1, 100) == 0);
        CHECK(direction.bytes == 100);
    }
    SECTION("after a leap nothing is known of where it began") {
        const std::uint32_t far = 5100 + longest_leap + 1;
        CHECK(add(direction, far, 100) == 100);
        CHECK(add(direction, far - 100, 100) == 0);
    }
}

TEST_CASE("what comes late counts across the end of the sequence space and behind a FIN") {
    Direction direction;
    SECTION("the first segment seen begins behind the end") {
        CHECK(add(direction, 0x20, 0x10) == 0x10);
        CHECK(add(direction, 0xffffffe0U, 0x40) == 0x40);
        CHECK(add(direction, 0x30, 0x10) == 0x10);
    }
    SECTION("the FIN is seen first") {
        CHECK(add(direction, 2000, 0, tcp_flag::fin | tcp_flag::ack) == 0);
        CHECK(add(direction, 1900, 100) == 100);
        CHECK(add(direction, 2001, 0) == 0);
    }
    SECTION("a keep-alive is no byte, even where no other was seen") {
        CHECK(add(direction, 2000, 0) == 0);
        CHECK(add(direction, 1999, 1) == 0);
    }
}

TEST_CASE("UDP counts every datagram") {
    Direction direction;
    Packet packet = test::Tcp{.payload = "twelve bytes"}.packet();
    packet.transport = Transport::udp;
    CHECK(add_payload(direction, packet) == 12);
    CHECK(add_payload(direction, packet) == 12);
    CHECK(direction.bytes == 24);
}
