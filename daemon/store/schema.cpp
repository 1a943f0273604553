#include "daemon/store/schema.hpp"

namespace umbra::store {

// Times are seconds since the epoch, UTC; bytes are L4 payload; a day is its first second.
//
// What repeats is written once, in a dictionary: `hosts`, `sources`, `services`, `facets`, `names`,
// `destinations`, `catalogues`. Each of their rows says with `last_day` when it was used last, so
// that it is erased when nothing refers to it any more.
const char* const create_schema = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Who. `key` is what a host is known by from one window to the next; the rest is what was known last.
CREATE TABLE hosts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    address TEXT, name TEXT, department TEXT, site TEXT,
    last_day INTEGER NOT NULL
);

-- A host under the address and the name that it had at that time.
CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    host_id INTEGER NOT NULL REFERENCES hosts,
    address TEXT, name TEXT,
    last_day INTEGER NOT NULL
);
CREATE UNIQUE INDEX sources_once ON sources (host_id, address, name);

-- The catalogue as it was: a service that changes gets another row.
CREATE TABLE services (
    id INTEGER PRIMARY KEY,
    service TEXT NOT NULL, name TEXT NOT NULL, category TEXT NOT NULL,
    vendor TEXT NOT NULL, vendor_name TEXT NOT NULL,
    headquarters TEXT, sovereignty TEXT,
    last_day INTEGER NOT NULL
);
CREATE UNIQUE INDEX services_once ON services
    (service, name, category, vendor, vendor_name, headquarters, sovereignty);
CREATE TABLE catalogues (
    id INTEGER PRIMARY KEY, version TEXT NOT NULL UNIQUE, last_day INTEGER NOT NULL
);

-- What is said of usage besides who, where to, when and how much.
CREATE TABLE facets (
    id INTEGER PRIMARY KEY,
    service_id INTEGER NOT NULL REFERENCES services,
    department TEXT, site TEXT,
    policy TEXT NOT NULL, policy_rule TEXT,
    evidence TEXT NOT NULL, visibility TEXT NOT NULL, usage TEXT NOT NULL,
    region TEXT, shared INTEGER NOT NULL,
    last_day INTEGER NOT NULL
);
CREATE UNIQUE INDEX facets_once ON facets
    (service_id, department, site, policy, policy_rule, evidence, visibility, usage, region, shared);

CREATE TABLE names (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, last_day INTEGER NOT NULL
);
CREATE TABLE destinations (
    id INTEGER PRIMARY KEY,
    name_id INTEGER NOT NULL REFERENCES names,
    address TEXT NOT NULL, port INTEGER NOT NULL, transport TEXT NOT NULL,
    last_day INTEGER NOT NULL
);
CREATE UNIQUE INDEX destinations_once ON destinations (name_id, address, port, transport);

-- Closed windows; `usage` shows them in words.
CREATE TABLE usage_window (
    record_id INTEGER PRIMARY KEY AUTOINCREMENT,
    window_start INTEGER NOT NULL, length INTEGER NOT NULL,
    source_id INTEGER NOT NULL REFERENCES sources,
    facet_id INTEGER NOT NULL REFERENCES facets,
    destination_id INTEGER NOT NULL REFERENCES destinations,
    catalogue_id INTEGER NOT NULL REFERENCES catalogues,
    flows INTEGER NOT NULL, bytes_out INTEGER NOT NULL, bytes_in INTEGER NOT NULL
);
CREATE INDEX usage_window_by_time ON usage_window (window_start);

CREATE VIEW usage AS
SELECT w.record_id, w.window_start, w.window_start + w.length AS window_end,
       s.host_id, f.service_id, d.name_id,
       s.address AS src_ip, s.name AS src_name, f.department, f.site,
       d.address AS dest_ip, d.port AS dest_port, d.transport,
       f.evidence, f.visibility, f.shared, f.usage, f.policy, f.policy_rule, f.region,
       w.flows, w.bytes_out, w.bytes_in, c.version AS catalogue_version
  FROM usage_window w
       CROSS JOIN sources s ON s.id = w.source_id
       CROSS JOIN facets f ON f.id = w.facet_id
       CROSS JOIN destinations d ON d.id = w.destination_id
       CROSS JOIN catalogues c ON c.id = w.catalogue_id;

-- Sums over the windows that began in an hour, a day. Written together with each window.
CREATE TABLE usage_hour (
    start INTEGER NOT NULL, host_id INTEGER NOT NULL, facet_id INTEGER NOT NULL,
    flows INTEGER NOT NULL, bytes_out INTEGER NOT NULL, bytes_in INTEGER NOT NULL,
    first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
    PRIMARY KEY (start, host_id, facet_id)
) WITHOUT ROWID;
CREATE TABLE usage_day (
    start INTEGER NOT NULL, host_id INTEGER NOT NULL, facet_id INTEGER NOT NULL,
    flows INTEGER NOT NULL, bytes_out INTEGER NOT NULL, bytes_in INTEGER NOT NULL,
    first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
    PRIMARY KEY (start, host_id, facet_id)
) WITHOUT ROWID;

-- The days of a week that is over once more, packed for reports over long periods: a row a host.
CREATE TABLE usage_week (
    start INTEGER NOT NULL, host_id INTEGER NOT NULL, packed BLOB NOT NULL,
    PRIMARY KEY (start, host_id)
) WITHOUT ROWID;

-- What each window saw and did not see, whether anybody used an AI service in it or not. A window
-- that the daemon did not live through has no rows: that is a hole.
CREATE TABLE coverage (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    window_start INTEGER NOT NULL, window_end INTEGER NOT NULL,
    metric TEXT NOT NULL, value INTEGER NOT NULL
);
CREATE INDEX coverage_by_time ON coverage (window_start);
CREATE TABLE coverage_hour (
    start INTEGER NOT NULL, metric TEXT NOT NULL, value INTEGER NOT NULL,
    PRIMARY KEY (start, metric)
) WITHOUT ROWID;
CREATE TABLE coverage_day (
    start INTEGER NOT NULL, metric TEXT NOT NULL, value INTEGER NOT NULL,
    PRIMARY KEY (start, metric)
) WITHOUT ROWID;

-- The policy files that usage was judged by, each content once.
CREATE TABLE policy (
    id INTEGER PRIMARY KEY, content TEXT NOT NULL UNIQUE, first_used INTEGER NOT NULL
);

-- Names that look like an AI service and are in no entry. Nothing joins it to hosts or usage.
CREATE TABLE IF NOT EXISTS candidates (
    name TEXT PRIMARY KEY, rule TEXT NOT NULL,
    hosts INTEGER NOT NULL,  -- the most that one run of the sensor counted
    flows INTEGER NOT NULL,
    first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL
) WITHOUT ROWID;

-- Who looked behind a pseudonym or erased a host, and why. Only ever added to. REPLACE deletes
-- without asking the trigger for deletions, so a taken id is refused beforehand.
CREATE TABLE IF NOT EXISTS audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE TRIGGER IF NOT EXISTS audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
CREATE TRIGGER IF NOT EXISTS audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
CREATE TRIGGER IF NOT EXISTS audit_is_not_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
)sql";

}  // namespace umbra::store
