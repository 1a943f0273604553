#include <catch2/catch.hpp>

#include "daemon/store/audit.hpp"
#include "daemon/store/reader.hpp"
#include "daemon/store/writer.hpp"
#include "tests/unit/folder.hpp"
#include "tests/unit/store/reports.hpp"
#include "tests/unit/store/windows.hpp"

using namespace umbra;
using test::number;
using test::start;
using test::text;

namespace {

// The tables of version 1, and a few rows as umbrad 0.1 wrote them: two hosts, two versions of the
// catalogue of which the second describes Mistral anew, a row whose id was the last and is gone.
constexpr const char* version_1 = R"sql(
PRAGMA journal_mode = WAL;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE hosts (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    name TEXT, department TEXT, site TEXT
);
CREATE TABLE services (
    id INTEGER PRIMARY KEY,
    catalogue_version TEXT NOT NULL,
    service TEXT NOT NULL, name TEXT NOT NULL, category TEXT NOT NULL,
    vendor TEXT NOT NULL, vendor_name TEXT NOT NULL,
    headquarters TEXT, sovereignty TEXT,
    UNIQUE (catalogue_version, service)
);
CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE usage (
    record_id INTEGER PRIMARY KEY AUTOINCREMENT,
    window_start INTEGER NOT NULL, window_end INTEGER NOT NULL,
    host_id INTEGER NOT NULL REFERENCES hosts,
    service_id INTEGER NOT NULL REFERENCES services,
    name_id INTEGER NOT NULL REFERENCES names,
    dest_ip TEXT NOT NULL, dest_port INTEGER NOT NULL,
    transport TEXT NOT NULL, evidence TEXT NOT NULL, visibility TEXT NOT NULL,
    shared INTEGER NOT NULL, usage TEXT NOT NULL,
    flows INTEGER NOT NULL, bytes_out INTEGER NOT NULL, bytes_in INTEGER NOT NULL
);
CREATE INDEX usage_by_time ON usage (window_start);
CREATE TABLE coverage (
    id INTEGER PRIMARY KEY,
    window_start INTEGER NOT NULL, window_end INTEGER NOT NULL,
    metric TEXT NOT NULL, value INTEGER NOT NULL
);
CREATE INDEX coverage_by_time ON coverage (window_start);

INSERT INTO meta VALUES ('sensor', 'paris');
INSERT INTO hosts (address) VALUES ('10.0.0.1'), ('fd00::2'), ('10.0.0.3');
INSERT INTO services VALUES
    (1, 'v1', 'anthropic.claude', 'Claude', 'chat', 'anthropic', 'Anthropic', 'US', 'us'),
    (2, 'v1', 'mistral.api', 'Mistral', 'inference_api', 'mistral', 'Mistral AI', NULL, NULL),
    (3, 'v2', 'anthropic.claude', 'Claude', 'chat', 'anthropic', 'Anthropic', 'US', 'us'),
    (4, 'v2', 'mistral.api', 'Mistral API', 'inference_api', 'mistral', 'Mistral AI', 'FR', 'eu'),
    (5, 'v2', 'deepl.write', 'Write', 'writing', 'deepl', 'DeepL', 'DE', 'eu');
INSERT INTO names (name) VALUES ('claude.ai'), ('api.mistral.ai'), ('unused.example');
INSERT INTO usage VALUES
    (3, 1730710800, 1730711100, 1, 1, 1, '203.0.113.1', 443, 'tcp', 'sni', 'clear', 0, 'visit', 1, 10, 100),
    (4, 1730710800, 1730711100, 2, 2, 2, '203.0.113.2', 443, 'udp', 'quic_sni', 'clear', 1, 'api', 2, 20, 200),
    (7, 1730714400, 1730714700, 1, 3, 1, '203.0.113.1', 443, 'tcp', 'sni', 'clear', 0, 'visit', 3, 30, 300),
    (8, 1730797200, 1730797500, 1, 4, 2, '203.0.113.2', 8443, 'tcp', 'dns', 'dns_only', 0, 'api', 4, 40, 400),
    (9, 1730797200, 1730797500, 1, 1, 1, '203.0.113.1', 443, 'tcp', 'sni', 'clear', 0, 'visit', 9, 9, 9);
DELETE FROM usage WHERE record_id = 9;
INSERT INTO coverage (window_start, window_end, metric, value) VALUES
    (1730710800, 1730711100, 'packets', 100), (1730710800, 1730711100, 'drops_kernel', 1),
    (1730714400, 1730714700, 'packets', 200), (1730797200, 1730797500, 'packets', 400);
PRAGMA application_id = 0x556d6272;
PRAGMA user_version = 1;
)sql";

