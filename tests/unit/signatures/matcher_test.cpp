#include "signatures/matcher.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/usage/catalogue.hpp"

using namespace umbra;

namespace {

Catalogue catalogue_of(const std::vector<std::tuple<const char*, MatchKind>>& names) {
    Catalogue catalogue;
    for (const auto& [name, kind] : names) {
        catalogue.names.push_back({name, kind, HostRole::ui, false, 0, "test.yaml", 1});
    }
    return catalogue;
}

std::string matched(const Matcher& matcher, std::string_view name) {
    const auto match = matcher.find(name);
    return match ? match->name->name : "-";
}

}  // namespace

TEST_CASE("exact, suffix and pattern names") {
    const Catalogue catalogue = test::small_catalogue();
    const Matcher matcher(catalogue);
    CHECK(matched(matcher, "claude.ai") == "claude.ai");
    CHECK(matched(matcher, "cdn.eu.claude.ai") == "claude.ai");
    CHECK(matched(matcher, "api.mistral.ai") == "api.mistral.ai");
    CHECK(matched(matcher, "model.eu-west-3.mistral.example") == "model.*.mistral.example");
    CHECK(matcher.find("model.eu-west-3.mistral.example")->region == "eu-west-3");
    for (const char* other :
         {"notclaude.ai", "claude.ai.example", "ai", "x.api.mistral.ai", "mistral.ai",
          "model.mistral.example", "a.model.b.mistral.example", "model.a.b.mistral.example",
          "other.a.mistral.example", "laude.ai", "."}) {
        INFO(other);
        CHECK(matched(matcher, other) == "-");
    }
}

TEST_CASE("the entry with the most labels wins; exact before pattern before suffix") {
    const Catalogue catalogue = catalogue_of({{"example.com", MatchKind::suffix},
                                              {"api.example.com", MatchKind::exact},
                                              {"*.eu.example.com", MatchKind::pattern},
                                              {"eu.example.com", MatchKind::suffix},
                                              {"a.eu.example.com", MatchKind::exact},
                                              {"a.*.example.com", MatchKind::pattern}});
    const Matcher matcher(catalogue);
    CHECK(matched(matcher, "example.com") == "example.com");
    CHECK(matched(matcher, "www.example.com") == "example.com");
    CHECK(matched(matcher, "api.example.com") == "api.example.com");
    CHECK(matched(matcher, "v2.api.example.com") == "example.com");
    CHECK(matched(matcher, "b.eu.example.com") == "*.eu.example.com");
    CHECK(matched(matcher, "a.eu.example.com") == "a.eu.example.com");
    CHECK(matched(matcher, "c.b.eu.example.com") == "eu.example.com");
    CHECK(matched(matcher, "a.us.example.com") == "a.*.example.com");
}

TEST_CASE("an empty catalogue matches nothing") {
    const Catalogue catalogue;
    CHECK_FALSE(Matcher(catalogue).find("claude.ai"));
}
