"""Bad input: from files, from options, from the wire. One clear sentence, and what is whole is used."""
import os
import shutil
import sqlite3
import struct
import subprocess
import unittest
from pathlib import Path

import umbra


def records(capture):
    """The file's header and its packet records, read by hand."""
    data = Path(capture).read_bytes()
    at, found = 24, []
    while at < len(data):
        captured, = struct.unpack_from("<I", data, at + 8)
        found.append(data[at:at + 16 + captured])
        at += 16 + captured
    return data[:24], found


class Files(umbra.Case):
    def setUp(self):
        super().setUp()
        self.capture, self.truth, _ = umbra.trafgen(self.folder, "--packets", 3000, "--hosts", 5)

    def test_no_such_file_and_a_folder(self):
        done = umbra.umbrad("--read", self.folder / "none.pcap", "--database", self.database, check=None)
        self.assertFails(done, 2, "none.pcap", "no such file")
        self.assertFalse(self.database.exists())
        self.assertFails(umbra.umbrad("--read", self.folder, "--database", self.database, check=None), 2, "folder")
        self.assertFails(umbra.umbra("explain", self.folder / "none.pcap", check=None), 2, "no such file")

    def test_a_file_of_zeros(self):
        zeros = self.folder / "zeros.pcap"
        zeros.write_bytes(bytes(100000))
        self.assertFails(umbra.umbrad("--read", zeros, "--database", self.database, check=None), 2,
                         "zeros.pcap", "not a capture file")
        self.assertFails(umbra.umbra("explain", zeros, check=None), 2, "zeros.pcap", "not a capture file")

    def test_an_empty_file(self):
        (self.folder / "empty.pcap").touch()
        self.assertFails(umbra.umbrad("--read", self.folder / "empty.pcap", "--database", self.database, check=None),
                         2, "empty.pcap")

    def test_a_wrong_file_after_a_right_one_counts_nothing(self):
        done = umbra.umbrad("--read", self.capture, "--read", self.folder / "none.pcap", "--database", self.database,
                            check=None)
        self.assertEqual(done.returncode, 2)
        self.assertFalse(self.database.exists())

    def test_cut_in_the_middle_of_a_packet(self):
        header, packets = records(self.capture)
        cut = self.folder / "cut.pcap"
        whole = header + b"".join(packets[:1000])
        for left_over in (7, 16 + 5):  # within the record's header, within its packet
            cut.write_bytes(whole + packets[1000][:left_over])
            self.database.unlink(missing_ok=True)
            done = umbra.umbrad("--read", cut, "--database", self.database)
            self.assertIn(f" {left_over} bytes at its end were left over", done.stderr.decode())
            self.assertEqual(umbra.coverage(self.database)["packets"], 1000)
            done = umbra.umbra("explain", "--all", cut)
            self.assertIn(f" {left_over} bytes at its end were left over", done.stderr.decode())

    def test_snap_length_of_96(self):
        header, packets = records(self.capture)
        short = self.folder / "short.pcap"
        with open(short, "wb") as file:
            file.write(header)
            for packet in packets:
                seconds, micros, captured, length = struct.unpack_from("<IIII", packet)
                kept = min(captured, 96)
                file.write(struct.pack("<IIII", seconds, micros, kept, length) + packet[16:16 + kept])
        umbra.umbrad("--read", short, "--database", self.database)
        coverage = umbra.coverage(self.database)
        self.assertEqual(coverage["packets"], len(packets))
        self.assertEqual(coverage["packets_cut_short"],
                         sum(1 for packet in packets if struct.unpack_from("<I", packet, 12)[0] > 96))
        # What is there still counts: the bytes of each flow are those on the wire.
        expected = {(t["client"], int(t["client_port"]), t["server"]): (int(t["bytes_out"]), int(t["bytes_in"]))
                    for t in self.truth}
        found = {(f["client"], f["client_port"], f["server"]): (f["bytes_out"], f["bytes_in"])
                 for f in umbra.explain(short, "--all")}
        self.assertEqual(found, expected)

    def test_standard_input_pcapng_and_several_files(self):
        umbra.umbrad("--read", self.capture, "--database", self.database)
        expected = umbra.usage_rows(self.database)
        self.assertGreater(len(expected), 5)

        piped = self.folder / "piped.db"
        with open(self.capture, "rb") as file:
            umbra.umbrad("--read", "-", "--database", piped, stdin=file)
        self.assertEqual(umbra.usage_rows(piped), expected)

        header, packets = records(self.capture)
        parts = []
        for number in range(3):
            part = self.folder / f"part{number}.pcap"
            part.write_bytes(header + b"".join(packets[number * 1000:(number + 1) * 1000 if number < 2 else None]))
            parts += ["--read", part]
        umbra.umbrad(*parts, "--database", self.folder / "parts.db")
        self.assertEqual(umbra.usage_rows(self.folder / "parts.db"), expected)

        if shutil.which("editcap"):
            ng = self.folder / "made.pcapng"
            subprocess.run(["editcap", "-F", "pcapng", self.capture, ng], check=True)
            umbra.umbrad("--read", ng, "--database", self.folder / "ng.db")
            self.assertEqual(umbra.usage_rows(self.folder / "ng.db"), expected)

    def test_pcapng_written_by_hand(self):
        _, packets = records(self.capture)
        def block(kind, body):
            body += bytes(-len(body) % 4)
            return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)
        ng = self.folder / "hand.pcapng"
        with open(ng, "wb") as file:
            file.write(block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)))
            file.write(block(1, struct.pack("<HHI", 1, 0, 0)))
            for packet in packets:
                seconds, micros, captured, length = struct.unpack_from("<IIII", packet)
                time = seconds * 1000000 + micros
                file.write(block(6, struct.pack("<IIIII", 0, time >> 32, time & 0xffffffff, captured, length)
                                 + packet[16:]))
        umbra.umbrad("--read", self.capture, "--database", self.database)
        umbra.umbrad("--read", ng, "--database", self.folder / "ng.db")
        self.assertEqual(umbra.usage_rows(self.folder / "ng.db"), umbra.usage_rows(self.database))

    def test_the_same_file_twice_into_one_database_is_said(self):
        umbra.umbrad("--read", self.capture, "--database", self.database)
        done = umbra.umbrad("--read", self.capture, "--database", self.database)
        self.assertIn("now count twice", done.stderr.decode())

    def test_filter(self):
        umbra.umbrad("--read", self.capture, "--database", self.database, "--filter", "udp port 53")
        coverage = umbra.coverage(self.database)
        self.assertEqual(coverage["packets"],
                         sum(int(t["packets"]) for t in self.truth if t["kind"] == "dns"))
        self.assertFails(umbra.umbrad("--read", self.capture, "--database", self.folder / "x.db", "--filter",
                                      "tcp prot 53", check=None), 2, "--filter")


