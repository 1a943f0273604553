#include "daemon/support/utf8.hpp"

#include <catch2/catch.hpp>

using namespace umbra;

TEST_CASE("text is UTF-8 without control characters") {
    for (const char* good : {"", "Marketing", "Comptabilit\xc3\xa9", "\xe2\x82\xac", "\xed\x9f\xbf",
                             "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"}) {
        CHECK(is_plain_text(good));
    }
    for (const char* bad : {"a\tb", "\x7f", "\xe9", "\x80", "\xc3", "\xc0\xaf", "\xc1\xbf",
                            "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
                            "\xf8\x88\x80\x80\x80", "\xe2\x82", "\xe2\x28\xa1"}) {
        CHECK_FALSE(is_plain_text(bad));
    }
}

TEST_CASE("upper and lower case are the same letters, in any alphabet") {
    CHECK(same_but_for_case("", ""));
    CHECK(same_but_for_case("Marketing", "mARKETING"));
    CHECK(
        same_but_for_case("DIRECTION G\xc3\x89N\xc3\x89RALE", "Direction g\xc3\xa9n\xc3\xa9rale"));
    CHECK(same_but_for_case("\xc5\x92uvres", "\xc5\x93UVRES"));        // Œ œ
    CHECK(same_but_for_case("\xce\xa3\xce\x91", "\xcf\x83\xce\xb1"));  // ΣΑ σα
    CHECK(same_but_for_case("\xf0\x90\x90\x80", "\xf0\x90\x90\xa8"));  // U+10400, U+10428
    CHECK_FALSE(same_but_for_case("Marketing", "Marketing "));
    CHECK_FALSE(same_but_for_case("Marketing", ""));
    CHECK_FALSE(same_but_for_case("", "Marketing"));
    CHECK_FALSE(same_but_for_case("General", "G\xc3\xa9neral"));
    CHECK_FALSE(same_but_for_case("[", "{"));
    // No UTF-8: the letter of that number in Latin-1 is not meant, nor is there any after the end.
    CHECK(same_but_for_case("a\xe9", "A\xe9"));
    CHECK_FALSE(same_but_for_case("\xe9", "\xc9"));
    CHECK_FALSE(same_but_for_case("\xe9", "\xc3\xa9"));
    CHECK_FALSE(same_but_for_case("\xc3", "\xc3\xa9"));
}
