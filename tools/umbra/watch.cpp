// umbra watch: the last minutes on one screen, which refreshes itself.
#include <fmt/format.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iostream>

#include "daemon/store/reader.hpp"
#include "daemon/support/terminal.hpp"
#include "daemon/support/time.hpp"
#include "tools/umbra/command.hpp"
#include "tools/umbra/report/coverage.hpp"
#include "tools/umbra/report/desk.hpp"
#include "tools/umbra/report/reports.hpp"
#include "tools/umbra/text.hpp"

namespace po = boost::program_options;

namespace umbra {
namespace {

constexpr const char* usage_text = N_(
    "umbra watch --database DB: services and hosts of the last minutes, like top. q quits.\n"
    "What is shown are closed windows: umbrad closes one 30 seconds (its --grace) after its end.\n"
    "\n"
    "  umbra watch --database /var/lib/umbra/umbra.db\n"
    "  umbra watch --database umbra.db --minutes 60 --interval 10\n");

volatile std::sig_atomic_t stop_asked = 0;

std::size_t height() {
    return static_cast<std::size_t>(terminal_height(STDOUT_FILENO));
}

// The whole screen to oneself, keys without Return; as it was when this ends.
class Screen {
  public:
    Screen() {
        if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
            throw bad_input(
                _("watch: needs a terminal; umbra report overview --since 15m shows once"));
        }
        tcgetattr(STDIN_FILENO, &before_);
        termios keys = before_;
        keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        keys.c_cc[VMIN] = 0;
        keys.c_cc[VTIME] = 0;
        tcsetattr(STDIN_FILENO, TCSANOW, &keys);
        std::cout << "\033[?1049h\033[?25l";  // xterm's other screen; no cursor
    }
    ~Screen() {
        std::cout << "\033[?25h\033[?1049l" << std::flush;
        tcsetattr(STDIN_FILENO, TCSANOW, &before_);
    }
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    // Lines that are too many are left out.
    static void show(const std::vector<std::string>& lines) {
        const std::size_t count = std::min(lines.size(), height());
        std::string text = "\033[H";
        for (std::size_t i = 0; i < count; ++i)
            text += lines[i] + "\033[K" + (i + 1 < count ? "\n" : "");
        std::cout << text << "\033[J" << std::flush;
    }

  private:
    termios before_{};
};

// Signals that wait until nothing else is done, so that none comes between a look at what it sets
// and the waiting for it.
class Signals {
  public:
    Signals() {
        struct sigaction action {};
        action.sa_handler = [](int number) {
            if (number != SIGWINCH) stop_asked = 1;
        };
        sigset_t ours;
        sigemptyset(&ours);
        for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGWINCH}) {
            sigaction(number, &action, nullptr);
            sigaddset(&ours, number);
        }
        sigprocmask(SIG_BLOCK, &ours, &before_);
    }
    const sigset_t& while_waiting() const { return before_; }

  private:
    sigset_t before_{};
};

// Waits for a key; false where somebody wants the end. A signal, such as that of a window that
// changed its size, ends the wait.
bool wait_for(int seconds, const Signals& signals) {
    pollfd keys{STDIN_FILENO, POLLIN, 0};
    const timespec time{seconds, 0};
    if (ppoll(&keys, 1, &time, &signals.while_waiting()) <= 0) return stop_asked == 0;
    char key = 0;
    return read(STDIN_FILENO, &key, 1) == 1 && key != 'q' && key != 'Q' && stop_asked == 0;
}

std::string cut(const std::string& text, std::size_t width) {
    return std::string(front_columns(text, width));
}

void add_table(std::vector<std::string>& lines, Rows rows, std::size_t most_rows,
               const Setting& setting) {
    rows.rows.resize(std::min(rows.rows.size(), most_rows));
    const std::string table = render(rows, Format::table, setting);
    for (std::size_t begin = 0; begin < table.size();) {
        const std::size_t end = table.find('\n', begin);
        lines.push_back(table.substr(begin, end - begin));
        begin = end + 1;
    }
}