class Databases(umbra.Case):
    def setUp(self):
        super().setUp()
        self.capture, _, _ = umbra.trafgen(self.folder, "--packets", 300, "--hosts", 5)

    def refuses(self, database, code, *parts):
        self.assertFails(umbra.umbrad("--read", self.capture, "--database", database, check=None), code, *parts)

    def test_a_folder(self):
        self.refuses(self.folder, 2, self.folder, "folder")

    def test_not_sqlite(self):
        self.database.write_bytes(b"not a database, whatever its name says\n" * 100)
        before = self.database.read_bytes()
        self.refuses(self.database, 2, self.database, "not an SQLite database")
        self.assertEqual(self.database.read_bytes(), before)
        self.assertFails(umbra.umbra("report", "overview", "--database", self.database, check=None), 2,
                         "not an SQLite database")

    def test_newer_schema(self):
        umbra.umbrad("--read", self.capture, "--database", self.database)
        with sqlite3.connect(self.database) as connection:
            connection.execute("PRAGMA user_version = 99")
        connection.close()
        self.refuses(self.database, 2, self.database, "newer", "99")
        self.assertFails(umbra.umbra("report", "hosts", "--database", self.database, check=None), 2, "newer")

    def test_somebody_elses(self):
        with sqlite3.connect(self.database) as connection:
            connection.execute("CREATE TABLE bookmarks (url TEXT)")
        connection.close()
        self.refuses(self.database, 2, self.database, "not one of umbra")

    def test_read_only(self):
        umbra.umbrad("--read", self.capture, "--database", self.database)
        rows = umbra.usage_rows(self.database)
        self.database.chmod(0o444)
        if os.geteuid() == 0:
            # Root may write whatever the mode says: give its capabilities away.
            done = subprocess.run(["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--",
                                   umbra.BIN / "umbrad", "--read", self.capture, "--database", self.database],
                                  capture_output=True)
        else:
            done = umbra.umbrad("--read", self.capture, "--database", self.database, check=None)
        self.assertFails(done, 3, self.database, "read-only")
        self.assertEqual(umbra.usage_rows(self.database), rows)

    def test_no_such_database_for_a_report(self):
        for command in (("report", "overview"), ("export", "--to", self.folder / "out")):
            done = umbra.umbra(*command, "--database", self.folder / "none.db", check=None)
            self.assertFails(done, 2, "none.db", "no such database")
        self.assertFalse((self.folder / "none.db").exists())
        self.assertFalse((self.folder / "out").exists())

    def test_a_full_disk_loses_nothing_that_was_committed(self):
        umbra.umbrad("--read", self.capture, "--database", self.database)
        rows = umbra.usage_rows(self.database)
        # A limit on the size of files stands for the disk; Python ignores the signal, and so does its child.
        done = subprocess.run(["prlimit", "--fsize=20000", umbra.BIN / "umbrad", "--read", self.capture,
                               "--database", self.database, "--log-level", "error"],
                              capture_output=True, restore_signals=False)
        self.assertFails(done, 3, self.database)
        self.assertEqual(umbra.usage_rows(self.database), rows)


