// store-bench: a year of a bank's usage in a database, and how large and how fast it is.
//
// What is older than the default tiers keep is not written window by window only to be erased: for
// days of which hours are kept, a window lasts an hour, for older ones a day. The tiers hold the
// same rows in the end.
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <map>
#include <random>

#include "daemon/store/forget.hpp"
#include "daemon/store/writer.hpp"

namespace po = boost::program_options;

namespace umbra {
namespace {

using store::day_length, store::hour_length;
constexpr std::int64_t window_length = 300;
constexpr std::int64_t first_day = 1736121600;  // 2025-01-06, a Monday
constexpr int slots_a_day = 120;                // windows from 8:00 to 18:00
constexpr std::int64_t morning = 8 * hour_length;

// How staff use a service: all the time because it is part of a program, in sessions, or from code.
enum class Habit { background, sessions, code };

struct BenchService {
    const char* id;
    Habit habit;
    double adoption;  // share of the staff that ever uses it
};
constexpr BenchService bench_services[] = {{"microsoft.copilot", Habit::background, 0.50},
                                           {"openai.chatgpt", Habit::sessions, 0.45},
                                           {"deepl.translator", Habit::sessions, 0.30},
                                           {"grammarly.editor", Habit::background, 0.10},
                                           {"google.gemini", Habit::sessions, 0.20},
                                           {"mistral.lechat", Habit::sessions, 0.15},
                                           {"anthropic.claude", Habit::sessions, 0.12},
                                           {"github.copilot", Habit::code, 0.08},
                                           {"perplexity.ask", Habit::sessions, 0.08},
                                           {"notion.ai", Habit::background, 0.05},
                                           {"canva.ai", Habit::sessions, 0.05},
                                           {"otter.notes", Habit::background, 0.03},
                                           {"openai.api", Habit::code, 0.03},
                                           {"mistral.api", Habit::code, 0.02},
                                           {"deepseek.chat", Habit::sessions, 0.02},
                                           {"huggingface.hub", Habit::code, 0.02},
                                           {"elevenlabs.voice", Habit::sessions, 0.01},
                                           {"midjourney.images", Habit::sessions, 0.01},
                                           {"aws.bedrock", Habit::code, 0.01},
                                           {"heygen.video", Habit::sessions, 0.005}};
constexpr std::size_t service_count = std::size(bench_services);

Catalogue make_catalogue() {
    Catalogue catalogue;
    catalogue.version = "bench";
    for (const BenchService& service : bench_services) {
        const std::string id = service.id;
        const std::string vendor = id.substr(0, id.find('.'));
        catalogue.vendors.push_back({vendor, vendor, {}, "US", "us"});
        catalogue.services.push_back(
            {id, id, "chat", static_cast<std::uint32_t>(catalogue.vendors.size() - 1)});
    }
    return catalogue;
}

class Random {
  public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}
    int below(int bound) { return static_cast<int>(engine_() % static_cast<unsigned>(bound)); }
    bool chance(double probability) {
        return static_cast<double>(engine_() >> 11) < probability * static_cast<double>(1ULL << 53);
    }

