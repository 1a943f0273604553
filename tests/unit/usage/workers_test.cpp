// Several workers give what one gives.
#include <array>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>

#include "daemon/usage/merge.hpp"
#include "daemon/usage/monitor.hpp"
#include "daemon/usage/steer.hpp"
#include "tests/unit/packets.hpp"
#include "tests/unit/usage/catalogue.hpp"
#include "tools/trafgen/frame.hpp"
#include "tools/trafgen/scenario.hpp"

using namespace umbra;
using namespace umbra::test;

namespace {

constexpr Micros start = 1793610000 * second;  // a window's begin

struct Recorded {
    Micros time;
    std::vector<std::uint8_t> frame;
};

// A working day's traffic of 60 hosts in 15 minutes.
std::vector<Recorded> office() {
    const trafgen::Scenario& scenario = trafgen::scenarios().front();
    trafgen::Factory factory(5, scenario, {.hosts = 60});
    trafgen::FrameWriter frames(5, 0);
    std::vector<Recorded> recorded;
    for (int i = 0; i < 400; ++i) {
        for (const auto& made : factory.make(start + i * 2 * second, 60 * second)) {
            for (const auto& segment : made.segments) {
                const auto frame = frames.frame(made, segment);
                recorded.push_back({segment.time, {frame.begin(), frame.end()}});
            }
        }
    }
    std::ranges::stable_sort(recorded, {}, &Recorded::time);
    return recorded;
}

std::uint32_t length(const std::vector<std::uint8_t>& frame) {
    return static_cast<std::uint32_t>(frame.size());
}

// Everything that windows say, in an order of its own.
using Said = std::multiset<std::string>;

Said watch(const std::vector<Recorded>& recorded, unsigned threads, std::size_t together = 1) {
    Monitor monitor(small_signatures(), Scope(), {}, threads);
    Said said;
    monitor.on_window([&](const ClosedWindow& window) {
        const std::string begin = std::to_string(window.begin) + " ";
        said.insert(begin + std::to_string(window.first_packet) + " " +
                    std::to_string(window.last_packet));
        for (const Usage& usage : window.usage) {
            said.insert(begin + usage.identity.key + " " + std::to_string(usage.service) + " " +
                        usage.host_name + " " + std::string(to_string(usage.evidence)) + " " +
                        std::string(to_string(usage.usage_class)) + " " +
                        std::to_string(usage.flows) + " " + std::to_string(usage.bytes_out) + " " +
                        std::to_string(usage.bytes_in));
        }
        for (const CoverageItem& item : window.coverage) {
            // A flow that is idle leaves when its worker's next one begins, perhaps a window later.
            if (item.metric.starts_with("flows_expired_")) continue;
            said.insert(begin + std::string(item.metric) + " " + std::to_string(item.value));
        }
    });
    std::vector<CapturedFrame> frames;
    for (const Recorded& packet : recorded) {
        frames.push_back({packet.time, packet.frame, length(packet.frame)});
        if (frames.size() < together) continue;
        monitor.take(frames);
        frames.clear();
    }
    monitor.take(frames);
    monitor.finish();
    return said;
}

// A frame as a mirror wraps it: `headers` in IPv4, with what is over 1000 bytes in a second
// fragment.
std::vector<std::vector<std::uint8_t>> wrapped(std::uint8_t protocol, const Octets& headers,
                                               Bytes frame, std::uint16_t id) {
    Octets content;
    content.bytes(headers.view());
    content.bytes(frame);
    constexpr std::size_t most = 1000;
    std::vector<std::vector<std::uint8_t>> made;
    for (std::size_t at = 0; at < content.size(); at += most) {
        const auto part = content.view().subspan(at, std::min(most, content.size() - at));
        const bool more = at + part.size() < content.size();
        Octets out = ethernet(0x0800);
        out.u16(0x4500);
        out.u16(20 + part.size());
        out.u16(id);
        out.u16((more ? 0x2000U : 0U) | at / 8);
        out.u8(64);
        out.u8(protocol);
        out.u16(0);
        out.bytes({10, 99, 0, 1, 10, 99, 0, 2});
        out.bytes(part);
        made.emplace_back(out.view().begin(), out.view().end());
    }
    return made;
}

Octets octets(std::initializer_list<std::uint8_t> bytes) {
    Octets made;
    made.bytes(bytes);
    return made;
}

// The office's frames in a tunnel whose packets come in fragments.
std::vector<Recorded> in_tunnel(const std::vector<Recorded>& plain, std::uint8_t protocol,
                                const Octets& headers, bool udp = false) {
    std::vector<Recorded> made;
    std::uint16_t id = 0;
    for (const Recorded& packet : plain) {
        Octets all;
        if (udp) {
            all.u16(50000 + id % 100);  // VXLAN's source port is a hash of what is inside
            all.u16(4789);
            all.u16(8 + headers.size() + packet.frame.size());
            all.u16(0);
        }
        all.bytes(headers.view());
        for (auto& frame : wrapped(protocol, all, packet.frame, ++id))
            made.push_back({packet.time, std::move(frame)});
    }
    return made;
}

std::vector<Recorded> tagged(std::vector<Recorded> packets) {
    for (Recorded& packet : packets)
        packet.frame.insert(packet.frame.begin() + 12, {0x81, 0x00, 0x00, 0x17});
    return packets;
}

struct Mirror {
    const char* name;
    std::vector<Recorded> packets;
};

std::vector<Mirror> mirrors() {
    const std::vector<Recorded> plain = office();
    return {
        {"as it is", plain},
        {"VLAN", tagged(plain)},
        {"two VLANs", tagged(tagged(plain))},
        {"GRE", in_tunnel(plain, 47, octets({0, 0, 0x65, 0x58}))},
        {"VXLAN", in_tunnel(plain, 17, octets({8, 0, 0, 0, 0, 0, 7, 0}), true)},
        {"ERSPAN II", in_tunnel(plain, 47,
                                octets({0x10, 0, 0x88, 0xbe, 0, 0, 0, 1,  //
                                        0x10, 5, 0, 9, 0, 0, 0, 0}))},
    };
}

}  // namespace

