#include "tools/umbra/text.hpp"

#include <catch2/catch.hpp>

using namespace umbra;

TEST_CASE("control characters do not reach the terminal") {
    CHECK(printable("a\033[31mb\xc3") == "a\\x1B[31mb\\xC3");
}

TEST_CASE("letters of all scripts stay; what is no UTF-8, or cannot be seen, does not") {
    CHECK(readable("Crédit שלום 東京 🏦") == "Crédit שלום 東京 🏦");
    CHECK(readable("a\033[31mb") == "a\\x1B[31mb");
    CHECK(readable("a\xc3") == "a\\xC3");
    CHECK(readable("\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80") ==
          "\\xC0\\xAF\\xED\\xA0\\x80\\xF4\\x90\\x80\\x80");
    // RIGHT-TO-LEFT OVERRIDE, ZERO WIDTH SPACE, NEXT LINE, a byte order mark, a tag.
    CHECK(readable("a\u202eb\u200bc\u0085d\ufeffe\U000e0041") ==
          "a\\xE2\\x80\\xAEb\\xE2\\x80\\x8Bc\\xC2\\x85d\\xEF\\xBB\\xBFe\\xF3\\xA0\\x81\\x81");
}

TEST_CASE("columns of a terminal: one a letter, two an ideograph, none an accent of its own") {
    CHECK(columns_of("Crédit") == 6);
    CHECK(columns_of("e\u0301") == 1);
    CHECK(columns_of("東京") == 4);
    CHECK(columns_of("█▏") == 2);
    CHECK(front_columns("東京都", 5) == "東京");
    CHECK(front_columns("abc", 9) == "abc");
}

TEST_CASE("a text in CSV is no formula") {
    CHECK(csv_text("=cmd|'/c calc'!A1") == "\\x3Dcmd|'/c calc'!A1");
    CHECK(csv_text("+1") == "\\x2B1");
    CHECK(csv_text("-1,5") == "\"\\x2D1,5\"");
    CHECK(csv_text("@x") == "\\x40x");
    CHECK(csv_text("\t=1\r") == "\\x09=1\\x0D");
    CHECK(csv_text("a=b \"c\"") == "\"a=b \"\"c\"\"\"");
}

TEST_CASE("a text in HTML is no tag and leaves no attribute") {
    CHECK(html_text("<script>alert('x')&\"") == "&lt;script&gt;alert(&#39;x&#39;)&amp;&quot;");
    CHECK(html_text("\u202egnp.exe") == "\\xE2\\x80\\xAEgnp.exe");
}
