#include "tools/umbra/suppress.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace umbra;

namespace {

// `.` for a group that is told of, `x` for one that is left out.
std::string shown(const std::vector<std::int64_t>& hosts, std::int64_t least = 5) {
    std::string text;
    for (const bool left_out : suppress_small_groups(hosts, least))
        text += left_out ? 'x' : '.';
    return text;
}

}  // namespace

TEST_CASE("groups of enough hosts are all told of") {
    CHECK(shown({}).empty());
    CHECK(shown({5}) == ".");
    CHECK(shown({40, 5, 12}) == "...");
    CHECK(shown({1, 2, 3}, 1) == "...");
    CHECK(shown({1, 2, 3}, 0) == "...");
}

TEST_CASE("groups of fewer hosts are left out") {
    CHECK(shown({40, 3, 12, 4}) == ".x.x");
    CHECK(shown({4, 1}) == "xx");
    CHECK(shown({40, 7, 6}, 8) == ".xx");
}

TEST_CASE("a group that would be left out alone takes the next smallest with it") {
    CHECK(shown({40, 3, 12, 9}) == ".x.x");
    CHECK(shown({40, 4}) == "xx");
    CHECK(shown({9, 4, 9}) == "xx.");  // of equals the first
    CHECK(shown({4}) == "x");          // then the total must not be told either
}

TEST_CASE("what is left out together is not fewer hosts than a group may be") {
    CHECK(shown({40, 1, 2, 12, 9}) == ".xx.x");
    CHECK(shown({40, 1, 4, 12}) == ".xx.");
    CHECK(shown({1, 1, 1}) == "xxx");
}

TEST_CASE("subtraction never tells of fewer hosts than a group may have") {
    std::mt19937 random(7);
    for (int round = 0; round < 2000; ++round) {
        std::vector<std::int64_t> hosts(random() % 9);
        for (auto& count : hosts)
            count = static_cast<std::int64_t>(1 + random() % 12);
        const auto least = static_cast<std::int64_t>(1 + random() % 8);
        const auto left_out = suppress_small_groups(hosts, least);
        REQUIRE(left_out.size() == hosts.size());
        std::int64_t hidden = 0, shown_groups = 0, hidden_groups = 0;
        for (std::size_t i = 0; i < hosts.size(); ++i) {
            if (left_out[i]) {
                hidden += hosts[i];
                ++hidden_groups;
            } else {
                CHECK(hosts[i] >= least);
                ++shown_groups;
            }
        }
        if (hidden_groups > 0 && shown_groups > 0) {
            CHECK(hidden >= least);
            CHECK(hidden_groups >= 2);
        }
        // And nothing is hidden without need.
        if (std::ranges::all_of(hosts, [&](std::int64_t count) { return count >= least; })) {
            CHECK(hidden_groups == 0);
        }
    }
}
