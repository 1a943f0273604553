// trafgen: capture files from a seed, with the truth beside them.
#include <fmt/format.h>
#include <pcap/pcap.h>
#include <unistd.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>
#include <iostream>
#include <memory>

#include "daemon/support/failure.hpp"
#include "daemon/support/terminal.hpp"
#include "tools/trafgen/frame.hpp"
#include "tools/trafgen/scenario.hpp"
#include "tools/trafgen/truth.hpp"

namespace po = boost::program_options;

namespace umbra::trafgen {
namespace {

struct Options {
    std::string out, truth, window_truth;
    std::uint64_t seed = 1, packets = 0, flows = 0;
    Micros start = 0, duration = 0;
    std::uint16_t vlan = 0;
    Scenario scenario;
    Population population;
};

class CaptureFile {
  public:
    explicit CaptureFile(const std::string& path)
        : handle_(pcap_open_dead(DLT_EN10MB, 262144)),
          dumper_(pcap_dump_open(handle_.get(), path.c_str())) {
        if (!dumper_) throw environment_failure(fmt::format("{}", pcap_geterr(handle_.get())));
    }
    void add(Micros time, std::span<const std::uint8_t> frame) {
        pcap_pkthdr header{};
        header.ts.tv_sec = time / second;
        header.ts.tv_usec = time % second;
        header.caplen = header.len = static_cast<bpf_u_int32>(frame.size());
        pcap_dump(reinterpret_cast<u_char*>(dumper_.get()), &header, frame.data());
    }
    void finish() {
        if (pcap_dump_flush(dumper_.get()) != 0)
            throw environment_failure("the capture file cannot be written");
    }

  private:
    struct CloseHandle {
        void operator()(pcap_t* handle) const { pcap_close(handle); }
    };
    struct CloseDumper {
        void operator()(pcap_dumper_t* dumper) const { pcap_dump_close(dumper); }
    };
    std::unique_ptr<pcap_t, CloseHandle> handle_;
    std::unique_ptr<pcap_dumper_t, CloseDumper> dumper_;
};

// A conversation on its way into the file: the segment that comes next.
struct Active {
    Conversation conversation;
    std::size_t next = 0;
    std::uint64_t number = 0;  // breaks ties of time, so that the order is the seed's

