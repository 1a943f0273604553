#include "daemon/usage/candidates.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/folder.hpp"
#include "tests/unit/packets.hpp"

using namespace umbra;

namespace {

Candidates candidates(std::size_t least_hosts, std::size_t most_names = 100) {
    const test::Folder folder;
    folder.write("candidates.txt", "top ai\n");
    return {CandidateRules::read({folder.path()}), least_hosts, most_names};
}

}  // namespace

TEST_CASE("a name that one host alone visits is never given away, however often") {
    Candidates seen = candidates(2);
    for (int i = 0; i < 1000; ++i)
        seen.see("a.ai", test::address("10.0.0.1"));
    CHECK(seen.take().empty());
    seen.see("a.ai", test::address("10.0.0.2"));
    const auto taken = seen.take();
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].name == "a.ai");
    CHECK(taken[0].rule == "top ai");
    CHECK(taken[0].hosts == 2);
    CHECK(taken[0].flows == 1001);
}

TEST_CASE("flows are given away once, hosts add up") {
    Candidates seen = candidates(3);
    for (const char* host : {"10.0.0.1", "10.0.0.2"})
        seen.see("a.ai", test::address(host));
    CHECK(seen.take().empty());
    seen.see("a.ai", test::address("10.0.0.3"));
    CHECK(seen.take().size() == 1);
    CHECK(seen.take().empty());
    seen.see("a.ai", test::address("10.0.0.1"));
    const auto taken = seen.take();
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].hosts == 3);
    CHECK(taken[0].flows == 1);
}

TEST_CASE("names that meet no rule are not kept, and others only as many as there is room for") {
    Candidates seen = candidates(2, 2);
    for (const char* host : {"10.0.0.1", "10.0.0.2"}) {
        seen.see("www.example.com", test::address(host));
        seen.see("a.ai", test::address(host));
    }
    CHECK(seen.take().size() == 1);
    CHECK(seen.evicted() == 0);
    seen.see("b.ai", test::address("10.0.0.1"));
    seen.see("a.ai", test::address("10.0.0.1"));
    seen.see("c.ai", test::address("10.0.0.1"));  // b, the idlest, makes room
    seen.see("b.ai", test::address("10.0.0.2"));  // and has to begin anew
    CHECK(seen.evicted() == 2);
    CHECK(seen.take().empty());
}

TEST_CASE("hosts are counted up to a bound") {
    Candidates seen = candidates(2);
    for (int i = 0; i < 200; ++i)
        seen.see("a.ai", test::address(("10.0.1." + std::to_string(i)).c_str()));
    const auto taken = seen.take();
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].hosts == Candidates::most_hosts);
    CHECK(taken[0].flows == 200);
}
