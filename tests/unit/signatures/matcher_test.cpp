#include "signatures/matcher.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "tests/unit/allocations.hpp"
#include "tests/unit/usage/catalogue.hpp"
#include "tools/trafgen/random.hpp"

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

namespace {

std::vector<std::string_view> labels_of(std::string_view name) {
    std::vector<std::string_view> labels;
    while (true) {
        const auto dot = name.find('.');
        labels.push_back(name.substr(0, dot));
        if (dot == std::string_view::npos) return labels;
        name.remove_prefix(dot + 1);
    }
}

// What the rule says of one entry, label by label: how good it is for the name; 0: not at all.
std::size_t rank_of(const SignatureName& entry, std::string_view name) {
    const auto wanted = labels_of(entry.name), given = labels_of(name);
    if (given.size() < wanted.size()) return 0;
    if (entry.kind != MatchKind::suffix && given.size() != wanted.size()) return 0;
    for (std::size_t i = 1; i <= wanted.size(); ++i) {
        const std::string_view label = wanted[wanted.size() - i];
        if (label != "*" && label != given[given.size() - i]) return 0;
    }
    const std::size_t kind = entry.kind == MatchKind::exact     ? 3
                             : entry.kind == MatchKind::pattern ? 2
                                                                : 1;
    return wanted.size() * 4 + kind;
}

}  // namespace

TEST_CASE("a lookup gives what trying every entry gives") {
    // Few labels, so that names meet each other in every way.
    trafgen::Random random(7);
    const auto some_name = [&](bool with_star) {
        const std::size_t count = 2 + random.below(4);
        const std::size_t star = with_star ? random.below(count) : count;
        std::string name;
        for (std::size_t i = 0; i < count; ++i) {
            const char* labels[] = {"a", "b", "longer-than-eight", "c"};
            name += (i == 0 ? "" : ".") + std::string(i == star ? "*" : labels[random.below(4)]);
        }
        return name;
    };
    for (int round = 0; round < 50; ++round) {
        Catalogue catalogue;
        std::set<std::string> taken;
        for (int i = 0; i < 40; ++i) {
            const auto kind = static_cast<MatchKind>(random.below(3));
            const std::string name = some_name(kind == MatchKind::pattern);
            // A star for the top-level domain is no entry that lint lets pass.
            if (name.ends_with("*") || !taken.insert(name).second) continue;
            catalogue.names.push_back({name, kind, HostRole::ui, false, 0, "t.yaml", 1});
        }
        const Matcher matcher(catalogue);
        for (int i = 0; i < 200; ++i) {
            const std::string name = some_name(false);
            std::size_t best = 0;
            for (const SignatureName& entry : catalogue.names)
                best = std::max(best, rank_of(entry, name));
            const auto match = matcher.find(name);
            INFO(name);
            CHECK((match ? rank_of(*match->name, name) : 0) == best);
        }
    }
}

TEST_CASE("lookups of names and addresses allocate nothing") {
    Catalogue catalogue = test::small_catalogue();
    catalogue.ranges.push_back({*Network::parse("203.0.113.0/24"), "", 0, "", "", "t.yaml", 1});
    const Signatures signatures(std::move(catalogue));
    const Address inside = *Address::parse("203.0.113.9");
    const std::size_t before = test::allocations();
    const bool found = signatures.names.find("model.eu-west-3.mistral.example") &&
                       signatures.names.find("a.b.c.claude.ai") &&
                       !signatures.names.find("www.a-long-name-that-is-in-no-entry.example") &&
                       signatures.ranges.find(inside);
    const std::size_t after = test::allocations();
    CHECK(found);
    CHECK(after == before);
}
