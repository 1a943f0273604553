#include "tools/umbra/unknown_word.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/folder.hpp"

using namespace umbra;

TEST_CASE("a word that is not known fails with those near it") {
    CHECK(test::failure_of([&] {
              fail_unknown("--vendor", "opneai", {"openai", "krea"});
          }) == "--vendor opneai: unknown; near it: openai");
}
