#include "daemon/support/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace umbra {
namespace {

std::string lower(std::string_view text) {
    std::string low(text);
    for (char& c : low) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return low;
}

// Letters to add, take away or change (Levenshtein).
std::size_t distance(std::string_view one, std::string_view other) {
    std::vector<std::size_t> row(other.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < one.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t k = 0; k < other.size(); ++k) {
            const std::size_t changed = diagonal + (one[i] == other[k] ? 0 : 1);
            diagonal = row[k + 1];
            row[k + 1] = std::min({changed, row[k] + 1, row[k + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::vector<std::string> nearest(std::string_view word, const std::vector<std::string>& known,
                                 std::size_t count) {
    const std::string wanted = lower(word);
    const std::size_t far = wanted.size() + 1;  // what shares no letter
    std::vector<std::pair<std::size_t, std::string>> ranked;
    for (const std::string& text : known) {
        const std::string low = lower(text);
        const bool holds = !wanted.empty() && low.find(wanted) != std::string::npos;
        ranked.emplace_back(holds ? 0 : std::min(distance(wanted, low), far), text);
    }
    std::ranges::sort(ranked);
    // Not the least bad ones beside good ones.
    std::vector<std::string> best;
    for (const auto& [rank, text] : ranked) {
        if (best.size() == count || rank > ranked.front().first + 1) break;
        best.push_back(text);
    }
    return best;
}

}  // namespace umbra
