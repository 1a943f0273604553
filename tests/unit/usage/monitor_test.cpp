// The way of a packet as a whole: frames in, closed windows out.
#include "daemon/usage/monitor.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "tests/unit/detectors/dhcp_messages.hpp"
#include "tests/unit/folder.hpp"
#include "tests/unit/packets.hpp"
#include "tests/unit/usage/catalogue.hpp"
#include "tools/trafgen/frame.hpp"
#include "tools/trafgen/quic.hpp"

using namespace umbra;
using trafgen::Conversation;
using trafgen::Message;
using trafgen::Script;

namespace {

constexpr Micros start = 1793610000 * second;  // a window's begin

// A monitor with the windows that it closed.
struct Watched {
    std::shared_ptr<const Signatures> signatures = test::small_signatures();
    std::vector<ClosedWindow> windows;
    Monitor monitor;
    trafgen::Random random{3};
    trafgen::FrameWriter frames{1, 0};

    explicit Watched(const MonitorLimits& limits = {}, const Scope& scope = {})
        : monitor(signatures, scope, limits) {
        monitor.on_window([this](ClosedWindow window) { windows.push_back(std::move(window)); });
    }

    Message hello(std::string_view name) {
        return trafgen::tls_records(trafgen::client_hello(random, name, false), 16384);
    }
    Script tcp(const char* client, std::uint16_t port, Micros begin, Micros lifetime = second) {
        return {random,
                Transport::tcp,
                {test::address(client), port},
                {test::address("203.0.113.1"), 443},
                begin,
                lifetime};
    }
    void send(const Conversation& conversation) {
        for (const auto& segment : conversation.segments)
            send(conversation, segment, segment.time);
    }
    void send(const Conversation& conversation, const trafgen::Segment& segment, Micros time) {
        const auto frame = frames.frame(conversation, segment);
        monitor.packet(time, frame, static_cast<std::uint32_t>(frame.size()));
    }
    // Bytes out and in of all closed windows.
    std::pair<std::uint64_t, std::uint64_t> bytes() const {
        std::pair<std::uint64_t, std::uint64_t> sum;
        for (const ClosedWindow& window : windows) {
            for (const Usage& usage : window.usage) {
                sum.first += usage.bytes_out;
                sum.second += usage.bytes_in;
            }
        }
        return sum;
    }
    std::uint64_t counter(std::string_view metric) {
        for (const CoverageItem& item : monitor.counters()) {
            if (item.metric == metric) return item.value;
        }
        FAIL("no such counter");
        return 0;
    }
};

}  // namespace

