#include "signatures/candidate_rules.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/folder.hpp"

using namespace umbra;

namespace {

CandidateRules rules_of(const std::string& text) {
    const test::Folder folder;
    folder.write("candidates.txt", text);
    return CandidateRules::read({folder.path()});
}

std::string met(const CandidateRules& rules, std::string_view name) {
    return std::string(rules.find(name).value_or("-"));
}

}  // namespace

TEST_CASE("rules look at words, parts and the top-level domain of a name") {
    const CandidateRules rules =
        rules_of("# a comment\nword gpt\npart chatgpt\ntop ai  # most of them\nnever acme.ai\n");
    CHECK(met(rules, "gpt.example.com") == "word gpt");
    CHECK(met(rules, "my-gpt-shop.example.com") == "word gpt");
    CHECK(met(rules, "www.gpt") == "word gpt");
    CHECK(met(rules, "egpt.example.com") == "-");
    CHECK(met(rules, "gpts.example.com") == "-");
    CHECK(met(rules, "freechatgpt4you.example.com") == "part chatgpt");
    CHECK(met(rules, "www.example.ai") == "top ai");
    CHECK(met(rules, "ai.example.com") == "-");
    CHECK(met(rules, "example.xai") == "-");
    CHECK(met(rules, "acme.ai") == "-");
    CHECK(met(rules, "gpt.acme.ai") == "-");
    CHECK(met(rules, "notacme.ai") == "top ai");
}

TEST_CASE("a line that is no rule is refused with its place; no file is no rule") {
    for (const char* line : {"words gpt", "word", "word ", "word a b", "top AI", "gpt"}) {
        INFO(line);
        const std::string fault =
            test::failure_of([&] { rules_of("word x\n" + std::string(line) + "\n"); });
        CHECK(fault.find("candidates.txt:2: ") != std::string::npos);
    }
    const test::Folder folder;
    CHECK_FALSE(CandidateRules::read({folder / "catalogue"}).find("gpt.example.com"));
}

TEST_CASE("a site's own rules take the place of the shipped ones") {
    const test::Folder shipped, local;
    shipped.write("candidates.txt", "word gpt\n");
    CHECK(met(CandidateRules::read({shipped.path(), local.path()}), "gpt.example") == "word gpt");
    local.write("candidates.txt", "word llm\n");
    CHECK(met(CandidateRules::read({shipped.path(), local.path()}), "gpt.example") == "-");
    CHECK(met(CandidateRules::read({shipped.path(), local.path()}), "llm.example") == "word llm");
}

TEST_CASE("the shipped rules are rules, and find what they should") {
    const auto rules = CandidateRules::read({UMBRA_TEST_DATA "/../../signatures/catalogue"});
    for (const char* name : {"app.somebrand.ai", "chatgpt-free.example.com", "ai.example.fr",
                             "my-copilot.example.net", "api.llm.example.com"}) {
        INFO(name);
        CHECK(rules.find(name));
    }
    for (const char* name : {"www.example.com", "mail.example.fr", "www.airfrance.fr",
                             "main.example.com", "www.gemini.com"}) {
        INFO(name);
        CHECK_FALSE(rules.find(name));
    }
}
