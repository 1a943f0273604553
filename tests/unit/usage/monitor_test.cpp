// The way of a packet as a whole: frames in, closed windows out.
#include <map>

#include "tests/unit/usage/watched.hpp"

using namespace umbra;
using namespace umbra::test;

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