TEST_CASE("a TLS flow becomes one row with its bytes") {
    Watched w;
    Script script = w.tcp("10.0.0.1", 40000, start);
    const Message hello = w.hello("claude.ai");
    script.handshake();
    script.open_with(hello, false, false, false);
    script.say_filler(false, 50'000);
    script.close();
    w.send(script.take());
    w.monitor.finish();

    REQUIRE(w.windows.size() == 1);
    CHECK(w.windows[0].begin == start);
    CHECK(w.windows[0].end == start + 300 * second);
    CHECK(w.windows[0].first_packet == start);
    REQUIRE(w.windows[0].usage.size() == 1);
    const Usage& usage = w.windows[0].usage[0];
    CHECK(usage.host.to_string() == "10.0.0.1");
    CHECK(usage.host_name == "claude.ai");
    CHECK(usage.catalogue->services[usage.service].id == "anthropic.claude");
    CHECK(usage.evidence == Evidence::sni);
    CHECK(usage.role == HostRole::ui);
    CHECK(usage.server.to_string() == "203.0.113.1");
    CHECK(usage.server_port == 443);
    CHECK(usage.flows == 1);
    CHECK(usage.bytes_out == hello.size());
    CHECK(usage.bytes_in == 50'000);
}

TEST_CASE("a flow of an hour gives its bytes to the windows in which they came") {
    Watched w;
    Script script = w.tcp("10.0.0.1", 40000, start, 3600 * second);
    script.handshake();
    script.open_with(w.hello("claude.ai"), false, false, false);
    script.say_filler(false, 400'000);
    const Conversation conversation = script.take();
    std::map<Micros, std::uint64_t> expected;
    for (const auto& segment : conversation.segments) {
        if (!segment.from_client) expected[segment.time / (300 * second)] += segment.length;
    }
    w.send(conversation);
    w.monitor.finish();

    CHECK(w.windows.size() >= 11);
    std::uint64_t flows = 0;
    for (const ClosedWindow& window : w.windows) {
        for (const Usage& usage : window.usage) {
            CHECK(usage.bytes_in == expected[window.begin / (300 * second)]);
            flows += usage.flows;
        }
    }
    CHECK(flows == 1);
    CHECK(w.bytes().second == 400'000);
}

TEST_CASE("packets out of order and time that steps back lose nothing and double nothing") {
    Watched w;
    Script script = w.tcp("10.0.0.1", 40000, start + 299 * second, 2 * second);
    script.handshake();
    script.open_with(w.hello("claude.ai"), false, false, false);
    script.say_filler(false, 300'000);
    const Conversation conversation = script.take();
    std::size_t i = 0;
    for (const auto& segment : conversation.segments) {
        // Every third packet is stamped two seconds early, every fiftieth an hour.
        const Micros early = ++i % 50 == 0 ? 3600 * second : i % 3 == 0 ? 2 * second : 0;
        w.send(conversation, segment, segment.time - early);
    }
    w.monitor.finish();
    CHECK(w.bytes().second == 300'000);
    CHECK(w.bytes().first == conversation.up.length);
    for (std::size_t n = 1; n < w.windows.size(); ++n)
        CHECK(w.windows[n - 1].end <= w.windows[n].begin);
    CHECK(w.counter("packets_late") == conversation.segments.size() / 50);
}

TEST_CASE("packets out of order across a window's end count in their own window") {
    Watched w;
    Script script = w.tcp("10.0.0.1", 40000, start + 200 * second, 200 * second);
    script.handshake();
    script.open_with(w.hello("claude.ai"), false, false, false);
    script.say_filler(false, 300'000);
    const Conversation conversation = script.take();
    // After the hello, each packet may come up to 20 seconds late.
    std::vector<trafgen::Segment> arrived = conversation.segments;
    std::stable_sort(arrived.begin() + 6, arrived.end(), [](const auto& a, const auto& b) {
        const auto arrival = [](const auto& segment) {
            return segment.time + segment.time / 7 % (20 * second);
        };
        return arrival(a) < arrival(b);
    });
    // TCP counts progress: a byte belongs to the packet that first reached or passed it.
    std::map<Micros, std::uint64_t> expected;
    std::uint64_t reached = 0;
    for (const auto& segment : arrived) {
        w.send(conversation, segment, segment.time);
        const std::uint64_t end = segment.offset + segment.length;
        if (segment.from_client || end <= reached) continue;
        expected[segment.time / (300 * second)] += end - reached;
        reached = end;
    }
    w.monitor.finish();
    REQUIRE(w.windows.size() == 2);
    REQUIRE(expected.size() == 2);
    CHECK(w.counter("packets_late") == 0);
    for (const ClosedWindow& window : w.windows) {
        REQUIRE(window.usage.size() == 1);
        CHECK(window.usage[0].bytes_in == expected[window.begin / (300 * second)]);
    }
}

TEST_CASE("a frame that the mirror gives twice counts once") {
    Watched w;
    Script script = w.tcp("10.0.0.1", 40000, start);
    script.handshake();
    script.open_with(w.hello("claude.ai"), false, false, false);
    script.say_filler(true, 20'000);
    script.say_filler(false, 30'000);
    script.close();
    const Conversation conversation = script.take();
    for (const auto& segment : conversation.segments) {
        w.send(conversation, segment, segment.time);
        w.send(conversation, segment, segment.time + 1);
    }
    w.monitor.finish();
    CHECK(w.bytes() == std::pair<std::uint64_t, std::uint64_t>(conversation.up.length, 30'000));
}

TEST_CASE(
    "a flow without a name is named by the answer that its client got, and no other client's") {
    Watched w;
    const auto resolve = [&](const char* client, std::string_view name) {
        Script lookup(w.random, Transport::udp, {test::address(client), 5000},
                      {test::address("10.9.9.9"), 53}, start, 0);
        lookup.say(true, trafgen::dns_query(1, name, false));
        lookup.say(false,
                   trafgen::dns_answer(1, name, "edge.example.net", test::address("203.0.113.1")));
        w.send(lookup.take());
    };
    const auto connect = [&](const char* client) {
        Script script = w.tcp(client, 40000, start + second);
        script.handshake();
        script.open_with(
            trafgen::tls_records(trafgen::client_hello(w.random, std::nullopt, false), 16384),
            false, false, false);
        script.say_filler(false, 1000);
        w.send(script.take());
    };
    resolve("10.0.0.1", "claude.ai");
    resolve("10.0.0.2", "www.example.com");
    connect("10.0.0.1");
    connect("10.0.0.2");
    connect("10.0.0.3");
    w.monitor.finish();
    REQUIRE(w.windows.size() == 1);
    REQUIRE(w.windows[0].usage.size() == 1);
    const Usage& usage = w.windows[0].usage[0];
    CHECK(usage.host.to_string() == "10.0.0.1");
    CHECK(usage.host_name == "claude.ai");
    CHECK(usage.evidence == Evidence::dns);
    CHECK(visibility_of(usage.evidence, false) == Visibility::dns_only);
    CHECK(w.counter("payload_bytes_dns_only") > 0);
}

// The outer name of an encrypted hello stands for many sites; a GREASE extension stands for
// nothing.
TEST_CASE("an encrypted hello is named by DNS or by nobody, GREASE by the hello") {
    Watched w;
    const auto resolve = [&](const char* client, std::string_view name) {
        Script lookup(w.random, Transport::udp, {test::address(client), 5000},
                      {test::address("10.9.9.9"), 53}, start, 0);
        lookup.say(true, trafgen::dns_query(1, name, false));
        lookup.say(false, trafgen::dns_answer(1, name, "", test::address("203.0.113.1")));
        w.send(lookup.take());
    };
    const auto connect = [&](const char* client, std::string_view outer) {
        Script script = w.tcp(client, 40000, start + second);
        script.handshake();
        script.open_with(w.hello(outer), false, false, false);
        script.say_filler(false, 1000);
        w.send(script.take());
    };
    resolve("10.0.0.1", "claude.ai");
    connect("10.0.0.1", "cloudflare-ech.com");
    connect("10.0.0.2", "cloudflare-ech.com");
    connect("10.0.0.3", "claude.ai");  // the browser's hello bears a GREASE extension
    w.monitor.finish();
    REQUIRE(w.windows.size() == 1);
    REQUIRE(w.windows[0].usage.size() == 2);
    const Usage& encrypted = w.windows[0].usage[0];
    CHECK(encrypted.host.to_string() == "10.0.0.1");
    CHECK(encrypted.host_name == "claude.ai");
    CHECK(encrypted.evidence == Evidence::dns);
    CHECK(visibility_of(encrypted.evidence, encrypted.ech) == Visibility::ech_outer);
    const Usage& grease = w.windows[0].usage[1];
    CHECK(grease.host.to_string() == "10.0.0.3");
    CHECK(visibility_of(grease.evidence, grease.ech) == Visibility::clear);
    CHECK(w.counter("flows_ech") == 2);
    CHECK(w.counter("flows_named") == 1);
}

TEST_CASE("the outer name that an HTTPS record gave is no name, however it looks") {
    Watched w;
    trafgen::Octets ech;
    ech.with_length(2, [&] {
        ech.u16(0xfe0d);
        ech.with_length(2, [&] {
            ech.u8(1);
            ech.u16(0x20);
            ech.with_length(2, [&] { ech.fill(32, 5); });
            ech.with_length(2, [&] { ech.u32(0x00010001); });
            ech.u8(0);
            ech.with_length(1, [&] { ech.text("claude.ai"); });
            ech.u16(0);
        });
    });
    trafgen::Octets answer;  // www.example.com HTTPS 1 . ech=…
    answer.u32(0x00018180);
    answer.u16(1);
    answer.u16(1);
    answer.u32(0);
    answer.text("\3www\7example\3com");
    answer.u8(0);
    answer.u16(65);
    answer.u16(1);
    answer.u16(0xc00c);
    answer.u16(65);
    answer.u16(1);
    answer.u32(300);
    answer.with_length(2, [&] {
        answer.u16(1);
        answer.u8(0);
        answer.u16(5);
        answer.with_length(2, [&] { answer.bytes(ech.view()); });
    });
    Script lookup(w.random, Transport::udp, {test::address("10.0.0.1"), 5000},
                  {test::address("10.9.9.9"), 53}, start, 0);
    lookup.say(true, trafgen::dns_query(1, "www.example.com", false));
    lookup.say(false, answer.take());
    w.send(lookup.take());
    for (const char* client : {"10.0.0.1", "10.0.0.2"}) {
        Script script = w.tcp(client, 40000, start + second);
        script.handshake();
        script.open_with(w.hello("claude.ai"), false, false, false);
        w.send(script.take());
    }
    w.monitor.finish();
    REQUIRE(w.windows[0].usage.size() == 1);
    CHECK(w.windows[0].usage[0].host.to_string() == "10.0.0.2");
    CHECK(w.counter("flows_ech") == 1);
}

TEST_CASE("a published range names a flow that nothing else names, and no other") {
    Watched w;
    const auto connect = [&](const char* client, std::optional<std::string_view> name) {
        Script script{w.random,
                      Transport::tcp,
                      {test::address(client), 40000},
                      {test::address("198.51.100.9"), 443},
                      start,
                      second};
        script.handshake();
        script.open_with(trafgen::tls_records(trafgen::client_hello(w.random, name, false), 16384),
                         false, false, false);
        script.say_filler(false, 1000);
        w.send(script.take());
    };
    connect("10.0.0.1", std::nullopt);
    connect("10.0.0.2", "www.example.com");
    w.monitor.finish();
    REQUIRE(w.windows[0].usage.size() == 1);
    const Usage& usage = w.windows[0].usage[0];
    CHECK(usage.host.to_string() == "10.0.0.1");
    CHECK(usage.host_name.empty());
    CHECK(usage.evidence == Evidence::ip_range);
    CHECK(usage.role == HostRole::api);
    CHECK(visibility_of(usage.evidence, usage.ech) == Visibility::ip_only);
    CHECK(w.counter("flows_ip_only") == 1);
    CHECK(w.counter("flows_named") == 1);
}

TEST_CASE("a client outside is counted in the coverage only") {
    Watched w;
    Script script = w.tcp("198.51.100.7", 40000, start);
    script.handshake();
    script.open_with(w.hello("claude.ai"), false, false, false);
    w.send(script.take());
    w.monitor.finish();
    CHECK(w.windows[0].usage.empty());
    CHECK(w.counter("ai_flows_outside_client") == 1);
    CHECK(w.counter("ai_bytes") > 1000);
}

TEST_CASE("without packets the clock closes a window after the grace, once, and goes on watching") {
    Watched w;
    Script script = w.tcp("10.0.0.1", 40000, start);
    script.handshake();
    script.open_with(w.hello("claude.ai"), false, false, false);
    w.send(script.take());
    w.monitor.advance(start + 329 * second);
    CHECK(w.windows.empty());
    w.monitor.advance(start + 330 * second);
    CHECK(w.windows.size() == 1);
    w.monitor.advance(start + 900 * second);
    w.monitor.finish();
    // The second window was watched to its end, the fourth begins at 900.
    REQUIRE(w.windows.size() == 3);
    CHECK(w.windows[0].usage.size() == 1);
    CHECK(w.windows[1].begin == start + 300 * second);
    CHECK(w.windows[1].usage.empty());
    CHECK(w.windows[2].begin == start + 900 * second);
}

TEST_CASE("a packet that comes when the clock has closed its window counts in the next one") {
    Watched w;
    Script script = w.tcp("10.0.0.1", 40000, start + 290 * second);
    script.handshake();
    script.open_with(w.hello("claude.ai"), false, false, false);
    const Conversation opened = script.take();
    w.send(opened);
    w.monitor.advance(start + 640 * second);
    Conversation late = opened;
    late.segments.assign(1, opened.segments.back());
    late.segments[0].offset = late.up.length;
    late.segments[0].length = 500;
    late.up.length += 500;
    w.send(late, late.segments[0], start + 299 * second);
    w.monitor.finish();
    CHECK(w.bytes().first == late.up.length);
    std::map<Micros, int> begins;
    for (const ClosedWindow& window : w.windows)
        CHECK(++begins[window.begin] == 1);
    CHECK(w.windows.back().usage.at(0).bytes_out == 500);
    CHECK(w.counter("packets_late") == 1);
}

TEST_CASE("hellos that never end make room for others, and the rest stays right") {
    MonitorLimits limits;
    limits.naming.most_pending = 4;
    Watched w(limits);
    for (std::uint16_t port = 0; port < 50; ++port) {
        Script script = w.tcp("10.0.0.9", static_cast<std::uint16_t>(1000 + port), start);
        script.handshake();
        Message part = w.hello("claude.ai");
        part.resize(40);
        script.say(true, part);
        w.send(script.take());
    }
    CHECK(w.counter("naming_evicted") == 46);
    Script whole = w.tcp("10.0.0.1", 40000, start);
    whole.handshake();
    whole.open_with(w.hello("claude.ai"), true, true, false);
    w.send(whole.take());
    w.monitor.finish();
    REQUIRE(w.windows[0].usage.size() == 1);
    CHECK(w.windows[0].usage[0].host.to_string() == "10.0.0.1");
}

TEST_CASE(
    "hosts beyond the bound are summed up, the smallest first, and a service's sums stay exact") {
    MonitorLimits limits;
    limits.ledger.most_rows = 4;
    Watched w(limits);
    std::uint64_t sent = 0, large_sent = 0;
    const auto visit = [&](const std::string& host, std::uint64_t bytes) {
        Script script = w.tcp(host.c_str(), 40000, start);
        script.handshake();
        script.open_with(w.hello("claude.ai"), false, false, false);
        script.say_filler(true, bytes);
        Conversation made = script.take();
        sent += made.up.length;
        return made;
    };
    const Conversation large = visit("10.0.0.1", 900'000);
    large_sent = large.up.length;
    w.send(large);
    for (int host = 2; host <= 100; ++host)
        w.send(visit("10.0.0." + std::to_string(host), 100));
    // A flow goes on after its row was summed up.
    Conversation more = visit("10.0.0.2", 100);
    more.segments = {more.segments.back()};
    more.segments[0].offset += more.segments[0].length;
    sent -= more.up.length - more.segments[0].length;
    w.send(more);
    w.monitor.finish();

    REQUIRE(w.windows.size() == 1);
    std::uint64_t rows = 0, others = 0, flows = 0;
    for (const Usage& usage : w.windows[0].usage) {
        flows += usage.flows;
        if (usage.identity.key == "other") {
            ++others;
            CHECK(usage.identity.name == "other hosts");
            CHECK(w.signatures->catalogue.services[usage.service].id == "anthropic.claude");
            CHECK(usage.evidence == Evidence::sni);
            CHECK(usage.host_name.empty());
        } else {
            ++rows;
        }
        if (usage.host.to_string() == "10.0.0.1") CHECK(usage.bytes_out == large_sent);
    }
    CHECK(rows <= 4);
    CHECK(others == 1);
    CHECK(flows == 100);
    CHECK(w.bytes().first == sent);
    CHECK(w.counter("usage_rows_summed_up") + rows >= 100);
}

TEST_CASE("what is excluded leaves one number behind: how many packets it was") {
    Scope scope;
    scope.excluded = NetworkList::of("exclude", {"10.0.0.64/26", "fd00::7"});
    Watched w({}, scope);
    std::uint64_t packets = 0, payload = 0;
    for (const char* client : {"10.0.0.1", "10.0.0.65", "fd00::7"}) {
        const bool excluded = std::string_view(client) != "10.0.0.1";
        Script script(w.random, Transport::tcp, {test::address(client), 40000},
                      {test::address(client[0] == 'f' ? "2001:db8::1" : "203.0.113.1"), 443}, start,
                      second);
        script.handshake();
        script.open_with(w.hello("claude.ai"), false, false, false);
        script.say_filler(false, 5000);
        const Conversation conversation = script.take();
        w.send(conversation);
        if (excluded) packets += conversation.segments.size();
        if (!excluded) payload = conversation.up.length + conversation.down.length;
    }
    w.monitor.finish();
    REQUIRE(w.windows[0].usage.size() == 1);
    CHECK(w.windows[0].usage[0].host.to_string() == "10.0.0.1");
    CHECK(w.counter("packets_excluded") == packets);
    CHECK(w.counter("flows_started") == 1);
    CHECK(w.counter("ai_bytes") == payload);
    CHECK(w.counter("packets") == w.counter("packets_decoded") + packets);
}

TEST_CASE("a datagram that the mirror shows twice counts once where that is asked for") {
    for (const bool dedup : {true, false}) {
        MonitorLimits limits;
        limits.dedup = dedup;
        Watched w(limits);
        Script script(w.random, Transport::udp, {test::address("10.0.0.1"), 40000},
                      {test::address("203.0.113.1"), 443}, start, second);
        for (const Message& datagram : trafgen::quic_client_initials(
                 w.random, trafgen::client_hello(w.random, "claude.ai", true))) {
            script.say(true, datagram);
        }
        script.say_filler(true, 20'000);
        script.say_filler(false, 60'000);
        const Conversation conversation = script.take();
        // The second mirror port has another VLAN, and is a millisecond later.
        trafgen::FrameWriter other(1, 20);
        for (const auto& segment : conversation.segments) {
            w.send(conversation, segment, segment.time);
            const auto frame = other.frame(conversation, segment);
            w.monitor.packet(segment.time + 1000, frame, static_cast<std::uint32_t>(frame.size()));
        }
        w.monitor.finish();
        const std::uint64_t times = dedup ? 1 : 2;
        CHECK(w.bytes().first == times * conversation.up.length);
        CHECK(w.bytes().second == times * 60'000);
        CHECK(w.counter("flows_started") == times);
        CHECK(w.counter("duplicates") == (dedup ? conversation.segments.size() : 0));
    }
}

TEST_CASE("an address that moves by DHCP within a window makes rows of two hosts") {
    Watched w;
    const auto lease = [&](std::uint8_t last) {
        const auto message =
            test::Dhcp4Message{
                .type = 5, .client = {2, 0xa0, 0, 0, 0, last}, .given = "10.0.0.5", .options = {}}
                .seconds_option(51, 3600)
                .address_option(54, "10.0.0.1")
                .option(12, last == 1 ? "alpha" : "beta")
                .message();
        Script script(w.random, Transport::udp, {test::address("10.0.0.1"), 67},
                      {test::address("255.255.255.255"), 68}, start, 0);
        script.say(true, Message(message.view().begin(), message.view().end()));
        w.send(script.take());
    };
    const auto visit = [&](std::uint16_t port) {
        Script script = w.tcp("10.0.0.5", port, start + port % 100 * second);
        script.handshake();
        script.open_with(w.hello("claude.ai"), false, false, false);
        const Conversation conversation = script.take();
        w.send(conversation);
        return conversation.up.length;
    };
    const std::uint64_t unknown = visit(40010);
    lease(1);
    const std::uint64_t first = visit(40020) + visit(40030);
    lease(2);
    const std::uint64_t second_machine = visit(40040);
    w.monitor.finish();
    REQUIRE(w.windows.size() == 1);
    REQUIRE(w.windows[0].usage.size() == 3);
    const auto row = [&](std::size_t i) {
        const Usage& usage = w.windows[0].usage[i];
        CHECK(usage.host.to_string() == "10.0.0.5");
        return std::tuple(usage.identity.key, usage.identity.name.value_or("-"), usage.bytes_out);
    };
    CHECK(row(0) == std::tuple("10.0.0.5", "-", unknown));
    CHECK(row(1) == std::tuple("mac:02:a0:00:00:00:01", "alpha", first));
    CHECK(row(2) == std::tuple("mac:02:a0:00:00:00:02", "beta", second_machine));
}

TEST_CASE("hosts are called by the hosts file, also one that comes later") {
    Watched w;
    const test::Folder folder;
    const auto visit = [&](std::uint16_t port, Micros begin) {
        Script script = w.tcp("10.0.0.5", port, begin);
        script.handshake();
        script.open_with(w.hello("claude.ai"), false, false, false);
        w.send(script.take());
    };
    const auto use = [&](const std::string& line) {
        w.monitor.use(std::make_shared<const HostsFile>(
            HostsFile::read(folder.write("hosts.csv", "address,name,department,site\n" + line))));
    };
    use("10.0.0.0/24,,Marketing,Paris\n");
    visit(40000, start);
    visit(40001, start + 400 * second);
    use("10.0.0.5,pc-5,Sales,\n");
    w.monitor.finish();
    REQUIRE(w.windows.size() == 2);
    CHECK(w.windows[0].usage.at(0).identity.department == "Marketing");
    CHECK(w.windows[0].usage.at(0).identity.site == "Paris");
    CHECK_FALSE(w.windows[0].usage.at(0).identity.name);
    CHECK(w.windows[1].usage.at(0).identity.department == "Sales");
    CHECK(w.windows[1].usage.at(0).identity.name == "pc-5");
    CHECK(w.windows[1].usage.at(0).identity.key == "10.0.0.5");
}

namespace {

// A lookup of `name` by `client` over a resolver, answered with 203.0.113.1.
void resolve(Watched& w, const char* client, const char* resolver, std::string_view name,
             Micros begin) {
    Script lookup(w.random, Transport::udp, {test::address(client), 5000},
                  {test::address(resolver), 53}, begin, 0);
    lookup.say(true, trafgen::dns_query(1, name, false));
    lookup.say(false, trafgen::dns_answer(1, name, "", test::address("203.0.113.1")));
    w.send(lookup.take());
}

}  // namespace

TEST_CASE("a name that is resolved and nothing more is a contact") {
    Watched w;
    resolve(w, "10.0.0.1", "10.9.9.9", "claude.ai", start);
    resolve(w, "10.0.0.1", "10.9.9.9", "www.claude.ai", start + second);
    resolve(w, "10.0.0.1", "10.9.9.9", "www.example.com", start);
    resolve(w, "10.0.0.2", "10.9.9.9", "claude.ai", start);
    resolve(w, "203.0.113.77", "203.0.113.53", "claude.ai", start);
    // The resolver asks on behalf of others.
    resolve(w, "10.9.9.9", "198.51.100.53", "claude.ai", start);
    Script script = w.tcp("10.0.0.2", 40000, start + second);
    script.handshake();
    script.open_with(w.hello("claude.ai"), false, false, false);
    w.send(script.take());
    // In the next window the first host resolves again, and the flow of the second goes on.
    resolve(w, "10.0.0.1", "10.9.9.9", "api.mistral.ai", start + 400 * second);
    w.monitor.finish();

    REQUIRE(w.windows.size() == 2);
    REQUIRE(w.windows[0].usage.size() == 2);
    CHECK(w.windows[0].usage[0].host.to_string() == "10.0.0.2");
    CHECK(w.windows[0].usage[0].usage_class == UsageClass::visit);
    const Usage& contact = w.windows[0].usage[1];
    CHECK(contact.host.to_string() == "10.0.0.1");
    CHECK(contact.identity.key == "10.0.0.1");
    CHECK(contact.host_name == "claude.ai");
    CHECK(contact.usage_class == UsageClass::contact);
    CHECK(contact.evidence == Evidence::dns);
    CHECK(contact.transport == Transport::udp);
    CHECK(contact.server.to_string() == "203.0.113.1");
    CHECK(contact.server_port == 0);
    CHECK(contact.flows == 0);
    CHECK(contact.bytes_out + contact.bytes_in == 0);
    REQUIRE(w.windows[1].usage.size() == 1);
    CHECK(w.windows[1].usage[0].host_name == "api.mistral.ai");
    CHECK(w.windows[1].usage[0].usage_class == UsageClass::contact);
}

TEST_CASE("contacts are bounded, and of no host that may have been summed up") {
    MonitorLimits limits;
    limits.ledger.most_rows = 4;
    Watched w(limits);
    for (int host = 1; host <= 10; ++host)
        resolve(w, ("10.0.1." + std::to_string(host)).c_str(), "10.9.9.9", "claude.ai", start);
    SECTION("bounded") {
        w.monitor.finish();
        CHECK(w.windows[0].usage.size() == 4);
        CHECK(w.counter("contacts_dropped") == 6);
    }
    SECTION("not after summing up") {
        for (int host = 1; host <= 10; ++host) {
            Script script = w.tcp(("10.0.1." + std::to_string(host)).c_str(), 40000, start);
            script.handshake();
            script.open_with(w.hello("claude.ai"), false, false, false);
            w.send(script.take());
        }
        w.monitor.finish();
        std::uint64_t flows = 0;
        for (const Usage& usage : w.windows[0].usage) {
            CHECK(usage.usage_class != UsageClass::contact);
            flows += usage.flows;
        }
        CHECK(flows == 10);
        CHECK(w.counter("contacts_dropped") == 10);
    }
}

TEST_CASE("a row counts the tenths of its window that were busy, and says who spoke") {
    Watched w;
    Script script = w.tcp("10.0.0.1", 40000, start + 10 * second);
    script.handshake();
    script.open_with(w.hello("claude.ai"), false, false, false);
    Conversation conversation = script.take();
    w.send(conversation);
    // Half a kilobyte twice in the third tenth, once in the fifth, a whole one in the last.
    const auto say = [&](Micros at, std::uint16_t length) {
        trafgen::Segment segment{
            start + at * second, conversation.up.length, 0, length, tcp_flag::ack, true};
        conversation.up.length += length;
        w.send(conversation, segment, segment.time);
    };
    say(61, 500);
    say(89, 500);
    say(130, 500);
    say(299, 1000);
    w.monitor.finish();
    const Usage& usage = w.windows.at(0).usage.at(0);
    CHECK(usage.busy_tenths == 3);  // the hello, the third, the last
    CHECK(usage.browser);
    CHECK_FALSE(usage.programme);
}

TEST_CASE("behind a proxy the client's usage counts, once") {
    Scope scope;
    scope.proxies = NetworkList::of("proxy", {"10.0.0.80"});
    Watched w({}, scope);
    const std::string request = "CONNECT claude.ai:443 HTTP/1.1\r\nHost: claude.ai:443\r\n\r\n";
    const auto tunnel = [&] {
        Script script(w.random, Transport::tcp, {test::address("10.0.0.5"), 40000},
                      {test::address("10.0.0.80"), 3128}, start, second);
        script.handshake();
        script.say(true, trafgen::text_message(request));
        script.say(false, trafgen::text_message("HTTP/1.1 200 OK\r\n\r\n"));
        script.say_filler(true, 2000);
        script.say_filler(false, 70'000);
        return script.take();
    }();
    const auto upstream = [&] {
        Script script = w.tcp("10.0.0.80", 50000, start);
        script.handshake();
        script.open_with(w.hello("claude.ai"), false, false, false);
        script.say_filler(false, 70'000);
        return script.take();
    }();
    w.send(tunnel);
    w.send(upstream);
    w.monitor.finish();
    REQUIRE(w.windows[0].usage.size() == 1);
    const Usage& usage = w.windows[0].usage[0];
    CHECK(usage.host.to_string() == "10.0.0.5");
    CHECK(usage.evidence == Evidence::connect_host);
    CHECK(usage.bytes_out == tunnel.up.length);
    CHECK(usage.bytes_in == tunnel.down.length);
    CHECK(w.counter("flows_proxy_upstream") == 1);
    CHECK(w.counter("payload_bytes_proxy_upstream") == upstream.up.length + upstream.down.length);
    CHECK(w.counter("ai_bytes") == tunnel.up.length + tunnel.down.length);
    CHECK(w.counter("ai_flows_outside_client") == 0);
}

TEST_CASE("coverage of each window is what the counters rose by") {
    Watched w;
    for (const Micros begin : {start, start + 300 * second}) {
        Script script =
            w.tcp("10.0.0.1", static_cast<std::uint16_t>(40000 + begin / second % 1000), begin);
        script.handshake();
        script.open_with(w.hello("claude.ai"), false, false, false);
        w.send(script.take());
    }
    w.monitor.finish();
    REQUIRE(w.windows.size() == 2);
    std::map<std::string_view, std::uint64_t> sums;
    for (const ClosedWindow& window : w.windows) {
        for (const CoverageItem& item : window.coverage) {
            if (item.metric == "packets") CHECK(item.value == 5);
            sums[item.metric] += item.value;
        }
    }
    for (const CoverageItem& item : w.monitor.counters())
        CHECK(sums[item.metric] == item.value);
}

TEST_CASE("candidates are names in no entry that inside hosts visit outside, and are no usage") {
    Watched w;
    const test::Folder folder;
    folder.write("candidates.txt", "top ai\n");
    w.monitor.look_for(
        std::make_shared<const CandidateRules>(CandidateRules::read({folder.path()})), 2, 100);
    std::uint16_t port = 40000;
    const auto visit = [&](const char* client, const char* name) {
        Script script = w.tcp(client, ++port, start);
        script.handshake();
        script.open_with(w.hello(name), false, false, false);
        w.send(script.take());
    };
    for (const char* client : {"10.0.0.1", "10.0.0.2"}) {
        visit(client, "new.ai");
        visit(client, "claude.ai");
        visit(client, "www.example.com");
    }
    visit("10.0.0.1", "private.ai");
    for (const char* client : {"198.51.100.1", "198.51.100.2"})
        visit(client, "transit.ai");
    w.monitor.finish();
    REQUIRE(w.windows.size() == 1);
    CHECK(w.windows[0].usage.size() == 2);  // of claude.ai, by each host
    REQUIRE(w.windows[0].candidates.size() == 1);
    CHECK(w.windows[0].candidates[0].name == "new.ai");
    CHECK(w.windows[0].candidates[0].hosts == 2);
    CHECK(w.windows[0].candidates[0].flows == 2);
}

TEST_CASE("a new catalogue names flows from then on; the old one lives as long as what it named") {
    Watched w;
    Catalogue changed = test::small_catalogue();
    changed.version = "newer";
    std::swap(changed.services[0], changed.services[1]);  // indices mean something else
    for (SignatureName& name : changed.names)
        name.service = 1 - name.service;
    const std::weak_ptr<const Signatures> old = w.signatures;
    w.signatures.reset();

    const auto flow = [&](std::uint16_t port, Micros begin) {
        Script script = w.tcp("10.0.0.1", port, begin, 20 * second);
        script.handshake();
        script.open_with(w.hello("claude.ai"), false, false, false);
        script.say_filler(false, 10'000);
        return script.take();
    };
    const Conversation first = flow(40000, start);
    const std::size_t half = first.segments.size() / 2;
    for (std::size_t i = 0; i < half; ++i)
        w.send(first, first.segments[i], first.segments[i].time);
    w.monitor.use(std::make_shared<const Signatures>(changed));
    w.send(flow(40001, start + second));
    for (std::size_t i = half; i < first.segments.size(); ++i)
        w.send(first, first.segments[i], first.segments[i].time);
    w.monitor.finish();

    REQUIRE(w.windows.size() == 1);
    REQUIRE(w.windows[0].usage.size() == 2);
    for (const Usage& usage : w.windows[0].usage) {
        CHECK(usage.catalogue->services[usage.service].id == "anthropic.claude");
        CHECK(usage.flows == 1);
        CHECK(usage.bytes_in == 10'000);
    }
    CHECK(w.windows[0].usage[0].catalogue->version == "test");
    CHECK(w.windows[0].usage[1].catalogue->version == "newer");
    CHECK_FALSE(old.expired());
    w.windows.clear();
    CHECK(old.expired());
}
