// What a lookup in the catalogue costs, at the size of ours and far beyond, and what loading does.
#include <benchmark/benchmark.h>

#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "signatures/signatures.hpp"

namespace umbra {
namespace {

constexpr std::size_t queries = 1 << 20;  // more than any cache holds at a million names

std::string random_word(std::mt19937_64& random) {
    std::string word(std::uniform_int_distribution<std::size_t>(5, 14)(random), 'x');
    for (char& c : word)
        c = static_cast<char>('a' + random() % 26);
    return word;
}

// A catalogue in the proportions of the shipped one: of every vendor its domain, its API's host and
// its console's; of one in twenty a regional endpoint.
Catalogue synthetic_catalogue(std::size_t names) {
    constexpr const char* top_levels[] = {".com", ".ai", ".io", ".dev"};
    std::mt19937_64 random(1);
    Catalogue catalogue;
    catalogue.names.reserve(names);
    const auto add = [&](std::string name, MatchKind kind) {
        if (catalogue.names.size() == names) return;
        catalogue.names.push_back(
            {std::move(name), kind, HostRole::api, false, 0, "synthetic.yaml", 1});
    };
    while (catalogue.names.size() < names) {
        const std::string domain = random_word(random) + top_levels[random() % 4];
        add(domain, MatchKind::suffix);
        add("api." + domain, MatchKind::exact);
        add("console." + domain, MatchKind::exact);
        if (random() % 20 == 0) add("model.*." + domain, MatchKind::pattern);
    }
    return catalogue;
}

// Names one after the other in memory, as they come from a parser: reading them is not what is
// measured.
class Queries {
  public:
    void add(const std::string& name) {
        text_ += name;
        ends_.push_back(text_.size());
    }
    template <typename Take>
    void each(Take take) const {
        std::size_t begin = 0;
        for (const std::size_t end : ends_) {
            take(std::string_view(text_).substr(begin, end - begin));
            begin = end;
        }
    }
    std::size_t size() const { return ends_.size(); }

  private:
    std::string text_;
    std::vector<std::size_t> ends_;
};

// Which of `count` things is asked for next: all alike, or as traffic does, the n-th most popular
// 1/n times as often as the first.
enum class Popularity { uniform, zipf };

std::size_t choose(std::mt19937_64& random, std::size_t count, Popularity popularity) {
    if (popularity == Popularity::uniform) return random() % count;
    const double share = std::uniform_real_distribution<double>(0, 1)(random);
    const auto rank = static_cast<std::size_t>(std::pow(static_cast<double>(count), share)) - 1;
    return rank * 0x9e3779b97f4a7c15U % count;  // the popular ones lie anywhere
}

Queries names_that_match(const Catalogue& catalogue, Popularity popularity) {
    std::mt19937_64 random(2);
    Queries made;
    while (made.size() < queries) {
        const SignatureName& entry =
            catalogue.names[choose(random, catalogue.names.size(), popularity)];
        std::string name = entry.name;
        if (entry.kind == MatchKind::suffix && random() % 2 == 0) name = "www." + name;
        if (entry.kind == MatchKind::pattern) name.replace(name.find('*'), 1, "eu-west-3");
        made.add(name);
    }
    return made;
}

Queries names_that_do_not(Popularity popularity) {
    std::mt19937_64 random(3);
    Queries made;
    while (made.size() < queries) {
        std::mt19937_64 of_name(choose(random, queries, popularity));
        made.add("cdn." + random_word(of_name) + "x" + random_word(of_name) + ".com");
    }
    return made;
}

struct Synthetic {
    explicit Synthetic(std::size_t names) : catalogue(synthetic_catalogue(names)) {}
    Catalogue catalogue;
    Matcher matcher{catalogue};
};

const Synthetic& synthetic(std::size_t names) {
    static std::map<std::size_t, Synthetic> made;
    return made.try_emplace(names, names).first->second;
}

void look_up(benchmark::State& state, const Matcher& matcher, const Queries& names,
             std::size_t expected) {
    std::size_t found = 0;
    while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(names.size())))
        names.each([&](std::string_view name) { found += matcher.find(name).has_value(); });
    if (found != expected * static_cast<std::size_t>(state.iterations()))
        state.SkipWithError("a wrong answer");
}

void name_that_matches(benchmark::State& state, Popularity popularity) {
    const Synthetic& in = synthetic(static_cast<std::size_t>(state.range(0)));
    look_up(state, in.matcher, names_that_match(in.catalogue, popularity), 1);
}
void name_that_does_not(benchmark::State& state, Popularity popularity) {
    look_up(state, synthetic(static_cast<std::size_t>(state.range(0))).matcher,
            names_that_do_not(popularity), 0);
}
BENCHMARK_CAPTURE(name_that_matches, zipf, Popularity::zipf)->Arg(10'000)->Arg(1'000'000);
BENCHMARK_CAPTURE(name_that_does_not, zipf, Popularity::zipf)->Arg(10'000)->Arg(1'000'000);
BENCHMARK_CAPTURE(name_that_matches, uniform, Popularity::uniform)->Arg(10'000)->Arg(1'000'000);
BENCHMARK_CAPTURE(name_that_does_not, uniform, Popularity::uniform)->Arg(10'000)->Arg(1'000'000);

void build_matcher(benchmark::State& state) {
    const Synthetic& in = synthetic(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state)
        benchmark::DoNotOptimize(Matcher(in.catalogue));
}
BENCHMARK(build_matcher)->Arg(10'000)->Unit(benchmark::kMillisecond);

// Reading, checking and linting every file of the catalogue.
void load_whole_catalogue(benchmark::State& state) {
    const CatalogueFolders folders = catalogue_folders();
    for (auto _ : state)
        benchmark::DoNotOptimize(load_catalogue(folders));
}
BENCHMARK(load_whole_catalogue)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace umbra

BENCHMARK_MAIN();
