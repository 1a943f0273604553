#include "daemon/store/reader.hpp"

#include <fmt/format.h>

#include "daemon/store/candidates.hpp"
#include "daemon/support/failure.hpp"

namespace umbra::store {
namespace {

std::optional<std::string> text_or_null(const SQLite::Column& column) {
    if (column.isNull()) return std::nullopt;
    return column.getString();
}

SQLite::Statement over(SQLite::Database& database, const char* sql, const Period& period) {
    SQLite::Statement statement(database, sql);
    statement.bind(1, period.since);
    statement.bind(2, period.until);
    return statement;
}

}  // namespace

Reader::Reader(const std::string& path) : path_(path), database_(open_for_reading(path)) {}

std::string Reader::sensor() {
    SQLite::Statement query(database_, "SELECT value FROM meta WHERE key = 'sensor'");
    return query.executeStep() ? query.getColumn(0).getString() : std::string();
}

std::optional<Period> Reader::extent() {
    SQLite::Statement query(database_, "SELECT min(window_start), max(window_end) FROM coverage");
    if (!query.executeStep() || query.getColumn(0).isNull()) return std::nullopt;
    return Period{query.getColumn(0).getInt64(), query.getColumn(1).getInt64()};
}

std::vector<ServiceTotal> Reader::services(const Period& period) {
    SQLite::Statement query = over(database_, R"sql(
        SELECT s.service, s.name, s.vendor_name, s.category, s.sovereignty,
               count(DISTINCT u.host_id), sum(u.flows), sum(u.bytes_out), sum(u.bytes_in),
               (SELECT group_concat(evidence) FROM
                  (SELECT DISTINCT e.evidence FROM usage e JOIN services t ON t.id = e.service_id
                    WHERE t.service = s.service AND e.window_start >= ?1 AND e.window_start < ?2
                    ORDER BY instr('sni quic_sni http_host connect_host certificate dns ip_range',
                                   e.evidence))),
               min(u.window_start), max(u.window_end)
          FROM usage u JOIN services s ON s.id = u.service_id
         WHERE u.window_start >= ?1 AND u.window_start < ?2
         GROUP BY s.service
         ORDER BY sum(u.bytes_out) + sum(u.bytes_in) DESC, s.service)sql",
                                   period);
    std::vector<ServiceTotal> totals;
    while (query.executeStep()) {
        totals.push_back({query.getColumn(0).getString(), query.getColumn(1).getString(),
                          query.getColumn(2).getString(), query.getColumn(3).getString(),
                          text_or_null(query.getColumn(4)), query.getColumn(5).getInt64(),
                          query.getColumn(6).getInt64(), query.getColumn(7).getInt64(),
                          query.getColumn(8).getInt64(), query.getColumn(9).getString(),
                          query.getColumn(10).getInt64(), query.getColumn(11).getInt64()});
    }
    return totals;
}

std::vector<HostTotal> Reader::hosts(const Period& period) {
    SQLite::Statement query = over(database_, R"sql(
        WITH by_service AS (
            SELECT u.host_id, s.service, sum(u.flows) AS flows, sum(u.bytes_out) AS bytes_out,
                   sum(u.bytes_in) AS bytes_in, min(u.window_start) AS first, max(u.window_end) AS last
              FROM usage u JOIN services s ON s.id = u.service_id
             WHERE u.window_start >= ?1 AND u.window_start < ?2
             GROUP BY u.host_id, s.service)
        SELECT h.address, h.name, h.department, count(*), sum(b.flows), sum(b.bytes_out),
               sum(b.bytes_in),
               (SELECT t.service FROM by_service t WHERE t.host_id = b.host_id
                 ORDER BY t.bytes_out + t.bytes_in DESC, t.service LIMIT 1),
               min(b.first), max(b.last)
          FROM by_service b JOIN hosts h ON h.id = b.host_id
         GROUP BY b.host_id
         ORDER BY sum(b.bytes_out) + sum(b.bytes_in) DESC, h.address)sql",
                                   period);
    std::vector<HostTotal> totals;
    while (query.executeStep()) {
        totals.push_back({query.getColumn(0).getString(), text_or_null(query.getColumn(1)),
                          text_or_null(query.getColumn(2)), query.getColumn(3).getInt64(),
                          query.getColumn(4).getInt64(), query.getColumn(5).getInt64(),
                          query.getColumn(6).getInt64(), query.getColumn(7).getString(),
                          query.getColumn(8).getInt64(), query.getColumn(9).getInt64()});
    }
    return totals;
}

