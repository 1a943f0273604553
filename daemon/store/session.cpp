#include "daemon/store/session.hpp"

#include <fmt/format.h>

#include "daemon/store/candidates.hpp"
#include "daemon/store/open.hpp"
#include "daemon/store/tiers.hpp"

namespace umbra::store {
namespace {

constexpr const char* put_host_sql = R"sql(
INSERT INTO hosts (key, address, name, department, site, last_day) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET address = excluded.address, name = excluded.name,
    department = excluded.department, site = excluded.site, last_day = excluded.last_day
WHERE excluded.last_day >= last_day
  AND (address, name, department, site, last_day) IS NOT
      (excluded.address, excluded.name, excluded.department, excluded.site, excluded.last_day)
)sql";

std::string roll_up_sql(const char* table) {
    return fmt::format(R"sql(
INSERT INTO {} VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (start, host_id, facet_id) DO UPDATE SET
    flows = flows + excluded.flows,
    bytes_out = bytes_out + excluded.bytes_out, bytes_in = bytes_in + excluded.bytes_in,
    first_seen = min(first_seen, excluded.first_seen),
    last_seen = max(last_seen, excluded.last_seen))sql",
                       table);
}

std::string add_coverage_sql(const char* table) {
    return fmt::format(
        "INSERT INTO {} (start, metric, value) VALUES (?, ?, ?) "
        "ON CONFLICT (start, metric) DO UPDATE SET value = value + excluded.value",
        table);
}

template <typename... Values>
void run(SQLite::Statement& statement, const Values&... values) {
    statement.reset();
    int place = 0;
    (statement.bind(++place, values), ...);
    statement.exec();
    statement.reset();
}

// Returns the id after which the table's ids go on: its own last one, or `least` where that is
// more.
std::int64_t go_on_above(SQLite::Database& database, const char* table, std::int64_t least) {
    database.exec(
        fmt::format("INSERT INTO sqlite_sequence (name, seq) SELECT '{0}', 0 WHERE NOT "
                    "EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = '{0}')",
                    table));
    database.exec(fmt::format("UPDATE sqlite_sequence SET seq = max(seq, {}) WHERE name = '{}'",
                              least, table));
    return database
        .execAndGet(fmt::format("SELECT seq FROM sqlite_sequence WHERE name = '{}'", table))
        .getInt64();
}

std::int64_t number(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

}  // namespace

