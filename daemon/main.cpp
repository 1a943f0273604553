// umbrad: options, signals, and the wiring of capture, monitor and store.
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/systemd_sink.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <deque>
#include <iostream>

#include "daemon/capture/read_progress.hpp"
#include "daemon/options.hpp"
#include "daemon/policy/sovereignty.hpp"
#include "daemon/reload.hpp"
#include "daemon/store/writer_thread.hpp"
#include "daemon/support/failure.hpp"
#include "daemon/usage/monitor.hpp"

namespace umbra {
namespace {

// What a signal handler may touch.
volatile std::sig_atomic_t stop_asked = 0;
volatile std::sig_atomic_t counters_asked = 0;
volatile std::sig_atomic_t reload_asked = 0;

void on_signal(int signal) {
    if (signal == SIGUSR1) {
        counters_asked = 1;
    } else if (signal == SIGHUP) {
        reload_asked = 1;
    } else {
        stop_asked = 1;
        alarm(1);
    }
}

// A read that waits for input is ended by what stops the daemon, and goes on after the others. A
// stop that came just before the read began to wait is repeated every second, by SIGALRM.
void install_signals() {
    struct sigaction action {};
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, nullptr);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGALRM, &action, nullptr);
    action.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &action, nullptr);
    sigaction(SIGHUP, &action, nullptr);
}

bool was_asked(volatile std::sig_atomic_t& flag) {
    const bool asked = flag != 0;
    flag = 0;
    return asked;
}

bool has_reloaded(Reload& reload) {
    if (was_asked(reload_asked)) reload.ask();
    return reload.is_loaded();
}

void take_reloaded(Reload& reload, Monitor& monitor) {
    reload.take();
    monitor.use(reload.basis().signatures);
    monitor.use(reload.basis().hosts);
    monitor.use(reload.basis().candidates);
}

// Standard error is the journal where systemd says that it is (JOURNAL_STREAM holds its device and
// inode, see systemd.exec(5)).
bool standard_error_is_journal() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat status {};
    return stream != nullptr && fstat(STDERR_FILENO, &status) == 0 &&
           fmt::format("{}:{}", status.st_dev, status.st_ino) == stream;
}

// The terminal, where a line of progress may stand: it gives way to what is logged.
class TerminalSink : public spdlog::sinks::stderr_color_sink_mt {
  public:
    explicit TerminalSink(std::shared_ptr<Progress> progress) : progress_(std::move(progress)) {}
    void log(const spdlog::details::log_msg& message) override {
        progress_->above([&] { ansicolor_stderr_sink::log(message); });
    }

  private:
    std::shared_ptr<Progress> progress_;
};

void start_log(const std::string& level_name, const std::shared_ptr<Progress>& progress) {
    const spdlog::level::level_enum level = spdlog::level::from_str(level_name);
    if (level == spdlog::level::off) {
        throw bad_input(fmt::format("--log-level {}: not one of trace, debug, info, warning, error",
                                    level_name));
    }
    auto log =
        standard_error_is_journal()
            ? std::make_shared<spdlog::logger>(
                  "umbrad", std::make_shared<spdlog::sinks::systemd_sink_mt>("umbrad"))
            : std::make_shared<spdlog::logger>("umbrad", std::make_shared<TerminalSink>(progress));
    log->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
    log->set_level(level);
    spdlog::set_default_logger(log);
}

void log_counters(const std::vector<CoverageItem>& counters, const store::WriterThread& writing) {
    std::string line;
    const auto add = [&](std::string_view metric, std::uint64_t value) {
        if (value > 0) line += fmt::format(" {}={}", metric, value);
    };
    for (const auto& [metric, value] : counters)
        add(metric, value);
    const store::QueueCounters stored = writing.counters();
    add("windows_written", stored.windows_written);
    add("windows_waiting", stored.windows_waiting);
    add("windows_lost", stored.windows_lost);
    spdlog::info("counters:{}", line.empty() ? " nothing seen" : line);
}

constexpr int packets_a_turn = 4096;

// A file's packets wait for nobody: one thread reads them while another works.
void read_file(capture::Source& source, Monitor& monitor, Reload& reload,
               const store::WriterThread& writing, capture::ReadProgress& progress) {
    monitor.set_link_type(source.link_type());
    Stage<CapturedFrame, Monitor> watching(monitor);
    auto take = [&](Micros time, Bytes frame, std::uint32_t wire_length) {
        watching.add({time, frame, wire_length});
    };
    // A pipe is read packet by packet: what came is not held back while no more comes.
    const bool is_pipe = !source.size();
    int waiting = 0;  // packets since what is on its way was last sent on
    while (!stop_asked) {
        const auto packets = source.dispatch(is_pipe ? 1 : packets_a_turn, take);
        if (!packets) break;
        progress.read(source, *packets);
        waiting += *packets;
        if (waiting < packets_a_turn && !(is_pipe && source.is_idle())) continue;
        waiting = 0;
        watching.then([](Monitor& of) { of.flush(); });
        if (was_asked(counters_asked))
            watching.call([&](Monitor& of) { log_counters(of.counters(), writing); });
        if (has_reloaded(reload)) watching.call([&](Monitor& of) { take_reloaded(reload, of); });
    }
    progress.end(source);
    watching.call([](Monitor& of) { of.flush(); });
    if (source.truncation() && !stop_asked) spdlog::warn("{}", *source.truncation());
}

