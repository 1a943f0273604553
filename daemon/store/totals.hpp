// What reports say of the usage of a period.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/store/answer.hpp"

namespace umbra::store {

struct ServiceTotal {
    std::string service, name, vendor, category;
    std::optional<std::string> sovereignty;
    std::int64_t hosts, flows, bytes_out, bytes_in;
    std::string evidence;  // the kinds that named it, strongest first, separated by commas
    std::int64_t first_seen, last_seen;  // begin of the first window, end of the last
};

struct HostTotal {
    std::string address;
    std::optional<std::string> name, department;
    std::int64_t services, flows, bytes_out, bytes_in;
    std::string top_service;  // the one with the most bytes
    std::int64_t first_seen, last_seen;
};

struct DepartmentTotal {
    std::optional<std::string> department;  // nothing: of the hosts of which none is known
    std::int64_t hosts, services, flows, bytes_out, bytes_in;
    std::string top_service;  // the one with the most bytes
    std::int64_t first_seen, last_seen;
};

// Without the hosts that serve more than the AI service: what is seen of those proves little.
struct Total {
    std::int64_t hosts, services, flows, bytes_out, bytes_in;
    std::int64_t shared_flows, shared_bytes;  // of those hosts, both directions
};

// A host in the words of today.
struct HostWords {
    std::string address;
    std::optional<std::string> name, department;
};

// All with the most bytes first.
std::vector<ServiceTotal> services_of(const Answer& answer);
std::vector<HostTotal> hosts_of(const Answer& answer,
                                const std::unordered_map<std::int64_t, HostWords>& words);
std::vector<DepartmentTotal> departments_of(const Answer& answer);
Total total_of(const Answer& answer);

}  // namespace umbra::store
