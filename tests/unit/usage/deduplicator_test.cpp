#include "daemon/usage/deduplicator.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/packets.hpp"

using namespace umbra;

namespace {

Packet datagram() {
    Packet packet = test::Tcp{.payload = "some bytes"}.packet();
    packet.transport = Transport::udp;
    packet.ip_id = 7;
    packet.udp_checksum = 0x1234;
    packet.time = 1000 * second;
    return packet;
}

}  // namespace

TEST_CASE("the same datagram within a few milliseconds is a repetition, later it is not") {
    Deduplicator deduplicator;
    Packet packet = datagram();
    CHECK_FALSE(deduplicator.is_repeated(packet));
    packet.time += 5000;
    packet.vlan = 9;
    CHECK(deduplicator.is_repeated(packet));
    packet.time -= 10'000;  // the copies may come in either order
    CHECK(deduplicator.is_repeated(packet));
    packet.time += 10'001;
    CHECK_FALSE(deduplicator.is_repeated(packet));
}

TEST_CASE("datagrams that differ in any way are two") {
    Deduplicator deduplicator;
    const Packet first = datagram();
    CHECK_FALSE(deduplicator.is_repeated(first));
    Packet other = first;
    SECTION("source") {
        other.source = test::address("10.0.0.2");
    }
    SECTION("the other direction") {
        std::swap(other.source, other.destination);
        std::swap(other.source_port, other.destination_port);
    }
    SECTION("port") {
        other.source_port = 1;
    }
    SECTION("identification") {
        other.ip_id = 8;
    }
    SECTION("checksum") {
        other.udp_checksum = 1;
    }
    SECTION("length on the wire") {
        other.payload_length = 500;
    }
    SECTION("payload") {
        other.payload = test::bytes_of("some bytez");
    }
    CHECK_FALSE(deduplicator.is_repeated(other));
    CHECK(deduplicator.is_repeated(first));
}

TEST_CASE("without identification and checksum nothing is taken for a repetition") {
    Deduplicator deduplicator;
    Packet packet = datagram();
    packet.ip_id = packet.udp_checksum = 0;
    CHECK_FALSE(deduplicator.is_repeated(packet));
    CHECK_FALSE(deduplicator.is_repeated(packet));
    packet.udp_checksum = 5;  // IPv6 has a checksum and no identification
    CHECK_FALSE(deduplicator.is_repeated(packet));
    CHECK(deduplicator.is_repeated(packet));
}
