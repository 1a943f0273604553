#include "tools/umbra/suppress.hpp"

#include <algorithm>
#include <numeric>

namespace umbra {

std::vector<bool> suppress_small_groups(const std::vector<std::int64_t>& hosts,
                                        std::int64_t least) {
    std::vector<std::size_t> smallest_first(hosts.size());
    std::iota(smallest_first.begin(), smallest_first.end(), std::size_t{0});
    std::ranges::stable_sort(smallest_first, {}, [&](std::size_t group) { return hosts[group]; });

    std::vector<bool> left_out(hosts.size(), false);
    std::int64_t hosts_left_out = 0;
    std::size_t groups_left_out = 0;
    for (const std::size_t group : smallest_first) {
        const bool rest_is_telling =
            groups_left_out > 0 && (groups_left_out == 1 || hosts_left_out < least);
        if (hosts[group] >= least && !rest_is_telling) break;
        left_out[group] = true;
        hosts_left_out += hosts[group];
        ++groups_left_out;
    }
    return left_out;
}

}  // namespace umbra
