// Questions to the database. Nothing but this folder knows SQL.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/store/answer.hpp"
#include "daemon/store/last_ids.hpp"
#include "daemon/store/tiers.hpp"
#include "daemon/store/uploads.hpp"

namespace umbra::store {

// A row of the export, in the export's words.
struct UsageRecord {
    std::int64_t record_id, window_start, window_end;
    std::string src_ip;
    std::optional<std::string> src_id;  // a MAC or a pseudonym, where the host is known by one
    std::string dest_host, dest_ip;
    std::optional<std::string> host_name, department;  // of that time, like src_ip and policy
    std::string policy;
    std::int64_t dest_port;
    std::string transport, service, service_name, vendor, category;
    std::optional<std::string> headquarters;
    std::string evidence, visibility, usage;
    std::int64_t flows, bytes_out, bytes_in;
    std::string catalogue_version;
};

// A figure of one window of the sensor, in the export's words.
struct CoverageRecord {
    std::int64_t id, window_start, window_end;
    std::string metric;
    std::int64_t value;
};

// A host as `forget` takes it, by its key, and as people know it.
struct KnownHost {
    std::int64_t id;
    std::string key;
    std::optional<std::string> address, name, department;
};

// A host in the words of today.
struct HostWords {
    std::string address;
    std::optional<std::string> name, department, site;
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

// Sees the database as it was when the first question was asked, whatever is written meanwhile.
// Each question may throw StoreFailure.
class Reader {
  public:
    explicit Reader(const std::string& path);

    std::string sensor();

    // From the begin of the first to the end of the last window of which anything is left; nothing
    // where there is none.
    std::optional<Period> extent();

    // What can be answered for this period; see tiers.hpp. The questions below are for such ones.
    Period answerable(const Period& asked) const { return store::answerable(asked, floors_); }

    // The usage that the filter lets through.
    Answer answer(const Period& period, const Filter& filter = {});
    // The services of an answer, as numbers of its facets, that its filter lets nothing through of
    // before its period. Looks back only as far as it must.
    std::set<std::uint32_t> new_services(const Answer& answer);
    const Facets& facets();
    // By the ids of an answer.
    std::unordered_map<std::int64_t, HostWords> hosts();
    // The `most` largest; see uploads.hpp.
    std::vector<Upload> uploads(const Period& period, const Filter& filter, std::size_t most);
    std::vector<Metric> coverage(const Period& period);
    std::vector<CandidateTotal> candidates(const Period& period);  // most hosts first

    // The hosts with this key, name, or address, now or at any time of which windows are kept.
    std::vector<KnownHost> hosts_known_as(const std::string& text);

    // Closed windows with ids above `after`, in the order of the ids.
    void records_after(std::int64_t after, const std::function<void(const UsageRecord&)>& take);
    void coverage_after(std::int64_t after, const std::function<void(const CoverageRecord&)>& take);
    // The last ids that were ever given, whether the rows are still kept or not.
    LastIds last_ids();

  private:
    std::shared_ptr<const Facets> shared_facets();
    void add_piece(const Piece& piece, Answer& answer);
    void add_rows(const char* sql, const Period& period, Answer& answer);
    bool add_week(std::int64_t week, Answer& answer);
    // Cut off where there is nothing, so that an age without data costs nothing.
    std::vector<Piece> pieces(const Period& period);
    std::optional<std::int64_t> number(const char* sql, std::int64_t floor);

    std::string path_;
    SQLite::Database database_;
    SQLite::Transaction snapshot_;
    Floors floors_;
    std::shared_ptr<const Facets> facets_;
};

}  // namespace umbra::store
