#include "detectors/quic_packet.hpp"

#include <catch2/catch.hpp>

#include "detectors/quic_frames.hpp"
#include "detectors/quic_initial.hpp"
#include "tests/unit/allocations.hpp"
#include "tests/unit/detectors/quic_vectors.hpp"
#include "tests/unit/packets.hpp"
#include "tools/trafgen/quic.hpp"

using namespace umbra;
using test::from_hex;
using trafgen::Message;

namespace {

const Message sample_id = from_hex("8394c8f03e515708");

Message message(Bytes bytes) {
    return {bytes.begin(), bytes.end()};
}

// A packet with a long header in form, `content` behind its length.
Message long_packet(std::uint8_t first, std::uint32_t version, std::size_t content,
                    std::size_t id_length = 8) {
    trafgen::Octets out;
    out.u8(first);
    out.u32(version);
    out.with_length(1, [&] { out.fill(id_length, 7); });
    out.with_length(1, [&] { out.fill(5, 8); });
    if ((first & 0x30U) == 0) out.u8(0);  // no token
    trafgen::put_varint(out, content);
    out.fill(content, 9);
    return out.take();
}

}  // namespace

TEST_CASE("the sample keys of RFC 9001 and RFC 9369") {
    InitialOpener opener;
    const InitialKeys v1 = opener.client_keys(QuicDialect::version_1, sample_id);
    CHECK(message(v1.key) == from_hex("1f369613dd76d5467730efcbe3b1a22d"));
    CHECK(message(v1.iv) == from_hex("fa044b2f42a3fd3b46fb255c"));
    CHECK(message(v1.header) == from_hex("9f50449e04a0e810283a1e9933adedd2"));
    const InitialKeys v2 = opener.client_keys(QuicDialect::version_2, sample_id);
    CHECK(message(v2.key) == from_hex("8b1a0bc121284290a29e0971b5cd045d"));
    CHECK(message(v2.iv) == from_hex("91f73e2351d8fa91660e909f"));
    CHECK(message(v2.header) == from_hex("45b95e15235d6f45a6b19cbcb0294ba9"));
}

TEST_CASE("the sample packets are opened, and the generator seals them to the same bytes") {
    InitialOpener opener;
    Message plain = from_hex(test::sample_frame);
    plain.resize(1162);
    for (const auto& [hex, version] : {std::pair(test::sample_v1, trafgen::quic_version::v1),
                                       std::pair(test::sample_v2, trafgen::quic_version::v2)}) {
        const Message datagram = from_hex(hex);
        Bytes rest = datagram;
        const auto packet = take_quic_packet(rest);
        REQUIRE(packet);
        CHECK(rest.empty());
        CHECK(packet->type == QuicPacketType::initial);
        CHECK(packet->version == version);
        CHECK(message(packet->destination_id) == sample_id);
        CHECK(packet->source_id.empty());
        const InitialKeys keys = opener.client_keys(quic_dialect(version).value(), sample_id);
        std::uint64_t next_number = 0;
        const auto frames = opener.open(keys, *packet, next_number);
        REQUIRE(frames);
        CHECK(message(*frames) == plain);
        CHECK(next_number == 3);

        trafgen::InitialPacket again{.version = version, .keys_id = sample_id};
        again.number = 2;
        again.number_length = 4;
        CHECK(trafgen::seal_initial(again, plain) == datagram);
    }
}

TEST_CASE("opening a packet takes no memory") {
    InitialOpener opener;
    const Message datagram = from_hex(test::sample_v1);
    Bytes rest = datagram;
    const auto packet = take_quic_packet(rest);
    const std::size_t before = test::allocations();
    const InitialKeys keys = opener.client_keys(QuicDialect::version_1, packet->destination_id);
    for (int i = 0; i < 3; ++i) {
        std::uint64_t next_number = 0;
        REQUIRE(opener.open(keys, *packet, next_number));
    }
    CHECK(test::allocations() == before);
}

