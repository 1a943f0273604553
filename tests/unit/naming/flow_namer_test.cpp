// What the packets of one flow say, in whatever order they come.
#include "daemon/naming/flow_namer.hpp"

#include <catch2/catch.hpp>

#include "daemon/flow/flow_table.hpp"
#include "tests/unit/data.hpp"
#include "tests/unit/detectors/hellos.hpp"
#include "tools/trafgen/quic.hpp"

using namespace umbra;
using namespace umbra::test;

namespace {

struct Watched : NamingEnd, FlowEnd {
    FlowTable table{{.most_flows = 4096}};
    FlowNamer namer;
    std::vector<Naming> said;
    std::vector<Message> dns;

    explicit Watched(const NamingLimits& limits = {}) : namer(limits, *this) {}
    void naming_over(Flow&, const Naming& naming) override { said.push_back(naming); }
    void dns_message(Bytes message, const Packet&) override {
        dns.emplace_back(message.begin(), message.end());
    }
    void flow_ended(Flow& flow) override {
        if (!flow.naming_over) namer.give_up(flow);
    }

    void send(const Packet& packet) {
        const auto update = table.update(packet, *this);
        if (!update.flow.naming_over) {
            namer.look(update.flow, packet, update.from_low, update.expected_sequence);
        }
    }
    void syn() {
        send(Tcp{.flags = tcp_flag::syn, .sequence = 999}.packet());
        send(Tcp{.source = "203.0.113.1",
                 .destination = "10.0.0.1",
                 .source_port = 443,
                 .destination_port = 40000,
                 .flags = tcp_flag::syn | tcp_flag::ack,
                 .sequence = 4999}
                 .packet());
    }
    // Bytes `begin` to `end` of a stream that begins with sequence number 1000.
    void client(const Message& stream, std::size_t begin, std::size_t end) {
        send(Tcp{.sequence = 1000 + static_cast<std::uint32_t>(begin),
                 .payload = part(stream, begin, end)}
                 .packet());
    }
    void client(const Message& stream) { client(stream, 0, stream.size()); }
    void server(const Message& stream, std::size_t begin, std::size_t end,
                std::uint16_t port = 443) {
        send(Tcp{.source = "203.0.113.1",
                 .destination = "10.0.0.1",
                 .source_port = port,
                 .destination_port = 40000,
                 .sequence = 5000 + static_cast<std::uint32_t>(begin),
                 .payload = part(stream, begin, end)}
                 .packet());
    }
    void server(const Message& stream) { server(stream, 0, stream.size()); }
    void datagram(const Message& payload, bool from_client = true, std::uint16_t port = 443) {
        Packet packet =
            from_client ? Tcp{.destination_port = port, .payload = part(payload, 0, payload.size())}
                              .packet()
                        : Tcp{.source = "203.0.113.1",
                              .destination = "10.0.0.1",
                              .source_port = port,
                              .destination_port = 40000,
                              .payload = part(payload, 0, payload.size())}
                              .packet();
        packet.transport = Transport::udp;
        packet.tcp_flags = 0;
        send(packet);
    }
    void end() { table.clear(*this); }

    // `evidence name`, of the only flow.
    std::string said_once() const {
        REQUIRE(said.size() == 1);
        const Detection& detection = said[0].detection;
        return std::string(to_string(detection.evidence)) + " " + name_of(detection);
    }

  private:
    static std::string_view part(const Message& stream, std::size_t begin, std::size_t end) {
        return {reinterpret_cast<const char*>(stream.data()) + begin, end - begin};
    }
};

Message text(std::string_view words) {
    return {words.begin(), words.end()};
}

}  // namespace

