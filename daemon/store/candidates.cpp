#include "daemon/store/candidates.hpp"

namespace umbra::store {

void write_candidates(SQLite::Database& database, const ClosedWindow& window) {
    if (window.candidates.empty()) return;
    SQLite::Statement add(database, R"sql(
        INSERT INTO candidates (name, rule, hosts, flows, first_seen, last_seen)
        VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET rule = excluded.rule,
            hosts = max(hosts, excluded.hosts), flows = flows + excluded.flows,
            last_seen = max(last_seen, excluded.last_seen))sql");
    for (const Candidate& candidate : window.candidates) {
        add.reset();
        add.bind(1, candidate.name);
        add.bind(2, candidate.rule);
        add.bind(3, static_cast<std::int64_t>(candidate.hosts));
        add.bind(4, static_cast<std::int64_t>(candidate.flows));
        add.bind(5, window.begin / second);
        add.bind(6, window.end / second);
        add.exec();
    }
    SQLite::Statement trim(database, R"sql(
        DELETE FROM candidates WHERE name IN
          (SELECT name FROM candidates ORDER BY last_seen DESC, flows DESC LIMIT -1 OFFSET ?))sql");
    trim.bind(1, most_candidates);
    trim.exec();
}

std::vector<CandidateTotal> read_candidates(SQLite::Database& database, const Period& period) {
    SQLite::Statement query(database, R"sql(
        SELECT name, rule, hosts, flows, first_seen, last_seen FROM candidates
         WHERE last_seen > ? AND first_seen < ?
         ORDER BY hosts DESC, flows DESC, name)sql");
    query.bind(1, period.since);
    query.bind(2, period.until);
    std::vector<CandidateTotal> totals;
    while (query.executeStep()) {
        totals.push_back({query.getColumn(0).getString(), query.getColumn(1).getString(),
                          query.getColumn(2).getInt64(), query.getColumn(3).getInt64(),
                          query.getColumn(4).getInt64(), query.getColumn(5).getInt64()});
    }
    return totals;
}

}  // namespace umbra::store
