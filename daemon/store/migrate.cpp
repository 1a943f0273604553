#include "daemon/store/migrate.hpp"

#include "daemon/store/schema.hpp"

namespace umbra::store {
namespace {

// Version 1 had the tables meta, hosts, services (a row for each version of the catalogue), names,
// usage (in words) and coverage; late files also candidates and audit, which stayed as they were.
// Version 2 knew more of hosts and of each row.
constexpr const char* from_1_to_2 = R"sql(
ALTER TABLE hosts ADD COLUMN key TEXT NOT NULL DEFAULT '';
UPDATE hosts SET key = address;
ALTER TABLE usage ADD COLUMN src_ip TEXT NOT NULL DEFAULT '';
ALTER TABLE usage ADD COLUMN department TEXT;
ALTER TABLE usage ADD COLUMN site TEXT;
ALTER TABLE usage ADD COLUMN policy TEXT NOT NULL DEFAULT 'unreviewed';
ALTER TABLE usage ADD COLUMN policy_rule TEXT;
ALTER TABLE usage ADD COLUMN region TEXT NOT NULL DEFAULT '';
UPDATE usage SET src_ip = h.address, department = h.department, site = h.site
  FROM hosts h WHERE h.id = host_id;
)sql";

constexpr const char* set_old_tables_aside = R"sql(
DROP INDEX usage_by_time;
DROP INDEX coverage_by_time;
ALTER TABLE meta RENAME TO old_meta;
ALTER TABLE hosts RENAME TO old_hosts;
ALTER TABLE services RENAME TO old_services;
ALTER TABLE names RENAME TO old_names;
ALTER TABLE usage RENAME TO old_usage;
ALTER TABLE coverage RENAME TO old_coverage;
)sql";

constexpr const char* copy = R"sql(
INSERT INTO meta SELECT key, value FROM old_meta;

CREATE TEMP VIEW old_row AS
SELECT record_id, window_start, window_end, window_start - window_start % 86400 AS day,
       host_id, service_id, name_id, src_ip, department, site, dest_ip, dest_port, transport,
       evidence, visibility, usage, shared, policy, policy_rule, nullif(region, '') AS region,
       flows, bytes_out, bytes_in
  FROM old_usage;

INSERT INTO hosts (id, key, address, name, department, site, last_day)
SELECT h.id, h.key, h.address, h.name, h.department, h.site, max(r.day)
  FROM old_hosts h JOIN old_row r ON r.host_id = h.id GROUP BY h.id;
INSERT INTO sources (host_id, address, name, last_day)
SELECT r.host_id, r.src_ip, h.name, max(r.day)
  FROM old_row r JOIN hosts h ON h.id = r.host_id GROUP BY r.host_id, r.src_ip;

INSERT INTO services (id, service, name, category, vendor, vendor_name, headquarters, sovereignty,
                      last_day)
SELECT min(s.id), s.service, s.name, s.category, s.vendor, s.vendor_name, s.headquarters,
       s.sovereignty, max(r.day)
  FROM old_services s JOIN old_row r ON r.service_id = s.id
 GROUP BY s.service, s.name, s.category, s.vendor, s.vendor_name, s.headquarters, s.sovereignty;
INSERT INTO catalogues (version, last_day)
SELECT s.catalogue_version, max(r.day)
  FROM old_services s JOIN old_row r ON r.service_id = s.id GROUP BY s.catalogue_version;

INSERT INTO names (id, name, last_day)
SELECT n.id, n.name, max(r.day) FROM old_names n JOIN old_row r ON r.name_id = n.id GROUP BY n.id;
INSERT INTO destinations (name_id, address, port, transport, last_day)
SELECT name_id, dest_ip, dest_port, transport, max(day)
  FROM old_row GROUP BY name_id, dest_ip, dest_port, transport;