std::string headline(Desk& desk, std::int64_t now) {
    const store::Period& period = desk.asked().period;
    const std::int64_t age = std::max<std::int64_t>(now - period.until, 0);
    return _("{}   {} minutes to {}   {}", readable(desk.reader().sensor()),
             (period.until - period.since) / 60, format_time(period.until, desk.asked().utc),
             age < 120     ? _("{} s ago", age)
             : age < 86400 ? _("{} min ago", count_text(age / 60))
                           : _("{} days ago", count_text(age / 86400)));
}

// The rate while the sensor watched: a hole in the period does not make it smaller.
std::string traffic_line(Desk& desk) {
    const auto value = [&](const char* name) { return value_of(desk.coverage(), name); };
    const std::int64_t seconds = std::max<std::int64_t>(value("seconds_watched"), 1);
    const std::int64_t dropped = value("drops_kernel") + value("drops_interface");
    const Visible visible(desk.coverage());
    return _("{} packets/s, {}/s; {} dropped; {}% of the payload had no usable name",
             count_text(value("packets") / seconds), human_bytes(value("bytes_on_wire") / seconds),
             count_text(dropped), visible.all() > 0 ? visible.unnamed() * 100 / visible.all() : 0);
}

std::vector<std::string> frame(const std::string& database, std::int64_t minutes,
                               std::int64_t now) {
    store::Reader reader(database);
    const auto extent = reader.extent();
    if (!extent) return {_("no window has closed yet"), "", _("q quits")};
    Asked asked;
    asked.period =
        reader.answerable({std::max(extent->since, extent->until - minutes * 60), extent->until});
    Desk desk(reader, asked);
    const auto total = store::headline_of(desk.answer()).own;
    const auto width = static_cast<std::size_t>(terminal_width(STDOUT_FILENO));
    const Setting setting{static_cast<int>(width), wants_colour(STDOUT_FILENO), asked.utc};

    std::vector<std::string> lines{
        cut(headline(desk, now), width),
        cut(_("{} hosts, {} services, {} flows; {} out, {} in", count_text(total.hosts),
              count_text(total.services), count_text(total.flows), human_bytes(total.bytes_out),
              human_bytes(total.bytes_in)),
            width),
        cut(traffic_line(desk), width), ""};
    const std::size_t rest = std::max<std::size_t>(height(), 12) - lines.size() - 3;
    add_table(lines, services_report(desk), rest / 2, setting);
    lines.emplace_back();
    add_table(lines, hosts_report(desk), rest - rest / 2, setting);
    return lines;
}

std::int64_t within(const po::variables_map& values, const char* option, std::int64_t most) {
    const auto number = values[option].as<std::int64_t>();
    if (number < 1 || number > most)
        throw bad_input(_("--{} {}: must be 1 to {}", option, number, most));
    return number;
}

}  // namespace

ExitCode watch_command(const Words& words) {
    CommandLine command{_(usage_text), po::options_description(), {}};
    command.options.add_options()("database,d", po::value<std::string>(),
                                  _("the file that umbrad writes"))(
        "minutes", po::value<std::int64_t>()->default_value(15), _("how far to look back"))(
        "interval", po::value<std::int64_t>()->default_value(2), _("seconds between two looks"));
    const auto values = command.parse(words);
    if (!values) return ExitCode::done;
    const std::string database = needed_option(*values, "watch", "database", "DB");
    const std::int64_t minutes = within(*values, "minutes", 1440);
    const auto interval = static_cast<int>(within(*values, "interval", 3600));
    frame(database, minutes, 0);  // what is wrong with the file is said before the screen is taken

    const Signals signals;
    const Screen screen;
    do {
        Screen::show(frame(database, minutes, wall_clock() / second));
    } while (wait_for(interval, signals));
    return ExitCode::done;
}

}  // namespace umbra