void watch_interface(capture::Source& source, Monitor& monitor, Reload& reload,
                     const store::WriterThread& writing) {
    monitor.set_link_type(source.link_type());
    spdlog::info("watching {}", source.name());
    Micros last_packet = 0;
    auto take = [&](Micros time, Bytes frame, std::uint32_t wire_length) {
        last_packet = time;
        monitor.packet(time, frame, wire_length);
    };
    const auto look_at_statistics = [&] {
        const capture::LiveStatistics statistics = source.statistics();
        monitor.note_drops(statistics.dropped, statistics.interface_dropped);
        return statistics;
    };
    const auto log_statistics = [&] {
        const capture::LiveStatistics statistics = look_at_statistics();
        spdlog::info("{}: received {}, dropped {}, dropped by the interface {}", source.name(),
                     statistics.received, statistics.dropped, statistics.interface_dropped);
    };
    constexpr Micros ring_delay = 2 * second;  // that packets may wait in the ring
    Micros next_look = 0;
    while (!stop_asked) {
        source.dispatch(packets_a_turn, take);
        monitor.flush();
        if (was_asked(counters_asked)) {
            log_statistics();
            log_counters(monitor.counters(), writing);
        }
        if (has_reloaded(reload)) take_reloaded(reload, monitor);
        if (const Micros now = wall_clock(); now >= next_look || now < next_look - 2 * second) {
            next_look = now + second;
            look_at_statistics();
            monitor.advance(now - ring_delay);
        }
    }
    // What the kernel holds of the time before the stop still counts.
    const Micros stopped = wall_clock();
    while (last_packet < stopped && source.dispatch(packets_a_turn, take).value_or(0) > 0)
        continue;
    log_statistics();
}

// Everything that --read and --interface name, open and filtered: a wrong word is an error before
// the first packet is counted.
std::deque<capture::Source> open_sources(const DaemonOptions& options) {
    std::deque<capture::Source> sources;
    for (const std::string& path : options.read)
        sources.push_back(capture::Source::file(path));
    if (!options.live.interface.empty()) sources.push_back(capture::Source::live(options.live));
    if (!options.filter.empty()) {
        for (capture::Source& source : sources)
            source.filter(options.filter);
    }
    return sources;
}

void run(const DaemonOptions& options) {
    const auto progress = std::make_shared<Progress>();
    start_log(options.log_level, progress);
    install_signals();
    const CatalogueFolders folders = catalogue_folders(options.catalogue, options.catalogue_extra);
    Reload reload({folders, options.policy, options.hosts, options.candidate_hosts > 0});
    std::optional<PseudonymKey> key;
    if (options.privacy == PrivacyMode::hmac) key = PseudonymKey::read(options.privacy_key);
    Privacy privacy(options.privacy, options.scope.inside, std::move(key));
    std::deque<capture::Source> sources = open_sources(options);
    store::Writer writer(options.database,
                         {.sensor = options.sensor,
                          .privacy = {std::string(to_string(privacy.mode())), privacy.key_id()},
                          .keep = options.keep});
    const auto stored_until = writer.last_window_end();
    store::WriterThread writing(writer, {.most_rows = options.most_waiting,
                                         .lose_when_full = !options.live.interface.empty(),
                                         .stop_asked = [] { return stop_asked != 0; }});
    std::optional<Monitor> monitor(std::in_place, reload.basis().signatures, options.scope,
                                   options.limits, options.workers == 1 ? 0 : options.workers);
    monitor->use(reload.basis().hosts);
    if (options.candidate_hosts > 0) {
        monitor->look_for(reload.basis().candidates, options.candidate_hosts,
                          options.most_candidates);
    }
    bool first_window = true;
    monitor->on_window([&](ClosedWindow window) {
        if (first_window && stored_until && window.begin / second < *stored_until) {
            spdlog::warn(
                "{} already holds windows up to {}; these packets begin at {}. If they are the "
                "same packets, they now count twice.",
                options.database, format_utc(*stored_until * second),
                format_utc(window.first_packet));
        }
        first_window = false;
        locate(window);
        const auto policy = reload.basis().policy;
        judge(window, *policy);
        privacy.apply(window);
        writing.hand_over(std::move(window), {policy, &policy->text()});
    });

    std::exception_ptr failure;  // what was counted until then is written all the same
    try {
        capture::ReadProgress reading(*progress, capture::total_size(sources));
        for (capture::Source& source : sources) {
            if (source.is_live())
                watch_interface(source, *monitor, reload, writing);
            else
                read_file(source, *monitor, reload, writing, reading);
        }
    } catch (const Failure&) {
        failure = std::current_exception();
    }
    monitor->finish();
    const std::vector<CoverageItem> counters = monitor->counters();
    monitor.reset();  // which takes a while, in which the last window is written
    writing.finish();
    log_counters(counters, writing);
    if (failure) std::rethrow_exception(failure);
}

}  // namespace
}  // namespace umbra

int main(int argc, char** argv) {
    try {
        if (const auto options = umbra::read_options(argc, argv)) umbra::run(*options);
        return static_cast<int>(umbra::ExitCode::done);
    } catch (const umbra::Failure& failure) {
        std::cerr << "umbrad: " << failure.what() << '\n';
        return static_cast<int>(failure.code());
    } catch (const std::exception& error) {
        std::cerr << "umbrad: " << error.what() << '\n';
        return static_cast<int>(umbra::ExitCode::environment);
    }
}