TEST_CASE("a packet number is the one closest to what is expected") {
    InitialOpener opener;
    // Number in the packet, bytes for it, what comes next by then. The third is the example of RFC
    // 9000 appendix A.3.
    struct Case {
        std::uint32_t number;
        std::size_t length;
        std::uint64_t expected;
    };
    for (const auto& [number, length, expected] :
         {Case{0, 1, 0}, Case{200, 1, 0}, Case{0xa82f9b32, 2, 0xa82f30eb}, Case{256, 1, 255},
          Case{255, 1, 257}, Case{0x10000, 2, 0xffff}, Case{0xffffffff, 4, 0}}) {
        const InitialKeys keys = opener.client_keys(QuicDialect::version_1, sample_id);
        trafgen::InitialPacket sent{.keys_id = sample_id};
        sent.number = number;
        sent.number_length = length;
        const Message datagram = trafgen::seal_initial(sent, Message{1, 1, 1, 1});
        Bytes rest = datagram;
        std::uint64_t next_number = expected;
        INFO(number << " in " << length << " bytes after " << expected);
        CHECK(opener.open(keys, take_quic_packet(rest).value(), next_number));
        CHECK(next_number == std::max(expected, std::uint64_t{number} + 1));
    }
}

TEST_CASE("variable-length integers, the examples of RFC 9000 appendix A.1") {
    for (const auto& [hex, value] :
         {std::pair("c2197c5eff14e88c", std::uint64_t{151'288'809'941'952'652}),
          std::pair("9d7f3e7d", std::uint64_t{494'878'333}),
          std::pair("7bbd", std::uint64_t{15'293}), std::pair("25", std::uint64_t{37}),
          std::pair("4025", std::uint64_t{37})}) {
        const Message bytes = from_hex(hex);
        Reader reader(bytes);
        CHECK(read_varint(reader) == value);
        CHECK(reader.ok());
        CHECK(reader.left() == 0);
    }
}

TEST_CASE("packets coalesced in a datagram are taken one by one, over zeros between") {
    Message datagram;
    const auto append = [&](const Message& part) {
        datagram.insert(datagram.end(), part.begin(), part.end());
    };
    append(long_packet(0xc3, 1, 40));
    append(long_packet(0xd0, 1, 30));  // 0-RTT
    append(Message(17, 0));
    append(long_packet(0xe1, 1, 70));  // Handshake
    append({0x43, 1, 2, 3});           // a short header: no length, the rest is its own
    Bytes rest = datagram;
    for (const auto& [type, length] :
         {std::pair(QuicPacketType::initial, 40U), std::pair(QuicPacketType::zero_rtt, 30U),
          std::pair(QuicPacketType::handshake, 70U)}) {
        const auto packet = take_quic_packet(rest);
        REQUIRE(packet);
        CHECK(packet->type == type);
        CHECK(packet->protected_part.size() == length);
        CHECK_FALSE(packet->cut_off);
    }
    CHECK_FALSE(take_quic_packet(rest));
    CHECK(rest.empty());
}

TEST_CASE("version 2 numbers the types of its packets in another order") {
    for (const auto& [first, type] :
         {std::pair(0xc0, QuicPacketType::retry), std::pair(0xd0, QuicPacketType::initial),
          std::pair(0xe0, QuicPacketType::zero_rtt), std::pair(0xf0, QuicPacketType::handshake)}) {
        trafgen::Octets out;
        out.bytes(long_packet(0xe0, trafgen::quic_version::v2, 60));
        if (type == QuicPacketType::initial) {
            out = {};
            out.bytes(long_packet(0xc0, trafgen::quic_version::v2, 60));
        }
        Message datagram = out.take();
        datagram[0] = static_cast<std::uint8_t>(first);
        Bytes rest = datagram;
        const auto packet = take_quic_packet(rest);
        REQUIRE(packet);
        CHECK(packet->type == type);
    }
}

TEST_CASE("frames of an Initial packet: CRYPTO is found behind all that may stand before it") {
    trafgen::Octets out;
    out.bytes({0, 0, 1});                             // PADDING, PING
    out.bytes({2, 0x40, 0x64, 5, 2, 3, 1, 1, 0, 2});  // ACK with two further ranges
    out.bytes({3, 7, 0, 0, 7, 1, 0x80, 0, 0, 9, 0});  // ACK with ECN counts
    out.bytes({6, 0x42, 0x00, 3, 'a', 'b', 'c'});     // CRYPTO at 512
    out.bytes({0x1c, 0x41, 0x28, 6, 2, 'n', 'o'});    // CONNECTION_CLOSE of the transport
    out.bytes({0x1d, 0, 1, 'x'});                     // and of the application
    out.bytes({6, 0, 1, 'z'});
    InitialFrames frames(out.view(), QuicDialect::version_1);
    const auto first = frames.next();
    REQUIRE(first);
    CHECK(first->offset == 512);
    CHECK(message(first->data) == Message{'a', 'b', 'c'});
    const auto second = frames.next();
    REQUIRE(second);
    CHECK(second->offset == 0);
    CHECK(message(second->data) == Message{'z'});
    CHECK_FALSE(frames.next());

    // What an Initial packet may not have ends the reading; so does a frame beyond the packet.
    for (const Message& bad :
         {Message{0x08, 0, 1, 'q', 6, 0, 1, 'z'}, Message{6, 0, 9, 'z'},
          Message{2, 1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 6}}) {
        InitialFrames ended(bad, QuicDialect::version_1);
        CHECK_FALSE(ended.next());
    }
    const Message google{0x08, 0, 1, 'q'};
    CHECK(InitialFrames(google, QuicDialect::t051).next());
}

TEST_CASE("what looks like QUIC") {
    const auto looks = [](const Message& datagram) { return looks_like_quic(datagram, false); };
    CHECK(looks(from_hex(test::sample_v1)));
    CHECK(looks(from_hex(test::sample_v2)));
    CHECK(looks(from_hex(test::server_v1)));
    CHECK(looks(long_packet(0xe0, 0xff00001d, 40)));  // Handshake: the Initial packets were missed
    CHECK(looks(long_packet(0xc0, 0x1a2a3a4a, 1200)));                         // greased
    CHECK(looks(from_hex("ca00000000088394c8f03e5157080000000001fa1a7a3a")));  // negotiation
    CHECK(looks(from_hex(test::retry_v1)));
    CHECK(looks(from_hex("0d6b2c3c6a1a7f7d4a513034330000")));          // Q043, flags and ID before
    CHECK(looks(from_hex("c3513034365000112233445566770000000100")));  // Q046

    Message cut = from_hex(test::sample_v1);
    cut.resize(54);  // a snap length of 96
    CHECK_FALSE(looks(cut));
    CHECK(looks_like_quic(cut, true));
}

TEST_CASE("what other protocols send does not look like QUIC") {
    const auto looks = [](const Message& datagram) { return looks_like_quic(datagram, false); };
    CHECK_FALSE(looks({}));
    CHECK_FALSE(looks({0xc0}));
    // RTP, version 2, payload type 0, sequence 0, a time stamp of 1; padded, so that all lengths
    // fit.
    Message rtp = from_hex("800000000000000108000000");
    rtp.resize(172, 0);
    CHECK_FALSE(looks(rtp));
    rtp[0] = 0xbf;
    CHECK_FALSE(looks(rtp));
    Message dtls = from_hex("16fefd0000000000000000");  // a DTLS 1.2 handshake
    dtls.resize(1300, 1);
    CHECK_FALSE(looks(dtls));
    CHECK_FALSE(looks(from_hex("000100002112a442000102030405060708090a0b")));  // STUN binding
    // A DNS query whose id begins like a long header.
    CHECK_FALSE(looks(trafgen::dns_query(0xc000, "chatgpt.com", false)));
    CHECK_FALSE(looks(trafgen::dns_query(0xffff, "a.example", true)));
    CHECK_FALSE(looks(Message(1250, 0)));
    CHECK_FALSE(looks(Message(1250, 0xff)));
    Message short_header(1250, 0x5a);  // of a flow that began before the capture, perhaps
    CHECK_FALSE(looks(short_header));
    CHECK_FALSE(looks(long_packet(0xc0, 0x1a2a3a4a, 600)));      // a client would fill 1,200 bytes
    CHECK_FALSE(looks(long_packet(0xc0, 0x1a2a3a4a, 1200, 4)));  // and choose a longer ID
    CHECK_FALSE(looks(long_packet(0xc0, 1, 40, 21)));
    CHECK_FALSE(looks(long_packet(0xc0, 1, 19)));

    trafgen::Random random(11);
    int alike = 0;
    for (int i = 0; i < 20'000; ++i)
        alike += looks(random.bytes(random.between(20, 1400)));
    CHECK(alike == 0);
}
