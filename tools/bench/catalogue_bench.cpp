// What a lookup in the catalogue costs, at the size of ours and far beyond, and what loading does.
#include <benchmark/benchmark.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "signatures/signatures.hpp"
#include "tools/trafgen/random.hpp"

namespace umbra {
namespace {

using trafgen::Random;

constexpr std::size_t queries = 1 << 20;  // more than any cache holds at a million names

std::string random_word(Random& random) {
    std::string word(random.between(5, 14), 'x');
    for (char& c : word)
        c = static_cast<char>('a' + random.below(26));
    return word;
}

// A catalogue in the proportions of the shipped one: of every vendor its domain, its API's host and
// its console's; of one in twenty a regional endpoint.
Catalogue synthetic_catalogue(std::size_t names) {
    constexpr const char* top_levels[] = {".com", ".ai", ".io", ".dev"};
    Random random(1);
    Catalogue catalogue;
    catalogue.names.reserve(names);
    const auto add = [&](std::string name, MatchKind kind) {
        if (catalogue.names.size() == names) return;
        catalogue.names.push_back(
            {std::move(name), kind, HostRole::api, false, 0, "synthetic.yaml", 1});
    };
    while (catalogue.names.size() < names) {
        const std::string domain = random_word(random) + top_levels[random.below(4)];
        add(domain, MatchKind::suffix);
        add("api." + domain, MatchKind::exact);
        add("console." + domain, MatchKind::exact);
        if (random.chance(5)) add("model.*." + domain, MatchKind::pattern);
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

std::size_t choose(Random& random, std::size_t count, Popularity popularity) {
    if (popularity == Popularity::uniform) return random.below(count);
    const double share = static_cast<double>(random.word() >> 11) * 0x1p-53;
    const auto rank = static_cast<std::size_t>(std::pow(static_cast<double>(count), share)) - 1;
    return rank * 0x9e3779b97f4a7c15U % count;  // the popular ones lie anywhere
}

Queries names_that_match(const Catalogue& catalogue, Popularity popularity) {
    Random random(2);
    Queries made;
    while (made.size() < queries) {
        const SignatureName& entry =
            catalogue.names[choose(random, catalogue.names.size(), popularity)];
        std::string name = entry.name;
        if (entry.kind == MatchKind::suffix && random.chance(50)) name.insert(0, "www.");
        if (entry.kind == MatchKind::pattern) name.replace(name.find('*'), 1, "eu-west-3");
        made.add(name);
    }
    return made;
}

Queries names_that_do_not(Popularity popularity) {
    Random random(3);
    Queries made;
    while (made.size() < queries) {
        Random of_name(choose(random, queries, popularity));
        std::string name = "cdn.";
        for (const std::string& part : {random_word(of_name), random_word(of_name)})
            name += part;
        made.add(name += ".com");
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
    while (state.KeepRunning())
        benchmark::DoNotOptimize(Matcher(in.catalogue));
}
BENCHMARK(build_matcher)->Arg(10'000)->Unit(benchmark::kMillisecond);

// Reading, checking and linting every file of the catalogue.
void load_whole_catalogue(benchmark::State& state) {
    const CatalogueFolders folders = catalogue_folders();
    while (state.KeepRunning())
        benchmark::DoNotOptimize(load_catalogue(folders));
}
BENCHMARK(load_whole_catalogue)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace umbra

BENCHMARK_MAIN();
