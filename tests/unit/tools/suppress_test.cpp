#include "tools/umbra/report/suppress.hpp"

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

namespace {

// A line a row, `.` for a cell that is told of.
std::string shown_cells(const std::vector<std::vector<std::int64_t>>& hosts,
                        std::vector<bool> told = {}) {
    told.resize(hosts.size(), told.empty());
    std::string text;
    for (const auto& row : suppress_small_cells(hosts, told, 5)) {
        for (const bool left_out : row)
            text += left_out ? 'x' : '.';
        text += '|';
    }
    return text;
}

}  // namespace

TEST_CASE("cells of a table are left out so that neither its rows nor its columns tell of them") {
    CHECK(shown_cells({}).empty());
    CHECK(shown_cells({{9, 8}, {7, 6}}) == "..|..|");
    CHECK(shown_cells({{9, 0}, {0, 6}}) == "..|..|");  // nobody is told of by a nought
    // The small cell takes one of its row and one of its column along, and these take a fourth.
    CHECK(shown_cells({{2, 8, 9}, {7, 10, 11}, {12, 13, 14}}) == "xx.|xx.|...|");
    // A row that is left out whole is missing from every column.
    CHECK(shown_cells({{3, 1}, {9, 8}, {7, 20}}, {false, true, true}) == "xx|xx|xx|");
    CHECK(shown_cells({{30, 40}, {2, 3}, {9, 8}, {70, 20}}, {true, false, true, true}) ==
          "..|xx|xx|..|");
}

TEST_CASE("no row or column of a table has a single cell or few hosts left out") {
    std::mt19937 random(11);
    for (int round = 0; round < 500; ++round) {
        const std::size_t rows = 1 + random() % 6, columns = 1 + random() % 6;
        std::vector<std::vector<std::int64_t>> hosts(rows, std::vector<std::int64_t>(columns));
        for (auto& row : hosts) {
            for (auto& count : row)
                count = random() % 3 == 0 ? 0 : static_cast<std::int64_t>(random() % 30);
        }
        const auto left_out = suppress_small_cells(hosts, std::vector<bool>(rows, true), 5);
        const auto check_line = [&](std::size_t count, auto place) {
            std::int64_t hidden = 0, cells = 0;
            for (std::size_t i = 0; i < count; ++i) {
                const auto [row, column] = place(i);
                const std::int64_t cell = hosts[row][column];
                if (!left_out[row][column]) {
                    CHECK((cell == 0 || cell >= 5));
                } else {
                    hidden += cell;
                    ++cells;
                }
            }
            const bool is_whole = cells == static_cast<std::int64_t>(count);
            CHECK((hidden == 0 || is_whole || (cells >= 2 && hidden >= 5)));
        };
        for (std::size_t row = 0; row < rows; ++row)
            check_line(columns, [&](std::size_t i) { return std::pair(row, i); });
        for (std::size_t column = 0; column < columns; ++column)
            check_line(rows, [&](std::size_t i) { return std::pair(i, column); });
    }
}