  private:
    std::mt19937_64 engine_;
};

struct Host {
    HostIdentity identity;
    std::vector<std::uint32_t> services;
};

std::vector<Host> make_hosts(int count, Random& random) {
    std::vector<Host> hosts;
    for (int i = 0; i < count; ++i) {
        Host& host = hosts.emplace_back();
        host.identity = {
            fmt::format("02:00:00:{:02x}:{:02x}:{:02x}", i >> 16, i >> 8 & 0xff, i & 0xff),
            fmt::format("10.{}.{}.{}", i / 62500, i / 250 % 250, i % 250 + 1),
            fmt::format("pc-{:05}.bank.example", i),
            fmt::format("Department {}", random.below(random.below(15) + 1)),
            fmt::format("Site {}", random.below(8))};
        for (std::uint32_t s = 0; s < service_count; ++s) {
            if (random.chance(bench_services[s].adoption)) host.services.push_back(s);
        }
    }
    return hosts;
}

// The slots of a day in which a host uses a service.
std::vector<int> active_slots(Habit habit, Random& random) {
    std::vector<int> slots;
    if (habit == Habit::sessions) {
        if (!random.chance(0.4)) return slots;
        for (int sessions = 1 + random.below(4); sessions > 0; --sessions) {
            const int begin = random.below(slots_a_day - 5);
            for (int i = 0; i <= random.below(5); ++i)
                slots.push_back(begin + i);
        }
        std::ranges::sort(slots);
        slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
        return slots;
    }
    const double share = habit == Habit::background ? 0.6 : 0.2;
    for (int slot = 0; slot < slots_a_day; ++slot) {
        if (random.chance(share)) slots.push_back(slot);
    }
    return slots;
}

Usage make_usage(const std::shared_ptr<const Catalogue>& catalogue, const Host& host,
                 std::uint32_t service, int name, Random& random) {
    const Habit habit = bench_services[service].habit;
    Usage usage;
    usage.catalogue = catalogue;
    usage.identity = host.identity;
    usage.service = service;
    usage.host_name =
        fmt::format("{}{}.example", name == 0 ? "" : "static.", bench_services[service].id);
    usage.role = habit == Habit::code ? HostRole::api
                 : name == 0          ? HostRole::ui
                                      : HostRole::static_content;
    const int draw = random.below(100);
    usage.evidence = draw < 60 ? Evidence::sni : draw < 97 ? Evidence::quic_sni : Evidence::dns;
    usage.transport = usage.evidence == Evidence::sni ? Transport::tcp : Transport::udp;
    usage.dest_ip = fmt::format("198.51.100.{}", random.below(40) + 1);
    usage.server_port = 443;
    usage.shared = service % 7 == 6;
    usage.policy = service % 3 == 0 ? "approved" : service % 3 == 1 ? "unreviewed" : "forbidden";
    usage.flows = static_cast<std::uint64_t>(random.below(4));
    usage.bytes_out =
        static_cast<std::uint64_t>(random.below(habit == Habit::background ? 4000 : 60000));
    usage.bytes_in = static_cast<std::uint64_t>(random.below(400'000));
    return usage;
}

// A day in windows of `length` seconds.
class Day {
  public:
    Day(std::int64_t begin, std::int64_t length) : begin_(begin), length_(length) {}

    void add(int slot, Usage usage) {
        const std::int64_t start = (begin_ + morning + slot * window_length) / length_ * length_;
        auto& row =
            windows_[start][{usage.identity.key, usage.service, usage.role, usage.evidence}];
        if (row.host_name.empty()) {
            row = std::move(usage);
            return;
        }
        row.add_traffic_of(usage);
    }

    // Hands over every window of the day, the empty ones too.
    template <typename Take>
    void close(Take take) {
        for (std::int64_t start = begin_; start < begin_ + day_length; start += length_) {
            ClosedWindow window{.begin = start * second,
                                .end = (start + length_) * second,
                                .usage = {},
                                .coverage = {{"packets", 1'000'000}}};
            for (auto& [key, usage] : windows_[start])
                window.usage.push_back(std::move(usage));
            for (int i = 0; i < 40; ++i)
                window.coverage.push_back({metric_names()[static_cast<std::size_t>(i)], 1000});
            take(std::move(window));
        }
    }

  private:
    struct Key {
        std::string host;
        std::uint32_t service;
        HostRole role;
        Evidence evidence;
        auto operator<=>(const Key&) const = default;
    };
    static const std::vector<std::string>& metric_names() {
        static const std::vector<std::string> names = [] {
            std::vector<std::string> made(40);
            for (std::size_t i = 0; i < made.size(); ++i)
                made[i] = fmt::format("payload_bytes_metric_{}", i);
            return made;
        }();
        return names;
    }

    std::int64_t begin_, length_;
    std::map<std::int64_t, std::map<Key, Usage>> windows_;
};

// What something took: by the clock, and of processors, here and in children that have ended.
struct Duration {
    double wall = 0, cpu = 0;
};

double cpu_seconds() {
    double sum = 0;
    for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
        rusage usage{};
        getrusage(who, &usage);
        for (const timeval& time : {usage.ru_utime, usage.ru_stime})
            sum += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    }
    return sum;
}

template <typename Action>
Duration measure(Action action) {
    const auto begin = std::chrono::steady_clock::now();
    const double cpu = cpu_seconds();
    action();
    return {std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(),
            cpu_seconds() - cpu};
}

class Times {
  public:
    template <typename Action>
    void add(Action action) {
        const auto [wall, cpu] = measure(action);
        wall_.push_back(wall);
        cpu_.push_back(cpu);
    }
    void print(const std::string& what, const char* target) {
        std::ranges::sort(wall_);
        std::ranges::sort(cpu_);
        const std::size_t middle = wall_.size() / 2;
        std::cout << fmt::format("{:<40} {:8.3f} {:8.3f} {:8.3f} {:>8}\n", what, cpu_[middle],
                                 wall_[middle], wall_.back(), target);
    }

  private:
    std::vector<double> wall_, cpu_;
};

void run_upkeep(store::Writer& writer, Times& steps) {
    bool more = true;
    while (more)
        steps.add([&] { more = writer.upkeep(); });
}

// Runs a program with its output thrown away.
void run(std::vector<std::string> words) {
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", 1 /* O_WRONLY */, 0);
    int status = -1;
    pid_t child = 0;
    if (posix_spawn(&child, words[0].c_str(), &actions, nullptr, arguments.data(), environ) == 0)
        waitpid(child, &status, 0);
    posix_spawn_file_actions_destroy(&actions);
    if (status != 0) throw std::runtime_error(words[0] + " failed");
}

int main_of(int argc, char** argv) {
    po::options_description options("store-bench: size and speed of the database");
    options.add_options()("help", "show this help")(
        "database", po::value<std::string>()->default_value("store-bench.db"),
        "file to make; removed in the end")("hosts", po::value<int>()->default_value(4000),
                                            "hosts of the bank")(
        "days", po::value<int>()->default_value(250), "working days")(
        "runs", po::value<int>()->default_value(5), "times that each thing is measured")(
        "keep", po::bool_switch(), "leave the file there");
    po::variables_map values;
    po::store(po::parse_command_line(argc, argv, options), values);
    if (values.contains("help")) {
        std::cout << options;
        return 0;
    }
    const std::string path = values["database"].as<std::string>();
    const int host_count = values["hosts"].as<int>(), days = values["days"].as<int>();
    const int runs = values["runs"].as<int>();
    const std::filesystem::path umbra =
        std::filesystem::read_symlink("/proc/self/exe").parent_path() / "umbra";
    if (std::filesystem::exists(path)) throw std::runtime_error(path + " exists");

    Random random(1);
    const auto catalogue = std::make_shared<const Catalogue>(make_catalogue());
    const std::vector<Host> hosts = make_hosts(host_count, random);
    Times upkeep, ordinary, older;
    std::size_t rows = 0;
    const std::int64_t weeks = (days + 4) / 5;
    const std::int64_t end = first_day + weeks * 7 * day_length;
    const store::Keep keep;
    {
        store::Writer writer(path, {.sensor = "bench"});
        const Duration making = measure([&] {
            for (int number = 0; number < days; ++number) {
                const std::int64_t begin = first_day + (number / 5 * 7 + number % 5) * day_length;
                const std::int64_t age = (end - begin) / day_length;
                const std::int64_t length = age > keep.hours + 1     ? day_length
                                            : age > keep.windows + 1 ? 3600
                                                                     : window_length;
                Day day(begin, length);
                for (const Host& host : hosts) {
                    if (!random.chance(0.8)) continue;
                    for (const std::uint32_t service : host.services) {
                        for (const int slot : active_slots(bench_services[service].habit, random)) {
                            for (int name = 0; name <= (random.chance(0.5) ? 1 : 0); ++name)
                                day.add(slot, make_usage(catalogue, host, service, name, random));
                        }
                    }
                }
                day.close([&](const ClosedWindow& window) {
                    rows += window.usage.size();
                    (length == window_length ? ordinary : older).add([&] { writer.write(window); });
                });
                run_upkeep(writer, upkeep);
            }
        });
        std::cout << fmt::format(
            "{} hosts, {} working days, {} services: {} rows made and written in {:.0f} s\n\n"
            "{:<40} {:>8} {:>8} {:>8} {:>8}\n",
            host_count, days, service_count, rows, making.wall, "seconds", "cpu", "clock",
            "longest", "target");
        ordinary.print("an ordinary window", "");
        Times full;
        for (int i = 0; i < runs; ++i) {
            const std::int64_t begin = end - 2 * day_length - 6 * hour_length + i * window_length;
            ClosedWindow window{.begin = begin * second,
                                .end = (begin + window_length) * second,
                                .usage = {},
                                .coverage = {{"packets", 1'000'000}}};
            for (int row = 0; row < 20'000; ++row) {
                const Host& host = hosts[static_cast<std::size_t>(row % host_count)];
                const auto service = static_cast<std::uint32_t>(row / host_count) % service_count;
                window.usage.push_back(
                    make_usage(catalogue, host, static_cast<std::uint32_t>(service), 0, random));
            }
            full.add([&] { writer.write(window); });
        }
        full.print("a window of 20,000 rows", "0.5");
        run_upkeep(writer, upkeep);
        upkeep.print("a step of upkeep", "");
    }
    const std::pair<const char*, const char*> periods[] = {{"2025-01-01", "0.5"}, {nullptr, "0.1"}};
    for (const auto& [since, target] : periods) {
        for (const char* what : {"overview", "services", "hosts", "departments"}) {
            std::vector<std::string> words = {umbra, "report", what, "--database", path};
            if (since) words.insert(words.end(), {"--since", since});
            Times times;
            for (int i = 0; i < runs; ++i)
                times.add([&] { run(words); });
            times.print(fmt::format("umbra report {}, {}", what, since ? "the year" : "24 hours"),
                        target);
        }
    }
    SQLite::Database database(path);
    Times check, forgetting;
    check.add([&] { database.execAndGet("PRAGMA quick_check(1)"); });
    check.print("a look at every page", "");
    forgetting.add([&] { store::forget(path, hosts[1].identity.key); });
    forgetting.print("a host forgotten", "");

    std::cout << fmt::format("\n{:<40} {:>8}\n", "megabytes", "");
    SQLite::Statement sizes(database,
                            "SELECT name, sum(pgsize) FROM dbstat GROUP BY name "
                            "HAVING sum(pgsize) > 1000000 ORDER BY 2 DESC");
    while (sizes.executeStep()) {
        std::cout << fmt::format("{:<40} {:8.1f}\n", sizes.getColumn(0).getString(),
                                 static_cast<double>(sizes.getColumn(1).getInt64()) / 1e6);
    }
    std::cout << fmt::format("{:<40} {:8.1f}   target 3000\n", "the file",
                             static_cast<double>(std::filesystem::file_size(path)) / 1e6);
    if (!values["keep"].as<bool>()) {
        for (const char* ending : {"", "-wal", "-shm"})
            std::filesystem::remove(path + ending);
    }
    return 0;
}

}  // namespace
}  // namespace umbra

int main(int argc, char** argv) {
    try {
        return umbra::main_of(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "store-bench: " << error.what() << '\n';
        return 1;
    }
}