// Late files of version 1 had these too.
constexpr const char* candidates_and_audit = R"sql(
CREATE TABLE candidates (
    name TEXT PRIMARY KEY, rule TEXT NOT NULL, hosts INTEGER NOT NULL, flows INTEGER NOT NULL,
    first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO candidates VALUES ('new.ai', 'top ai', 2, 3, 1730710800, 1730797500);
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
INSERT INTO audit (time, actor, action, subject, reason) VALUES (1, 'a', 'resolve', 'h:1', 'r');
)sql";

// Version 2: hosts have a key, rows say more. The first host got another address meanwhile.
constexpr const char* from_1_to_2 = R"sql(
CREATE TABLE hosts_2 (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE, address TEXT NOT NULL,
    name TEXT, department TEXT, site TEXT
);
INSERT INTO hosts_2 SELECT id, 'mac-' || id, address, 'pc-' || id, 'IT', 'Lyon' FROM hosts;
DROP TABLE hosts;
ALTER TABLE hosts_2 RENAME TO hosts;
ALTER TABLE usage ADD COLUMN src_ip TEXT NOT NULL DEFAULT '';
ALTER TABLE usage ADD COLUMN department TEXT;
ALTER TABLE usage ADD COLUMN site TEXT;
ALTER TABLE usage ADD COLUMN policy TEXT NOT NULL DEFAULT 'unreviewed';
ALTER TABLE usage ADD COLUMN policy_rule TEXT;
ALTER TABLE usage ADD COLUMN region TEXT NOT NULL DEFAULT '';
UPDATE usage SET src_ip = '10.0.9.' || record_id, department = 'Marketing', policy = 'forbidden',
                 policy_rule = 'no-chat', region = CASE WHEN record_id = 4 THEN 'eu-west-3' ELSE '' END;
PRAGMA user_version = 2;
)sql";

void make_version_1(const std::filesystem::path& path, const char* more = "") {
    SQLite::Database database(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec(version_1);
    database.exec(more);
}

// All that the view shows, in the words of version 1.
constexpr const char* usage_in_words = R"sql(
SELECT group_concat(line, char(10)) FROM (
    SELECT record_id || '|' || window_start || '|' || window_end || '|' || h.address || '|' ||
           catalogue_version || '|' || s.service || '|' || s.name || '|' ||
           ifnull(s.headquarters, '-') || '|' || n.name || '|' || dest_ip || '|' || dest_port ||
           '|' || transport || '|' || evidence || '|' || visibility || '|' || shared || '|' ||
           usage || '|' || flows || '|' || bytes_out || '|' || bytes_in AS line
      FROM usage u JOIN hosts h ON h.id = u.host_id JOIN services s ON s.id = u.service_id
           JOIN names n ON n.id = u.name_id
     ORDER BY record_id))sql";

}  // namespace

