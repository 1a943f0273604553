#include "tools/umbra/report/suppress.hpp"

#include <algorithm>
#include <numeric>

namespace umbra {
namespace {

// Leaves out more of a line of groups, until nothing too small can be told or found by subtraction.
// A group of no host tells of none: of what is left out it counts only where there is no other.
// True where the line changed.
bool leave_out(const std::vector<std::int64_t>& hosts, std::vector<bool>& left_out,
               std::int64_t least) {
    std::vector<std::size_t> smallest_first(hosts.size());
    std::iota(smallest_first.begin(), smallest_first.end(), std::size_t{0});
    std::ranges::stable_sort(smallest_first, {}, [&](std::size_t group) {
        return hosts[group] == 0 ? INT64_MAX : hosts[group];
    });
    std::int64_t hosts_left_out = 0;
    std::size_t groups_left_out = 0;
    const auto take = [&](std::size_t group) {
        left_out[group] = true;
        hosts_left_out += hosts[group];
        ++groups_left_out;
    };
    for (std::size_t group = 0; group < hosts.size(); ++group) {
        if (left_out[group]) take(group);
    }
    const std::size_t before = groups_left_out;
    for (const std::size_t group : smallest_first) {
        if (left_out[group]) continue;
        const bool is_small = hosts[group] > 0 && hosts[group] < least;
        const bool rest_is_telling =
            hosts_left_out > 0 && (groups_left_out == 1 || hosts_left_out < least);
        if (is_small || rest_is_telling) take(group);
    }
    return groups_left_out != before;
}

}  // namespace

std::vector<bool> suppress_small_groups(const std::vector<std::int64_t>& hosts,
                                        std::int64_t least) {
    std::vector<bool> left_out(hosts.size(), false);
    leave_out(hosts, left_out, least);
    return left_out;
}

std::vector<std::vector<bool>> suppress_small_cells(
    const std::vector<std::vector<std::int64_t>>& hosts, const std::vector<bool>& told,
    std::int64_t least) {
    std::vector<std::vector<bool>> left_out;
    for (std::size_t row = 0; row < hosts.size(); ++row)
        left_out.emplace_back(hosts[row].size(), !told[row]);
    const std::size_t columns = hosts.empty() ? 0 : hosts.front().size();
    // Each round leaves out another cell, or is the last.
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t row = 0; row < hosts.size(); ++row) {
            if (told[row]) changed |= leave_out(hosts[row], left_out[row], least);
        }
        for (std::size_t column = 0; column < columns; ++column) {
            std::vector<std::int64_t> line;
            std::vector<bool> hidden;
            for (std::size_t row = 0; row < hosts.size(); ++row) {
                line.push_back(hosts[row][column]);
                hidden.push_back(left_out[row][column]);
            }
            changed |= leave_out(line, hidden, least);
            for (std::size_t row = 0; row < hosts.size(); ++row)
                left_out[row][column] = hidden[row];
        }
    }
    return left_out;
}

}  // namespace umbra