class Options(umbra.Case):
    def setUp(self):
        super().setUp()
        self.capture, _, _ = umbra.trafgen(self.folder, "--packets", 300, "--hosts", 5)

    def refuses(self, arguments, *parts):
        done = umbra.umbrad("--read", self.capture, "--database", self.database, *arguments, check=None)
        self.assertFails(done, 2, *parts)
        self.assertFalse(self.database.exists())

    def test_local_net_that_is_no_network(self):
        for text in ("marketing", "10.0.0.0/33", "10.0.0.1/8", ""):
            self.refuses(["--local-net", text], "--local-net")

    def test_unknown_doubled_and_wrong_options(self):
        self.refuses(["--databse", "x"], "databse")
        self.refuses(["--window", "300", "--window", "60"], "window")
        self.refuses(["--window", "often"], "window", "often")
        self.refuses(["--window", "0"], "--window 0", "from 1")
        self.refuses(["--log-level", "loud"], "--log-level loud")
        self.refuses(["--interface", "lo"], "either --read", "--interface")
        self.assertFails(umbra.umbrad("--read", self.capture, check=None), 2, "--database")
        self.assertFails(umbra.umbrad(check=None), 2, "--database")
        self.assertFails(umbra.umbrad("stray", check=None), 2)

    def test_config_file(self):
        config = self.folder / "umbrad.conf"
        config.write_text(f"# a comment\nread = {self.capture}\ndatabase = {self.database}\nwindow = 60\n"
                          "local-net = 10.0.0.0/8\nlocal-net = fd00::/8\n")
        umbra.umbrad("--config", config)
        lengths = umbra.query(self.database, "SELECT DISTINCT window_end - window_start FROM coverage")
        self.assertEqual(lengths, [(60,)])
        other = self.folder / "other.db"
        umbra.umbrad("--config", config, "--window", 120, "--database", other)  # the command line wins
        self.assertEqual(umbra.query(other, "SELECT DISTINCT window_end - window_start FROM coverage"), [(120,)])

    def test_faults_of_a_config_file_are_said_with_their_line(self):
        config = self.folder / "umbrad.conf"
        for text, line, part in (("window = 60\nwidnow = 60\n", 2, "widnow"),
                                 ("window = 60\n\n# more\nwindow = 90\n", 4, "line 1"),
                                 ("\nwindow = often\n", 2, "often"),
                                 ("just words\n", 1, "just words")):
            config.write_text(text)
            done = umbra.umbrad("--config", config, "--read", self.capture, "--database", self.database, check=None)
            self.assertFails(done, 2, f"umbrad.conf:{line}:", part)
        done = umbra.umbrad("--config", self.folder / "none.conf", check=None)
        self.assertFails(done, 2, "none.conf")

    def test_the_packaged_config_file_is_read_and_names_every_option(self):
        packaged = umbra.SOURCE / "packaging" / "umbrad.conf"
        options = set()
        text = ""
        for line in packaged.read_text().splitlines():
            if line.startswith("# ") and " = " in line and line[2:].split(" = ")[0].replace("-", "").isalpha():
                name = line[2:].split(" = ")[0]
                options.add(name)
                if name not in ("interface", "read", "filter", "database", "catalogue", "no-promiscuous", "hosts"):
                    text += line[2:] + "\n"
        config = self.folder / "all.conf"
        config.write_text(text)
        umbra.umbrad("--config", config, "--read", self.capture, "--database", self.database)
        help_text = umbra.umbrad("--help").stdout.decode()
        named = {line.split("--")[1].split()[0] for line in help_text.splitlines() if line.startswith("  ") and "--" in line
                 and not line.startswith("  umbrad")}
        self.assertEqual(named - options, {"help", "version", "config"})
        self.assertEqual(options - named, set())

    def test_help_and_version(self):
        text = umbra.umbrad("--help").stdout.decode()
        for group in ("General", "Packets", "Usage", "Bounds"):
            self.assertIn(group, text)
        for program in ("umbrad", "umbra"):
            text = umbra.run(program, "--version").stdout.decode()
            for library in ("libpcap", "SQLite", "OpenSSL", "Boost", "fmt", "spdlog"):
                self.assertIn(library, text)

    def test_a_catalogue_with_a_fault(self):
        catalogue = self.folder / "catalogue"
        shutil.copytree(umbra.SOURCE / "signatures" / "catalogue", catalogue)
        path = catalogue / "mistral.yaml"
        lines = path.read_text().splitlines()
        at = next(i for i, line in enumerate(lines) if "api.mistral.ai" in line)
        lines[at] = lines[at].replace("api.mistral.ai", "https://api.mistral.ai")
        path.write_text("\n".join(lines) + "\n")
        self.refuses(["--catalogue", catalogue], f"mistral.yaml:{at + 1}:", "https://api.mistral.ai")
        done = umbra.umbra("signatures", "lint", catalogue, check=1)
        self.assertIn(f"mistral.yaml:{at + 1}:", done.stdout.decode())

    def test_no_such_interface(self):
        done = umbra.umbrad("--interface", "nosuch0", "--database", self.database, check=None)
        self.assertFails(done, 3, "nosuch0", "lo")

    def test_no_permission(self):
        if os.geteuid() != 0:
            self.skipTest("needs root, to give the permission away")
        done = subprocess.run(["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--", umbra.BIN / "umbrad",
                               "--interface", "lo", "--database", self.database], capture_output=True)
        self.assertFails(done, 3, "CAP_NET_RAW")


if __name__ == "__main__":
    unittest.main(verbosity=2)
