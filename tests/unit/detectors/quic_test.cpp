#include "detectors/quic.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/allocations.hpp"
#include "tests/unit/detectors/quic_vectors.hpp"
#include "tests/unit/packets.hpp"
#include "tools/trafgen/quic.hpp"

using namespace umbra;
using test::from_hex;
using trafgen::InitialPacket;
using trafgen::Message;
using trafgen::QuicFlight;
using Verdict = Detection::Verdict;

namespace {

constexpr bool client = true, server = false;

std::string name_of(const Detection& detection) {
    return detection.name ? std::string(detection.name->view()) : "";
}

// One flow, and who looks at it.
struct Flow {
    InitialOpener opener;
    QuicHello hello;

    Detection look(const Message& datagram, bool side = client, bool truncated = false) {
        // A copy of its own size, so that the sanitizer sees a read past the end.
        return hello.look(Message(datagram), side, truncated, opener);
    }
    // The verdict on the last of the datagrams, or on the one that ends it.
    Detection look_at_all(const std::vector<Message>& datagrams) {
        Detection found = Detection::need_more();
        for (const Message& datagram : datagrams) {
            found = look(datagram);
            if (found.verdict != Verdict::need_more) break;
        }
        return found;
    }
};

Message hello_for(std::optional<std::string_view> name, std::uint64_t seed = 5) {
    trafgen::Random random(seed);
    return trafgen::client_hello(random, name, true);
}

// A hello of about `size` bytes, whose name stands before or behind a long extension of no meaning.
Message long_hello(std::string_view name, std::size_t size, bool name_first = false) {
    trafgen::Octets out;
    const auto server_name = [&] {
        out.u16(0x0000);
        out.with_length(2, [&] {
            out.with_length(2, [&] {
                out.u8(0);
                out.with_length(2, [&] { out.text(name); });
            });
        });
    };
    out.u8(1);
    out.with_length(3, [&] {
        out.u16(0x0303);
        out.fill(32, 7);
        out.u8(0);
        out.with_length(2, [&] { out.u16(0x1301); });
        out.with_length(1, [&] { out.u8(0); });
        out.with_length(2, [&] {
            if (name_first) server_name();
            out.u16(0x0015);
            out.with_length(2, [&] { out.fill(size - 60 - name.size(), 0); });
            if (!name_first) server_name();
        });
    });
    return out.take();
}

// The bytes `begin` to `end` of a hello in an Initial packet of their own.
Message crypto_packet(const InitialPacket& packet, const Message& hello, std::size_t begin,
                      std::size_t end) {
    trafgen::Octets frames;
    trafgen::put_crypto_frame(frames, hello, begin, end);
    return trafgen::seal_initial(packet, frames.view());
}

}  // namespace

TEST_CASE("the hellos of RFC 9001 and RFC 9369 name example.com") {
    for (const std::string_view sample : {test::sample_v1, test::sample_v2}) {
        Flow flow;
        const Detection found = flow.look(from_hex(sample));
        CHECK(found.verdict == Verdict::done);
        CHECK(found.protocol == Protocol::quic);
        CHECK(found.evidence == Evidence::quic_sni);
        CHECK(name_of(found) == "example.com");
        CHECK(flow.hello.why() == QuicUnread::read);
    }
}

TEST_CASE("a hello that lies whole in one packet is read without taking memory") {
    Flow flow;
    const Message datagram = from_hex(test::sample_v1);
    const std::size_t before = test::allocations();
    const Detection found = flow.hello.look(datagram, client, false, flow.opener);
    CHECK(test::allocations() == before);
    CHECK(found.name);
    CHECK(flow.hello.memory() == 0);
}

TEST_CASE(
    "any cut, order and repetition of a hello over CRYPTO frames and packets gives its name") {
    trafgen::Random random(21);
    for (int round = 0; round < 600; ++round) {
        const std::string name = "host-" + std::to_string(round) + ".example.eu";
        const Message hello = trafgen::client_hello(random, name, true);
        const QuicFlight flight = trafgen::any_quic_flight(random);
        Flow flow;
        const Detection found =
            flow.look_at_all(trafgen::quic_client_initials(random, hello, flight));
        INFO("round " << round << ", version " << std::hex << flight.version);
        REQUIRE(name_of(found) == name);
        REQUIRE(flow.hello.conflicts() == 0);
        REQUIRE(flow.hello.memory() < 3 * hello.size());
    }
}

