// What names a flow on its way through the monitor, beside its own hello.
#include "tests/unit/folder.hpp"
#include "tests/unit/usage/watched.hpp"

using namespace umbra;
using namespace umbra::test;

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
