#include "daemon/usage/candidates.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/folder.hpp"
#include "tests/unit/packets.hpp"

using namespace umbra;

namespace {

std::shared_ptr<const CandidateRules> rules(const std::string& lines) {
    const test::Folder folder;
    folder.write("candidates.txt", lines);
    return std::make_shared<const CandidateRules>(CandidateRules::read({folder.path()}));
}

Candidates candidates(std::size_t least_hosts, std::size_t most_names = 100) {
    return {rules("top ai\n"), least_hosts, most_names};
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

TEST_CASE("new rules hold for what was seen before, and for what comes") {
    Candidates seen = candidates(2);
    for (const char* name : {"a.ai", "b.ai", "gpt.example"})
        seen.see(name, test::address("10.0.0.1"));
    seen.use(rules("word gpt\nword a\nnever c.ai\n"));
    for (const char* name : {"a.ai", "b.ai", "gpt.example", "a.c.ai"}) {
        seen.see(name, test::address("10.0.0.2"));
        seen.see(name, test::address("10.0.0.3"));
    }
    const auto taken = seen.take();
    REQUIRE(taken.size() == 2);
    CHECK(taken[0].name == "gpt.example");
    CHECK(taken[0].rule == "word gpt");
    CHECK(taken[0].hosts == 2);  // before, it met no rule
    CHECK(taken[1].name == "a.ai");
    CHECK(taken[1].rule == "word a");
    CHECK(taken[1].hosts == 3);
}
