"""umbra export: what a SIEM reads is whole, comes once it is closed, and is nothing but text."""
import csv
import fcntl
import io
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

import umbra

KILLS = 100
HOSTILE = 10000

# In the order of the contract's header.
RECORDS = """
    SELECT u.record_id, strftime('%Y-%m-%dT%H:%M:%SZ', u.window_start, 'unixepoch'),
           strftime('%Y-%m-%dT%H:%M:%SZ', u.window_end, 'unixepoch'), 'dc1', u.src_ip, '', u.src_name, u.department,
           n.name, u.dest_ip, u.dest_port, u.transport, s.service, s.vendor_name, s.category, u.policy, s.headquarters,
           u.evidence, u.visibility, u.usage, u.flows, u.bytes_out, u.bytes_in, u.catalogue_version
      FROM usage u JOIN services s ON s.id = u.service_id JOIN names n ON n.id = u.name_id ORDER BY u.record_id"""

# Dangerous to a spreadsheet, a terminal, a CSV or JSON reader, a shell, or a person's eyes.
DANGEROUS = [b"=cmd|'/c calc'!A1", b"+1+1", b"-2+3", b"@SUM(A1)", b"\t=1", b"\r=1", b"\n", b"\r\n", b'"', b'""', b",",
             b";", b"a,b\"c\nd", b"\x1b[2J\x1b]0;x\x07", b"<script>alert(1)</script>", "\u202egpj.exe".encode(),
             "\u2066x\u2069".encode(), b"\xff\xfe", b"\xc0\x80", b"\xed\xa0\x80", b"\\", b"\\x41", b"\\n", b"'; DROP TABLE",
             b"$(reboot)", b"`id`", b"|", b"a=b", b"%0a", b" ", b"#", "é".encode(), "\u2028".encode(), b"--", b"..", b"-"]


def hostile_names(count):
    chance = random.Random(11)
    names = {f"{i}".encode() + d for i, d in enumerate(DANGEROUS)} | set(DANGEROUS)
    while len(names) < count:
        if chance.random() < 0.5:
            name = b"".join(chance.choice(DANGEROUS) for _ in range(chance.randint(1, 4)))[:255]
        else:
            name = bytes(chance.randint(1, 255) for _ in range(chance.randint(1, 60)))
        names.add(name)
    return sorted(names)


def unescaped(text):
    return re.sub(rb"\\x([0-9A-F]{2})", lambda hex: bytes([int(hex[1], 16)]), text.encode())