TEST_CASE("any split, order and repetition of a hello's segments gives its name") {
    const Message stream = hello("claude.ai", 700);
    trafgen::Random random(11);
    for (int round = 0; round < 200; ++round) {
        Watched w;
        w.syn();
        std::vector<std::pair<std::size_t, std::size_t>> parts;
        for (std::size_t at = 0; at < stream.size();) {
            const std::size_t end = std::min(stream.size(), at + random.between(60, 1460));
            parts.emplace_back(at, end);
            at = end;
        }
        parts.push_back(parts[random.below(parts.size())]);
        random.shuffle(parts);
        for (const auto& [begin, end] : parts)
            w.client(stream, begin, end);
        CHECK(w.said_once() == "sni claude.ai");
    }
}

TEST_CASE("a hello without a name is named by the certificate") {
    Watched w;
    w.syn();
    w.client(plain_hello({}));
    CHECK(w.said.empty());
    const Message flight = server_flight(data_file("certificates/common-name.der"));
    w.server(flight, 300, flight.size());  // the second segment first
    w.server(flight, 0, 300);
    CHECK(w.said_once() == "certificate api.mistral.ai");
}

TEST_CASE("what the client asked for is stronger than the certificate, whichever came first") {
    Watched w;
    w.syn();
    const Message stream = hello("claude.ai");
    w.client(stream, 0, 1000);
    w.server(server_flight(data_file("certificates/common-name.der")));
    CHECK(w.said.empty());
    w.client(stream, 1000, stream.size());
    CHECK(w.said_once() == "sni claude.ai");
}

TEST_CASE("of a capture with one direction only") {
    SECTION("the server's") {
        Watched w;
        w.server(server_flight(data_file("certificates/common-name.der")));
        CHECK(w.said_once() == "certificate api.mistral.ai");
    }
    SECTION("the client's, whose hello has no name") {
        Watched w;
        w.syn();
        w.client(plain_hello({}));
        w.end();
        CHECK(w.said_once() == "none ");
        CHECK(w.said[0].detection.protocol == Protocol::tls);
    }
}

TEST_CASE("TLS 1.3 without a name is settled by the server's answer") {
    Watched w;
    w.syn();
    w.client(plain_hello({}));
    trafgen::Random random(1);
    w.server(trafgen::tls_server_head(random));
    CHECK(w.said_once() == "none ");
}

TEST_CASE("a hello whose rest never comes says its name when the flow ends") {
    Watched w;
    w.syn();
    const Message stream = plain_hello(server_name("claude.ai"));
    Message longer = stream;  // says that more follows
    longer[4] = static_cast<std::uint8_t>(longer[4] + 40);
    longer[8] = static_cast<std::uint8_t>(longer[8] + 40);
    w.client(longer);
    CHECK(w.said.empty());
    w.end();
    CHECK(w.said_once() == "sni claude.ai");
}

TEST_CASE("a packet that the capture cut off is not waited for") {
    Watched w;
    w.syn();
    Packet packet = Tcp{.sequence = 1000}.packet();
    const Message stream = hello("claude.ai");
    packet.payload = Bytes(stream).first(1200);
    packet.payload_length = static_cast<std::uint32_t>(stream.size());
    w.send(packet);
    w.server(text("not TLS"));
    REQUIRE(w.said.size() == 1);
    CHECK(w.said[0].cut_short);
    const std::string name = name_of(w.said[0].detection);
    CHECK((name == "claude.ai" || name.empty()));
}

TEST_CASE("DNS over TCP: messages in any pieces reach who keeps them") {
    Watched w;
    const Message one = trafgen::dns_answer(1, "claude.ai", "", address("203.0.113.9"));
    const Message two = trafgen::dns_answer(2, "chatgpt.com", "", address("203.0.113.8"));
    trafgen::Octets out;
    out.with_length(2, [&] { out.bytes(one); });
    out.with_length(2, [&] { out.bytes(two); });
    const Message stream = out.take();
    w.send(Tcp{.destination_port = 53, .flags = tcp_flag::syn, .sequence = 1}.packet());
    for (std::size_t at = 0; at < stream.size(); at += 7)
        w.server(stream, at, std::min(stream.size(), at + 7), 53);
    CHECK(w.dns == std::vector<Message>{one, two});
}