std::vector<DepartmentTotal> Reader::departments(const Period& period) {
    SQLite::Statement query = over(database_, R"sql(
        WITH by_service AS (
            SELECT u.department, s.service, sum(u.flows) AS flows, sum(u.bytes_out) AS bytes_out,
                   sum(u.bytes_in) AS bytes_in, min(u.window_start) AS first, max(u.window_end) AS last
              FROM usage u JOIN services s ON s.id = u.service_id
             WHERE u.window_start >= ?1 AND u.window_start < ?2
             GROUP BY u.department, s.service)
        SELECT b.department,
               (SELECT count(DISTINCT u.host_id) FROM usage u
                 WHERE u.window_start >= ?1 AND u.window_start < ?2
                   AND u.department IS b.department),
               count(*), sum(b.flows), sum(b.bytes_out), sum(b.bytes_in),
               (SELECT t.service FROM by_service t WHERE t.department IS b.department
                 ORDER BY t.bytes_out + t.bytes_in DESC, t.service LIMIT 1),
               min(b.first), max(b.last)
          FROM by_service b
         GROUP BY b.department
         ORDER BY sum(b.bytes_out) + sum(b.bytes_in) DESC, b.department)sql",
                                   period);
    std::vector<DepartmentTotal> totals;
    while (query.executeStep()) {
        totals.push_back({text_or_null(query.getColumn(0)), query.getColumn(1).getInt64(),
                          query.getColumn(2).getInt64(), query.getColumn(3).getInt64(),
                          query.getColumn(4).getInt64(), query.getColumn(5).getInt64(),
                          query.getColumn(6).getString(), query.getColumn(7).getInt64(),
                          query.getColumn(8).getInt64()});
    }
    return totals;
}

Total Reader::total(const Period& period) {
    SQLite::Statement query = over(database_, R"sql(
        SELECT count(DISTINCT CASE WHEN NOT u.shared THEN u.host_id END),
               count(DISTINCT CASE WHEN NOT u.shared THEN s.service END),
               ifnull(sum(CASE WHEN NOT u.shared THEN u.flows END), 0),
               ifnull(sum(CASE WHEN NOT u.shared THEN u.bytes_out END), 0),
               ifnull(sum(CASE WHEN NOT u.shared THEN u.bytes_in END), 0),
               ifnull(sum(CASE WHEN u.shared THEN u.flows END), 0),
               ifnull(sum(CASE WHEN u.shared THEN u.bytes_out + u.bytes_in END), 0)
          FROM usage u JOIN services s ON s.id = u.service_id
         WHERE u.window_start >= ?1 AND u.window_start < ?2)sql",
                                   period);
    query.executeStep();
    const auto number = [&](int column) { return query.getColumn(column).getInt64(); };
    return {number(0), number(1), number(2), number(3), number(4), number(5), number(6)};
}

std::vector<Metric> Reader::coverage(const Period& period) {
    SQLite::Statement query = over(database_, R"sql(
        SELECT metric, sum(value) FROM coverage
         WHERE window_start >= ?1 AND window_start < ?2 GROUP BY metric ORDER BY metric)sql",
                                   period);
    std::vector<Metric> metrics;
    while (query.executeStep()) {
        metrics.push_back({query.getColumn(0).getString(), query.getColumn(1).getInt64()});
    }
    return metrics;
}

std::vector<CandidateTotal> Reader::candidates(const Period& period) {
    return read_candidates(database_, period);
}

void Reader::records_after(std::int64_t after,
                           const std::function<void(const UsageRecord&)>& take) {
    SQLite::Statement query(database_, R"sql(
        SELECT u.record_id, u.window_start, u.window_end, u.src_ip,
               CASE WHEN h.key <> u.src_ip THEN h.key END, n.name, u.dest_ip, h.name,
               u.department, u.policy, u.dest_port, u.transport, s.service, s.name, s.vendor_name, s.category,
               s.headquarters, u.evidence, u.visibility, u.usage, u.flows, u.bytes_out, u.bytes_in,
               s.catalogue_version
          FROM usage u JOIN hosts h ON h.id = u.host_id JOIN services s ON s.id = u.service_id
               JOIN names n ON n.id = u.name_id
         WHERE u.record_id > ? ORDER BY u.record_id)sql");
    query.bind(1, after);
    const auto text = [&](int column) { return query.getColumn(column).getString(); };
    const auto number = [&](int column) { return query.getColumn(column).getInt64(); };
    while (query.executeStep()) {
        take({number(0),
              number(1),
              number(2),
              text(3),
              text_or_null(query.getColumn(4)),
              text(5),
              text(6),
              text_or_null(query.getColumn(7)),
              text_or_null(query.getColumn(8)),
              text(9),
              number(10),
              text(11),
              text(12),
              text(13),
              text(14),
              text(15),
              text_or_null(query.getColumn(16)),
              text(17),
              text(18),
              text(19),
              number(20),
              number(21),
              number(22),
              text(23)});
    }
}

}  // namespace umbra::store