TEST_CASE("windows and coverage are the same, however many frames come at once") {
    for (const auto& [name, packets] : mirrors()) {
        INFO(name);
        const Said alone = watch(packets, 0);
        for (const std::size_t together : {2U, 33U, 1000U}) {
            INFO(together);
            CHECK(watch(packets, 0, together) == alone);
        }
    }
}

TEST_CASE("windows and coverage are the same with none, 1, 2 and 4 threads, whatever the mirror") {
    for (const auto& [name, packets] : mirrors()) {
        INFO(name);
        const Said alone = watch(packets, 0);
        CHECK(alone.size() > 300);
        for (const unsigned threads : {1U, 2U, 4U}) {
            INFO(threads);
            Said differing;
            std::ranges::set_symmetric_difference(watch(packets, threads), alone,
                                                  std::inserter(differing, differing.end()));
            CHECK(differing == Said());
        }
    }
}

TEST_CASE("no flow is split over workers, and each worker has its share") {
    constexpr std::size_t workers = 4;
    const std::uint64_t seed = secret_seed();
    for (const auto& [name, packets] : mirrors()) {
        INFO(name);
        const Scope scope;
        Intake intake(scope, {}, false);
        std::map<std::string, std::set<std::size_t>> workers_of;  // by flow
        std::map<std::size_t, int> packets_of;                    // by worker
        for (const Recorded& recorded : packets) {
            const Packet packet =
                intake.read(recorded.time, recorded.frame, length(recorded.frame));
            if (!packet.is_flow) continue;
            std::string ends[] = {
                packet.source.to_string() + ' ' + std::to_string(packet.source_port),
                packet.destination.to_string() + ' ' + std::to_string(packet.destination_port)};
            std::ranges::sort(ends);
            const std::size_t worker = worker_of(steered_by(packet, scope.inside), seed, workers);
            workers_of[ends[0] + ' ' + ends[1]].insert(worker);
            ++packets_of[worker];
        }
        CHECK(workers_of.size() > 350);
        CHECK(std::ranges::count_if(workers_of,
                                    [](const auto& flow) { return flow.second.size() > 1; }) == 0);
        CHECK(packets_of.size() == workers);
    }
}

