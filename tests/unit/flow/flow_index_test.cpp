#include "daemon/flow/flow_index.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <random>

using namespace umbra;

TEST_CASE("The index finds what a map finds, with hashes that collide and with what was erased") {
    // Few hashes, all over the table and at its end, so that runs of slots wrap around.
    FlowIndex index;
    std::map<std::uint32_t, std::uint32_t> hash_of;  // by flow
    std::mt19937 random(7);
    const auto hash = [&] {
        constexpr std::uint32_t places[] = {0, 1, 2, 1022, 1023, 5000, ~0U};
        return places[random() % std::size(places)] +
               static_cast<std::uint32_t>(random() % 3) * 1024;
    };
    std::uint32_t next = 0;
    for (int step = 0; step < 20'000; ++step) {
        if (hash_of.empty() || random() % 100 < 52) {
            const std::uint32_t flow = next++;
            const std::uint32_t under =
                step % 2 == 0 ? hash() : static_cast<std::uint32_t>(random());
            index.insert(under, flow);
            hash_of.emplace(flow, under);
        } else {
            const auto gone =
                std::next(hash_of.begin(), random() % std::min<std::size_t>(hash_of.size(), 50));
            index.erase(gone->second, gone->first);
            hash_of.erase(gone);
        }
        if (step % 500 != 0) continue;
        for (const auto& [flow, under] : hash_of)
            CHECK(index.find(under, [&](std::uint32_t found) { return found == flow; }) == flow);
        CHECK(index.find(hash(), [&](std::uint32_t found) { return !hash_of.contains(found); }) ==
              FlowIndex::none);
    }
    CHECK(hash_of.size() > 600);  // so that it has grown
}
