#include "daemon/flow/flow_table.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/unit/packets.hpp"

using namespace umbra;
using test::Tcp;

namespace {

// Notes the ends of flows by their client's port.
struct Ends : FlowEnd {
    std::vector<int> ports;
    void flow_ended(Flow& flow) override { ports.push_back(flow.client_port()); }
};

FlowLimits limits(std::uint32_t most) {
    return {.most_flows = most};
}

}  // namespace

TEST_CASE("both directions are one flow, whoever has the lower address") {
    for (const char* client : {"10.0.0.1", "250.0.0.1"}) {
        FlowTable table(limits(16));
        Ends ends;
        table.update(Tcp{.source = client, .flags = tcp_flag::syn}.packet(), ends);
        const auto back = table.update(Tcp{.source = "203.0.113.1",
                                           .destination = client,
                                           .source_port = 443,
                                           .destination_port = 40000,
                                           .payload = "abc"}
                                           .packet(),
                                       ends);
        CHECK(table.size() == 1);
        CHECK(back.flow.packets == 2);
        CHECK(back.flow.client().to_string() == client);
        CHECK(back.flow.server_port() == 443);
        CHECK(back.flow.inward().bytes == 3);
        CHECK(back.flow.outward().bytes == 0);
    }
}

TEST_CASE("VLAN and transport keep flows apart") {
    FlowTable table(limits(16));
    Ends ends;
    Packet packet = Tcp{}.packet();
    table.update(packet, ends);
    packet.vlan = 7;
    table.update(packet, ends);
    packet.transport = Transport::udp;
    table.update(packet, ends);
    CHECK(table.size() == 3);
}

TEST_CASE("the client of a flow that began before the capture") {
    FlowTable table(limits(16));
    Ends ends;
    // The first packet comes from the well-known port: the other end is the client.
    const auto update = table.update(Tcp{.source = "203.0.113.1",
                                         .destination = "10.0.0.1",
                                         .source_port = 443,
                                         .destination_port = 40000}
                                         .packet(),
                                     ends);
    CHECK(update.flow.client().to_string() == "10.0.0.1");
    CHECK_FALSE(update.flow.client_known);
}

TEST_CASE("a SYN/ACK first: its receiver is the client") {
    FlowTable table(limits(16));
    Ends ends;
    const auto update = table.update(Tcp{.source = "203.0.113.1",
                                         .destination = "10.0.0.1",
                                         .source_port = 40000,
                                         .destination_port = 443,
                                         .flags = tcp_flag::syn | tcp_flag::ack}
                                         .packet(),
                                     ends);
    CHECK(update.flow.client().to_string() == "10.0.0.1");
    CHECK(update.flow.client_known);
}

TEST_CASE("idle flows expire on packet time") {
    FlowTable table({.most_flows = 16, .tcp_idle = 600 * second, .udp_idle = 180 * second});
    Ends ends;
    Packet udp = Tcp{.source_port = 1111, .time = 1000 * second}.packet();
    udp.transport = Transport::udp;
    table.update(udp, ends);
    table.update(Tcp{.source_port = 2222, .time = 1000 * second}.packet(), ends);
    table.advance(1179 * second, ends);
    CHECK(table.size() == 2);
    table.advance(1182 * second, ends);
    CHECK(ends.ports == std::vector{1111});
    // A packet in between puts the end off.
    table.update(Tcp{.source_port = 2222, .time = 1500 * second}.packet(), ends);
    table.advance(1800 * second, ends);
    CHECK(table.size() == 1);
    table.advance(2102 * second, ends);
    CHECK(ends.ports == std::vector{1111, 2222});
    CHECK(table.counters().expired_idle == 2);
}

TEST_CASE("a day without packets expires everything; time that steps back expires nothing") {
    FlowTable table(limits(16));
    Ends ends;
    table.update(Tcp{.source_port = 1, .time = 100'000 * second}.packet(), ends);
    table.advance(50'000 * second, ends);
    CHECK(table.size() == 1);
    table.update(Tcp{.source_port = 2, .time = 50'000 * second}.packet(), ends);
    table.update(Tcp{.source_port = 3, .time = 200'000 * second}.packet(), ends);
    CHECK(table.size() == 1);
    CHECK(ends.ports.size() == 2);
}

TEST_CASE("a closed flow lingers for late segments, then goes; its ports can be used again") {
    FlowTable table(limits(16));
    Ends ends;
    const auto fin = static_cast<std::uint8_t>(tcp_flag::fin | tcp_flag::ack);
    const Tcp back{.source = "203.0.113.1",
                   .destination = "10.0.0.1",
                   .source_port = 443,
                   .destination_port = 40000,
                   .flags = fin,
                   .time = second};
    table.update(Tcp{.flags = tcp_flag::syn}.packet(), ends);
    table.update(Tcp{.flags = fin, .sequence = 1}.packet(), ends);
    const Flow& flow = table.update(back.packet(), ends).flow;
    CHECK(flow.closed());
    SECTION("late segment, then expiry") {
        table.update(Tcp{.flags = tcp_flag::ack, .sequence = 2, .time = 2 * second}.packet(), ends);
        CHECK(table.size() == 1);
        table.advance(9 * second, ends);
        CHECK(table.size() == 0);
        CHECK(table.counters().expired_closed == 1);
    }
    SECTION("a new connection on the same ports is another flow") {
        const auto update = table.update(
            Tcp{.flags = tcp_flag::syn, .sequence = 77, .time = 2 * second}.packet(), ends);
        CHECK(ends.ports.size() == 1);
        CHECK(update.flow.packets == 1);
        CHECK(update.flow.first_seen == 2 * second);
        CHECK_FALSE(update.flow.closed());
        CHECK(table.counters().reused == 1);
        CHECK(table.counters().started == 2);
        table.advance(100 * second, ends);
        CHECK(table.size() == 1);
    }
}

TEST_CASE("a full table gives up the flow that is idle longest") {
    FlowTable table(limits(4));
    Ends ends;
    for (std::uint16_t port = 1; port <= 4; ++port) {
        table.update(Tcp{.source_port = port, .time = port * 10 * second}.packet(), ends);
    }
    table.update(Tcp{.source_port = 1, .time = 50 * second}.packet(), ends);  // no more the idlest
    table.update(Tcp{.source_port = 5, .time = 60 * second}.packet(), ends);
    table.update(Tcp{.source_port = 6, .time = 61 * second}.packet(), ends);
    CHECK(ends.ports == std::vector{2, 3});
    CHECK(table.size() == 4);
    CHECK(table.counters().evicted == 2);
}

TEST_CASE("a hundred thousand flows against a bound of a thousand: counted, and all found again") {
    FlowTable table(limits(1000));
    Ends ends;
    for (std::uint32_t i = 0; i < 100'000; ++i) {
        const std::string source = fmt::format("10.{}.{}.1", i / 250 % 250, i % 250);
        const auto port = static_cast<std::uint16_t>(1024 + i / 62500);
        const Tcp packet{.source = source, .source_port = port, .time = i * 1000};
        table.update(packet.packet(), ends);
        CHECK(table.update(packet.packet(), ends).flow.packets == 2);
    }
    CHECK(table.size() == 1000);
    CHECK(table.counters().started == 100'000);
    CHECK(table.counters().evicted + table.counters().expired_idle == 99'000);
    table.clear(ends);
    CHECK(table.size() == 0);
    CHECK(ends.ports.size() == 100'000);
}
