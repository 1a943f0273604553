"""packaging/siem: what it says of the exported files is so, and rsyslog really reads them."""
import json
import re
import shutil
import socket
import subprocess
import unittest

import umbra

SIEM = umbra.SOURCE / "packaging" / "siem"


def text_of(*parts):
    return SIEM.joinpath(*parts).read_text(encoding="utf-8")


def quoted(text):
    return re.findall(r'"([^"]+)"', text)


def leaves(properties, prefix=""):
    """The full names of an index template's fields."""
    names = set()
    for name, field in properties.items():
        names |= leaves(field["properties"], f"{prefix}{name}.") if "properties" in field else {prefix + name}
    return names


def fields_of(line, prefix=""):
    names = set()
    for name, value in line.items():
        names |= fields_of(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name}
    return names


def searches(*parts):
    """The code blocks of a page."""
    return "\n".join(line for line in text_of(*parts).splitlines() if line.startswith("    "))


class Siem(umbra.Case):
    @classmethod
    def setUpClass(cls):
        cls.out = cls.folder_of_class()
        hosts = cls.out / "hosts.csv"
        hosts.write_text("address,name,department,site\n10.20.0.0/16,pc.bank.example,Marketing,Rennes\n")
        capture, _, _ = umbra.trafgen(cls.out, "--packets", 8000)
        database = cls.out / "umbra.db"
        umbra.umbrad("--read", capture, "--database", database, "--sensor", "s", "--hosts", hosts)
        for name in ("csv", "ndjson", "cef"):  # one row a file: the smallest that there can be
            for what in ("usage", "coverage") if name != "cef" else ("usage",):
                umbra.umbra("export", "--database", database, "--to", cls.out, "--format", name, "--what", what,
                            "--max-rows", 1, "--cursor", cls.out / f"{what}-{name}.cursor")
        cls.files = {what: sorted(cls.out.glob(pattern)) for what, pattern in
                     (("csv", "umbra-s-*.csv"), ("coverage csv", "umbra-coverage-*.csv"),
                      ("ndjson", "umbra-s-*.ndjson"), ("coverage ndjson", "umbra-coverage-*.ndjson"), ("cef", "umbra-s-*.cef"))}
        assert all(len(files) > 20 for files in cls.files.values())
        cls.header = cls.files["csv"][0].read_text().splitlines()[0].split(",")
        cls.coverage_header = cls.files["coverage csv"][0].read_text().splitlines()[0].split(",")

    def assertToldApart(self, files, offset, length):
        """Readers know a file by these bytes of it: all files have them, and no two the same."""
        self.assertLessEqual(offset + length, min(file.stat().st_size for file in files))
        self.assertEqual(len({file.read_bytes()[offset:offset + length] for file in files}), len(files))

    def test_splunk_names_the_columns_of_the_header(self):
        usage, coverage = re.findall(r"^FIELDS = (.*)$", text_of("splunk", "transforms.conf"), re.MULTILINE)
        self.assertEqual((quoted(usage), quoted(coverage)), (self.header, self.coverage_header))
        drop = re.search(r"^REGEX = (.*)$", text_of("splunk", "transforms.conf"), re.MULTILINE)[1]
        for files in (self.files["csv"], self.files["coverage csv"]):
            header, row = files[0].read_text().splitlines()
            self.assertTrue(re.search(drop, header))
            self.assertFalse(re.search(drop, row))
        # The time of an event stands where props.conf looks for it.
        for prefix, files in zip(re.findall(r"^TIME_PREFIX = (.*)$", text_of("splunk", "props.conf"), re.MULTILINE),
                                 (self.files["csv"], self.files["coverage csv"]), strict=True):
            row = files[0].read_text().splitlines()[1]
            self.assertEqual(row[re.match(prefix, row).end():][:20], row.split(",")[2])

    def test_splunk_tells_files_apart(self):
        lengths = [int(number) for number in re.findall(r"^initCrcLength = (\d+)$", text_of("splunk", "inputs.conf"), re.MULTILINE)]
        self.assertEqual(len(lengths), 2)
        for files, length in ((self.files["csv"], lengths[0]), (self.files["coverage csv"], lengths[1])):
            self.assertGreater(length, len(files[0].read_text().splitlines()[0]))
            self.assertEqual(len({file.read_bytes()[:length] for file in files}), len(files))
        inputs = text_of("splunk", "inputs.conf")
        wanted = re.search(r"^whitelist = (.*)$", inputs, re.MULTILINE)[1]
        self.assertTrue(re.search(wanted, "/var/spool/umbra/umbra-paris-1-20.csv"))
        self.assertFalse(re.search(wanted, "/var/spool/umbra/umbra-coverage-paris-1-20.csv"))

    def test_logstash_names_the_columns_of_the_header(self):
        usage, coverage = re.findall(r"columns => \[(.*)\]", text_of("logstash", "umbra.conf"))
        self.assertEqual((quoted(usage), quoted(coverage)), (self.header, self.coverage_header))
        converted = set(re.findall(r'"(\w+)" => "integer"', text_of("logstash", "umbra.conf")))
        numbers = {name for files in ("csv", "coverage csv") for name, cell in
                   zip(*(line.split(",") for line in self.files[files][0].read_text().splitlines()), strict=True)
                   if cell.isdecimal()}
        self.assertEqual(converted, numbers)

    def test_sentinel_names_the_columns_of_the_header(self):
        for page, header in (("umbra-usage.kql", self.header), ("umbra-coverage.kql", self.coverage_header)):
            cells = re.findall(r"(\w+) = to\w+\(cells\[(\d+)\]\)", text_of("sentinel", page))
            self.assertEqual(cells, [(name, str(place)) for place, name in enumerate(header)])
        used = set(re.findall(r"\b[a-z]+_[a-z_]+\b", text_of("sentinel", "asim-network-session.kql")))
        self.assertLessEqual(used - {"bag_pack", "parse_ipv"}, set(self.header))

    def test_filebeat_tells_files_apart(self):
        config = text_of("elastic", "filebeat.yml")
        offset, length = (int(re.search(rf"^ +{key}: (\d+)$", config, re.MULTILINE)[1]) for key in ("offset", "length"))
        self.assertToldApart(self.files["ndjson"] + self.files["coverage ndjson"], offset, length)

    def test_the_index_template_has_each_field_and_no_other(self):
        template = json.loads(text_of("elastic", "index-template.json"))
        pipeline = json.loads(text_of("elastic", "ingest-pipeline.json"))
        added = {processor["set"]["field"] for processor in pipeline["processors"]} - {"_id"}
        written = set()
        for files in (self.files["ndjson"], self.files["coverage ndjson"]):
            for file in files:
                written |= fields_of(json.loads(file.read_text()))
        # With pseudonyms alone: tests of the export show it.
        self.assertEqual(leaves(template["template"]["mappings"]["properties"]) - {"umbra.src_id"}, written | added)

    def test_searches_ask_for_fields_that_there_are(self):
        words = r"\b[a-z]+(?:_[a-z]+)+\b"
        columns = set(self.header) | set(self.coverage_header)
        self.assertLessEqual(set(re.findall(words, searches("splunk", "README.md"))), columns | {"relative_time"})
        self.assertLessEqual(set(re.findall(words, searches("sentinel", "README.md"))), columns | {"make_set"})
        template = leaves(json.loads(text_of("elastic", "index-template.json"))["template"]["mappings"]["properties"])
        asked = {name for name in re.findall(r"(?<![\w-])[a-z]+\.[a-z_]+\b", searches("elastic", "README.md"))
                 if name.split(".")[0] in ("umbra", "source", "destination", "event", "observer", "network")}
        self.assertGreater(len(asked), 8)
        self.assertLessEqual(asked, template)

    def test_rsyslog_sends_each_record_once(self):
        rsyslogd = shutil.which("rsyslogd", path="/usr/sbin:/usr/bin:/sbin:/bin")
        if not rsyslogd:
            self.skipTest("rsyslog is not installed")
        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(60)
        self.addCleanup(listener.close)
        config = text_of("rsyslog", "umbra.conf")
        for shipped, here in (("/var/spool/umbra/umbra-*.cef", f"{self.out}/umbra-s-*.cef"),
                              ('target="siem.example" port="514"', f'target="127.0.0.1" port="{listener.getsockname()[1]}"')):
            self.assertIn(shipped, config)
            config = config.replace(shipped, here)
        work = self.folder / "work"
        work.mkdir()
        (self.folder / "rsyslog.conf").write_text(f'global(workDirectory="{work}")\n{config}')
        check = subprocess.run([rsyslogd, "-N1", "-f", self.folder / "rsyslog.conf"], capture_output=True, timeout=60)
        self.assertEqual(check.returncode, 0, check.stderr.decode())

        expected = sorted(file.read_text(encoding="utf-8").rstrip("\n") for file in self.files["cef"])
        process = subprocess.Popen([rsyslogd, "-n", "-f", self.folder / "rsyslog.conf", "-i", self.folder / "pid"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        connection, _ = listener.accept()
        self.addCleanup(connection.close)
        connection.settimeout(60)
        data = b""
        while data.count(b"\n") < len(expected):
            part = connection.recv(1 << 16)
            self.assertTrue(part, "rsyslog closed the connection")
            data += part
        process.terminate()  # what it would still send comes before the end
        while part := connection.recv(1 << 16):
            data += part
        lines = data.decode("utf-8").splitlines()
        for line in lines:
            self.assertRegex(line, r"^<166>1 \d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00) \S+ umbra - usage - CEF:0\|Umbra\|umbrad\|")
        self.assertEqual(sorted(line[line.index("CEF:0"):] for line in lines), expected)

    def test_systemd_takes_the_units(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not installed")
        units = umbra.SOURCE / "packaging" / "systemd"
        for unit in ("umbra-export.service", "umbra-export.timer"):
            text = (units / unit).read_text().replace("/usr/bin/umbra ", f"{umbra.BIN / 'umbra'} ")
            (self.folder / unit).write_text(text)
        check = subprocess.run(["systemd-analyze", "verify", self.folder / "umbra-export.service",
                                self.folder / "umbra-export.timer"], capture_output=True, timeout=60)
        said = [line for line in check.stderr.decode().splitlines() if "umbra-export" in line]
        self.assertEqual(said, [])
        when = subprocess.run(["systemd-analyze", "calendar", "*:0/5:45"], capture_output=True, timeout=60)
        self.assertEqual(when.returncode, 0, when.stderr.decode())
        # Every command of the service is one that umbra understands.
        for line in re.findall(r"^ExecStart=/usr/bin/(umbra) (.*)$", (units / "umbra-export.service").read_text(), re.MULTILINE):
            options = re.findall(r"--[a-z-]+", line[1])
            known = umbra.umbra("export", "--help").stdout.decode()
            self.assertTrue(all(option in known for option in options), options)


if __name__ == "__main__":
    unittest.main(verbosity=2)