    Micros time() const { return conversation.segments[next].time; }
};
struct Later {
    bool operator()(const std::unique_ptr<Active>& a, const std::unique_ptr<Active>& b) const {
        return std::pair(a->time(), a->number) > std::pair(b->time(), b->number);
    }
};

constexpr Micros truth_window = 300 * second;

// A conversation does not begin in the last seconds of a window: the bytes that come before its
// name would stand in the window in which the name is complete.
Micros away_from_window_end(Micros time) {
    constexpr Micros margin = 5 * second;
    const Micros left = truth_window - time % truth_window;
    return left < margin ? time + left : time;
}

// Packets of one making on average, found by making some.
double packets_per_making(const Options& options) {
    constexpr int sample = 400;
    Factory factory(options.seed, options.scenario, options.population);
    std::size_t packets = 0;
    for (int i = 0; i < sample; ++i) {
        for (const Conversation& made : factory.make(0, second))
            packets += made.segments.size();
    }
    return static_cast<double>(packets) / sample;
}

void generate(const Options& options) {
    CaptureFile file(options.out);
    Truth truth(options.truth);
    WindowTruth window_truth(options.window_truth, truth_window);
    FrameWriter frames(options.seed, options.vlan);
    Factory factory(options.seed, options.scenario, options.population);

    const double makings =
        std::max(1.0, static_cast<double>(options.packets) / packets_per_making(options));
    const double step = static_cast<double>(options.duration) / makings;
    const auto lifetime = static_cast<Micros>(step * static_cast<double>(options.flows));
    std::vector<std::unique_ptr<Active>> heap;
    std::uint64_t made_packets = 0, written = 0, conversations = 0, makings_done = 0;
    const auto next_begin = [&] {
        return away_from_window_end(options.start +
                                    static_cast<Micros>(step * static_cast<double>(makings_done)));
    };
    while (true) {
        while (made_packets < options.packets &&
               (heap.empty() || heap.front()->time() >= next_begin())) {
            for (Conversation& made : factory.make(next_begin(), lifetime)) {
                truth.add(made);
                window_truth.add(made);
                made_packets += made.segments.size();
                heap.push_back(
                    std::make_unique<Active>(Active{std::move(made), 0, conversations++}));
                std::push_heap(heap.begin(), heap.end(), Later{});
            }
            ++makings_done;
        }
        if (heap.empty()) break;
        std::pop_heap(heap.begin(), heap.end(), Later{});
        Active& active = *heap.back();
        file.add(active.time(),
                 frames.frame(active.conversation, active.conversation.segments[active.next]));
        ++written;
        if (++active.next == active.conversation.segments.size()) {
            heap.pop_back();
        } else {
            std::push_heap(heap.begin(), heap.end(), Later{});
        }
    }
    file.finish();
    window_truth.write();
    std::cerr << fmt::format("{}: {} packets in {} conversations\n", options.out, written,
                             conversations);
}

template <typename Number>
Number in_range(const po::variables_map& values, const char* option, long long least,
                long long most) {
    const auto value = values[option].as<long long>();
    if (value < least || value > most) {
        throw bad_input(fmt::format("--{} {}: must be from {} to {}", option, value, least, most));
    }
    return static_cast<Number>(value);
}

std::optional<Options> read_options(int argc, char** argv) {
    const auto number = [](long long value) {
        return po::value<long long>()->default_value(value);
    };
    po::options_description known("Options", static_cast<unsigned>(terminal_width(STDOUT_FILENO)));
    known.add_options()("help,h", "show this help")(
        "out,o", po::value<std::string>(), "the capture file (pcap; - is standard output)")(
        "truth", po::value<std::string>()->default_value(""),
        "what is in it, one line a conversation")("window-truth",
                                                  po::value<std::string>()->default_value(""),
                                                  "the same by windows of 5 minutes")(
        "scenario,s", po::value<std::string>()->default_value("office"),
        "what it holds; see --list-scenarios")("list-scenarios", "show the scenarios")(
        "seed", number(1), "the same seed makes the same file")(
        "packets", number(100'000), "at least so many; conversations that began are finished")(
        "hosts", number(40), "inside hosts")("flows", number(60), "conversations at a time, about")(
        "start", po::value<std::string>()->default_value("2026-11-02T09:00:00Z"),
        "time of the first packet")("duration", number(3600),
                                    "seconds over which conversations begin")(
        "share", po::value<std::vector<std::string>>(),
        "KIND=N: N in place of the scenario's share of a kind; may repeat")(
        "split", po::bool_switch(), "cut every first message once more")(
        "reorder", po::bool_switch(), "send its second segment first")("repeat", po::bool_switch(),
                                                                       "send one segment twice")(
        "vlan", number(0), "VLAN id of a tag on every frame; 0 for none");
    po::variables_map values;
    try {
        po::store(po::command_line_parser(argc, argv).options(known).positional({}).run(), values);
    } catch (const po::error& error) {
        throw bad_input(std::string(error.what()) + " (see --help)");
    }
    if (values.contains("help")) {
        std::cout << "trafgen - makes capture files from a seed, and the truth beside them\n\n"
                     "  trafgen --out office.pcap --truth office.tsv\n"
                     "  trafgen --scenario mix --packets 2000000 --hosts 4000 --flows 20000 --out "
                     "mix.pcap\n\n"
                  << known;
        return std::nullopt;
    }
    if (values.contains("list-scenarios")) {
        for (const Scenario& scenario : scenarios())
            std::cout << fmt::format("{:<14}{}\n", scenario.name, scenario.purpose);
        return std::nullopt;
    }
    if (!values.contains("out")) throw bad_input("--out FILE is missing (see --help)");
    Options options;
    options.out = values["out"].as<std::string>();
    options.truth = values["truth"].as<std::string>();
    options.window_truth = values["window-truth"].as<std::string>();
    options.seed = in_range<std::uint64_t>(values, "seed", 0, 1LL << 62);
    options.packets = in_range<std::uint64_t>(values, "packets", 1, 1LL << 40);
    options.flows = in_range<std::uint64_t>(values, "flows", 1, 10'000'000);
    options.duration = in_range<Micros>(values, "duration", 1, 31'536'000) * second;
    options.vlan = in_range<std::uint16_t>(values, "vlan", 0, 4094);
    options.population.hosts = in_range<unsigned>(values, "hosts", 1, 600'000);
    options.population.split = values["split"].as<bool>();
    options.population.reorder = values["reorder"].as<bool>();
    options.population.repeat = values["repeat"].as<bool>();
    const std::string start = values["start"].as<std::string>();
    const auto time = parse_time(start);
    if (!time)
        throw bad_input(fmt::format("--start {}: not a time (write 2026-11-02T09:00:00Z)", start));
    options.start = *time;

    const std::string name = values["scenario"].as<std::string>();
    const auto found = std::find_if(scenarios().begin(), scenarios().end(),
                                    [&](const Scenario& s) { return s.name == name; });
    if (found == scenarios().end())
        throw bad_input(fmt::format("--scenario {}: there is none (see --list-scenarios)", name));
    options.scenario = *found;
    if (values.contains("share")) {
        for (const std::string& text : values["share"].as<std::vector<std::string>>()) {
            const auto equals = text.find('=');
            const auto kind = kind_named(text.substr(0, equals));
            unsigned share = 0;
            const char* end = text.data() + text.size();
            const bool is_number =
                equals != std::string::npos &&
                std::from_chars(text.data() + equals + 1, end, share).ptr == end && share <= 1000;
            if (!kind || !is_number)
                throw bad_input(fmt::format(
                    "--share {}: write a kind and a number up to 1000, such as tls=50", text));
            options.scenario.shares[static_cast<std::size_t>(*kind)] = share;
        }
    }
    if (options.scenario.shares == Shares{}) throw bad_input("--share: all shares are zero");
    return options;
}

}  // namespace
}  // namespace umbra::trafgen

int main(int argc, char** argv) {
    try {
        if (const auto options = umbra::trafgen::read_options(argc, argv))
            umbra::trafgen::generate(*options);
        return 0;
    } catch (const umbra::Failure& failure) {
        std::cerr << "trafgen: " << failure.what() << '\n';
        return static_cast<int>(failure.code());
    } catch (const std::exception& error) {
        std::cerr << "trafgen: " << error.what() << '\n';
        return static_cast<int>(umbra::ExitCode::environment);
    }
}