TEST_CASE("a hello of 64 KiB, in any form") {
    trafgen::Random random(22);
    const Message hello = long_hello("api.mistral.ai", 65'000);
    for (int round = 0; round < 20; ++round) {
        QuicFlight flight = trafgen::any_quic_flight(random);
        flight.pieces = random.between(1, 200);
        flight.packets = random.between(1, 100);
        Flow flow;
        REQUIRE(name_of(flow.look_at_all(trafgen::quic_client_initials(random, hello, flight))) ==
                "api.mistral.ai");
        REQUIRE(flow.hello.memory() < 3 * std::size_t{QuicHello::longest_hello});
    }
}

TEST_CASE("a datagram cut at any byte gives the name or nothing, never another name") {
    trafgen::Random random(23);
    for (const bool coalesce : {false, true}) {
        const auto datagrams = trafgen::quic_client_initials(random, hello_for("claude.ai"),
                                                             {.packets = 3, .coalesce = coalesce});
        for (std::size_t cut = 0; cut < datagrams.size(); ++cut) {
            for (std::size_t length = 0; length < datagrams[cut].size(); ++length) {
                std::vector<Message> parts = datagrams;
                parts[cut].resize(length);
                Flow flow;
                Detection found = Detection::need_more();
                for (std::size_t i = 0; i < parts.size(); ++i)
                    found = flow.look(parts[i], client, i == cut);
                REQUIRE((found.verdict == Verdict::need_more || name_of(found) == "claude.ai"));
                const std::string concluded = name_of(flow.hello.conclude());
                REQUIRE((concluded.empty() || concluded == "claude.ai"));
            }
        }
    }
}

TEST_CASE("an Initial packet that the capture cut off is the reason, if nothing else is") {
    Flow flow;
    Message snapped = from_hex(test::sample_v1);
    snapped.resize(54);
    CHECK(flow.look(snapped, client, true).verdict == Verdict::need_more);
    CHECK(flow.hello.why() == QuicUnread::truncated);
}

TEST_CASE("one flipped bit, wherever it is, and nothing is read") {
    const Message sample = from_hex(test::sample_v1);
    Flow flow;
    for (std::size_t bit = 0; bit < sample.size() * 8; ++bit) {
        Message flipped = sample;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        flow.hello = QuicHello();
        const Detection found = flow.look(flipped);
        REQUIRE(found.verdict == Verdict::need_more);
        REQUIRE(flow.hello.why() != QuicUnread::hello_incomplete);
    }
}

TEST_CASE("where CRYPTO frames disagree the first bytes stay, and it is counted") {
    const Message hello = hello_for("chatgpt.com");
    Message other = hello;
    for (std::uint8_t& byte : std::span(other).subspan(100))
        byte = 'x';
    const InitialPacket packet{.keys_id = Message(8, 3)};
    Flow flow;
    CHECK(flow.look(crypto_packet(packet, hello, 100, hello.size())).verdict == Verdict::need_more);
    CHECK(flow.look(crypto_packet(packet, other, 50, 1000)).verdict == Verdict::need_more);
    CHECK(flow.hello.conflicts() == 1);
    CHECK(name_of(flow.look(crypto_packet(packet, hello, 0, 60))) == "chatgpt.com");
}

TEST_CASE("the server's packets are not taken for the client's") {
    Flow flow;
    const Message hello = hello_for("claude.ai");
    const InitialPacket packet{.keys_id = Message(8, 3)};
    CHECK(flow.look(from_hex(test::server_v1), server).verdict == Verdict::need_more);
    CHECK(flow.hello.why() == QuicUnread::not_decryptable);
    CHECK(flow.look(crypto_packet(packet, hello, 0, 700)).verdict == Verdict::need_more);
    CHECK(flow.hello.why() == QuicUnread::hello_incomplete);
    // Who has the client's first ID could seal as the client; from the other side it is not read.
    const Message rest = crypto_packet(packet, hello, 700, hello.size());
    CHECK(flow.look(rest, server).verdict == Verdict::need_more);
    CHECK(name_of(flow.look(rest, client)) == "claude.ai");
}

TEST_CASE("a flow seen from the server's side alone is soon given up") {
    Flow flow;
    const Message answer = from_hex(test::server_v1);
    int looked = 1;
    while (flow.look(answer, server).verdict == Verdict::need_more)
        ++looked;
    // Each is a datagram and an Initial packet that tell nothing.
    CHECK(looked == QuicHello::most_fruitless / 2 + 1);
    CHECK(flow.hello.why() == QuicUnread::not_decryptable);
}

TEST_CASE("after Retry the keys are those of the new ID, and what came before is forgotten") {
    const Message before = hello_for("first.example", 1), after = hello_for("second.example", 2);
    Flow flow;
    flow.look(crypto_packet({.keys_id = Message(8, 3)}, before, 0, 900));
    CHECK(flow.look(from_hex(test::retry_v1), server).verdict == Verdict::need_more);
    const InitialPacket packet{.keys_id = Message(4, 9), .token = Message(300, 1)};
    CHECK(flow.look(crypto_packet(packet, after, 900, after.size())).verdict == Verdict::need_more);
    CHECK(name_of(flow.look(crypto_packet(packet, after, 0, 900))) == "second.example");
}

TEST_CASE("to the ID that the server chose the client goes on with its first keys") {
    const Message hello = hello_for("claude.ai");
    InitialPacket packet{.keys_id = Message(8, 3)};
    Flow flow;
    flow.look(crypto_packet(packet, hello, 0, 900));
    packet.destination_id = Message(20, 9);
    CHECK(name_of(flow.look(crypto_packet(packet, hello, 900, hello.size()))) == "claude.ai");
}

TEST_CASE("after Version Negotiation the client begins again with another version") {
    const Message hello = hello_for("claude.ai");
    Flow flow;
    flow.look(crypto_packet({.version = 0x3a3a3a3a, .keys_id = Message(8, 3)}, hello, 0, 900));
    CHECK(flow.hello.why() == QuicUnread::hello_incomplete);
    CHECK(flow.look(from_hex("ca000000000008f067a5502a4262b5000000016b3343cf"), server).verdict ==
          Verdict::need_more);
    InitialPacket packet{.version = trafgen::quic_version::v2, .keys_id = Message(8, 3)};
    CHECK(name_of(flow.look(crypto_packet(packet, hello, 0, 900))).empty());
    CHECK(name_of(flow.look(crypto_packet(packet, hello, 900, hello.size()))) == "claude.ai");
}

TEST_CASE("every dialect is read") {
    const Message hello = hello_for("claude.ai");
    for (const std::uint32_t version :
         {0x00000001U, 0x6b3343cfU, 0xff00001dU, 0xff00001eU, 0xff00001fU, 0xff000020U, 0xff000021U,
          0xff000022U, 0x0a0a0a0aU, 0x00000002U}) {
        Flow flow;
        InitialPacket packet{.version = version, .keys_id = Message(8, 3)};
        CHECK(name_of(flow.look(crypto_packet(packet, hello, 0, hello.size()))) == "claude.ai");
    }
}

TEST_CASE("a hello whose rest never comes is given up, in words") {
    const Message hello = hello_for("claude.ai");
    const InitialPacket packet{.keys_id = Message(8, 3)};
    Flow flow;
    flow.look(crypto_packet(packet, hello, 0, 700));
    const Message short_header(1200, 0x45);
    unsigned looked = 1;
    while (flow.look(short_header, looked % 2 == 0).verdict == Verdict::need_more)
        ++looked;
    CHECK(looked == QuicHello::most_fruitless + 1);
    CHECK(flow.hello.why() == QuicUnread::hello_incomplete);
    CHECK(to_string(flow.hello.why()) == "hello_incomplete");
}

TEST_CASE("if the rest never comes, the name counts that the beginning of the hello has") {
    const Message hello = long_hello("claude.ai", 900, true);
    const InitialPacket packet{.keys_id = Message(8, 3)};
    Flow flow;
    CHECK_FALSE(flow.hello.conclude().name);
    CHECK(flow.look(crypto_packet(packet, hello, 0, 800)).verdict == Verdict::need_more);
    const Detection known = flow.hello.conclude();
    CHECK(known.verdict == Verdict::done);
    CHECK(known.protocol == Protocol::quic);
    CHECK(name_of(known) == "claude.ai");
    CHECK(flow.hello.why() == QuicUnread::hello_incomplete);
}

TEST_CASE("what QUIC could not be read, and why") {
    Flow flow;
    SECTION("nothing but packets that follow the Initial ones") {
        Message handshake = from_hex("e000000001088394c8f03e515708000014");
        handshake.resize(handshake.size() + 20, 7);
        CHECK(flow.look(handshake).verdict == Verdict::need_more);
        CHECK(flow.hello.why() == QuicUnread::no_initial);
    }
    SECTION("a version with keys of its own") {
        InitialPacket packet{.version = 0xff00001d, .keys_id = Message(8, 3)};
        Message datagram = crypto_packet(packet, hello_for("claude.ai"), 0, 900);
        datagram[4] = 0x99;  // the header is authenticated too
        CHECK(flow.look(datagram).verdict == Verdict::need_more);
        CHECK(flow.hello.why() == QuicUnread::unknown_version);
    }
    SECTION("Google's own") {
        const Detection found = flow.look(from_hex("0d6b2c3c6a1a7f7d4a513034330000"));
        CHECK(found.verdict == Verdict::done);
        CHECK(found.protocol == Protocol::quic);
        CHECK(flow.hello.why() == QuicUnread::google_quic);
    }
    SECTION("a first message that is no ClientHello") {
        const Message finished(40, 20);
        const Detection found =
            flow.look(crypto_packet({.keys_id = Message(8, 3)}, finished, 0, finished.size()));
        CHECK(found.verdict == Verdict::done);
        CHECK(flow.hello.why() == QuicUnread::no_hello);
    }
    SECTION("a hello without a server name is read all the same") {
        const Message hello = hello_for(std::nullopt);
        const Detection found =
            flow.look(crypto_packet({.keys_id = Message(8, 3)}, hello, 0, hello.size()));
        CHECK(found.verdict == Verdict::done);
        CHECK(found.protocol == Protocol::quic);
        CHECK_FALSE(found.name);
        CHECK(flow.hello.why() == QuicUnread::read);
    }
}

TEST_CASE("a merged datagram of thousands of packets that open or do not is not worked for long") {
    const InitialPacket packet{.keys_id = Message(8, 3)};
    const Message ping = trafgen::seal_initial(packet, Message{1, 1, 1, 1});
    Message merged;
    while (merged.size() + ping.size() < 65'000)
        merged.insert(merged.end(), ping.begin(), ping.end());
    Flow flow;
    CHECK(flow.look(merged).verdict == Verdict::done);
    CHECK(flow.hello.why() == QuicUnread::hello_incomplete);
}