TEST_CASE("a QUIC hello over several datagrams, the last first") {
    trafgen::Random random(9);
    const auto datagrams =
        trafgen::quic_client_initials(random, trafgen::client_hello(random, "claude.ai", true));
    REQUIRE(datagrams.size() > 1);
    Watched w;
    for (std::size_t i = datagrams.size(); i-- > 0;) {
        CHECK(w.said.empty());
        w.datagram(trafgen::quic_server_initial(random), false);
        w.datagram(datagrams[i]);
    }
    CHECK(w.said_once() == "quic_sni claude.ai");
}

TEST_CASE("QUIC that cannot be read says why") {
    trafgen::Random random(9);
    const auto datagrams =
        trafgen::quic_client_initials(random, trafgen::client_hello(random, "claude.ai", true));
    Watched w;
    w.datagram(datagrams[1]);
    w.end();
    REQUIRE(w.said.size() == 1);
    CHECK(w.said[0].detection.protocol == Protocol::quic);
    CHECK(w.said[0].quic == QuicUnread::hello_incomplete);
}

TEST_CASE("nDPI says what a flow is that no detector knows") {
    SECTION("WireGuard") {
        Message handshake(148, 7);
        handshake[0] = 1;
        handshake[1] = handshake[2] = handshake[3] = 0;
        Message response(92, 9);
        response[0] = 2;
        response[1] = response[2] = response[3] = 0;
        // The initiator's index comes back in the answer and in what follows.
        std::copy_n(&handshake[4], 4, &response[8]);
        Watched w;
        w.datagram(handshake, true, 51820);
        w.datagram(response, false, 51820);
        for (int i = 0; i < 10; ++i) {
            Message data(128, 5);
            data[0] = 4;
            data[1] = data[2] = data[3] = 0;
            w.datagram(data, true, 51820);
        }
        REQUIRE(w.said.size() == 1);
        CHECK(w.said[0].traffic.kind == TrafficKind::wireguard);
    }
    SECTION("SSH") {
        Watched w;
        w.syn();
        w.client(text("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"));
        w.server(text("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"));
        w.end();
        REQUIRE(w.said.size() == 1);
        CHECK(w.said[0].traffic.kind == TrafficKind::other);
        CHECK(w.namer.ndpi()->name(w.said[0].traffic.protocol) == "ssh");
    }
    CHECK(Watched().namer.ndpi()->serves_encrypted_dns("dns.google"));
    CHECK_FALSE(Watched().namer.ndpi()->serves_encrypted_dns("claude.ai"));
}

TEST_CASE("nDPI is asked no more often than its rate allows") {
    Watched w(NamingLimits{.ndpi_rate = 5});
    for (std::uint16_t port = 1000; port < 1100; ++port) {
        Packet packet =
            Tcp{.source_port = port, .destination_port = 9, .payload = "?????????"}.packet();
        packet.transport = Transport::udp;
        w.send(packet);
    }
    CHECK(w.namer.counters().ndpi_skipped == 95);
}

TEST_CASE("flows that are never named stay within the bounds, and are counted") {
    Watched w(NamingLimits{.most_pending = 100, .memory = 50'000});
    const Message stream = hello("claude.ai");
    for (std::uint16_t port = 1000; port < 3000; ++port) {
        w.send(Tcp{.source_port = port, .flags = tcp_flag::syn, .sequence = 999}.packet());
        Packet packet = Tcp{.source_port = port, .sequence = 1000}.packet();
        packet.payload = Bytes(stream).first(1000);
        packet.payload_length = 1000;
        w.send(packet);
    }
    CHECK(w.namer.counters().evicted >= 1900);
    CHECK(w.said.size() == w.namer.counters().evicted);
    w.end();
    CHECK(w.said.size() == 2000);
}
