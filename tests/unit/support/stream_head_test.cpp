#include "daemon/support/stream_head.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "tests/unit/packets.hpp"

using namespace umbra;
using test::bytes_of;

namespace {

constexpr std::uint32_t capacity = 16384;

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
        StreamHead head(first, capacity);
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
    StreamHead head(100, capacity);
    head.add(105, bytes_of("fghij"));
    CHECK(text_of(head).empty());
    head.add(100, bytes_of("abc"));
    CHECK(text_of(head) == "abc");
    head.add(103, bytes_of("de"));
    CHECK(text_of(head) == "abcdefghij");
}

TEST_CASE("where segments disagree the bytes that came first stay, and it is said") {
    StreamHead head(0, capacity);
    CHECK_FALSE(head.add(0, bytes_of("evil")));
    CHECK(head.add(2, bytes_of("XXXgood")));
    CHECK(text_of(head) == "evilXgood");
}

TEST_CASE("what lies before the beginning is left out") {
    StreamHead head(1000, capacity);
    head.add(995, bytes_of("01234abc"));
    CHECK(text_of(head) == "abc");
    head.add(900, bytes_of("far before"));
    CHECK(text_of(head) == "abc");
}

TEST_CASE("a head holds its capacity and no byte more") {
    StreamHead head(0, capacity);
    const std::string chunk(1000, 'x');
    for (std::uint32_t at = 0; at < 40'000; at += 1000)
        head.add(at, bytes_of(chunk));
    CHECK(head.full());
    CHECK(head.contiguous().size() == capacity);
    CHECK(head.memory() >= capacity);
    CHECK(head.memory() < 2 * capacity + 100);
    StreamHead far(0, capacity);
    far.add(capacity, bytes_of("beyond"));
    far.add(~0U - 100'000, bytes_of("behind"));
    CHECK(far.contiguous().empty());
}

TEST_CASE("a sender of a thousand gaps costs no more than the bound, and the front still counts") {
    StreamHead head(0, capacity);
    for (std::uint32_t at = 5; at < 2000; at += 2)
        head.add(at, bytes_of("x"));
    head.add(0, bytes_of("fron"));
    CHECK(text_of(head) == "fron");
    head.add(4, bytes_of("t"));
    CHECK(text_of(head) == "frontx");
}

TEST_CASE("bytes far ahead cost their own length, not their distance") {
    StreamHead head(0, 65536);
    head.add(65'000, bytes_of("far ahead"));
    CHECK(head.size() == 9);
    CHECK(head.memory() < 100);
    head.add(0, bytes_of("front"));
    CHECK(text_of(head) == "front");
    CHECK(head.size() == 14);
}

TEST_CASE("whose parts lie before what is there, again and again, is not worked for without end") {
    StreamHead head(0, capacity);
    head.add(8000, bytes_of(std::string(8000, 'b')));
    for (std::uint32_t at = 0; at < 7000; ++at)  // each byte moves the 8,000 behind it
        head.add(at, bytes_of("a"));
    // 256 * 16384 / 8000, and the one that passed the bound.
    CHECK(head.contiguous().size() == 525);
}

TEST_CASE("a hello of 64 KiB in five hundred shuffled parts is put together") {
    std::mt19937 random(3);
    std::string stream(65536, ' ');
    for (char& c : stream)
        c = static_cast<char>('a' + random() % 26);
    std::vector<std::uint32_t> places;
    for (std::uint32_t at = 0; at < stream.size(); at += 128)
        places.push_back(at);
    std::shuffle(places.begin(), places.end(), random);
    StreamHead head(0, 65536);
    for (const std::uint32_t at : places)
        head.add(at, bytes_of(std::string_view(stream).substr(at, 128)));
    CHECK(head.full());
    CHECK(text_of(head) == stream);
}
