#include "detectors/tls.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/packets.hpp"
#include "tools/trafgen/messages.hpp"

using namespace umbra;
using trafgen::Message;
using Verdict = Detection::Verdict;

namespace {

Message hello(std::optional<std::string_view> name, std::size_t record = 16384) {
    trafgen::Random random(5);
    return trafgen::tls_records(trafgen::client_hello(random, name, false), record);
}

// A plain hello with these extensions, as an old client sends it.
Message plain_hello(const Message& extensions, std::uint16_t version = 0x0303) {
    trafgen::Octets out;
    out.u8(1);
    out.with_length(3, [&] {
        out.u16(version);
        out.fill(32, 7);
        out.u8(0);
        out.with_length(2, [&] { out.u16(0x002f); });
        out.with_length(1, [&] { out.u8(0); });
        if (!extensions.empty()) out.with_length(2, [&] { out.bytes(extensions); });
    });
    return trafgen::tls_records(out.take(), 16384);
}

Message server_name(std::string_view name) {
    trafgen::Octets out;
    out.u16(0);
    out.with_length(2, [&] {
        out.with_length(2, [&] {
            out.u8(0);
            out.with_length(2, [&] { out.text(name); });
        });
    });
    return out.take();
}

std::string name_of(const Detection& detection) {
    return detection.name ? std::string(detection.name->view()) : "";
}

}  // namespace

TEST_CASE("the server name of a hello of current size") {
    const Message whole = hello("api.mistral.ai");
    CHECK(whole.size() > 1700);
    const Detection found = detect_tls(whole);
    CHECK(found.verdict == Verdict::done);
    CHECK(found.evidence == Evidence::sni);
    CHECK(found.protocol == Protocol::tls);
    CHECK(name_of(found) == "api.mistral.ai");
}

TEST_CASE("a hello cut at any byte asks for more, perhaps with the name already; never another") {
    for (const std::size_t record : {std::size_t{16384}, std::size_t{100}, std::size_t{1}}) {
        const Message whole = hello("claude.ai", record);
        bool named = false;
        for (std::size_t length = 0; length <= whole.size(); ++length) {
            // A copy of its own size, so that the sanitizer sees a read past the end.
            const Message part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
            const Detection found = detect_tls(part);
            if (found.verdict == Verdict::done) {
                REQUIRE(name_of(found) == "claude.ai");
                named = true;
            } else {
                REQUIRE(found.verdict == Verdict::need_more);
                REQUIRE_FALSE(named);
                if (found.name) REQUIRE(name_of(found) == "claude.ai");
            }
        }
        CHECK(named);
    }
}

TEST_CASE("a hello without a server name, with and without extensions") {
    for (const Message& message :
         {hello(std::nullopt), plain_hello({}), plain_hello({0, 23, 0, 0})}) {
        const Detection found = detect_tls(message);
        CHECK(found.verdict == Verdict::done);
        CHECK(found.protocol == Protocol::tls);
        CHECK(found.evidence == Evidence::none);
        CHECK_FALSE(found.name);
        CHECK_FALSE(found.name_refused);
    }
}

TEST_CASE("a name that is no host name is refused, not stored") {
    using namespace std::string_view_literals;
    const std::string too_long(255, 'a');
    for (const std::string_view name :
         {"a\0b.com"sv, "b\xc3\xbc.de"sv, ""sv, std::string_view(too_long)}) {
        const Detection found = detect_tls(plain_hello(server_name(name)));
        CHECK(found.verdict == Verdict::done);
        CHECK(found.name_refused);
        CHECK_FALSE(found.name);
    }
    CHECK(name_of(detect_tls(plain_hello(server_name("ChatGPT.com.")))) == "chatgpt.com");
}

TEST_CASE("length fields of a hello that lie") {
    const Message honest = plain_hello(server_name("chatgpt.com"));
    // Every byte of the message, with every value that a lying length might have.
    for (std::size_t at = 0; at < honest.size(); ++at) {
        for (const std::uint8_t value : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{0xff}}) {
            Message lie = honest;
            lie[at] = value;
            const Detection found = detect_tls(lie);
            if (found.name) CHECK(found.name->view().size() <= lie.size());
        }
    }
    SECTION("a name longer than its list") {
        Message lie = honest;
        lie[lie.size() - 12] = 200;
        CHECK(name_of(detect_tls(lie)).empty());
    }
}

TEST_CASE("what is no TLS, and what a server says") {
    for (const char* text : {"GET / HTTP/1.1\r\n", "SSH-2.0-OpenSSH", "\x17\x03\x03\x01",
                             "\x16\x02\x00\x00\x05\x01"}) {
        CHECK(detect_tls(test::bytes_of(text)).verdict == Verdict::not_mine);
    }
    trafgen::Random random(1);
    const Detection server = detect_tls(trafgen::tls_server_head(random));
    CHECK(server.verdict == Verdict::done);
    CHECK(server.by_server);
    CHECK_FALSE(server.name);
    CHECK(detect_tls(Message{22, 3, 1, 0xff, 0xff, 1}).verdict == Verdict::not_mine);
}
