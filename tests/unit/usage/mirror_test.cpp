// What mirrors send, from the frame to the flow and to the counters of the coverage.
#include <map>

#include "daemon/usage/monitor.hpp"
#include "tests/unit/allocations.hpp"
#include "tests/unit/decode/decoding.hpp"
#include "tests/unit/usage/catalogue.hpp"

using namespace umbra;
using namespace umbra::test;

namespace {

// TCP from 10.0.0.1, port 40000, to 203.0.113.1, port 443, or back.
Octets segment(bool outward) {
    Octets packet;
    packet.bytes({0x45, 0, 0, 44, 0, 1, 0, 0, 64, 6, 0, 0});
    constexpr std::uint8_t client[] = {10, 0, 0, 1}, server[] = {203, 0, 113, 1};
    packet.bytes(outward ? client : server);
    packet.bytes(outward ? server : client);
    packet.u16(outward ? 40000 : 443);
    packet.u16(outward ? 443 : 40000);
    packet.bytes({0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10, 4, 0, 0, 0, 0, 0, 'd', 'a', 't', 'a'});
    return packet;
}

Octets in_ethernet(bool outward) {
    Octets frame = ethernet(0x8100);
    frame.u16(7);
    frame.u16(0x0800);
    frame.bytes(segment(outward).view());
    return frame;
}

// The headers of a tunnel, with a number of its own for each direction.
Octets headers(std::initializer_list<std::uint8_t> begin, bool outward,
               std::initializer_list<std::uint8_t> end = {}) {
    Octets out;
    out.bytes(begin);
    out.u8(outward ? 0x31 : 0x51);
    out.bytes(end);
    return out;
}

Octets gtp(bool outward) {
    return over_udp(2152, headers({0x30, 255, 0, 44, 0, 0, 0}, outward), segment(outward).view(),
                    outward ? 2152 : 50001);
}

Octets mpls(bool outward) {
    Octets frame = ethernet(0x8847);
    frame.u32(outward ? 0x00010140 : 0x00020140);
    frame.bytes(in_ethernet(outward).view());
    return frame;
}

Octets with_direction(std::uint8_t protocol, std::initializer_list<std::uint8_t> begin,
                      std::initializer_list<std::uint8_t> end, bool outward) {
    return over_ipv4(protocol, headers(begin, outward, end), in_ethernet(outward).view());
}

struct Mirror {
    const char* counter;
    Octets (*frame)(bool outward);
};

// Keys, sessions, identifiers and labels differ by direction; so does an outer VLAN.
const Mirror mirrors[] = {
    {"tunnelled_erspan",
     [](bool outward) {
         Octets frame = with_direction(47, {0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 5, 0},
                                       {0, 0, 0, 0}, outward);
         std::vector<std::uint8_t> bytes(frame.view().begin(), frame.view().end());
         bytes[15] = outward ? 100 : 200;  // the VLAN that the mirror's own frames are in
         Octets changed;
         changed.bytes(bytes);
         return changed;
     }},
    {"tunnelled_gre",
     [](bool outward) {
         return with_direction(47, {0x20, 0, 0x65, 0x58, 0, 0, 0}, {}, outward);
     }},
    {"tunnelled_vxlan",
     [](bool outward) {
         return over_udp(4789, headers({8, 0, 0, 0, 0, 0}, outward, {0}),
                         in_ethernet(outward).view(), outward ? 50000 : 60000);
     }},
    {"tunnelled_geneve",
     [](bool outward) {
         return over_udp(6081, headers({0, 0, 0x65, 0x58, 0, 0}, outward, {0}),
                         in_ethernet(outward).view(), outward ? 50000 : 60000);
     }},
    {"tunnelled_gtp", gtp},
    {"tunnelled_mpls", mpls},
};

std::uint64_t value_of(Monitor& monitor, std::string_view metric) {
    for (const CoverageItem& item : monitor.counters()) {
        if (item.metric == metric) return item.value;
    }
    FAIL("no such counter");
    return 0;
}

}  // namespace

TEST_CASE("both directions through a tunnel are one flow, whatever the tunnel numbers them by") {
    const auto signatures = small_signatures();
    for (const Mirror& mirror : mirrors) {
        INFO(mirror.counter);
        Monitor monitor(signatures, Scope(), {});
        std::vector<std::array<std::uint64_t, 3>> flows;
        monitor.on_flow([&](const ExplainedFlow& explained) {
            const Flow& flow = explained.flow;
            CHECK(flow.client() == address("10.0.0.1"));
            CHECK(flow.server() == address("203.0.113.1"));
            flows.push_back({flow.packets, flow.outward().bytes, flow.inward().bytes});
        });
        for (const bool outward : {true, false}) {
            const Octets frame = mirror.frame(outward);
            monitor.packet(second, frame.view(), static_cast<std::uint32_t>(frame.size()));
        }
        monitor.finish();
        REQUIRE(flows.size() == 1);
        CHECK(flows[0] == std::array<std::uint64_t, 3>{2, 4, 4});
        CHECK(value_of(monitor, "tunnelled_packets") == 2);
        CHECK(value_of(monitor, mirror.counter) == 2);
    }
}

TEST_CASE("decoding asks for no memory, through tunnels neither") {
    Decoder decoder;
    std::vector<Octets> frames{in_ethernet(true)};
    for (const Mirror& mirror : mirrors)
        frames.push_back(mirror.frame(true));
    const std::size_t before = allocations();
    std::size_t decoded = 0;
    for (const Octets& frame : frames) {
        Packet packet;
        decoded += decoder.decode(frame.view(), static_cast<std::uint32_t>(frame.size()), packet);
    }
    CHECK(allocations() == before);
    CHECK(decoded == frames.size());
}

TEST_CASE("fragments are counted: those that came together, and what never did") {
    const auto signatures = small_signatures();
    Monitor monitor(signatures, Scope(), {});
    const auto send = [&](std::uint16_t id, std::size_t begin, std::size_t end, bool more) {
        const Octets whole = segment(true);
        Octets frame = ethernet(0x0800);
        frame.u16(0x4500);
        frame.u16(20 + end - begin);
        frame.u16(id);
        frame.u16(begin / 8 | (more ? 0x2000U : 0U));
        frame.bytes(whole.view().subspan(8, 12));
        frame.bytes(whole.view().subspan(20 + begin, end - begin));
        monitor.packet(second, frame.view(), static_cast<std::uint32_t>(frame.size()));
    };
    send(1, 0, 16, true);
    send(1, 16, 24, false);
    send(2, 0, 16, true);  // its end never comes
    send(3, 0, 16, true);
    send(3, 8, 24, false);  // overlaps
    monitor.finish();
    CHECK(value_of(monitor, "fragments") == 5);
    CHECK(value_of(monitor, "packets_fragment") == 4);
    CHECK(value_of(monitor, "packets_decoded") == 1);
    CHECK(value_of(monitor, "datagrams_reassembled") == 1);
    CHECK(value_of(monitor, "fragments_expired") == 1);
    CHECK(value_of(monitor, "fragments_overlapping") == 1);
}