def read_csv(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def cef_fields(line):
    """The extension of a line of CEF, {key: value}."""
    *_, extension = re.split(r"(?<!\\)\|", line, maxsplit=7)
    pairs = re.findall(r"(\w+)=((?:\\.|[^\\=])*?)(?= \w+=|$)", extension)
    return {key: re.sub(r"\\(.)", r"\1", value) for key, value in pairs}


def in_words(rows):
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


class Export(umbra.Case):
    @classmethod
    def setUpClass(cls):
        cls.shared = cls.folder_of_class()
        cls.capture, _, _ = umbra.trafgen(cls.shared, "--packets", 20000)
        hosts = cls.shared / "hosts.csv"
        hosts.write_text("address,name,department,site\n10.20.0.0/28,,Trésorerie & Change,Rennes\n"
                         "10.20.0.20,pc-20.bank.example,\"Marketing, Communication\",Brest\n", encoding="utf-8")
        cls.db = cls.shared / "usage.db"
        umbra.umbrad("--read", cls.capture, "--database", cls.db, "--sensor", "dc1", "--hosts", hosts)
        cls.rows = in_words(umbra.query(cls.db, RECORDS))
        assert len(cls.rows) > 100

    def setUp(self):
        super().setUp()
        self.out = self.folder / "out"

    def export(self, *arguments, database=None, **options):
        return umbra.umbra("export", "--database", database or self.db, "--to", self.out, *arguments, **options)

    def files(self, pattern):
        """In the order of the ids."""
        return sorted(self.out.glob(pattern), key=lambda path: int(path.name.split("-")[-2]))

    def test_csv_holds_every_record_to_the_letter(self):
        self.export()
        file, = self.files("*.csv")
        header, *rows = read_csv(file)
        self.assertEqual(rows, self.rows)
        self.assertEqual({row[7] for row in rows}, {"", "Trésorerie & Change", "Marketing, Communication"})
        self.assertNotIn(b"\r", file.read_bytes())

    def test_lines_end_as_was_asked(self):
        self.export("--crlf")
        file, = self.files("*.csv")
        data = file.read_bytes()
        self.assertEqual(data.count(b"\r\n"), data.count(b"\n"))
        self.assertEqual(read_csv(file)[1:], self.rows)

    def test_files_hold_no_more_rows_than_was_asked_and_no_gap_is_between_them(self):
        self.export("--max-rows", 30)
        files = self.files("*.csv")
        self.assertEqual(len(files), -(-len(self.rows) // 30))
        ids = []
        for file in files:
            rows = read_csv(file)[1:]
            self.assertLessEqual(len(rows), 30)
            self.assertEqual(file.name, f"umbra-dc1-{rows[0][0]}-{rows[-1][0]}.csv")
            ids += [row[0] for row in rows]
        self.assertEqual(ids, [row[0] for row in self.rows])

    def test_a_cursor_ahead_of_the_database_is_said(self):
        self.out.mkdir()
        (self.out / "umbra.cursor").write_text(f"{len(self.rows) + 1}\n")
        done = self.export(check=2)
        self.assertIn(b"umbra.cursor:1:", done.stderr)
        self.assertIn(b"another database", done.stderr)
        self.assertEqual(self.files("*.csv"), [])

    def test_only_old_files_of_this_export_are_removed(self):
        self.export("--max-rows", 30)
        files = self.files("*.csv")
        others = [self.out / name for name in ("umbra-dc1-1-2.csv.gz", "umbra-dc2-1-2.csv", "umbra-dc1-x-2.csv", "notes.csv")]
        for path in others:
            path.write_text("not ours")
        for path in files[:3] + others:
            os.utime(path, (time.time() - 8 * 86400,) * 2)
        done = self.export("--max-age", 7)
        self.assertIn(b"3 older files removed", done.stderr)
        self.assertEqual(self.files("umbra-dc1-[0-9]*-*[0-9].csv"), files[3:])
        self.assertTrue(all(path.exists() for path in others))

    def test_options_that_cannot_be_meant(self):
        for arguments, said in ((("--format", "xml"), b"csv, ndjson, ocsf, cef"), (("--what", "hosts"), b"usage, coverage"),
                                (("--max-rows", 0), b"--max-rows 0"), (("--max-age", 0), b"--max-age 0"),
                                (("--crlf", "--format", "cef"), b"--crlf"),
                                (("--what", "coverage", "--format", "ocsf"), b"csv or ndjson")):
            self.assertIn(said, self.export(*arguments, check=2).stderr)

    def test_coverage_tells_every_window_whether_it_was_used_or_not(self):
        self.export("--what", "coverage")
        file, = self.files("umbra-coverage-*.csv")
        header, *rows = read_csv(file)
        self.assertEqual(header, ["coverage_id", "window_start", "window_end", "sensor", "metric", "value"])
        expected = umbra.query(self.db, """
            SELECT id, strftime('%Y-%m-%dT%H:%M:%SZ', window_start, 'unixepoch'),
                   strftime('%Y-%m-%dT%H:%M:%SZ', window_end, 'unixepoch'), 'dc1', metric, value FROM coverage ORDER BY id""")
        self.assertEqual(rows, in_words(expected))
        self.assertIn("packets", {row[4] for row in rows})
        self.assertIn(b"nothing new", self.export("--what", "coverage").stderr)
        self.export("--what", "coverage", "--format", "ndjson", "--cursor", self.folder / "again")
        ndjson, = self.files("*.ndjson")
        lines = [json.loads(line) for line in ndjson.read_text().splitlines()]
        self.assertEqual([(line["umbra"]["metric"], str(line["umbra"]["value"])) for line in lines],
                         [(row[4], row[5]) for row in rows])

    def test_ndjson_has_the_names_of_the_elastic_common_schema(self):
        fields = {"@timestamp", "ecs.version", "event.id", "event.dataset", "event.module", "event.kind", "event.category",
                  "event.type", "event.start", "event.end", "observer.name", "observer.vendor", "observer.product",
                  "source.address", "source.ip", "source.domain", "source.bytes", "destination.address",
                  "destination.domain", "destination.ip", "destination.port", "destination.bytes", "network.transport",
                  "network.direction", "network.application", "network.bytes"}
        self.export("--format", "ndjson")
        file, = self.files("*.ndjson")
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        found = {f"{outer}.{inner}" if isinstance(value, dict) else outer for line in lines for outer, value in line.items()
                 for inner in (value if isinstance(value, dict) else ("",)) if outer != "umbra"}
        self.assertEqual(found, fields)
        for line, row in zip(lines, self.rows, strict=True):
            self.assertEqual([line["event"]["id"], line["event"]["start"], line["event"]["end"], line["@timestamp"]],
                             [f"dc1-{row[0]}", row[1], row[2], row[2]])
            umbra_fields = line["umbra"]
            self.assertEqual(
                [str(cell) for cell in (
                    umbra_fields["record_id"], line["observer"]["name"], line["source"]["ip"],
                    line["source"].get("domain", ""), umbra_fields.get("department", ""), line["destination"]["domain"],
                    line["destination"]["ip"], line["destination"]["port"], line["network"]["transport"],
                    umbra_fields["app"], umbra_fields["vendor"], umbra_fields["category"], umbra_fields["policy"],
                    umbra_fields.get("vendor_country", ""), umbra_fields["evidence"], umbra_fields["visibility"],
                    umbra_fields["usage"], umbra_fields["flows"], line["source"]["bytes"], line["destination"]["bytes"],
                    umbra_fields["catalogue_version"])],
                [row[0], *row[3:5], *row[6:]])

    def test_ocsf_is_network_activity(self):
        self.export("--format", "ocsf")
        file, = self.files("*.ocsf.ndjson")
        for text, row in zip(file.read_text(encoding="utf-8").splitlines(), self.rows, strict=True):
            event = json.loads(text)
            # What the class requires: https://schema.ocsf.io/1.3.0/classes/network_activity
            self.assertEqual([event[name] for name in ("class_uid", "category_uid", "activity_id", "type_uid")],
                             [4001, 4, 6, 400106])
            self.assertEqual(event["severity_id"], 1)
            self.assertEqual(event["metadata"]["version"], "1.3.0")
            self.assertEqual(event["metadata"]["product"]["vendor_name"], "Umbra")
            self.assertEqual(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(event["start_time"] // 1000)), row[1])
            self.assertEqual(event["time"], event["end_time"])
            self.assertEqual([event["src_endpoint"]["ip"], event["dst_endpoint"]["hostname"], event["dst_endpoint"]["ip"],
                              str(event["dst_endpoint"]["port"]), event["connection_info"]["protocol_name"],
                              str(event["traffic"]["bytes_out"]), str(event["traffic"]["bytes_in"])],
                             [row[4], row[8], row[9], row[10], row[11], row[21], row[22]])
            self.assertEqual(event["traffic"]["bytes"], int(row[21]) + int(row[22]))
            self.assertEqual(event["unmapped"]["policy"], row[15])

    def test_cef_is_read_back(self):
        self.export("--format", "cef")
        file, = self.files("*.cef")
        for text, row in zip(file.read_text(encoding="utf-8").splitlines(), self.rows, strict=True):
            *header, _ = re.split(r"(?<!\\)\|", text, maxsplit=7)
            self.assertEqual(header, ["CEF:0", "Umbra", "umbrad", "1", "usage", "AI service used", "4"])
            event = cef_fields(text)
            self.assertEqual([event["externalId"], event["dhost"], event["dpt"], event["app"], event["out"], event["in"],
                              event["cnt"], event.get("cs1", ""), event["cs4"], event["act"]],
                             [row[0], row[8], row[10], row[12], row[21], row[22], row[20], row[7], row[17], row[15]])
            v6 = ":" in row[4]
            self.assertEqual(event["c6a2" if v6 else "src"], row[4])
            self.assertEqual(int(event["start"]) % 300000, 0)

    def test_a_pseudonym_is_no_address(self):
        key = self.folder / "key"
        umbra.umbra("privacy", "make-key", key)
        umbra.umbrad("--read", self.capture, "--database", self.database, "--privacy", "hmac", "--privacy-key", key)
        for name in ("ndjson", "ocsf", "cef"):
            self.export("--format", name, "--cursor", self.folder / name, database=self.database)
        ecs, = [f for f in self.files("*.ndjson") if ".ocsf" not in f.name]
        line = json.loads(ecs.read_text().splitlines()[0])
        self.assertRegex(line["source"]["address"], "^h:")
        self.assertNotIn("ip", line["source"])
        ocsf, = self.files("*.ocsf.ndjson")
        line = json.loads(ocsf.read_text().splitlines()[0])
        self.assertRegex(line["src_endpoint"]["uid"], "^h:")
        self.assertNotIn("ip", line["src_endpoint"])
        cef, = self.files("*.cef")
        self.assertRegex(cef.read_text().splitlines()[0], r" suid=h:\w+ ")
        self.assertNotIn(" src=", cef.read_text())

    def make_hostile(self):
        """A database whose names are chosen by an attacker, one a record; returns them by record id."""
        shutil.copy(self.db, self.database)
        names = hostile_names(HOSTILE)
        with sqlite3.connect(self.database) as db:
            db.text_factory = bytes
            last, = db.execute("SELECT max(record_id) FROM usage_window").fetchone()
            for number, name in enumerate(names, 1):
                # A name of the wire may be any bytes; sqlite3 binds text by UTF-8 only, so it is cast from a blob.
                name_id = db.execute("INSERT INTO names (name, last_day) VALUES (CAST(? AS TEXT), 0) "
                                     "ON CONFLICT DO UPDATE SET last_day = 0 RETURNING id", (name,)).fetchone()[0]
                place = db.execute("INSERT INTO destinations (name_id, address, port, transport, last_day) "
                                   "VALUES (?, '203.0.113.1', 443, 'tcp', 0) RETURNING id", (name_id,)).fetchone()[0]
                source = db.execute("INSERT INTO sources (host_id, address, name, last_day) "
                                    "VALUES (1, '10.0.0.1', CAST(? AS TEXT), 0) RETURNING id", (name,)).fetchone()[0]
                facet = db.execute(
                    "INSERT INTO facets (service_id, department, site, policy, evidence, visibility, usage, shared, last_day)"
                    " VALUES (1, CAST(? AS TEXT), '', 'unreviewed', 'sni', 'clear', 'visit', 0, 0) RETURNING id",
                    (name,)).fetchone()[0]
                db.execute("INSERT INTO usage_window (window_start, length, source_id, facet_id, destination_id, "
                           "catalogue_id, flows, bytes_out, bytes_in) VALUES (1793610000, 300, ?, ?, ?, 1, 1, ?, 0)",
                           (source, facet, place, number))
        return {last + number: name for number, name in enumerate(names, 1)}

    def test_hostile_names_are_text_for_three_readers_and_come_back_whole(self):
        names = self.make_hostile()
        self.export(database=self.database)
        file, = self.files("*.csv")
        header, *rows = read_csv(file)
        by_id = {int(row[0]): row for row in rows}
        self.assertEqual(len(by_id), len(self.rows) + HOSTILE)
        for id, name in names.items():
            row = by_id[id]
            for cell in (row[6], row[8]):
                self.assertRegex(cell, r"\A[A-Za-z0-9._\\-]*\Z")
                self.assertEqual(unescaped(cell), name)
            self.assertEqual(unescaped(row[7]), name)
        for row in rows:
            for cell in row:
                self.assertNotIn(cell[:1], set("=+-@\t\r"))
                self.assertFalse(re.search("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]", cell), cell)

        imported = subprocess.run(
            ["sqlite3", ":memory:", f".import --csv {file} t", ".mode json", "SELECT * FROM t"], check=True,
            capture_output=True)
        self.assertEqual(imported.stderr, b"")
        self.assertEqual([list(row.values()) for row in json.loads(imported.stdout)], rows)
        if not shutil.which("mlr"):
            self.skipTest("Miller (mlr) is not installed: two readers of three agree")
        read = subprocess.run(["mlr", "-S", "--icsv", "--ojson", "cat", file], check=True, capture_output=True)
        self.assertEqual([[str(cell) for cell in row.values()] for row in json.loads(read.stdout)], rows)

    def test_hostile_names_stay_text_in_the_other_formats(self):
        names = self.make_hostile()
        for name in ("ndjson", "ocsf", "cef"):
            self.export("--format", name, "--cursor", self.folder / name, database=self.database)
        count = len(self.rows) + HOSTILE
        for path in self.files("umbra-*"):
            text = path.read_bytes().decode()
            self.assertEqual(text.count("\n"), count)
            self.assertNotIn("\r", text)
            self.assertEqual(len(text.splitlines()), count)  # of every kind of line end that Unicode has
        ecs, = [f for f in self.files("*.ndjson") if ".ocsf" not in f.name]
        for line in map(json.loads, ecs.read_text(encoding="utf-8").splitlines()):
            if name := names.get(line["umbra"]["record_id"]):
                self.assertEqual(unescaped(line["destination"]["domain"]), name)
                self.assertEqual(unescaped(line["umbra"]["department"]), name)
        cef, = self.files("*.cef")
        for line in cef.read_text(encoding="utf-8").splitlines():
            self.assertEqual(len(re.split(r"(?<!\\)\|", line, maxsplit=7)), 8)
            event = cef_fields(line)
            if name := names.get(int(event["externalId"])):
                self.assertEqual(unescaped(event["dhost"]), name)

    def test_kill_9_at_any_moment_loses_no_row_and_leaves_no_half_file(self):
        # What a killed process leaves is the same on any file system; in memory there is time for many.
        names = self.make_hostile()
        self.out = self.folder_in_memory() / "out"
        command = [umbra.BIN / "umbra", "export", "--database", str(self.database), "--to", str(self.out), "--max-rows", "20"]
        begin = time.monotonic()
        umbra.umbra(*command[1:])
        duration = time.monotonic() - begin
        whole = {path.name: path.read_bytes() for path in self.files("*.csv")}
        everything = [row for data in whole.values() for row in list(csv.reader(io.StringIO(data.decode())))[1:]]
        self.assertEqual(len(everything), len(self.rows) + len(names))
        shutil.rmtree(self.out)

        chance, rounds = random.Random(5), 0
        for _ in range(KILLS):
            process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
            try:
                process.wait(chance.uniform(0, duration / 10))
                rounds += 1  # done before: begin again
                shutil.rmtree(self.out)
                continue
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
            for path in self.out.glob("*.csv"):
                rows = list(csv.reader(io.StringIO(path.read_bytes().decode())))
                self.assertEqual((f"umbra-dc1-{rows[1][0]}-{rows[-1][0]}.csv", rows[-1][-1]), (path.name, everything[0][-1]))
                self.assertTrue(path.read_bytes().endswith(b"\n"))
        self.assertLess(rounds, KILLS / 2)
        umbra.umbra(*command[1:])
        found = [row for path in self.files("*.csv") for row in read_csv(path)[1:]]
        self.assertEqual([list(row) for row in sorted({tuple(row) for row in found}, key=lambda row: int(row[0]))], everything)
        self.assertEqual(list(self.out.glob("*.part")), [])

    def test_two_at_once(self):
        self.out.mkdir()
        with open(self.out / "umbra.cursor.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertIn(b"another export", self.export(check=3).stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
