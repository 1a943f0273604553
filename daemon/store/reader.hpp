// Questions to the database. Nothing but this folder knows SQL.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/store/schema.hpp"

namespace umbra::store {

// Half-open, in seconds since the epoch.
struct Period {
    std::int64_t since = 0, until = 0;
};

// A row of the export, in the export's words.
struct UsageRecord {
    std::int64_t record_id, window_start, window_end;
    std::string src_ip;
    std::optional<std::string> src_id;  // a MAC or a pseudonym, where the host is known by one
    std::string dest_host, dest_ip;
    std::optional<std::string> host_name, department;
    std::string policy;
    std::int64_t dest_port;
    std::string transport, service, service_name, vendor, category;
    std::optional<std::string> headquarters;
    std::string evidence, visibility, usage;
    std::int64_t flows, bytes_out, bytes_in;
    std::string catalogue_version;
};

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

// A name that looks like an AI service and is in no entry; see `umbrad --candidates`.
struct CandidateTotal {
    std::string name, rule;
    std::int64_t hosts, flows, first_seen, last_seen;
};

struct Metric {
    std::string name;
    std::int64_t value;
};

class Reader {
  public:
    explicit Reader(const std::string& path);

    std::string sensor();

    // From the begin of the first to the end of the last window that was watched; nothing where
    // none was.
    std::optional<Period> extent();

    std::vector<ServiceTotal> services(const Period& period);        // most bytes first
    std::vector<HostTotal> hosts(const Period& period);              // most bytes first
    std::vector<DepartmentTotal> departments(const Period& period);  // most bytes first
    Total total(const Period& period);
    std::vector<Metric> coverage(const Period& period);
    std::vector<CandidateTotal> candidates(const Period& period);  // most hosts first

    // Closed windows with ids above `after`, in the order of the ids.
    void records_after(std::int64_t after, const std::function<void(const UsageRecord&)>& take);

  private:
    std::string path_;
    SQLite::Database database_;
};

}  // namespace umbra::store
