"""umbra report: each report against a golden output, and each of its numbers against SQL of a few lines.

UMBRA_GOLDEN=write writes the golden outputs anew; read what `git diff` then says."""
import datetime
import json
import os
import re
import unittest

import umbra
from commands_test import on_a_terminal

DATA = umbra.SOURCE / "tests" / "data" / "reports"
SIZES = {"Marketing": 14, "Crédit": 16, "Legal": 4, "Audit": 4, "IT": 13}
SINCE, UNTIL = "2026-11-04", "2026-11-10"
PERIOD = ("--since", SINCE, "--until", UNTIL, "--utc")
HOST = "10.20.0.21"  # of the department Crédit
# What is asked, by the name of its golden outputs.
REPORTS = {
    "overview": ("overview",), "services": ("services",), "hosts": ("hosts",), "host": ("host", HOST),
    "departments": ("departments",), "categories": ("categories",), "countries": ("countries",),
    "policy": ("policy", "--limit", "40"), "trend": ("trend",),
    "trend-departments": ("trend", "--by", "department", "--every", "week", "--since", "2026-11-02", "--until",
                          "2026-11-09", "--utc"),
    "uploads": ("uploads", "--limit", "20"), "new": ("new",), "coverage": ("coverage",),
    "non-eu": ("departments", "--law", "non-eu", "--min-bytes", "100kB", "--sort", "bytes_out"),
}
EVIDENCE = ("sni", "quic_sni", "http_host", "connect_host", "certificate", "dns", "ip_range")
# The usage of the period with its words. A contact is no use.
USAGE = f"""
    SELECT u.*, s.service, s.name AS service_name, s.vendor, s.vendor_name, s.category, s.headquarters, s.sovereignty,
           h.address, h.name AS host_name, h.department AS department_now
      FROM usage u JOIN services s ON s.id = u.service_id JOIN hosts h ON h.id = u.host_id
     WHERE usage <> 'contact' AND window_start >= unixepoch('{SINCE}') AND window_start < unixepoch('{UNTIL}')"""
SUMS = "sum(flows) AS flows, sum(bytes_out) AS bytes_out, sum(bytes_in) AS bytes_in"
KINDS = "group_concat(DISTINCT evidence) AS evidence"
SEEN = "min(window_start) AS first_seen, max(window_end) AS last_seen"
HOSTS = "count(DISTINCT host_id) AS hosts"
MOST_FIRST = "ORDER BY sum(bytes_out + bytes_in) DESC"
TOP = """(SELECT t.service FROM u t WHERE t.{0} IS u.{0} GROUP BY t.service
           ORDER BY sum(t.bytes_out + t.bytes_in) DESC, t.service LIMIT 1) AS top_service"""
SERVICES = f"""
    SELECT service, service_name, vendor_name AS vendor, category, sovereignty, {HOSTS}, {SUMS}, {KINDS}, {SEEN}
      FROM u GROUP BY service {MOST_FIRST}, service"""
# Legal and Audit are too small to be told of.
LABEL = "CASE WHEN {0} IN ('Legal', 'Audit') THEN '(small department)' ELSE {0} END AS department"


def make_database(folder):
    """Eight days of an office, with departments and a policy."""
    capture = folder / "made.pcap"
    umbra.run("trafgen", "--out", capture, "--packets", 60000, "--hosts", 60, "--duration", 8 * 86400,
              "--start", "2026-11-02T07:00:00Z")
    lines = ["address,name,department,site"]
    for number, department in enumerate(name for name, size in SIZES.items() for _ in range(size)):
        address = f"fd20::{number + 1:x}" if number % 8 == 7 else f"10.20.0.{number + 1}"
        lines.append(f"{address},pc-{number:03}.bank.example,{department},{'Lyon' if number % 2 else 'Paris'}")
    (folder / "hosts.csv").write_text("\n".join(lines) + "\n")
    database = folder / "umbra.db"
    umbra.umbrad("--read", capture, "--database", database, "--sensor", "paris", "--hosts", folder / "hosts.csv",
                 "--policy", DATA / "policy.yaml", "--catalogue", DATA / "catalogue")
    return database


class Reports(umbra.Case):
    @classmethod
    def setUpClass(cls):
        cls.db = make_database(cls.folder_of_class())

    def text(self, what, name):
        """A report, of PERIOD unless it says another one."""
        period = () if "--since" in what else PERIOD
        return umbra.umbra("report", *what, "--database", self.db, *period, "--format", name, "--catalogue",
                           DATA / "catalogue").stdout.decode()

    def rows(self, *what):
        return json.loads(self.text(what, "json"))

    def refused(self, *what):
        return umbra.umbra("report", *what, "--database", self.db, check=None)