TEST_CASE("a file of version 1 keeps every row and its id, and gains roll-ups") {
    const test::Folder folder;
    const std::string path = folder / "umbra.db";
    make_version_1(path, candidates_and_audit);
    CHECK(test::failure_of([&] { store::Reader reader(path); }).find("older") != std::string::npos);
    const std::string before = text(path, usage_in_words);
    REQUIRE(std::ranges::count(before, '\n') == 3);

    store::Writer writer(path, {.sensor = "lyon"});
    CHECK(number(path, "PRAGMA user_version") == 3);
    CHECK(number(path, "PRAGMA auto_vacuum") == 2);
    CHECK(text(path, "PRAGMA integrity_check") == "ok");
    CHECK(text(path, usage_in_words) == before);
    CHECK(text(path, "SELECT group_concat(src_ip || policy) FROM usage") ==
          "10.0.0.1unreviewed,fd00::2unreviewed,10.0.0.1unreviewed,10.0.0.1unreviewed");
    CHECK(number(path, "SELECT count(*) FROM sqlite_master WHERE name LIKE 'old%'") == 0);
    CHECK(store::Reader(path).candidates({start, start + 86400}).size() == 1);
    REQUIRE(store::read_audit(path).size() == 1);
    CHECK(store::read_audit(path)[0].subject == "h:1");
    CHECK_THROWS(SQLite::Database(path, SQLite::OPEN_READWRITE).exec("DELETE FROM audit"));
    // Whom and what no row speaks of is not kept.
    CHECK(text(path, "SELECT group_concat(key) FROM hosts") == "10.0.0.1,fd00::2");
    CHECK(number(path, "SELECT count(*) FROM names") == 2);

    store::Reader reader(path);
    CHECK(reader.extent() == store::Period{start, start + 86400 + 300});
    // An hour and a day, without the row of a shared host; and all.
    CHECK(test::total(reader, {start, start + 3600}).bytes_out == 10);
    CHECK(test::total(reader, {start - 9 * 3600, start + 15 * 3600}).bytes_out == 40);
    const auto services = test::services(reader, {start - 9 * 3600, start + 39 * 3600});
    REQUIRE(services.size() == 2);
    CHECK(services[0].name == "mistral.api");
    CHECK(services[0].words.name == "Mistral API");
    CHECK(services[0].hosts == 2);
    CHECK(store::evidence_list(services[0].evidence) == "quic_sni,dns");
    CHECK(services[1].flows == 4);
    for (const auto& [metric, value] : reader.coverage({start - 9 * 3600, start + 15 * 3600})) {
        if (metric == "packets") CHECK(value == 300);
        if (metric == "seconds_watched") CHECK(value == 600);
    }

    // The id of the row that is gone is not given again.
    writer.write(test::window_at(start + 2 * 86400, {{"10.0.0.3", 1}}));
    CHECK(number(path, "SELECT max(record_id) FROM usage") == 10);
    CHECK(store::Reader(path).sensor() == "lyon");
}

TEST_CASE("a file of version 2 keeps what its rows say of host, policy and region") {
    const test::Folder folder;
    const std::string path = folder / "umbra.db";
    make_version_1(path, from_1_to_2);
    constexpr const char* in_words =
        "SELECT group_concat(record_id || h.key || h.name || src_ip || u.department || "
        "ifnull(u.site, '-') || policy || policy_rule || ifnull(nullif(region, ''), '-') || "
        "bytes_out) FROM usage u JOIN hosts h ON h.id = u.host_id ORDER BY record_id";
    const std::string before = text(path, in_words);
    REQUIRE(before.find("10.0.9.8") != std::string::npos);
    const std::string words = text(path, usage_in_words);
    const store::Writer writer(path, {});
    CHECK(number(path, "PRAGMA user_version") == 3);
    CHECK(text(path, in_words) == before);
    CHECK(text(path, usage_in_words) == words);
    CHECK(number(path, "SELECT count(*) FROM usage WHERE region IS NULL") == 3);
    store::Reader reader(path);
    const auto departments = test::departments(reader, {start - 9 * 3600, start + 39 * 3600});
    REQUIRE(departments.size() == 1);
    CHECK(departments[0].department == "Marketing");
    CHECK(departments[0].hosts == 2);
    CHECK(departments[0].bytes_out == 100);
}

TEST_CASE("an empty file of version 1 is migrated too") {
    const test::Folder folder;
    const std::string path = folder / "umbra.db";
    make_version_1(path);
    SQLite::Database(path, SQLite::OPEN_READWRITE)
        .exec("DELETE FROM usage; DELETE FROM coverage; DELETE FROM sqlite_sequence");
    store::Writer writer(path, {});
    CHECK_FALSE(writer.last_window_end());
    writer.write(test::window_at(start, {{"10.0.0.1", 1}}));
    CHECK(number(path, "SELECT max(record_id) FROM usage") == 1);
}

TEST_CASE("a migration that cannot be finished leaves the file as it was") {
    const test::Folder folder;
    const std::string path = folder / "umbra.db";
    make_version_1(path);
    // A table of a later version that somebody made by hand stands in the way.
    SQLite::Database(path, SQLite::OPEN_READWRITE).exec("CREATE TABLE usage_day (x)");
    const std::string before = text(path, usage_in_words);
    const std::string sentence = test::failure_of([&] { store::Writer(path, {}); });
    CHECK(sentence.find("usage_day") != std::string::npos);
    CHECK(number(path, "PRAGMA user_version") == 1);
    CHECK(text(path, usage_in_words) == before);
}
