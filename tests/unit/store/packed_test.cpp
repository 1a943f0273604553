#include "daemon/store/packed.hpp"

#include <catch2/catch.hpp>

using namespace umbra::store;

namespace {

constexpr std::int64_t week = 1793577600;

std::vector<Figure> unpacked(std::string_view bytes) {
    std::vector<Figure> figures;
    REQUIRE(unpack(bytes, week, 7, figures));
    return figures;
}

}  // namespace

TEST_CASE("a week's figures are six numbers a facet, seven bits a byte") {
    const Figure figure{7, 3, {1, 300, 0, week + 300, week + 900}};
    const std::string bytes = pack(std::vector{figure}, week);
    // 300 is 0b10'0101100: the low seven bits 0x2c with the high bit set, then 2. 600 is 0x58, 4.
    CHECK(bytes == std::string("\x03\x01\xac\x02\x00\xac\x02\xd8\x04", 9));
    CHECK(unpacked(bytes) == std::vector{figure});
}

TEST_CASE("what is packed is unpacked again, whatever the numbers") {
    const std::vector<Figure> figures = {
        {7, 1, {0, 0, 0, week, week + 86400}},
        {7, 2, {1, INT64_MAX, INT64_MAX, week + 604'799, week + 604'800}},
        {7, 4'000'000'000, {127, 128, 16384, week + 1, week + 1}}};
    CHECK(unpacked(pack(figures, week)) == figures);
    CHECK(unpacked("").empty());
}

TEST_CASE("bytes that were cut or changed are refused") {
    const std::string bytes = pack(std::vector{Figure{7, 3, {1, 300, 5, week, week + 300}}}, week);
    std::vector<Figure> figures;
    for (std::size_t length = 1; length < bytes.size(); ++length)
        CHECK_FALSE(unpack(std::string_view(bytes).substr(0, length), week, 7, figures));
    CHECK_FALSE(unpack(std::string(12, '\xff'), week, 7, figures));
    CHECK(figures.empty());
}
