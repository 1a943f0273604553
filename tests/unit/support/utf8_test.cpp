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
