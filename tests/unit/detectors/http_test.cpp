#include "detectors/http.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/packets.hpp"

using namespace umbra;
using Verdict = Detection::Verdict;

namespace {

Detection detect(std::string_view text) {
    return detect_http(test::bytes_of(text));
}

// The evidence and the name, or why there is none.
std::string result(std::string_view text) {
    const Detection found = detect(text);
    if (found.verdict == Verdict::need_more) return "need more";
    if (found.verdict == Verdict::not_mine) return "not mine";
    if (found.by_server) return "server";
    if (found.name_refused) return "refused";
    if (!found.name) return "no name";
    return std::string(to_string(found.evidence)) + " " + std::string(found.name->view());
}

}  // namespace

TEST_CASE("the Host field of a request, wherever it stands and however it is written") {
    CHECK(result("GET / HTTP/1.1\r\nHost: api.openai.com\r\n\r\n") == "http_host api.openai.com");
    CHECK(result("POST /v1 HTTP/1.1\r\nAccept: */*\r\nhOsT:api.openai.com:8080\r\n") ==
          "http_host api.openai.com");
    CHECK(result("GET / HTTP/1.1\nHost: \t API.OpenAI.com. \n\n") == "http_host api.openai.com");
    CHECK(result("GET /chat HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nHost: "
                 "chatgpt.com\r\n\r\n") == "http_host chatgpt.com");
}

TEST_CASE("the target decides before the Host field") {
    CHECK(result("CONNECT www.perplexity.ai:443 HTTP/1.1\r\nHost: proxy\r\n") ==
          "connect_host www.perplexity.ai");
    CHECK(result("GET http://suno.com/x?u=http://a.b/ HTTP/1.1\r\nHost: proxy\r\n") ==
          "http_host suno.com");
    CHECK(result("GET http://user:pass@suno.com:81/ HTTP/1.0\r\n") == "http_host suno.com");
}

TEST_CASE("a request without a usable name") {
    CHECK(result("GET / HTTP/1.0\r\nAccept: */*\r\n\r\n") == "no name");
    CHECK(result("CONNECT [2001:db8::1]:443 HTTP/1.1\r\n\r\n") == "no name");
    CHECK(result("GET / HTTP/1.1\r\nHost: 10.1.2.3\r\n\r\n") == "no name");
    CHECK(result("GET / HTTP/1.1\r\nHost: \r\n\r\n") == "no name");
    CHECK(result("GET / HTTP/1.1\r\nX-Host: chatgpt.com\r\n\r\n") == "no name");
    CHECK(result("GET / HTTP/1.1\r\nHost: <script>\r\n\r\n") == "refused");
    // What follows the head is the body, not a field.
    CHECK(result("POST / HTTP/1.1\r\n\r\nHost: chatgpt.com\r\n") == "no name");
}

TEST_CASE("a request cut at any byte asks for more") {
    constexpr std::string_view request =
        "OPTIONS /a/b HTTP/1.1\r\nUser-Agent: x\r\nHost: claude.ai\r\n";
    for (std::size_t length = 0; length < request.size(); ++length) {
        INFO(length);
        CHECK(result(request.substr(0, length)) == "need more");
    }
    CHECK(result(request) == "http_host claude.ai");
}

TEST_CASE("answers and other protocols") {
    CHECK(result("HTTP/1.1 200 OK\r\n") == "server");
    CHECK(result("HTT") == "need more");
    for (const char* text :
         {"GETTING", "SSH-2.0", "get / HTTP/1.1\r\n", "GET /\r\n\r\n", "GET / FTP/1.1\r\n",
          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "EHLO x\r\n"}) {
        INFO(text);
        CHECK(result(text) == "not mine");
    }
}