def utc(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Golden(Reports):
    def test_golden_outputs(self):
        for name, what in REPORTS.items():
            for extension in ("table", "csv", "json"):
                with self.subTest(report=name, format=extension):
                    golden = DATA / f"{name}.{extension}"
                    text = self.text(what, extension)
                    if os.environ.get("UMBRA_GOLDEN") == "write":
                        golden.write_text(text)
                    self.assertEqual(text, golden.read_text())


class Numbers(Reports):
    """The same reports, computed by SQL from the windows."""

    def sql(self, select, condition="1"):
        """Rows as a report writes them: times by RFC 3339, evidence strongest first."""
        with umbra.sqlite3.connect(f"file:{self.db}?mode=ro", uri=True) as connection:
            connection.row_factory = umbra.sqlite3.Row
            rows = [dict(row) for row in connection.execute(f"WITH u AS ({USAGE} AND {condition}) {select}")]
        for row in rows:
            for key in row:
                if key in ("first_seen", "last_seen", "start", "end", "window_start", "window_end"):
                    row[key] = utc(row[key])
            if "evidence" in row:
                row["evidence"] = ",".join(kind for kind in EVIDENCE if kind in row["evidence"].split(","))
        return rows

    def check(self, what, select, condition="1"):
        rows = self.rows(*what)
        self.assertGreater(len(rows), 0)
        self.assertEqual(rows, self.sql(select, condition))

    def test_services(self):
        self.check(("services",), SERVICES)

    def test_filters(self):
        for option, value, condition in (
                ("host", HOST, f"h.address = '{HOST}'"), ("department", "Marketing", "u.department = 'Marketing'"),
                ("department", "(no department)", "u.department IS NULL"), ("site", "Lyon", "u.site = 'Lyon'"),
                ("service", "deepl.translator", "s.service = 'deepl.translator'"), ("vendor", "openai", "s.vendor = 'openai'"),
                ("category", "inference_api", "category = 'inference_api'"), ("country", "US", "headquarters = 'US'"),
                ("country", "unknown", "headquarters IS NULL"), ("law", "cn", "sovereignty = 'cn'"),
                ("law", "non-eu", "sovereignty IS NOT 'eu'"), ("policy", "approved", "u.policy = 'approved'"),
                ("evidence", "dns", "evidence = 'dns'")):
            with self.subTest(option=option, value=value):
                self.check(("services", f"--{option}", value, "--least-group", "1"), SERVICES, condition)

    def test_two_words_of_a_filter_and_two_filters(self):
        self.check(("services", "--vendor", "openai", "--vendor", "deepl", "--policy", "forbidden", "--policy",
                    "unreviewed"), SERVICES, "s.vendor IN ('openai', 'deepl') AND u.policy IN ('forbidden', 'unreviewed')")

    def test_min_bytes_sort_and_limit(self):
        self.check(("services", "--min-bytes", "50kB", "--sort", "hosts", "--limit", "4"), f"""
            SELECT service, service_name, vendor_name AS vendor, category, sovereignty, {HOSTS}, {SUMS}, {KINDS}, {SEEN}
              FROM u GROUP BY service HAVING sum(bytes_out) >= 50000
             ORDER BY count(DISTINCT host_id) DESC, sum(bytes_out + bytes_in) DESC LIMIT 4""")

    def test_hosts(self):
        self.check(("hosts",), f"""
            SELECT address AS host, host_name, {LABEL.format('department_now')}, count(DISTINCT service) AS services,
                   {TOP.format('host_id')}, {SUMS}, {SEEN}
              FROM u GROUP BY host_id {MOST_FIRST}, host_id""")

    def test_departments(self):
        rows = self.rows("departments")
        told = self.sql(f"""
            SELECT ifnull(department, '(no department)') AS department, 0 AS suppressed, {HOSTS},
                   count(DISTINCT service) AS services, {TOP.format('department')}, {SUMS}, {KINDS}, {SEEN}
              FROM u WHERE department IS NULL OR department NOT IN ('Legal', 'Audit')
             GROUP BY department {MOST_FIRST}, department""")
        small, = self.sql(f"SELECT {HOSTS}, {SUMS} FROM u WHERE department IN ('Legal', 'Audit')")
        self.assertGreaterEqual(small["hosts"], 5)
        self.assertEqual(rows[:-1], told)
        self.assertEqual(rows[-1], {**dict.fromkeys(told[0]), "department": "(2 small departments)", "suppressed": 1,
                                    **small})

    def test_categories(self):
        self.check(("categories",), f"""
            SELECT category, count(DISTINCT service) AS services, {HOSTS}, {TOP.format('category')}, {SUMS}, {KINDS}, {SEEN}
              FROM u GROUP BY category {MOST_FIRST}, category""")

    def test_countries(self):
        # As tests/data/reports/catalogue says; several places under several laws are not one place.
        place = """CASE service WHEN 'openai.api' THEN 'US' WHEN 'anthropic.claude' THEN 'US' WHEN 'mistral.lechat'
                   THEN 'EU' WHEN 'mistral.api' THEN 'FR' WHEN 'deepl.translator' THEN 'DE' WHEN 'deepseek.chat'
                   THEN 'CN' END"""
        self.check(("countries",), f"""
            , p AS (SELECT *, {place} AS residency FROM u)
            SELECT sovereignty, residency, count(DISTINCT service) AS services, {HOSTS},
                   (SELECT t.service FROM p t WHERE t.residency IS p.residency AND t.sovereignty IS p.sovereignty
                     GROUP BY t.service ORDER BY sum(t.bytes_out + t.bytes_in) DESC, t.service LIMIT 1) AS top_service,
                   {SUMS}, {KINDS}, {SEEN}
              FROM p GROUP BY sovereignty, residency {MOST_FIRST}, sovereignty, residency""")

    def test_policy(self):
        self.check(("policy",), f"""
            SELECT policy, policy_rule, service, address AS host, host_name, {LABEL.format('department')}, {KINDS}, {SUMS},
                   {SEEN}
              FROM u GROUP BY policy, policy_rule, service, u.department, host_id
             ORDER BY instr('forbidden unreviewed tolerated approved', policy), sum(bytes_out + bytes_in) DESC, policy,
                      policy_rule, service, u.department, host_id""")

    def test_fail_on(self):
        for status, code in (("forbidden", 1), ("unreviewed", 1)):
            umbra.umbra("report", "policy", "--database", self.db, *PERIOD, "--fail-on", status, check=code)
        umbra.umbra("report", "policy", "--database", self.db, *PERIOD, "--vendor", "mistral", "--fail-on", "forbidden",
                    check=0)

    def test_trend(self):
        days = """SELECT unixepoch('2026-11-03') + 86400 * key AS start, unixepoch('2026-11-04') + 86400 * key AS end
                    FROM json_each('[0,1,2,3,4,5,6]')"""
        every = USAGE.replace(SINCE, "2026-11-03")
        rows = self.sql(f"""
            , w AS ({every}), days AS ({days}), names AS (SELECT DISTINCT service FROM w),
            cells AS (SELECT start, end, service,
                             (SELECT count(DISTINCT host_id) FROM w WHERE w.service = n.service
                               AND window_start BETWEEN start AND end - 1) AS hosts,
                             (SELECT ifnull(sum(flows), 0) FROM w WHERE w.service = n.service
                               AND window_start BETWEEN start AND end - 1) AS flows,
                             (SELECT ifnull(sum(bytes_out), 0) FROM w WHERE w.service = n.service
                               AND window_start BETWEEN start AND end - 1) AS bytes_out,
                             (SELECT ifnull(sum(bytes_in), 0) FROM w WHERE w.service = n.service
                               AND window_start BETWEEN start AND end - 1) AS bytes_in
                        FROM days, names n)
            SELECT start, end, service, hosts, hosts - lag(hosts) OVER before AS hosts_change, flows, bytes_out,
                   bytes_out - lag(bytes_out) OVER before AS bytes_out_change, bytes_in
              FROM cells WINDOW before AS (PARTITION BY service ORDER BY start) ORDER BY start, service""")
        self.assertEqual(self.rows("trend"), [row for row in rows if row["start"] >= SINCE])

    def test_trend_by_department(self):
        week = USAGE.replace(SINCE, "2026-11-02").replace(UNTIL, "2026-11-09")
        expected = {row["department"]: row for row in self.sql(f"""
            , w AS ({week}) SELECT ifnull(department, '(no department)') AS department, {HOSTS}, {SUMS} FROM w
             WHERE department IS NOT 'Legal' AND department IS NOT 'Audit' GROUP BY department""")}
        rows = self.rows(*REPORTS["trend-departments"])
        self.assertEqual({row["department"] for row in rows}, set(expected))
        for row in rows:
            self.assertIsNone(row["hosts_change"])  # nothing is known of the week before
            for key, value in expected[row["department"]].items():
                self.assertEqual(row[key], value)

    def test_host(self):
        self.check(("host", HOST), f"""
            SELECT window_start / 86400 * 86400 AS start, window_start / 86400 * 86400 + 86400 AS end, service, category,
                   sovereignty, policy, policy_rule, {KINDS}, {SUMS}, {SEEN}
              FROM u WHERE address = '{HOST}' GROUP BY 1, service, policy, policy_rule
             ORDER BY 1, sum(bytes_out + bytes_in) DESC, service""")

    def test_uploads(self):
        self.check(("uploads",), f"""
            SELECT window_start, window_end, address AS host, host_name, {LABEL.format('department')}, service, policy,
                   {KINDS}, {SUMS}
              FROM u GROUP BY window_start, host_id, service HAVING sum(bytes_out) > 0
             ORDER BY sum(bytes_out) DESC, window_start, host_id LIMIT 50""")

    def test_new(self):
        ever = USAGE.replace(f"window_start >= unixepoch('{SINCE}') AND ", "")
        rows = self.sql(f"""
            , e AS ({ever})
            SELECT service, service_name, vendor_name AS vendor, category, sovereignty, min(window_start) AS first_seen,
                   {HOSTS}, {SUMS}, {KINDS}
              FROM e GROUP BY service HAVING min(window_start) >= unixepoch('{SINCE}')
             ORDER BY min(window_start), sum(bytes_out + bytes_in) DESC""")
        found = self.rows("new")
        self.assertGreater(len(found), 0)
        for row in found:
            users = self.sql(f"SELECT address FROM u WHERE service = '{row['service']}' GROUP BY host_id "
                             "ORDER BY min(window_start)")
            hosts = row.pop("first_hosts").removesuffix(" …").split(" ")
            self.assertEqual(hosts[0], users[0]["address"])
            self.assertEqual(set(hosts) - {user["address"] for user in users}, set())
            self.assertEqual(len(hosts), min(5, len(users)))
        self.assertEqual(found, rows)

    def test_overview(self):
        figures = {row["figure"]: row["value"] for row in self.rows("overview")}
        def total(prefix, condition="1"):
            row, = self.sql(f"SELECT {HOSTS}, count(DISTINCT service) AS services, ifnull(sum(flows), 0) AS flows, "
                            "ifnull(sum(bytes_out), 0) AS bytes_out, ifnull(sum(bytes_in), 0) AS bytes_in "
                            f"FROM u WHERE NOT shared AND {condition}")
            return {f"{prefix}{key}": value for key, value in row.items()}
        expected = total("")
        for status in ("forbidden", "unreviewed", "tolerated", "approved"):
            expected |= total(f"policy_{status}_", f"policy = '{status}'")
        for law in ("eu", "us", "cn", "uk", "ch", "other", "unknown"):
            expected |= total(f"law_{law}_", f"ifnull(sovereignty, 'unknown') = '{law}'")
        expected["services_new"] = len(self.rows("new"))
        for name in ("packets", "drops_kernel", "drops_interface", "payload_bytes_named", "payload_bytes_dns_only"):
            expected[name], = umbra.query(self.db, f"""
                SELECT ifnull(sum(value), 0) FROM coverage WHERE metric = ? AND window_start >= unixepoch('{SINCE}')
                   AND window_start < unixepoch('{UNTIL}')""", name)[0]
        for name, value in expected.items():
            self.assertEqual(figures[name], value, name)
        self.assertEqual(set(figures) - set(expected), {"shared_flows", "shared_bytes", "payload_bytes_unnamed"})

    def test_coverage(self):
        self.assertEqual(self.rows("coverage"), [
            {"metric": metric, "value": value} for metric, value in umbra.query(self.db, f"""
                SELECT metric, sum(value) FROM coverage WHERE window_start >= unixepoch('{SINCE}')
                   AND window_start < unixepoch('{UNTIL}') GROUP BY metric ORDER BY metric""")])


class Asking(Reports):
    """What a person may write, and what must not be told."""

    def test_unknown_words_are_refused_with_the_nearest(self):
        for option, word, near in (("service", "openai.chatgbt", "openai.chatgpt"), ("vendor", "opneai", "openai"),
                                   ("category", "chatt", "chat"), ("department", "Credit", "Crédit"),
                                   ("site", "Pari", "Paris"), ("host", "10.20.0.211", "10.20.0.21"),
                                   ("country", "USA", "US"), ("law", "europe", "eu"), ("policy", "forbiden", "forbidden"),
                                   ("evidence", "snl", "sni"), ("sort", "byte_out", "bytes_out"), ("by", "servce", "service")):
            self.assertFails(self.refused("services", f"--{option}", word), 2, f"--{option}", word, near)
        self.assertFails(self.refused("servces"), 2, "services")
        for words in (("host",), ("hosts", "10.20.0.21"), ("coverage", "--host", HOST), ("services", "--limit", "0"),
                      ("services", "--min-bytes", "lots"), ("services", "--fail-on", "forbidden")):
            self.assertFails(self.refused(*words), 2, "")

    def test_what_the_catalogue_knows_and_nobody_used_is_no_error(self):
        self.assertEqual(self.rows("services", "--service", "mistral.api", "--evidence", "certificate"), [])
        self.assertEqual(umbra.report("services", self.db, "--service", "cohere.north"), [])

    def test_periods(self):
        def sum_of(*words, zone="UTC"):
            done = umbra.umbra("report", "services", "--database", self.db, "--format", "json", *words,
                               env={**os.environ, "TZ": zone})
            return sum(row["bytes_out"] for row in json.loads(done.stdout))
        def expected(since, until):
            return umbra.query(self.db, f"""SELECT ifnull(sum(bytes_out), 0) FROM usage WHERE usage <> 'contact' AND window_start >=
                unixepoch('{since}') AND window_start < unixepoch('{until}')""")[0][0]
        self.assertEqual(sum_of("--since", "2026-11-04", "--until", "2026-11-05"), expected("2026-11-04", "2026-11-05"))
        paris = expected("2026-11-03 23:00", "2026-11-04 23:00")
        self.assertNotEqual(paris, expected("2026-11-04", "2026-11-05"))
        words = "--since", "2026-11-04", "--until", "2026-11-05"
        self.assertEqual(sum_of(*words, zone="Europe/Paris"), paris)
        self.assertEqual(sum_of(*words, "--utc", zone="Europe/Paris"), expected("2026-11-04", "2026-11-05"))
        self.assertEqual(sum_of("--since", "2026-11-04T12:00:00+01:00", "--until", "2026-11-04T18:00:00Z"),
                         expected("2026-11-04 11:00", "2026-11-04 18:00"))

    def test_yesterday_and_last_week_by_the_clock(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        day = now.replace(hour=0, minute=0, second=0, microsecond=0) - datetime.timedelta(days=1)
        monday = day + datetime.timedelta(days=1 - (now.weekday() + 7))
        for word, begin, length in (("yesterday", day, 1), ("last-week", monday, 7)):
            text = umbra.umbra("report", "services", "--database", self.db, "--since", word, "--utc").stdout.decode()
            end = begin + datetime.timedelta(days=length)
            self.assertTrue(text.startswith(f"{begin:%Y-%m-%dT%H:%M:%SZ} to {end:%Y-%m-%dT%H:%M:%SZ}"), text)

    def test_a_small_department_is_not_told_of(self):
        self.assertFails(self.refused("services", *PERIOD, "--department", "Legal"), 2, "Legal", "--least-group")
        self.assertNotEqual(self.rows("services", "--department", "Legal", "--least-group", "1"), [])
        for name, what in REPORTS.items():
            if name not in ("overview", "coverage"):
                for extension in ("table", "csv", "json", "ndjson", "markdown"):
                    text = self.text(what, extension)
                    self.assertNotIn("Legal", text, name)
                    self.assertNotIn("Audit", text, name)

    def test_few_hosts_of_a_department_are_not_told_of(self):
        rows = self.rows("services", "--department", "Marketing")
        told = [row for row in rows if row["hosts"] is not None]
        self.assertTrue(all(row["hosts"] >= 5 for row in told))
        self.assertNotEqual(len(told), len(rows))
        self.assertTrue(all(row["bytes_out"] is None for row in rows if row not in told))
        for row in self.rows("trend", "--by", "department", "--every", "day"):
            self.assertEqual(row["suppressed"], int(row["hosts"] is None))
            self.assertTrue(row["hosts"] is None or row["hosts"] == 0 or row["hosts"] >= 5)

    def test_on_a_terminal_there_are_bars_and_lines_that_fit(self):
        for columns in (60, 80, 120):
            for name, what in REPORTS.items():
                period = () if "--since" in what else PERIOD
                text = on_a_terminal(columns, "report", *what, "--database", self.db, *period)
                for line in text.splitlines():
                    self.assertLessEqual(len(re.sub(r"\x1b\[\d*m", "", line)), columns, (name, line))
        text = on_a_terminal(120, "report", "services", "--database", self.db, *PERIOD)
        self.assertIn("██████████", text)
        self.assertRegex(on_a_terminal(80, "report", "trend", "--database", self.db, *PERIOD), "[▁▂▃▄▅▆▇]█")
        self.assertNotRegex(self.text(("services",), "table"), "[█\x1b]")


if __name__ == "__main__":
    unittest.main(verbosity=2)