TEST_CASE("hosts of one network are shared out evenly, whatever the secret seed") {
    constexpr std::size_t hosts = 64, workers = 16;
    std::mt19937_64 seeds(1);
    double worst = 0;  // chi squared of 15 degrees of freedom: over 100 once in 10^14 times
    for (int tries = 0; tries < 20'000; ++tries) {
        const std::uint64_t seed = seeds() | 1U;
        for (const std::size_t byte : {13U, 14U, 15U}) {
            std::array<int, workers> hosts_of{};
            for (std::size_t i = 0; i < hosts; ++i) {
                Address host = address("10.0.0.0");
                host.bytes[byte] = static_cast<std::uint8_t>(i);
                ++hosts_of[worker_of(host, seed, workers)];
            }
            constexpr double share = double{hosts} / workers;
            double chi_squared = 0;
            for (const int count : hosts_of)
                chi_squared += (count - share) * (count - share) / share;
            worst = std::max(worst, chi_squared);
        }
    }
    CHECK(worst < 100);
}

TEST_CASE("a host's questions to an inside resolver reach the worker of its flows") {
    const NetworkList inside = NetworkList::private_ranges();
    const auto steered = [&](const char* source, std::uint16_t source_port, const char* destination,
                             std::uint16_t destination_port) {
        const Tcp there{.source = source,
                        .destination = destination,
                        .source_port = source_port,
                        .destination_port = destination_port};
        const Tcp back{.source = destination,
                       .destination = source,
                       .source_port = destination_port,
                       .destination_port = source_port};
        const Address by = steered_by(there.packet(), inside);
        CHECK(steered_by(back.packet(), inside) == by);
        return by;
    };
    CHECK(steered("10.0.0.1", 40000, "10.0.0.53", 53) == address("10.0.0.1"));
    CHECK(steered("10.0.0.1", 40000, "203.0.113.1", 443) == address("10.0.0.1"));
    CHECK(steered("10.0.0.1", 40000, "10.0.0.80", 3128) == address("10.0.0.1"));
    CHECK(steered("10.0.0.1", 443, "203.0.113.1", 50000) ==
          address("10.0.0.1"));  // a server inside
}

TEST_CASE("rows of the same usage in two workers' windows become one") {
    const auto signatures = small_signatures();
    Usage usage;
    usage.host = address("10.0.0.1");
    usage.identity.key = "10.0.0.1";
    usage.catalogue = {signatures, &signatures->catalogue};
    usage.host_name = "claude.ai";
    usage.flows = 1;
    usage.bytes_out = 300'000;
    usage.bytes_in = 5000;
    Usage other = usage;
    other.host_name = "api.anthropic.com";
    Usage others = usage;
    others.host = {};
    others.identity.key = "other";
    others.usage_class = UsageClass::upload;
    Usage more_others = others;
    more_others.usage_class = UsageClass::visit;
    const ClosedWindow none{.usage = {}, .coverage = {}};
    ClosedWindow a = none, b = none;
    a.first_packet = 20;
    a.last_packet = 30;
    a.usage = {usage, others};
    a.coverage = {{"flows_started", 3}};
    b.first_packet = 10;
    b.last_packet = 25;
    b.usage = {more_others, other, usage, others};
    b.coverage = {{"flows_started", 4}, {"ai_bytes", 5}};
    merge(a, b);
    CHECK(a.first_packet == 10);
    CHECK(a.last_packet == 30);
    std::vector<std::pair<std::string, std::uint64_t>> rows;
    for (const Usage& row : a.usage)
        rows.emplace_back(row.identity.key + ' ' + row.host_name, row.bytes_out);
    const decltype(rows) expected{{"10.0.0.1 claude.ai", 600'000},
                                  {"other claude.ai", 600'000},
                                  {"other claude.ai", 300'000},
                                  {"10.0.0.1 api.anthropic.com", 300'000}};
    CHECK(rows == expected);
    CHECK(a.usage[0].flows == 2);
    CHECK(a.usage[1].usage_class == UsageClass::upload);
    REQUIRE(a.coverage.size() == 2);
    CHECK(a.coverage[0].value == 7);
    CHECK(a.coverage[1].value == 5);
}
