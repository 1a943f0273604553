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
    CHECK(render(rows, Format::table, {.width = 80, .colour = false}) ==
          "SERVICE            OUT  HOSTS\n"
          "openai.chatgpt  1.2 MB      3\n"
          "a,b \"c\"           12 B     40\n");
}

TEST_CASE("a table that is too wide is cut, with an ellipsis, never past the width") {
    const std::string text = render(rows, Format::table, {.width = 24, .colour = false});
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
    CHECK(render(rows, Format::table, {.width = 80, .colour = false}).find('\033') ==
          std::string::npos);
    CHECK(render(rows, Format::table, {.width = 80, .colour = true}).find('\033') !=
          std::string::npos);
}

TEST_CASE("machine formats keep integers and say null") {
    CHECK(render(rows, Format::csv, {.width = 80, .colour = true}) ==
          "service,hidden,bytes_out,hosts\n"
          "openai.chatgpt,x,1234567,3\n"
          "\"a,b \"\"c\"\"\",,12,40\n");
    CHECK(render(rows, Format::ndjson, {.width = 80, .colour = true}) ==
          "{\"service\":\"openai.chatgpt\",\"hidden\":\"x\",\"bytes_out\":1234567,\"hosts\":3}\n"
          "{\"service\":\"a,b \\\"c\\\"\",\"hidden\":null,\"bytes_out\":12,\"hosts\":40}\n");
    CHECK(render({{{"a", "A"}}, {}}, Format::json) == "[]\n");
    CHECK(render({{{"a", "A"}}, {}}, Format::csv) == "a\n");
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

TEST_CASE("times in the local zone, a sign before a change, bars only where a width is known") {
    setenv("TZ", "Europe/Paris", 1);
    const Rows figures{{{"start", "FROM"},
                        {"change", "CHANGE", true, 0, Look::change},
                        {"", "BAR", false, 0, Look::bar},
                        {"", "TREND"}},
                       {{Time{1793610000}, std::int64_t{1500}, std::int64_t{4}, Series{{0, 1, 8}}},
                        {Time{1793610000}, std::int64_t{-20}, std::int64_t{1}, Series{{8, 0, 4}}}}};
    tzset();
    CHECK(render(figures, Format::table, {.width = 80, .utc = false}) ==
          "            FROM   CHANGE  BAR         TREND\n"
          "2026-11-02 10:00  +1.5 kB  ██████████   ▁█\n"
          "2026-11-02 10:00    -20 B  ██▌         █ ▄\n");
    CHECK(render(figures, Format::table) ==
          "            FROM   CHANGE\n"
          "2026-11-02 09:00  +1.5 kB\n"
          "2026-11-02 09:00    -20 B\n");
    CHECK(render(figures, Format::csv) ==
          "start,change\n2026-11-02T09:00:00Z,1500\n2026-11-02T09:00:00Z,-20\n");
}

TEST_CASE("Markdown's signs in a text stay text") {
    CHECK(render({{{"a", "A"}, {"n", "N"}, {"h", ""}},
                  {{std::string("x|y <b>_z_ &amp"), std::int64_t{7}, Value()}}},
                 Format::markdown) ==
          "| A | N |\n| --- | --: |\n| x\\|y &lt;b\\>\\_z\\_ &amp;amp | 7 |\n");
}

TEST_CASE("rows by a column: numbers largest first, texts from a to z, nothing last") {
    Rows some{{{"a", "A"}, {"n", "N"}},
              {{std::string("b"), Value()},
               {std::string("c"), std::int64_t{1}},
               {std::string("a"), std::int64_t{2}}}};
    sort_rows(some, "n");
    CHECK(render(some, Format::csv) == "a,n\na,2\nc,1\nb,\n");
    sort_rows(some, "a");
    CHECK(render(some, Format::csv) == "a,n\na,2\nb,\nc,1\n");
    CHECK_THROWS_AS(sort_rows(some, "m"), Failure);
}
