// The options of umbrad: command line and configuration file, with the same names.
#pragma once

#include <boost/program_options.hpp>
#include <optional>
#include <string>
#include <vector>

#include "daemon/capture/source.hpp"
#include "daemon/policy/privacy.hpp"
#include "daemon/store/tiers.hpp"
#include "daemon/usage/monitor.hpp"

namespace umbra {

struct DaemonOptions {
    std::vector<std::string> read;  // capture files, in order
    capture::LiveOptions live;      // used where `live.interface` is not empty
    std::string filter;
    std::string database;
    std::string sensor;
    store::Keep keep;
    std::size_t most_waiting = 0;  // rows that wait for the disk
    std::string catalogue, catalogue_extra;
    std::string policy;
    PrivacyMode privacy = PrivacyMode::clear;
    std::string privacy_key;
    std::size_t candidate_hosts = 0;  // 0: no candidates
    std::size_t most_candidates = 4096;
    std::string hosts;
    Scope scope;
    MonitorLimits limits;
    unsigned workers = 1;
    std::string log_level;
};

// What the command line knows.
boost::program_options::options_description daemon_options();

// Reads them; nothing where --help or --version was asked for and answered. Throws Failure with the
// option's name, or the configuration file's line.
std::optional<DaemonOptions> read_options(int argc, const char* const* argv);

}  // namespace umbra
