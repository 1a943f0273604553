"""umbra's commands: what they print, as a person and as a program reads it."""
import csv
import io
import json
import os
import pty
import re
import subprocess
import unittest

import umbra

EXPORT_HEADER = ("record_id,window_start,window_end,sensor,src_ip,src_id,src_name,department,dest_host,dest_ip,dest_port,"
                 "transport,app,vendor,category,policy,vendor_country,evidence,visibility,usage,flows,bytes_out,bytes_in,"
                 "catalogue_version")


def read_csv(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def on_a_terminal(columns, *arguments, **environment):
    """What umbra writes when its standard output is a terminal so wide."""
    master, slave = pty.openpty()
    subprocess.run(["stty", "cols", str(columns), "rows", "24"], stdin=slave, check=True)
    process = subprocess.Popen([umbra.BIN / "umbra", *map(str, arguments)], stdout=slave,
                               env={**os.environ, **environment})
    os.close(slave)
    written = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        written += part
    os.close(master)
    assert process.wait() == 0
    return written.decode().replace("\r\n", "\n")


class Commands(umbra.Case):
    @classmethod
    def setUpClass(cls):
        cls.made = cls.folder_of_class()
        cls.capture, cls.truth, cls.windows = umbra.trafgen(cls.made, "--packets", 30000)
        cls.db = cls.made / "umbra.db"
        umbra.umbrad("--read", cls.capture, "--database", cls.db, "--sensor", "paris/dc 1")

    def test_every_command_has_help_with_examples(self):
        for command in ((), ("report",), ("export",), ("explain",), ("signatures",), ("signatures", "match"),
                        ("signatures", "lint"), ("signatures", "list"), ("signatures", "show"), ("signatures", "stats"),
                        ("signatures", "coverage")):
            text = umbra.umbra(*command, "--help").stdout.decode()
            self.assertIn("umbra", text)
            if len(command) == 1 and command[0] != "signatures" or len(command) == 2:
                examples = [line for line in text.splitlines() if line.startswith("  ") and f"umbra {' '.join(command)}" in line]
                self.assertGreaterEqual(len(examples), 2, command)

    def test_wrong_words_are_one_sentence_and_exit_code_2(self):
        for words in (["reprot"], ["report"], ["report", "wether", "--database", "x"], ["report", "hosts"],
                      ["report", "hosts", "--database", self.db, "--format", "xml"],
                      ["report", "hosts", "--database", self.db, "--since", "soon"],
                      ["report", "hosts", "--database", self.db, "--since", "2026-11-03", "--until", "2026-11-02"],
                      ["report", "hosts", "services", "--database", self.db],
                      ["export", "--database", self.db], ["explain"], ["signatures", "match"], ["signatures", "mach"],
                      ["explain", self.capture, "--frobnicate"]):
            self.assertFails(umbra.umbra(*words, check=None), 2)

    def test_overview_says_the_period_the_totals_and_what_was_visible(self):
        text = umbra.umbra("report", "overview", "--database", self.db).stdout.decode()
        named = [t for t in self.truth if t["service"] != "-"]
        self.assertRegex(text, r"2026-11-02T09:00:00Z to 2026-11-02T\d\d:\d\d:00Z \(the last 24 hours that hold data\)")
        self.assertIn(f"{len({t['client'] for t in named})} hosts used {len({t['service'] for t in named})} services "
                      f"in {len(named)} flows", text)
        self.assertIn("carried a readable name", text.replace("\n", " "))
        figures = {row["figure"]: row["value"] for row in umbra.report("overview", self.db)}
        self.assertEqual(figures["bytes_out"], sum(int(t["bytes_out"]) for t in named))
        self.assertEqual(figures["bytes_in"], sum(int(t["bytes_in"]) for t in named))
        self.assertEqual(figures["packets"], sum(int(t["packets"]) for t in self.truth))
        self.assertEqual(figures["payload_bytes_unnamed"],
                         sum(int(t["bytes_out"]) + int(t["bytes_in"]) for t in self.truth
                             if t["evidence"] == "none" and not t["server"].startswith(("10.", "fd"))))

    def test_since_and_until_bound_the_figures(self):
        starts = sorted({int(w["window_start"]) for w in self.windows})
        middle = starts[len(starts) // 2]
        when = subprocess.run(["date", "-u", "-d", f"@{middle}", "+%Y-%m-%dT%H:%M:%SZ"], capture_output=True,
                              text=True, check=True).stdout.strip()
        def total(*bounds):
            return sum(row["bytes_out"] for row in umbra.report("services", self.db, *bounds))
        expected = [sum(int(w["bytes_out"]) for w in self.windows if w["service"] != "-" and keep(int(w["window_start"])))
                    for keep in (lambda start: start >= middle, lambda start: start < middle)]
        self.assertEqual(total("--since", when), expected[0])
        self.assertEqual(total("--since", "2026-11-02", "--until", when), expected[1])
        self.assertEqual(umbra.report("services", self.db, "--since", "2026-11-03", "--until", "2026-11-04"), [])

    def test_machine_formats_say_the_same(self):
        for what in ("services", "hosts", "coverage", "overview"):
            def text(name):
                return umbra.umbra("report", what, "--database", self.db, "--format", name).stdout.decode()
            rows = json.loads(text("json"))
            self.assertGreater(len(rows), 0)
            self.assertEqual([json.loads(line) for line in text("ndjson").splitlines()], rows)
            as_text = [{key: "" if value is None else str(value) for key, value in row.items()} for row in rows]
            self.assertEqual(list(csv.DictReader(io.StringIO(text("csv")))), as_text)
            for key in rows[0]:
                self.assertRegex(key, r"^[a-z][a-z0-9_]*$")

    def test_tables_fit_the_terminal(self):
        for columns in (60, 80, 132):
            for arguments in (("report", "overview", "--database", self.db), ("report", "hosts", "--database", self.db),
                              ("explain", self.capture)):
                text = on_a_terminal(columns, *arguments)
                for line in re.sub("\033\\[[0-9;]*m", "", text).splitlines():
                    self.assertLessEqual(len(line), columns, line)

    def test_colour_on_a_terminal_only_and_never_with_no_color(self):
        arguments = ("report", "services", "--database", self.db)
        self.assertIn("\033[", on_a_terminal(80, *arguments))
        self.assertNotIn("\033", on_a_terminal(80, *arguments, NO_COLOR="1"))
        self.assertNotIn(b"\033", umbra.umbra(*arguments).stdout)

    def test_a_pipe_gets_whole_words(self):
        text = umbra.umbra("explain", self.capture).stdout.decode()
        self.assertNotIn("…", text)
        for name in {t["name"] for t in self.truth if t["service"] != "-"}:
            self.assertIn(f" {name} ", text)

    def test_export(self):
        out = self.folder / "out"
        umbra.umbra("export", "--database", self.db, "--to", out)
        files = sorted(out.glob("*.csv"))
        self.assertEqual(len(files), 1)
        rows = read_csv(files[0])
        self.assertEqual(files[0].read_text().splitlines()[0], EXPORT_HEADER)
        self.assertEqual(files[0].name, f"umbra-paris_dc_1-1-{len(rows)}.csv")
        self.assertEqual([int(row["record_id"]) for row in rows], list(range(1, len(rows) + 1)))
        expected = umbra.usage_rows(self.db)
        self.assertEqual(len(rows), len(expected))
        self.assertEqual(sum(int(row["bytes_out"]) for row in rows), sum(row[11] for row in expected))
        for row in rows:
            self.assertEqual(row["sensor"], "paris/dc 1")
            self.assertEqual(row["policy"], "unreviewed")
            self.assertRegex(row["window_start"], r"^2026-11-02T\d\d:\d[05]:00Z$")
            self.assertRegex(row["vendor_country"], r"^([A-Z]{2})?$")
        # Nothing new: no file. New windows: only these.
        self.assertIn(b"nothing new", umbra.umbra("export", "--database", self.db, "--to", out).stderr)
        self.assertEqual(sorted(out.glob("*.csv")), files)
        copy = self.folder / "copy.db"
        copy.write_bytes(self.db.read_bytes())
        later, _, _ = umbra.trafgen(self.folder, "--packets", 2000, "--start", "2026-11-05")
        umbra.umbrad("--read", later, "--database", copy, "--sensor", "paris/dc 1")
        umbra.umbra("export", "--database", copy, "--to", out)
        newer, = set(out.glob("*.csv")) - set(files)
        self.assertTrue(newer.name.startswith(f"umbra-paris_dc_1-{len(rows) + 1}-"))
        self.assertTrue(all(row["window_start"] >= "2026-11-05" for row in read_csv(newer)))
        self.assertEqual(list(out.glob("*.part")), [])

    def test_export_with_a_broken_cursor_or_a_second_export(self):
        out = self.folder / "out"
        out.mkdir()
        cursor = out / "umbra.cursor"
        cursor.write_text("12x\n")
        self.assertFails(umbra.umbra("export", "--database", self.db, "--to", out, check=None), 2, f"{cursor}:1:", "12x")
        cursor.unlink()
        with open(f"{cursor}.lock", "w") as lock:
            import fcntl
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertFails(umbra.umbra("export", "--database", self.db, "--to", out, check=None), 3, "another export")
        self.assertEqual(list(out.glob("*.csv")), [])

    def test_a_sensor_name_that_is_a_formula_stays_text(self):
        umbra.umbrad("--read", self.capture, "--database", self.database, "--sensor", '=cmd|"/c calc"!A1')
        out = self.folder / "out"
        umbra.umbra("export", "--database", self.database, "--to", out)
        file, = out.glob("*.csv")
        self.assertNotIn("/", file.name)
        row = read_csv(file)[0]
        self.assertEqual(row["sensor"], '\\x3Dcmd|"/c calc"!A1')

    def test_explain_shows_what_the_contract_names(self):
        flow = umbra.explain(self.capture)[0]
        self.assertEqual(list(flow), ["client", "client_port", "server", "server_port", "transport", "protocol", "name",
                                      "evidence", "visibility", "service", "vendor", "category", "host_role",
                                      "bytes_out", "bytes_in", "packets", "first_seen", "last_seen"])
        self.assertRegex(flow["first_seen"], r"^2026-11-02T\d\d:\d\d:\d\d\.\d{6}Z$")
        every = umbra.explain(self.capture, "--all")
        self.assertEqual(len(every), len(self.truth))
        self.assertIn(None, {f["name"] for f in every})
        self.assertEqual([f["first_seen"] for f in every], sorted(f["first_seen"] for f in every))

    def test_signatures_match(self):
        done = umbra.umbra("signatures", "match", "ChatGPT.com.", "notchatgpt.com", "chatgpt.com.evil.example", "a b")
        self.assertEqual(done.stdout.decode(), "ChatGPT.com.\topenai.chatgpt\tchat\tui\nnotchatgpt.com\t-\t-\t-\n"
                         "chatgpt.com.evil.example\t-\t-\t-\na b\t-\t-\t-\n")
        done = umbra.umbra("signatures", "match", "-", input=b"api.mistral.ai\r\n\nb\xfc.example\n")
        self.assertEqual(done.stdout.decode(), "api.mistral.ai\tmistral.api\tinference_api\tapi\n\t-\t-\t-\n"
                         "b\\xFC.example\t-\t-\t-\n")

    def catalogue(self):
        """A catalogue of two vendors, and the option that names it."""
        folder = self.folder / "site" / "catalogue"
        folder.mkdir(parents=True)
        (folder.parent / "shared-apexes.txt").write_text("cloud.example\n")
        (folder.parent / "not-ai.tsv").write_text("# a comment\nfonts.example\tfonts for web pages\n")
        def fact(value):
            return f'{{value: {value}, source: "https://acme.example/terms", read: 2026-11-20}}'
        (folder / "acme.yaml").write_text(
            "vendor: acme\nname: Acme AI\nlegal_entity: Acme SAS\nheadquarters: FR\nsovereignty: eu\nservices:\n"
            "  - id: acme.chat\n    name: Acme Chat\n    category: chat\n    takes: [text, image]\n    gives: [text]\n"
            "    names:\n      - {name: acme.example, match: suffix, role: ui}\n"
            "      - {name: \"run.*.cloud.example\", match: pattern, role: api, shared: true}\n"
            f"    facts:\n      residency: {fact('[FR, EU]')}\n      trains_on_input: {fact('no')}\n      retention: null\n"
            "      certifications: null\n      models: null\n      anonymous_use: null\n      enterprise_differs: null\n")
        (folder / "beta.yaml").write_text(
            "vendor: beta\nname: Beta\nlegal_entity: null\nheadquarters: null\nsovereignty: null\nservices:\n"
            "  - id: beta.code\n    name: Beta Code\n    category: coding\n    takes: null\n    gives: null\n"
            "    names:\n      - {name: code.beta.example, match: exact, role: api}\n")
        return "--catalogue", folder

    def rows(self, *words):
        return json.loads(umbra.umbra("signatures", *words, "--format", "json").stdout)

    def test_signatures_list(self):
        where = self.catalogue()
        self.assertEqual(self.rows("list", *where), [
            {"service": "acme.chat", "name": "Acme Chat", "vendor": "Acme AI", "category": "chat", "headquarters": "FR",
             "sovereignty": "eu", "names": 2, "facts": 2},
            {"service": "beta.code", "name": "Beta Code", "vendor": "Beta", "category": "coding", "headquarters": None,
             "sovereignty": None, "names": 1, "facts": None}])
        for option, value in (("--category", "coding"), ("--sovereignty", "unknown"), ("--vendor", "beta")):
            self.assertEqual([r["service"] for r in self.rows("list", *where, option, value)], ["beta.code"])
        self.assertEqual(self.rows("list", *where, "--category", "chat", "--vendor", "beta"), [])
        self.assertFails(umbra.umbra("signatures", "list", *where, "--vendor", "acne", check=None), 2, "acne", "acme")

    def test_signatures_show(self):
        where = self.catalogue()
        fields = {r["field"]: r for r in self.rows("show", "acme.chat", *where)}
        self.assertEqual(fields["legal_entity"]["value"], "Acme SAS")
        self.assertEqual(fields["sovereignty"]["value"], "eu")
        self.assertEqual(fields["takes"]["value"], "text, image")
        self.assertEqual(fields["residency"], {"field": "residency", "value": "FR, EU", "note": None,
                                               "source": "https://acme.example/terms", "read": "2026-11-20"})
        self.assertEqual((fields["retention"]["value"], fields["retention"]["note"]), (None, "not documented"))
        hosts = [(r["value"], r["note"]) for r in self.rows("show", "acme.chat", *where) if r["field"] == "host"]
        self.assertEqual(hosts, [("acme.example", "suffix, ui"),
                                 ("run.*.cloud.example", "pattern, api, shared with other uses")])
        self.assertEqual({r["note"] for r in self.rows("show", "beta.code", *where) if r["field"] == "models"},
                         {"not looked up"})
        self.assertFails(umbra.umbra("signatures", "show", "chat", *where, check=None), 2, "acme.chat")

    def test_signatures_stats(self):
        rows = {(r["group"], r["item"]): (r["services"], r["names"]) for r in self.rows("stats", *self.catalogue())}
        version, = (item for group, item in rows if group == "catalogue")
        self.assertRegex(version, r"^2026-11-20-[0-9a-f]{12}$")
        self.assertEqual(rows["catalogue", version], (2, 3))
        self.assertEqual(rows["category", "chat"], (1, 2))
        self.assertEqual(rows["sovereignty", "unknown"], (1, 1))
        self.assertEqual(rows["match", "pattern"], (None, 1))
        self.assertEqual(rows["match", "shared"], (None, 1))
        self.assertEqual(rows["role", "api"], (None, 2))
        self.assertEqual(rows["facts", "looked_up"], (1, None))
        self.assertEqual(rows["facts", "residency"], (1, None))
        self.assertEqual(rows["facts", "models"], (0, None))

    def test_signatures_coverage(self):
        where = self.catalogue()
        names = self.folder / "names.tsv"
        names.write_text("# a list\nwww.acme.example\tAcme\nWWW.Acme.Example\nrun.eu.cloud.example\ncloud.example\n"
                         "co.uk\nhttps://x.example/\nfonts.example\nother.example,something\n\n")
        done = umbra.umbra("signatures", "coverage", names, "--all", "--format", "json", *where)
        self.assertEqual([tuple(r.values()) for r in json.loads(done.stdout)], [
            ("www.acme.example", "covered", "acme.chat"), ("run.eu.cloud.example", "covered", "acme.chat"),
            ("cloud.example", "right", "shared by many services"), ("co.uk", "right", "a public suffix"),
            ("https://x.example/", "right", "no host name"), ("fonts.example", "right", "fonts for web pages"),
            ("other.example", "missed", None)])
        self.assertIn(b"7 names: 2 covered, 4 rightly missed, 1 missed; 66.7%", done.stderr)
        self.assertEqual({r["verdict"] for r in self.rows("coverage", names, *where)}, {"right", "missed"})

    def test_a_sites_own_entries(self):
        where = self.catalogue()
        local = self.folder / "catalogue.d"
        local.mkdir()
        (local / "beta.yaml").write_text((where[1] / "beta.yaml").read_text().replace("beta.code", "beta.ours").replace(
            "code.beta.example", "www.acme.example"))
        extra = *where, "--catalogue-extra", local
        done = umbra.umbra("signatures", "match", "www.acme.example", "acme.example", *extra)
        self.assertEqual(done.stdout.decode(), "www.acme.example\tbeta.ours\tcoding\tapi\nacme.example\tacme.chat\tchat\tui\n")
        self.assertEqual(umbra.umbra("signatures", "lint", *extra).stdout, b"")
        (local / "beta.yaml").write_text("vendor: beta\n")
        done = umbra.umbra("signatures", "lint", *extra, check=1)
        self.assertIn(f"{local}/beta.yaml:1: ", done.stdout.decode())
        self.assertFails(umbra.umbra("signatures", "match", "acme.example", *extra, check=None), 2, f"{local}/beta.yaml:1: ")

    def test_the_catalogue_has_no_fault_and_enough_services(self):
        done = umbra.umbra("signatures", "lint")
        self.assertEqual(done.stdout, b"")
        services = int(re.search(rb"(\d+) services", done.stderr).group(1))
        self.assertGreaterEqual(services, 60)


if __name__ == "__main__":
    unittest.main(verbosity=2)
