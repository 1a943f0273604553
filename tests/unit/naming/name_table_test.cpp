#include "daemon/naming/name_table.hpp"

#include <catch2/catch.hpp>

using namespace umbra;

TEST_CASE("a name is kept once, as long as somebody holds it") {
    NameTable names(2);
    const auto first = names.hold("claude.ai");
    CHECK(names.hold("claude.ai") == first);
    CHECK(names.text(first) == "claude.ai");
    const auto second = names.hold("chatgpt.com");
    CHECK(second != first);
    CHECK(names.hold("suno.com") == NameTable::none);
    CHECK(names.refused() == 1);
    names.release(first);
    CHECK(names.size() == 2);
    names.release(first);
    CHECK(names.size() == 1);
    CHECK(names.hold("suno.com") == first);  // its number is used again
    CHECK(names.text(first) == "suno.com");
    CHECK(names.text(second) == "chatgpt.com");
}
