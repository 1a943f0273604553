#include "detectors/tls.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/data.hpp"
#include "tests/unit/detectors/hellos.hpp"

using namespace umbra;
using namespace umbra::test;
using Verdict = Detection::Verdict;

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

TEST_CASE("a hello that bears encrypted_client_hello says so, wherever the extension stands") {
    const Message ech{0xfe, 0x0d, 0, 3, 0, 0, 1};
    const auto joined = [](Message first, const Message& second) {
        first.insert(first.end(), second.begin(), second.end());
        return first;
    };
    for (const Message& extensions :
         {joined(ech, server_name("claude.ai")), joined(server_name("claude.ai"), ech)}) {
        const Detection found = detect_tls(plain_hello(extensions));
        CHECK(name_of(found) == "claude.ai");
        CHECK(found.ech);
    }
    CHECK_FALSE(detect_tls(plain_hello(server_name("claude.ai"))).ech);
}

TEST_CASE("the certificate of a server of TLS 1.2 has names") {
    const Message certificate = data_file("certificates/common-name.der");
    for (const std::size_t record : {std::size_t{16384}, std::size_t{50}, std::size_t{1}}) {
        const Message flight = server_flight(certificate, record);
        for (std::size_t length = 0; length <= flight.size(); ++length) {
            const Message part(flight.begin(),
                               flight.begin() + static_cast<std::ptrdiff_t>(length));
            const Detection found = detect_tls(part);
            if (found.verdict != Verdict::done) {
                REQUIRE(found.verdict == Verdict::need_more);
                REQUIRE_FALSE(found.name);
                continue;
            }
            REQUIRE(found.by_server);
            REQUIRE(found.evidence == Evidence::certificate);
            REQUIRE(name_of(found) == "api.mistral.ai");
        }
        CHECK(detect_tls(flight).verdict == Verdict::done);
    }
}

TEST_CASE("a server of TLS 1.3 shows no certificate: it is not waited for") {
    trafgen::Random random(1);
    const Detection found = detect_tls(trafgen::tls_server_head(random));
    CHECK(found.verdict == Verdict::done);
    CHECK(found.by_server);
}

TEST_CASE("a certificate that is none, or lies about its lengths, names nobody") {
    const Message certificate = data_file("certificates/common-name.der");
    for (std::size_t at = 0; at < certificate.size(); ++at) {
        Message lie = certificate;
        lie[at] ^= 0x7f;
        const Detection found = detect_tls(server_flight(lie));
        CHECK(found.verdict == Verdict::done);
        CHECK(found.by_server);
    }
    CHECK_FALSE(detect_tls(server_flight(Message(300, 0x30))).name);
    CHECK_FALSE(detect_tls(server_flight({})).name);
}
