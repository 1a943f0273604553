// What each step of a packet's way costs: decoding, the flow table, the ledger. The detectors stand
// in detector_bench.cpp.
#include <benchmark/benchmark.h>

#include <vector>

#include "daemon/flow/flow_table.hpp"
#include "daemon/usage/monitor.hpp"
#include "tools/trafgen/frame.hpp"

namespace umbra {
namespace {

using trafgen::Message;
using trafgen::Octets;
using trafgen::Random;

Address v4(std::uint32_t number) {
    const std::uint8_t bytes[] = {10, static_cast<std::uint8_t>(number >> 16),
                                  static_cast<std::uint8_t>(number >> 8),
                                  static_cast<std::uint8_t>(number)};
    return Address::v4(bytes);
}

// One segment of application data, from a client to a server.
Message segment_frame(std::size_t length) {
    Random random(1);
    trafgen::Script script(random, Transport::tcp, {v4(1), 40000}, {v4(2), 443}, 0, second);
    script.say_filler(true, length);
    const trafgen::Conversation conversation = script.take();
    trafgen::FrameWriter frames(1, 0);
    const auto frame = frames.frame(conversation, conversation.segments.front());
    return {frame.begin(), frame.end()};
}

Message in_vxlan(const Message& inner) {
    Octets out;
    out.bytes({2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0});
    out.u16(20 + 8 + 8 + inner.size());
    out.bytes({0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2});
    out.u16(50000);
    out.u16(4789);
    out.u16(8 + 8 + inner.size());
    out.u16(0);
    out.bytes({8, 0, 0, 0, 0, 0, 7, 0});
    out.bytes(inner);
    return out.take();
}

void decode_frame(benchmark::State& state, const Message& frame) {
    Decoder decoder;
    while (state.KeepRunning()) {
        Packet packet;
        benchmark::DoNotOptimize(
            decoder.decode(frame, static_cast<std::uint32_t>(frame.size()), packet));
    }
}

class Ends : public FlowEnd {
    void flow_ended(Flow& /*flow*/) override {}
};

// Packets of `state.range(0)` flows in random order, `state.range(1)` of them at hand together.
void look_up(benchmark::State& state) {
    const auto flows = static_cast<std::uint32_t>(state.range(0));
    const auto together = static_cast<std::size_t>(state.range(1));
    FlowTable table({.most_flows = flows});
    Ends ends;
    Packet packet;
    packet.destination = v4(0xffffff);
    packet.source_port = 40000;
    packet.destination_port = 443;
    packet.tcp_flags = tcp_flag::ack;
    for (std::uint32_t i = 0; i < flows; ++i) {
        packet.source = v4(i);
        table.update(packet, ends);
    }
    Random random(1);
    std::vector<Packet> packets(1 << 16, packet);
    for (Packet& one : packets)
        one.source = v4(static_cast<std::uint32_t>(random.below(flows)));
    std::vector<FlowTable::Place> places(together);
    std::size_t at = 0;
    while (state.KeepRunning()) {
        for (std::size_t i = 0; i < together; ++i)
            places[i] = table.place_of(packets[at + i]);
        for (std::size_t i = 0; i < together && together > 1; ++i)
            table.prefetch(places[i]);
        for (std::size_t i = 0; i < together; ++i)
            benchmark::DoNotOptimize(table.update(packets[at + i], places[i], ends).added);
        at = (at + together) % packets.size();
    }
    state.SetItemsProcessed(state.iterations() * state.range(1));
}
BENCHMARK(look_up)->Args({20'000, 1})->Args({20'000, 32})->Args({1 << 20, 1})->Args({1 << 20, 32});

// A packet of a flow that is named, counted in the ledger's open window.
void ledger(benchmark::State& state) {
    class End : public WindowEnd {
        std::vector<CoverageItem> coverage_so_far() override { return {}; }
        void window_closed(ClosedWindow /*window*/) override {}
    } end;
    constexpr std::uint32_t rows = 7000;
    const Scope scope;
    HostDirectory hosts(scope, 16384);
    NameTable names(16);
    Ledger ledger({}, names, hosts, end);
    const SignatureName signature{};
    Recognition as;
    as.signature = &signature;
    std::vector<Flow> flows(rows);
    ledger.saw(second);
    for (std::uint32_t i = 0; i < rows; ++i) {
        flows[i].key.low = v4(i);
        ledger.count(flows[i], as, {1, 1, 1}, second);
    }
    Random random(1);
    std::vector<std::uint32_t> order(1 << 14);
    for (std::uint32_t& one : order)
        one = static_cast<std::uint32_t>(random.below(rows));
    std::size_t at = 0;
    while (state.KeepRunning()) {
        ledger.saw(second);
        ledger.count(flows[order[at]], as, {0, 0, 1400}, second);
        at = (at + 1) % order.size();
    }
}
BENCHMARK(ledger);

}  // namespace
}  // namespace umbra

int main(int argc, char** argv) {
    using namespace umbra;
    const trafgen::Message frame = segment_frame(1400);
    benchmark::RegisterBenchmark("decode/tcp", decode_frame, frame);
    benchmark::RegisterBenchmark("decode/vxlan", decode_frame, in_vxlan(frame));
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
