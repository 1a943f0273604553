#include "daemon/options.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "daemon/support/failure.hpp"
#include "daemon/support/terminal.hpp"
#include "daemon/versions.hpp"

namespace po = boost::program_options;

namespace umbra {
namespace {

constexpr const char* list_options[] = {"read", "local-net", "exclude", "proxy"};

bool may_repeat(const std::string& key) {
    return std::ranges::find(list_options, key) != std::end(list_options);
}

// Boost says neither in which line a fault is nor that a key stands twice; so the keys are looked
// at first, then each line is parsed alone.
void parse_file(const std::string& path, const po::options_description& known,
                po::variables_map& values) {
    std::ifstream file(path);
    if (!file) throw bad_input(fmt::format("--config {}: cannot be read", path));
    std::map<std::string, int> first_line;
    po::parsed_options all(&known);
    int number = 0;
    for (std::string line; std::getline(file, line);) {
        ++number;
        std::istringstream one(line);
        try {
            for (auto& option : po::parse_config_file(one, known).options) {
                const auto [earlier, is_new] = first_line.emplace(option.string_key, number);
                if (!is_new && !may_repeat(option.string_key)) {
                    throw bad_input(fmt::format("{}:{}: `{}` stands already in line {}", path,
                                                number, option.string_key, earlier->second));
                }
                po::parsed_options single(&known);
                single.options.push_back(option);
                po::variables_map checked;
                po::store(single, checked);  // a value of the wrong kind shows here, with its line
                all.options.push_back(std::move(option));
            }
        } catch (const po::error& error) {
            throw bad_input(fmt::format("{}:{}: {}", path, number, error.what()));
        }
    }
    po::store(all, values);
}

template <typename Number>
Number at_least(const po::variables_map& values, const char* option, Number least, Number most) {
    const auto value = values[option].as<long long>();
    if (value < static_cast<long long>(least) || value > static_cast<long long>(most)) {
        throw bad_input(fmt::format("--{} {}: must be from {} to {}", option, value, least, most));
    }
    return static_cast<Number>(value);
}

std::string host_name() {
    char name[256] = "";
    gethostname(name, sizeof name - 1);
    return name;
}

// Those of the first group stand on the command line alone.
std::vector<po::options_description> option_groups() {
    const auto width = static_cast<unsigned>(terminal_width(STDOUT_FILENO));
    const auto number = [](long long value) {
        return po::value<long long>()->default_value(value);
    };
    const auto text = [](const char* value) {
        return po::value<std::string>()->default_value(value);
    };

    po::options_description general("General", width);
    general.add_options()("help,h", "show this help")(
        "version,V", "show the versions of umbrad and of its libraries")(
        "config,c", po::value<std::string>()->value_name("FILE"),
        "read options from FILE, one `name = value` a line; the command line wins")(
        "log-level", text("info")->value_name("LEVEL"), "trace, debug, info, warning, error");
    po::options_description capture("Packets (one of --read and --interface)", width);
    capture.add_options()(
        "read,r", po::value<std::vector<std::string>>()->composing()->value_name("FILE"),
        "read a pcap or pcapng file and exit; may repeat, in order; - is standard input")(
        "interface,i", text("")->value_name("IF"), "capture from interface IF until SIGTERM")(
        "filter,f", text("")->value_name("EXPRESSION"),
        "only packets that match, as in pcap-filter(7)")(
        "snap-length", number(65535)->value_name("BYTES"), "bytes captured of each packet")(
        "ring-size", number(64)->value_name("MIB"), "kernel ring buffer of the interface")(
        "no-promiscuous", po::bool_switch(), "leave the interface out of promiscuous mode")(
        "workers", number(1)->value_name("N"),
        "threads that the hosts are shared between, where one core is too slow");
    po::options_description usage("Usage", width);
    usage.add_options()("database,d", text("")->value_name("DB"),
                        "SQLite file for the usage; made if need be")(
        "sensor", text("")->value_name("NAME"),
        "name of this sensor in exports (default: the machine's)")(
        "local-net", po::value<std::vector<std::string>>()->composing()->value_name("CIDR"),
        "network of inside hosts; may repeat (default: private and link-local ranges)")(
        "hosts", text("")->value_name("FILE"),
        "CSV of hosts: address, network or MAC; name; department; site")(
        "exclude", po::value<std::vector<std::string>>()->composing()->value_name("CIDR"),
        "packets from and to there are dropped before they are counted; may repeat")(
        "proxy", po::value<std::vector<std::string>>()->composing()->value_name("CIDR"),
        "proxies: what they fetch is their clients' usage, not theirs; may repeat")(
        "dedup", po::bool_switch(),
        "the mirror shows packets twice: count a datagram once, whatever its VLAN")(
        "catalogue", text("")->value_name("DIR"),
        "folder of catalogue files (default: the installed one)")(
        "catalogue-extra", text("")->value_name("DIR"),
        "folder of the site's own entries over them (default: /etc/umbra/catalogue.d)")(
        "candidates", number(0)->value_name("HOSTS"),
        "note names in no entry that look like an AI service and that at least HOSTS hosts visited "
        "(2 or more; 0: none)")("window", number(300)->value_name("SECONDS"),
                                "length of a usage window")(
        "grace", number(30)->value_name("SECONDS"),
        "how long a window that ended waits for packets that come out of order");
    po::options_description policy("Policy and privacy", width);
    policy.add_options()(
        "policy", text("")->value_name("FILE"),
        "rules by which usage is approved, tolerated or forbidden (default: all unreviewed)")(
        "privacy", text("clear")->value_name("MODE"),
        "what is kept of hosts: clear; hmac, a pseudonym in place of address and name; truncate, "
        "the network (/24, /48)")("privacy-key", text("")->value_name("FILE"),
                                  "key of the pseudonyms (umbra privacy make-key)");
    const store::Keep keep;
    po::options_description retention("Retention, in whole days; 0 is for ever", width);
    retention.add_options()("keep-windows", number(keep.windows)->value_name("DAYS"),
                            "keep each window's usage, with addresses and host names")(
        "keep-hours", number(keep.hours)->value_name("DAYS"), "keep sums by hour")(
        "keep-days", number(keep.days)->value_name("DAYS"), "keep sums by day");
    po::options_description bounds("Bounds", width);
    bounds.add_options()("max-flows", number(1 << 20)->value_name("N"),
                         "flows followed at one time; the idlest makes room")(
        "tcp-idle", number(600)->value_name("SECONDS"), "a TCP flow without packets ends after")(
        "udp-idle", number(180)->value_name("SECONDS"), "a UDP flow without packets ends after")(
        "max-fragments", number(4096)->value_name("N"),
        "datagrams put together from fragments at one time")(
        "fragment-memory", number(8)->value_name("MIB"), "memory for those fragments")(
        "max-unnamed", number(65536)->value_name("N"),
        "flows whose first bytes are kept at one time")(
        "head-memory", number(64)->value_name("MIB"), "memory for those bytes")(
        "max-dns", number(65536)->value_name("N"), "resolved addresses remembered over all hosts")(
        "max-names", number(65536)->value_name("N"), "different host names remembered at one time")(
        "max-rows", number(65536)->value_name("N"),
        "rows of usage in one window; the smallest users beyond it are summed up")(
        "max-waiting", number(1 << 18)->value_name("N"),
        "rows of usage and coverage that wait in memory for the disk")(
        "max-hosts", number(16384)->value_name("N"), "machines known by their MAC at one time")(
        "max-candidates", number(4096)->value_name("N"), "candidates remembered at one time");
    return {general, capture, usage, policy, retention, bounds};
}

po::options_description all_of(const std::vector<po::options_description>& groups) {
    po::options_description all(static_cast<unsigned>(terminal_width(STDOUT_FILENO)));
    for (const po::options_description& group : groups)
        all.add(group);
    return all;
}

}  // namespace

po::options_description daemon_options() {
    return all_of(option_groups());
}

std::optional<DaemonOptions> read_options(int argc, const char* const* argv) {
    const std::vector<po::options_description> groups = option_groups();
    const po::options_description all = all_of(groups);
    po::options_description in_file;
    for (auto group = groups.begin() + 1; group != groups.end(); ++group)
        in_file.add(*group);
    in_file.add_options()("log-level", po::value<std::string>()->default_value("info"));

    po::variables_map values;
    try {
        po::store(po::command_line_parser(argc, argv)
                      .options(all)
                      .positional({})
                      .style(po::command_line_style::default_style &
                             ~po::command_line_style::allow_guessing)
                      .run(),
                  values);
        if (values.contains("help")) {
            std::cout << "umbrad - records which hosts use which public AI services\n\n"
                         "Usage:\n"
                         "  umbrad --read FILE --database DB\n"
                         "  umbrad --interface IF --database DB\n"
                      << all
                      << "\nExamples:\n"
                         "  umbrad --interface eth1 --database umbra.db --local-net 10.0.0.0/8\n"
                         "  umbrad --read monday.pcap --read tuesday.pcap --database umbra.db\n"
                         "\nSIGTERM and SIGINT close the open window, write it and exit; SIGUSR1 "
                         "logs the\n"
                         "counters; SIGHUP loads catalogue, policy, hosts file and candidates.txt "
                         "anew, or keeps\nwhat it has and says why.\n";
            return std::nullopt;
        }
        if (values.contains("version")) {
            std::cout << version_text("umbrad");
            return std::nullopt;
        }
        if (values.contains("config"))
            parse_file(values["config"].as<std::string>(), in_file, values);
        po::notify(values);
    } catch (const po::error& error) {
        throw bad_input(std::string(error.what()) + " (see --help)");
    }

    DaemonOptions options;
    if (values.contains("read")) options.read = values["read"].as<std::vector<std::string>>();
    options.live.interface = values["interface"].as<std::string>();
    options.live.snap_length = at_least(values, "snap-length", 64, 262144);
    options.live.ring_mebibytes = at_least(values, "ring-size", 1, 2047);
    options.live.promiscuous = !values["no-promiscuous"].as<bool>();
    options.workers = at_least(values, "workers", 1U, 64U);
    options.filter = values["filter"].as<std::string>();
    options.database = values["database"].as<std::string>();
    options.sensor = values["sensor"].as<std::string>();
    if (options.sensor.empty()) options.sensor = host_name();
    options.hosts = values["hosts"].as<std::string>();
    options.catalogue = values["catalogue"].as<std::string>();
    options.catalogue_extra = values["catalogue-extra"].as<std::string>();
    options.policy = values["policy"].as<std::string>();
    const std::string privacy = values["privacy"].as<std::string>();
    const auto mode = privacy_mode(privacy);
    if (!mode)
        throw bad_input(fmt::format("--privacy {}: not one of clear, hmac, truncate", privacy));
    options.privacy = *mode;
    options.privacy_key = values["privacy-key"].as<std::string>();
    if ((*mode == PrivacyMode::hmac) == options.privacy_key.empty())
        throw bad_input("--privacy hmac and --privacy-key FILE go together (see --help)");
    options.candidate_hosts = at_least(values, "candidates", 0U, 1U << 16);
    if (options.candidate_hosts == 1) {
        throw bad_input("--candidates 1: what one host alone visits is not noted; 2 or more, or 0");
    }
    options.most_candidates = at_least(values, "max-candidates", 1U, 1U << 20);
    const auto networks = [&](const char* option, NetworkList& list) {
        if (!values.contains(option)) return;
        list = NetworkList::of(option, values[option].as<std::vector<std::string>>());
    };
    networks("local-net", options.scope.inside);
    networks("exclude", options.scope.excluded);
    networks("proxy", options.scope.proxies);
    constexpr int most_days = 36'500;
    options.keep.windows = at_least(values, "keep-windows", 0, most_days);
    options.keep.hours = at_least(values, "keep-hours", 0, most_days);
    options.keep.days = at_least(values, "keep-days", 0, most_days);
    options.log_level = values["log-level"].as<std::string>();

    constexpr std::uint32_t many = 1U << 28;
    options.most_waiting = at_least(values, "max-waiting", std::size_t{1}, std::size_t{many});
    MonitorLimits& limits = options.limits;
    limits.dedup = values["dedup"].as<bool>();
    limits.ledger.window = at_least(values, "window", 1, 86400) * second;
    limits.ledger.grace = at_least(values, "grace", 0, 3600) * second;
    limits.flows.most_flows = at_least(values, "max-flows", 1U, many);
    limits.flows.tcp_idle = at_least(values, "tcp-idle", 1, 86400) * second;
    limits.flows.udp_idle = at_least(values, "udp-idle", 1, 86400) * second;
    limits.fragments.most_datagrams = at_least(values, "max-fragments", 1U, 65535U);
    limits.fragments.memory =
        at_least(values, "fragment-memory", std::size_t{1}, std::size_t{65536}) << 20;
    limits.naming.most_pending = at_least(values, "max-unnamed", 1U, many);
    limits.naming.memory = at_least(values, "head-memory", std::size_t{1}, std::size_t{65536})
                           << 20;
    limits.most_dns_entries = at_least(values, "max-dns", 8U, many);
    limits.most_names = at_least(values, "max-names", 1U, many);
    limits.most_hosts = at_least(values, "max-hosts", 8U, 1U << 24);
    limits.ledger.most_rows = at_least(values, "max-rows", 1U, many);

    if (options.database.empty()) throw bad_input("--database DB is missing (see --help)");
    if (options.read.empty() == options.live.interface.empty()) {
        throw bad_input("give either --read FILE or --interface IF (see --help)");
    }
    return options;
}

}  // namespace umbra
