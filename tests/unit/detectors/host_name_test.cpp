#include "detectors/host_name.hpp"

#include <catch2/catch.hpp>

using namespace umbra;

namespace {

std::string parsed(std::string_view text) {
    const auto name = HostName::parse(text);
    return name ? std::string(name->view()) : "refused";
}

}  // namespace

TEST_CASE("names are brought to one form") {
    CHECK(parsed("chatgpt.com") == "chatgpt.com");
    CHECK(parsed("ChatGPT.COM") == "chatgpt.com");
    CHECK(parsed("chatgpt.com.") == "chatgpt.com");
    CHECK(parsed("_dmarc.x-1.example") == "_dmarc.x-1.example");
    CHECK(parsed("xn--bcher-kva.example") == "xn--bcher-kva.example");
    CHECK(parsed("localhost") == "localhost");
    CHECK(parsed("1.2.3.4.example") == "1.2.3.4.example");
}

TEST_CASE("what is no host name is refused") {
    using namespace std::string_view_literals;
    for (const std::string_view text : {""sv,
                                        "."sv,
                                        "a..b"sv,
                                        ".a"sv,
                                        "a.b.."sv,
                                        "a b.com"sv,
                                        "chatgpt.com\0.evil.net"sv,
                                        "a\0"sv,
                                        "b\xc3\xbc"
                                        "cher.example"sv,
                                        "a\x80.com"sv,
                                        "a\xff"sv,
                                        "a/b"sv,
                                        "a:"sv,
                                        "a:44x"sv,
                                        "a:123456"sv,
                                        ":443"sv,
                                        "a:1:2"sv,
                                        "<script>"sv,
                                        "a*b"sv,
                                        "\r\n"sv,
                                        "[2001:db8::1]"sv}) {
        INFO(text);
        CHECK(parsed(text) == "refused");
    }
}

TEST_CASE("a port behind the name is kept, and is no part of the host") {
    const auto name = HostName::parse("ChatGPT.com:443");
    REQUIRE(name);
    CHECK(name->view() == "chatgpt.com:443");
    CHECK(name->host() == "chatgpt.com");
    CHECK(HostName::parse("10.0.0.1:443")->is_address());
}

TEST_CASE("an address in place of a name is told from a name") {
    CHECK(HostName::parse("10.1.2.3")->is_address());
    CHECK(HostName::parse("10.1.2.3.")->is_address());
    for (const char* name : {"1.2.3.4.example", "localhost", "chatgpt.com", "1e100.net", "x.2a"})
        CHECK_FALSE(HostName::parse(name)->is_address());
}

TEST_CASE("labels of 63 bytes and names of 253 are the longest") {
    const std::string label(63, 'a');
    CHECK(parsed(label + ".com") == label + ".com");
    CHECK(parsed(label + "a.com") == "refused");
    const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b');
    REQUIRE(longest.size() == 253);
    CHECK(parsed(longest) == longest);
    CHECK(parsed(longest + ".") == longest);
    CHECK(parsed(longest + "b") == "refused");
    CHECK(parsed(longest + "bb") == "refused");  // 255 bytes
    CHECK(parsed(std::string(70'000, 'a')) == "refused");
}
