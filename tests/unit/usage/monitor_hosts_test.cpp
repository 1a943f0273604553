// Whose usage a flow is, and of what kind, on its way through the monitor.
#include "tests/unit/detectors/dhcp_messages.hpp"
#include "tests/unit/folder.hpp"
#include "tests/unit/usage/watched.hpp"

using namespace umbra;
using namespace umbra::test;

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
