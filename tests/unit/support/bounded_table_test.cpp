#include "daemon/support/bounded_table.hpp"

#include <catch2/catch.hpp>

using namespace umbra;

TEST_CASE("a bounded table forgets what was touched longest ago, and counts it") {
    BoundedTable<int> table(8);  // one set
    for (int i = 0; i < 8; ++i)
        table.at(static_cast<std::uint64_t>(i), i * second) = i;
    table.at(0, 100 * second);
    table.at(8, 101 * second) = 8;
    CHECK(table.evicted() == 1);
    CHECK(table.find(1) == nullptr);
    for (const int kept : {0, 2, 3, 4, 5, 6, 7, 8}) {
        REQUIRE(table.find(static_cast<std::uint64_t>(kept)) != nullptr);
        CHECK(*table.find(static_cast<std::uint64_t>(kept)) == kept);
    }
    CHECK(table.at(1, 102 * second) == 0);  // a new value
}