CREATE TEMP TABLE new_service AS
SELECT o.id AS old_id, n.id AS id, c.id AS catalogue_id
  FROM old_services o
       JOIN services n ON n.service = o.service AND n.name = o.name AND n.category = o.category
        AND n.vendor = o.vendor AND n.vendor_name = o.vendor_name
        AND n.headquarters IS o.headquarters AND n.sovereignty IS o.sovereignty
       JOIN catalogues c ON c.version = o.catalogue_version;
CREATE INDEX temp.new_service_by_old ON new_service (old_id);

INSERT INTO facets (service_id, department, site, policy, policy_rule, evidence, visibility, usage,
                    region, shared, last_day)
SELECT n.id, r.department, r.site, r.policy, r.policy_rule, r.evidence, r.visibility, r.usage,
       r.region, r.shared, max(r.day)
  FROM old_row r JOIN new_service n ON n.old_id = r.service_id
 GROUP BY n.id, r.department, r.site, r.policy, r.policy_rule, r.evidence, r.visibility, r.usage,
       r.region, r.shared;

INSERT INTO usage_window (record_id, window_start, length, source_id, facet_id, destination_id,
                          catalogue_id, flows, bytes_out, bytes_in)
SELECT r.record_id, r.window_start, r.window_end - r.window_start, o.id, f.id, d.id,
       n.catalogue_id, r.flows, r.bytes_out, r.bytes_in
  FROM old_row r
       JOIN sources o ON o.host_id = r.host_id AND o.address = r.src_ip
       JOIN new_service n ON n.old_id = r.service_id
       JOIN facets f ON f.service_id = n.id AND f.department IS r.department AND f.site IS r.site
        AND f.policy = r.policy AND f.policy_rule IS r.policy_rule AND f.evidence = r.evidence
        AND f.visibility = r.visibility AND f.usage = r.usage AND f.region IS r.region
        AND f.shared = r.shared
       JOIN destinations d ON d.name_id = r.name_id AND d.address = r.dest_ip
        AND d.port = r.dest_port AND d.transport = r.transport
 ORDER BY r.record_id;
DELETE FROM sqlite_sequence WHERE name = 'usage_window';
INSERT INTO sqlite_sequence (name, seq)
SELECT 'usage_window', seq FROM sqlite_sequence WHERE name = 'old_usage';

INSERT INTO usage_hour
SELECT w.window_start - w.window_start % 3600, s.host_id, w.facet_id, sum(w.flows), sum(w.bytes_out),
       sum(w.bytes_in), min(w.window_start), max(w.window_start + w.length)
  FROM usage_window w JOIN sources s ON s.id = w.source_id GROUP BY 1, 2, 3;
INSERT INTO usage_day
SELECT start - start % 86400, host_id, facet_id, sum(flows), sum(bytes_out), sum(bytes_in),
       min(first_seen), max(last_seen)
  FROM usage_hour GROUP BY 1, 2, 3;

INSERT INTO coverage (window_start, window_end, metric, value)
SELECT window_start, window_end, metric, value FROM old_coverage ORDER BY id;
INSERT INTO coverage (window_start, window_end, metric, value)
SELECT window_start, window_end, 'seconds_watched', window_end - window_start
  FROM old_coverage GROUP BY window_start;
INSERT INTO coverage_hour
SELECT window_start - window_start % 3600, metric, sum(value) FROM coverage GROUP BY 1, 2;
INSERT INTO coverage_day
SELECT start - start % 86400, metric, sum(value) FROM coverage_hour GROUP BY 1, 2;

DROP TABLE new_service;
DROP VIEW old_row;
DROP TABLE old_usage;
DROP TABLE old_coverage;
DROP TABLE old_hosts;
DROP TABLE old_services;
DROP TABLE old_names;
DROP TABLE old_meta;
)sql";

}  // namespace

void migrate(SQLite::Database& database, int version) {
    if (version == 1) database.exec(from_1_to_2);
    database.exec(set_old_tables_aside);
    database.exec(create_schema);
    database.exec(copy);
}

}  // namespace umbra::store
