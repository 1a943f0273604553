#include "detectors/dtls.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/detectors/hellos.hpp"

using namespace umbra;
using namespace umbra::test;
using Verdict = Detection::Verdict;

namespace {

// A record with one fragment of a ClientHello (RFC 6347 sections 4.1 and 4.2.2).
Message record(const Message& body, std::size_t begin, std::size_t end, std::uint16_t sequence) {
    Octets out;
    out.u8(22);
    out.u16(0xfefd);
    out.u16(0);
    out.u16(0);
    out.u32(begin);
    out.with_length(2, [&] {
        out.u8(1);
        out.u24(body.size());
        out.u16(sequence);
        out.u24(begin);
        out.u24(end - begin);
        out.bytes(std::span(body).subspan(begin, end - begin));
    });
    return out.take();
}

// What a client sends first, and again with the server's cookie.
const Message first = plain_body(server_name("voice.example.com"), 0xfefd, "");
const Message again = plain_body(server_name("voice.example.com"), 0xfefd, "a cookie");

}  // namespace

TEST_CASE("a DTLS hello in one datagram, with and without a cookie") {
    for (const Message& body : {first, again}) {
        const Message datagram = record(body, 0, body.size(), 0);
        REQUIRE(DtlsHello::begins_with(datagram));
        DtlsHello dtls;
        const Detection found = dtls.look(datagram);
        CHECK(found.verdict == Verdict::done);
        CHECK(found.protocol == Protocol::dtls);
        CHECK(found.evidence == Evidence::sni);
        CHECK(name_of(found) == "voice.example.com");
    }
}

TEST_CASE("fragments in any order, repeated and overlapping") {
    trafgen::Random random(3);
    for (int round = 0; round < 100; ++round) {
        std::vector<std::pair<std::size_t, std::size_t>> parts;
        for (std::size_t at = 0; at < again.size();) {
            const std::size_t end = std::min(again.size(), at + random.between(1, 40));
            parts.emplace_back(at, end);
            at = end;
        }
        parts.emplace_back(5, 30);
        random.shuffle(parts);
        DtlsHello dtls;
        Detection found = Detection::not_mine();
        for (const auto& [begin, end] : parts) {
            found = dtls.look(record(again, begin, end, 1));
            if (found.name) REQUIRE(name_of(found) == "voice.example.com");
        }
        REQUIRE(found.verdict == Verdict::done);
        REQUIRE(name_of(found) == "voice.example.com");
    }
}

TEST_CASE("lengths that lie, and what is no DTLS hello") {
    Message lie = record(again, 0, again.size(), 1);
    lie[14] = 0xff;  // of the message: 16 MB
    DtlsHello dtls;
    CHECK(dtls.look(lie).verdict == Verdict::not_mine);
    CHECK(dtls.memory() == 0);
    lie = record(again, 0, again.size(), 1);
    lie[19] = 0xff;  // the fragment's offset
    CHECK(DtlsHello().look(lie).verdict == Verdict::not_mine);
    CHECK_FALSE(DtlsHello::begins_with(bytes_of("\x16\x03\x03 no datagrams")));
    CHECK_FALSE(DtlsHello::begins_with({}));
}
