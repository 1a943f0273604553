#include "daemon/flow/stream_head.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "tests/unit/packets.hpp"

using namespace umbra;
using test::bytes_of;

namespace {

std::string text_of(const StreamHead& head) {
    const Bytes bytes = head.contiguous();
    return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("segments in any order, cut anywhere, repeated and overlapping, give the stream") {
    std::mt19937 random(2);
    std::string stream(3000, ' ');
    for (char& c : stream)
        c = static_cast<char>('a' + random() % 26);
    for (int round = 0; round < 300; ++round) {
        const auto first = static_cast<std::uint32_t>(random());  // wraps around in some rounds
        StreamHead head(first);
        std::vector<std::pair<std::size_t, std::size_t>> segments;
        for (std::size_t at = 0; at < stream.size();) {
            const std::size_t length = std::min(stream.size() - at, 100 + random() % 500);
            segments.emplace_back(at, length);
            at += length;
        }
        for (int extra = 0; extra < 4; ++extra) {  // what overlaps two others
            const std::size_t at = random() % 2500;
            segments.emplace_back(at, 1 + random() % 499);
        }
        std::shuffle(segments.begin(), segments.end(), random);
        for (const auto& [at, length] : segments) {
            CHECK_FALSE(head.add(first + static_cast<std::uint32_t>(at),
                                 bytes_of(std::string_view(stream).substr(at, length))));
        }
        REQUIRE(text_of(head) == stream);
    }
}

TEST_CASE("only what has no gap before it is contiguous") {
    StreamHead head(100);
    head.add(105, bytes_of("fghij"));
    CHECK(text_of(head).empty());
    head.add(100, bytes_of("abc"));
    CHECK(text_of(head) == "abc");
    head.add(103, bytes_of("de"));
    CHECK(text_of(head) == "abcdefghij");
}

TEST_CASE("where segments disagree the bytes that came first stay, and it is said") {
    StreamHead head(0);
    CHECK_FALSE(head.add(0, bytes_of("evil")));
    CHECK(head.add(2, bytes_of("XXXgood")));
    CHECK(text_of(head) == "evilXgood");
}

TEST_CASE("what lies before the beginning is left out") {
    StreamHead head(1000);
    head.add(995, bytes_of("01234abc"));
    CHECK(text_of(head) == "abc");
    head.add(900, bytes_of("far before"));
    CHECK(text_of(head) == "abc");
}

TEST_CASE("a head holds its capacity and no byte more") {
    StreamHead head(0);
    const std::string chunk(1000, 'x');
    for (std::uint32_t at = 0; at < 40'000; at += 1000)
        head.add(at, bytes_of(chunk));
    CHECK(head.full());
    CHECK(head.contiguous().size() == StreamHead::capacity);
    CHECK(head.memory() <= 2 * StreamHead::capacity);
    StreamHead far(0);
    far.add(StreamHead::capacity, bytes_of("beyond"));
    far.add(~0U - 100'000, bytes_of("behind"));
    CHECK(far.contiguous().empty());
}

TEST_CASE("a sender of a thousand gaps costs no more than the bound, and the front still counts") {
    StreamHead head(0);
    for (std::uint32_t at = 5; at < 2000; at += 2)
        head.add(at, bytes_of("x"));
    head.add(0, bytes_of("fron"));
    CHECK(text_of(head) == "fron");
    head.add(4, bytes_of("t"));
    CHECK(text_of(head) == "frontx");
}
