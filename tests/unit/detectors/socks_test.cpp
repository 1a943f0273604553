#include "detectors/socks.hpp"

#include <catch2/catch.hpp>

#include "detectors/stream.hpp"
#include "tests/unit/detectors/hellos.hpp"

using namespace umbra;
using namespace umbra::test;
using Verdict = Detection::Verdict;

namespace {

Message message(std::initializer_list<std::uint8_t> begin, std::string_view text,
                std::initializer_list<std::uint8_t> end) {
    Octets out;
    out.bytes(begin);
    out.text(text);
    out.bytes(end);
    return out.take();
}

Message joined(Message first, const Message& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

}  // namespace

TEST_CASE("SOCKS names where the client wants to go") {
    const Message five = message({5, 2, 0, 2, 5, 1, 0, 3, 10}, "claude.ai.", {1, 0xbb});
    const Message with_password = joined(
        joined({5, 1, 2}, message({1, 4}, "user", {})),
        joined(message({6}, "secret", {}), message({5, 1, 0, 3, 9}, "claude.ai", {1, 0xbb})));
    const Message four_a =
        message({4, 1, 1, 0xbb, 0, 0, 0, 7}, std::string_view("me\0claude.ai", 12), {0});
    for (const Message& whole : {five, with_password, four_a}) {
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const Message part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
            REQUIRE(detect_socks(part).verdict == Verdict::need_more);
        }
        const Detection found = detect_socks(whole);
        CHECK(found.verdict == Verdict::done);
        CHECK(found.evidence == Evidence::connect_host);
        CHECK(found.protocol == Protocol::socks);
        CHECK(name_of(found) == "claude.ai");
    }
}

TEST_CASE("what a tunnel to an address carries may say the name") {
    const Message tunnels[] = {
        {5, 1, 0, 5, 1, 0, 1, 203, 0, 113, 1, 1, 0xbb},
        joined({5, 1, 0, 5, 1, 0, 4}, Message(18, 1)),
        {4, 1, 1, 0xbb, 203, 0, 113, 1, 'm', 'e', 0},
        message({}, "CONNECT 203.0.113.1:443 HTTP/1.1\r\nHost: 203.0.113.1:443\r\n\r\n", {})};
    for (const Message& tunnel : tunnels) {
        const Detection named = detect_stream(joined(tunnel, hello("claude.ai")));
        CHECK(named.verdict == Verdict::done);
        CHECK(named.evidence == Evidence::sni);
        CHECK(name_of(named) == "claude.ai");
        CHECK(detect_stream(tunnel).verdict == Verdict::need_more);
        const Detection other = detect_stream(joined(tunnel, message({}, "SSH-2.0-x\r\n", {})));
        CHECK(other.verdict == Verdict::done);
        CHECK_FALSE(other.name);
    }
}

TEST_CASE("what is no SOCKS of a client that connects") {
    CHECK(detect_socks(Message{5, 1, 0, 5, 2, 0, 1, 1, 1, 1, 1, 0, 80}).verdict ==
          Verdict::not_mine);
    CHECK(detect_socks(Message{4, 2, 0, 80}).verdict == Verdict::not_mine);
    CHECK(detect_socks(Message{5, 0}).verdict == Verdict::not_mine);
    CHECK(detect_socks(Message{6, 1, 0}).verdict == Verdict::not_mine);
    CHECK(detect_socks(message({4, 1, 0, 80, 1, 2, 3, 4}, std::string(300, 'u'), {})).verdict ==
          Verdict::not_mine);
}