Session::Session(const std::string& path, int busy_milliseconds, const LastIds& last_ids)
    : database_(open_for_writing(path, busy_milliseconds)),
      files_(path),
      sources_(database_, "sources", {"host_id", "address", "name"}),
      services_(
          database_, "services",
          {"service", "name", "category", "vendor", "vendor_name", "headquarters", "sovereignty"}),
      catalogues_(database_, "catalogues", {"version"}),
      facets_(database_, "facets",
              {"service_id", "department", "site", "policy", "policy_rule", "evidence",
               "visibility", "usage", "region", "shared"}),
      names_(database_, "names", {"name"}),
      destinations_(database_, "destinations", {"name_id", "address", "port", "transport"}),
      put_host_(database_, put_host_sql),
      find_host_(database_, "SELECT id FROM hosts WHERE key = ?"),
      add_usage_(database_,
                 "INSERT INTO usage_window (window_start, length, source_id, facet_id, "
                 "destination_id, catalogue_id, flows, bytes_out, bytes_in) "
                 "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      add_hour_(database_, roll_up_sql("usage_hour")),
      add_day_(database_, roll_up_sql("usage_day")),
      unpack_week_(database_, "DELETE FROM usage_week WHERE start = ?"),
      add_policy_(database_, "INSERT OR IGNORE INTO policy (content, first_used) VALUES (?, ?)"),
      was_watched_(database_, "SELECT 1 FROM coverage WHERE window_start = ? LIMIT 1"),
      add_coverage_(
          database_,
          "INSERT INTO coverage (window_start, window_end, metric, value) VALUES (?, ?, ?, ?)"),
      add_coverage_hour_(database_, add_coverage_sql("coverage_hour")),
      add_coverage_day_(database_, add_coverage_sql("coverage_day")) {
    SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
    last_ids_ = {go_on_above(database_, "usage_window", last_ids.usage),
                 go_on_above(database_, "coverage", last_ids.coverage)};
    transaction.commit();
}

void Session::insert(const ClosedWindow& window, const std::string* policy) {
    SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
    const LastIds last_ids{insert_usage(window), insert_coverage(window)};
    write_candidates(database_, window);
    if (policy && !policy->empty()) run(add_policy_, *policy, window.begin / second);
    transaction.commit();
    last_ids_ = last_ids;
}

std::int64_t Session::insert_usage(const ClosedWindow& window) {
    const std::int64_t begin = window.begin / second, end = window.end / second;
    const std::int64_t day = day_of(begin);
    for (Dictionary* dictionary :
         {&sources_, &services_, &catalogues_, &facets_, &names_, &destinations_})
        dictionary->begin(day);

    std::unordered_map<std::string, std::int64_t> host_ids;
    std::int64_t last_record_id = last_ids_.usage;
    Figures figures;
    for (const Usage& usage : window.usage) {
        const HostIdentity& who = usage.identity;
        const auto [host, is_new] = host_ids.try_emplace(who.key, 0);
        if (is_new) host->second = put_host(who, day);
        const std::int64_t source =
            sources_.id_of({host->second, std::string_view(who.address), cell_of(who.name)});
        const std::int64_t facet = facets_.id_of(
            {service_id(usage), cell_of(who.department), cell_of(who.site),
             std::string_view(usage.policy), cell_of(usage.policy_rule), to_string(usage.evidence),
             to_string(visibility_of(usage.evidence, usage.ech)), to_string(usage.usage_class),
             usage.region.empty() ? Cell() : Cell(std::string_view(usage.region)),
             std::int64_t{usage.shared}});
        const std::int64_t name = names_.id_of({std::string_view(usage.host_name)});
        const std::int64_t destination =
            destinations_.id_of({name, std::string_view(usage.dest_ip),
                                 std::int64_t{usage.server_port}, to_string(usage.transport)});
        const std::int64_t catalogue =
            catalogues_.id_of({std::string_view(usage.catalogue->version)});

        const Sums sums{number(usage.flows), number(usage.bytes_out), number(usage.bytes_in), begin,
                        end};
        run(add_usage_, begin, end - begin, source, facet, destination, catalogue, sums.flows,
            sums.bytes_out, sums.bytes_in);
        last_record_id = database_.getLastInsertRowid();
        figures.add(host->second, facet, sums);
    }
    roll_up(add_hour_, hour_of(begin), figures);
    roll_up(add_day_, day, figures);
    run(unpack_week_, week_of(begin));
    return last_record_id;
}

std::int64_t Session::service_id(const Usage& usage) {
    const Service& service = usage.catalogue->services[usage.service];
    const Vendor& vendor = usage.catalogue->vendor_of(service);
    return services_.id_of({std::string_view(service.id), std::string_view(service.name),
                            std::string_view(service.category), std::string_view(vendor.id),
                            std::string_view(vendor.name), cell_of(vendor.headquarters),
                            cell_of(vendor.sovereignty)});
}

std::int64_t Session::put_host(const HostIdentity& who, std::int64_t day) {
    put_host_.reset();
    bind_cell(put_host_, 1, std::string_view(who.key));
    bind_cell(put_host_, 2, std::string_view(who.address));
    bind_cell(put_host_, 3, cell_of(who.name));
    bind_cell(put_host_, 4, cell_of(who.department));
    bind_cell(put_host_, 5, cell_of(who.site));
    bind_cell(put_host_, 6, day);
    put_host_.exec();
    find_host_.reset();
    find_host_.bind(1, who.key);
    find_host_.executeStep();
    const std::int64_t id = find_host_.getColumn(0).getInt64();
    find_host_.reset();
    return id;
}

void Session::roll_up(SQLite::Statement& add, std::int64_t start, const Figures& figures) {
    for (const auto& [host_id, facet_id, sums] : figures.all()) {
        run(add, start, host_id, facet_id, sums.flows, sums.bytes_out, sums.bytes_in,
            sums.first_seen, sums.last_seen);
    }
}

std::int64_t Session::insert_coverage(const ClosedWindow& window) {
    std::int64_t last_id = last_ids_.coverage;
    const std::int64_t begin = window.begin / second, end = window.end / second;
    const auto add = [&](const std::string& metric, std::int64_t value) {
        run(add_coverage_, begin, end, metric, value);
        last_id = database_.getLastInsertRowid();
        run(add_coverage_hour_, hour_of(begin), metric, value);
        run(add_coverage_day_, day_of(begin), metric, value);
    };
    // A window that the daemon was restarted in has two parts, but was watched once.
    was_watched_.reset();
    was_watched_.bind(1, begin);
    const bool is_second_part = was_watched_.executeStep();
    was_watched_.reset();
    if (!is_second_part) add("seconds_watched", end - begin);
    for (const CoverageItem& item : window.coverage) {
        if (item.value == 0 && item.metric != "packets") continue;
        add(std::string(item.metric), number(item.value));
    }
    return last_id;
}

void Session::empty_log() noexcept {
    database_.tryExec("PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace umbra::store
