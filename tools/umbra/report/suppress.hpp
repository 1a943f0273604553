// Which groups of a report are too small to be told of.
#pragma once

#include <cstdint>
#include <vector>

namespace umbra {

// `hosts` holds the number of hosts of each group; true in the result where the group must be left
// out, so that no figure tells of fewer than `least` hosts. What is left out can be had by
// subtracting the rest from the total, so that it is a group too: where it would be a single group
// or fewer than `least` hosts together, the next smallest groups are left out as well
// (complementary suppression). Where all groups are left out and are still fewer than `least`
// hosts, the total must not be told either.
std::vector<bool> suppress_small_groups(const std::vector<std::int64_t>& hosts,
                                        std::int64_t least = 5);

// The same for a table of groups with totals of its rows and columns: where subtraction along a row
// or a column would tell of a cell, the next smallest of it is left out as well. A row of which
// `told` is false is left out whole.
std::vector<std::vector<bool>> suppress_small_cells(
    const std::vector<std::vector<std::int64_t>>& hosts, const std::vector<bool>& told,
    std::int64_t least = 5);

}  // namespace umbra
