#include "detectors/starttls.hpp"

#include <catch2/catch.hpp>

#include "detectors/stream.hpp"
#include "tests/unit/detectors/hellos.hpp"

using namespace umbra;
using namespace umbra::test;
using Verdict = Detection::Verdict;

namespace {

Message joined(std::string_view clear, const Message& tls) {
    Message whole(clear.begin(), clear.end());
    whole.insert(whole.end(), tls.begin(), tls.end());
    return whole;
}

}  // namespace

TEST_CASE("TLS is found behind what each protocol says before it") {
    using namespace std::string_view_literals;
    const Message tls = hello("mail.example.com");
    const std::string_view dialogues[] = {
        "EHLO client.example\r\nSTARTTLS\r\n",
        "helo client\r\nnoop\r\nstarttls\n",
        "a1 CAPABILITY\r\na2 STARTTLS\r\n",
        "CAPA\r\nSTLS\r\n",
        "AUTH TLS\r\n",
        "FEAT\r\nAUTH SSL\r\n",
        "<?xml version='1.0'?><stream:stream to='example.com'><starttls xmlns='x'/>",
        "<stream:stream to='example.com'><starttls xmlns='x'/>",
        "\0\0\0\x08\x04\xd2\x16\x2f"sv,
        "\x20\0\0\x01\x85\xae\x7f\0\0\0\0\x01\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv,
        "\x03\0\0\x13\x0e\xe0\0\0\0\0\0\x01\0\x08\0\x03\0\0\0"sv,
        "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
        "1.3.6.1.4.1.1466.20037"sv,
    };
    for (const std::string_view clear : dialogues) {
        INFO(clear);
        const Message whole = joined(clear, tls);
        const Detection found = detect_stream(whole);
        CHECK(found.verdict == Verdict::done);
        CHECK(found.evidence == Evidence::sni);
        CHECK(name_of(found) == "mail.example.com");
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const Message part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
            REQUIRE(detect_stream(part).verdict == Verdict::need_more);
        }
    }
}

TEST_CASE("a dialogue that never asks for TLS, and what is no dialogue") {
    std::string many = "EHLO client\r\n";
    for (int i = 0; i < 40; ++i)
        many += "NOOP\r\n";
    CHECK(detect_starttls(bytes_of(many)).verdict == Verdict::not_mine);
    for (const char* text :
         {"SSH-2.0-OpenSSH_9.2\r\n", "GET / HTTP/1.1\r\n", "\x17\x03\x03", "EHLA x"})
        CHECK(detect_starttls(bytes_of(text)).verdict == Verdict::not_mine);
    CHECK(detect_starttls(bytes_of("EHLO " + std::string(600, 'x'))).verdict == Verdict::not_mine);
}
