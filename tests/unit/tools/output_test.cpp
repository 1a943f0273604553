#include "tools/umbra/output.hpp"

#include <catch2/catch.hpp>
#include <sstream>

#include "daemon/support/failure.hpp"

using namespace umbra;

namespace {

const Rows rows{
    {{"service", "SERVICE"}, {"hidden", ""}, {"bytes_out", "OUT", true}, {"hosts", "HOSTS"}},
    {{std::string("openai.chatgpt"), std::string("x"), std::int64_t{1'234'567}, std::int64_t{3}},
     {std::string("a,b \"c\""), Value(), std::int64_t{12}, std::int64_t{40}}}};

}  // namespace

TEST_CASE("a table: headings, units, numbers to the right, nothing hidden") {
    CHECK(render(rows, Format::table, 80, false) ==
          "SERVICE            OUT  HOSTS\n"
          "openai.chatgpt  1.2 MB      3\n"
          "a,b \"c\"           12 B     40\n");
}

TEST_CASE("a table that is too wide is cut, with an ellipsis, never past the width") {
    const std::string text = render(rows, Format::table, 24, false);
    CHECK(text.find("…") != std::string::npos);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::size_t columns = 0;
        for (const char c : line)
            columns += (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
        CHECK(columns <= 24);
    }
}

TEST_CASE("colour only where it is asked for") {
    CHECK(render(rows, Format::table, 80, false).find('\033') == std::string::npos);
    CHECK(render(rows, Format::table, 80, true).find('\033') != std::string::npos);
}

TEST_CASE("machine formats keep integers and say null") {
    CHECK(render(rows, Format::csv, 80, true) ==
          "service,hidden,bytes_out,hosts\n"
          "openai.chatgpt,x,1234567,3\n"
          "\"a,b \"\"c\"\"\",,12,40\n");
    CHECK(render(rows, Format::ndjson, 80, true) ==
          "{\"service\":\"openai.chatgpt\",\"hidden\":\"x\",\"bytes_out\":1234567,\"hosts\":3}\n"
          "{\"service\":\"a,b \\\"c\\\"\",\"hidden\":null,\"bytes_out\":12,\"hosts\":40}\n");
    CHECK(render({{{"a", "A"}}, {}}, Format::json, 80, false) == "[]\n");
    CHECK(render({{{"a", "A"}}, {}}, Format::csv, 80, false) == "a\n");
    CHECK_THROWS_AS(parse_format("xml"), Failure);
}

TEST_CASE("bytes in human units") {
    CHECK(human_bytes(0) == "0 B");
    CHECK(human_bytes(999) == "999 B");
    CHECK(human_bytes(1000) == "1.0 kB");
    CHECK(human_bytes(999'949) == "999.9 kB");
    CHECK(human_bytes(999'950) == "1.0 MB");
    CHECK(human_bytes(3'004'874) == "3.0 MB");
    CHECK(human_bytes(INT64_MAX) == "9223.4 PB");
}

TEST_CASE("control characters do not reach the terminal") {
    CHECK(printable("a\033[31mb\xc3") == "a\\x1B[31mb\\xC3");
}
