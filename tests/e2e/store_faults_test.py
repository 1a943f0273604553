"""What the database promises when things go wrong: each fault is really made, to the real umbrad."""
import random
import shutil
import signal
import sqlite3
import struct
import subprocess
import threading
import time
import unittest
from collections import defaultdict
from pathlib import Path

import umbra

VENDORS = ("anthropic", "deepl", "google", "microsoft", "mistral", "openai")  # a small catalogue loads fast
WINDOW = 60
KILLS = 200

USAGE = """
    SELECT u.window_start, u.window_end, h.key, u.src_ip, s.service, n.name, u.evidence, u.transport, u.dest_ip,
           u.dest_port, u.usage, u.policy, u.flows, u.bytes_out, u.bytes_in
      FROM usage u JOIN hosts h ON h.id = u.host_id JOIN services s ON s.id = u.service_id
           JOIN names n ON n.id = u.name_id ORDER BY u.record_id"""
COVERAGE = "SELECT window_start, window_end, metric, value FROM coverage ORDER BY id"


def windows_of(database):
    """{window: (its usage rows, its coverage rows)}; a window that is there twice has twice the rows."""
    usage, coverage = defaultdict(list), defaultdict(list)
    for row in umbra.query(database, USAGE):
        usage[row[0]].append(row)
    for row in umbra.query(database, COVERAGE):
        coverage[row[0]].append(row)
    return {window: (usage[window], rows) for window, rows in coverage.items()}


def packets_of(capture):
    """The header of a pcap file, and (time, header and bytes) of each packet."""
    data = capture.read_bytes()
    assert struct.unpack_from("<I", data)[0] == 0xA1B2C3D4
    packets, at = [], 24
    while at < len(data):
        seconds, _, length, _ = struct.unpack_from("<IIII", data, at)
        packets.append((seconds, data[at:at + 16 + length]))
        at += 16 + length
    return data[:24], packets


class Faults(umbra.Case):
    @classmethod
    def setUpClass(cls):
        cls.shared = cls.folder_of_class()
        cls.catalogue = cls.shared / "catalogue"
        cls.catalogue.mkdir()
        for vendor in VENDORS:
            shutil.copy(umbra.SOURCE / "signatures" / "catalogue" / f"{vendor}.yaml", cls.catalogue)
        cls.capture, _, _ = umbra.trafgen(cls.shared, "--packets", 6000, "--hosts", 20, "--flows", 20)
        cls.header, cls.packets = packets_of(cls.capture)
        whole = cls.shared / "whole.db"
        umbra.umbrad(*cls.arguments(cls.capture, whole))
        cls.expected = windows_of(whole)
        cls.order = sorted(cls.expected)
        assert len(cls.order) > 50
        assert sum(len(usage) for usage, _ in cls.expected.values()) > 100

    @classmethod
    def arguments(cls, source, database):
        return ("--read", source, "--database", database, "--window", WINDOW, "--catalogue", cls.catalogue)

    def setUp(self):
        super().setUp()
        self.log = self.folder / "log"

    def start(self, source="-", database=None):
        command = [umbra.BIN / "umbrad", *map(str, self.arguments(source, database or self.database))]
        with open(self.log, "wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=log)
        self.addCleanup(process.stdin.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def said(self, *parts):
        text = self.log.read_text()
        return all(part in text for part in parts)

    def feed(self, process, first, last):
        """The packets from one share of the capture to another, in whole packets."""
        if first == 0:
            process.stdin.write(self.header)
        part = self.packets[int(len(self.packets) * first):int(len(self.packets) * last)]
        process.stdin.write(b"".join(data for _, data in part))
        process.stdin.flush()

    def finish(self, process, timeout=60):
        process.stdin.close()
        self.assertEqual(process.wait(timeout), 0, self.log.read_text())

    def settle(self, database=None):
        """Waits until umbrad has nothing left to do with what it was fed; the windows that are stored."""
        def count():
            try:
                return umbra.query(database or self.database, "SELECT count(*) FROM coverage")[0][0]
            except sqlite3.OperationalError:  # not made yet
                return 0
        last, since = -1, time.monotonic()
        while last <= 0 or time.monotonic() - since < 0.5:
            self.assertLess(time.monotonic() - since, umbra.PATIENCE, "nothing is stored")
            time.sleep(0.05)
            if (now := count()) != last:
                last, since = now, time.monotonic()
        return windows_of(database or self.database)

    def check_promises(self, database, windows):
        """Whole windows, each once, from the first on without a gap; sums that agree with them."""
        self.assertEqual(umbra.query(database, "PRAGMA integrity_check"), [("ok",)])
        self.assertEqual(sorted(windows), self.order[:len(windows)])
        for window, rows in windows.items():
            self.assertEqual(rows, self.expected[window])
        for tier in ("hour", "day"):
            sums = "SELECT ifnull(sum(flows), 0), ifnull(sum(bytes_out), 0), ifnull(sum(bytes_in), 0) FROM "
            self.assertEqual(umbra.query(database, f"{sums} usage_{tier}"), umbra.query(database, f"{sums} usage"))
            values = "SELECT metric, sum(value) FROM {} GROUP BY metric ORDER BY metric"
            self.assertEqual(umbra.query(database, values.format(f"coverage_{tier}")),
                             umbra.query(database, values.format("coverage")))

    def test_kill_9_at_any_moment_leaves_whole_windows_once_and_the_hole_is_seen(self):
        # What a killed process leaves is the same on any file system; in memory there is time for many.
        database = self.folder_in_memory() / "umbra.db"
        begin = time.monotonic()
        umbra.umbrad(*self.arguments(self.capture, database))
        duration = time.monotonic() - begin
        moments, found = random.Random(7), []
        for number in range(KILLS):
            for end in ("", "-wal", "-shm"):
                Path(f"{database}{end}").unlink(missing_ok=True)
            process = subprocess.Popen([umbra.BIN / "umbrad", *map(str, self.arguments(self.capture, database))],
                                       stderr=subprocess.DEVNULL)
            time.sleep(moments.uniform(0, 1.1 * duration))
            process.kill()
            process.wait()
            with self.subTest(kill=number):
                if not database.exists():
                    continue
                version, = umbra.query(database, "PRAGMA user_version")[0]
                if version == 0:  # killed while the tables were made
                    self.assertEqual(umbra.query(database, "SELECT count(*) FROM sqlite_master"), [(0,)])
                    continue
                windows = windows_of(database)
                self.check_promises(database, windows)
                found.append(len(windows))
                if 10 < len(windows) < len(self.order) - 10 and found.count(len(windows)) == 1:
                    self.check_going_on(database, windows)
        self.assertGreater(len({count for count in found if 0 < count < len(self.order)}), 5)

    def check_going_on(self, database, windows):
        """The next umbrad comes two windows later, and goes on in the same file."""
        last_id, = umbra.query(database, "SELECT max(record_id) FROM usage")[0]
        again = self.order[len(windows) + 2]
        rest = self.folder / "rest.pcap"
        rest.write_bytes(self.header + b"".join(data for seconds, data in self.packets if seconds >= again))
        umbra.umbrad(*self.arguments(rest, database))
        now = windows_of(database)
        self.assertEqual(sorted(now), self.order[:len(windows)] + self.order[len(windows) + 2:])
        for window, rows in windows.items():
            self.assertEqual(now[window], rows)
        for _, coverage in now.values():
            self.assertEqual(len({metric for _, _, metric, _ in coverage}), len(coverage))
        ids = umbra.query(database, "SELECT record_id FROM usage WHERE window_start >= ?", again)
        self.assertTrue(all(record_id > last_id for record_id, in ids))
        watched, = umbra.query(database, "SELECT sum(value) FROM coverage_day WHERE metric = 'seconds_watched'")[0]
        self.assertEqual(watched, (len(self.order) - 2) * WINDOW)

    def tmpfs(self):
        folder = self.folder / "small"
        folder.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "umbra-test", folder], capture_output=True)
        if done.returncode != 0:
            self.skipTest("mounting is forbidden here")
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=True)
        return folder

    def fill(self, folder):
        """Takes all the room that is left; returns the file that has it."""
        filler = folder / "filler"
        with open(filler, "wb", buffering=0) as file:
            for size in (65536, 4096, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    pass
        return filler

    def test_a_full_disk_is_waited_for_and_nothing_is_lost(self):
        folder = self.tmpfs()
        database = folder / "umbra.db"
        process = self.start(database=database)
        self.feed(process, 0, 0.3)
        before = self.settle(database)
        filler = self.fill(folder)
        self.feed(process, 0.3, 0.7)
        umbra.wait_until(lambda: self.said("the disk is full", "wait in memory"))
        self.assertIsNone(process.poll())
        full = windows_of(database)
        self.assertLess(len(full), len(self.order) * 0.65)
        self.check_promises(database, full)
        self.assertGreaterEqual(len(full), len(before))
        filler.unlink()
        umbra.wait_until(lambda: self.said("written again"))
        self.feed(process, 0.7, 1)
        self.finish(process)
        self.check_promises(database, windows_of(database))
        self.assertEqual(windows_of(database), self.expected)
        self.assertEqual(self.log.read_text().count("the disk is full"), 1)

    def test_a_disk_that_stays_full_loses_what_does_not_fit_and_says_how_much(self):
        folder = self.tmpfs()
        database = folder / "umbra.db"
        process = self.start(database=database)
        self.feed(process, 0, 0.3)
        self.settle(database)
        filler = self.fill(folder)
        self.feed(process, 0.3, 1)
        process.stdin.close()
        self.assertEqual(process.wait(timeout=60), 3)
        filler.unlink()
        windows = windows_of(database)
        self.check_promises(database, windows)
        self.assertTrue(self.said("the disk is full", f"lost: {len(self.order) - len(windows)} windows"))

    def test_a_lock_of_a_minute_loses_nothing(self):
        process = self.start()
        self.feed(process, 0, 0.3)
        self.settle()
        other = sqlite3.connect(self.database, isolation_level=None, check_same_thread=False)
        self.addCleanup(other.close)
        other.execute("BEGIN EXCLUSIVE")
        self.feed(process, 0.3, 0.6)
        umbra.wait_until(lambda: self.said("locked by another process", "wait in memory"))
        # The rest comes, and the end of the input, while the lock is still held.
        self.feed(process, 0.6, 1)
        release = threading.Timer(60, lambda: other.execute("COMMIT"))
        release.start()
        self.addCleanup(release.join)
        self.finish(process, timeout=120)
        self.assertTrue(self.said("written again"))
        self.assertEqual(windows_of(self.database), self.expected)

    def split(self, fault):
        """Feeds a half, does something to the file, feeds the rest; the windows of before and of after."""
        process = self.start()
        self.feed(process, 0, 0.5)
        before = self.settle()
        fault()
        self.feed(process, 0.5, 1)
        self.finish(process)
        after = windows_of(self.database)
        self.assertEqual(umbra.query(self.database, "PRAGMA integrity_check"), [("ok",)])
        self.assertEqual(sorted([*before, *after]), self.order)  # none lost, none twice
        for window, rows in {**before, **after}.items():
            self.assertEqual(rows, self.expected[window])
        first_id, = umbra.query(self.database, "SELECT min(record_id) FROM usage")[0]
        self.assertEqual(first_id, 1 + sum(len(usage) for usage, _ in before.values()))
        return before, after

    def test_a_file_deleted_while_open_is_made_anew(self):
        before, after = self.split(self.database.unlink)
        self.assertGreater(len(before), 5)
        self.assertGreater(len(after), 5)
        self.assertTrue(self.said("was deleted or replaced while it was open"))

    def test_a_file_moved_away_while_open_is_whole_where_it_went(self):
        before, _ = self.split(lambda: self.database.rename(self.folder / "kept.db"))
        self.assertEqual(windows_of(self.folder / "kept.db"), before)

    def test_damaged_pages_are_said_and_kept_aside_and_windows_go_on_in_a_new_file(self):
        def damage():
            # The log holds a part of the pages; what a reader finds first is damaged too.
            with open(self.database, "r+b") as file:
                size = file.seek(0, 2)
                file.seek(size // 4)
                file.write(random.Random(1).randbytes(size // 2))
        self.split(damage)
        aside, = self.folder.glob("umbra.db.damaged-*Z")
        self.assertTrue(self.said("the database is damaged", str(aside)))

    def test_a_migration_that_is_interrupted_leaves_the_old_file_or_the_new_one(self):
        old = self.folder / "old.db"
        rows = self.make_version_1(old)
        empty = self.folder / "empty.pcap"
        empty.write_bytes(self.header)
        sums = "SELECT count(*), min(record_id), max(record_id), sum(bytes_out) FROM usage"
        begin = time.monotonic()
        shutil.copy(old, self.database)
        umbra.umbrad(*self.arguments(empty, self.database))
        duration = time.monotonic() - begin
        found = set()
        moments = random.Random(3)
        for number in range(15):
            for end in ("", "-wal", "-shm"):
                Path(f"{self.database}{end}").unlink(missing_ok=True)
            shutil.copy(old, self.database)
            process = self.start(empty)
            umbra.wait_until(lambda: self.said("migrating") or process.poll() is not None)
            time.sleep(moments.uniform(0, duration))
            process.send_signal(signal.SIGKILL)
            process.wait()
            with self.subTest(kill=number):
                version, = umbra.query(self.database, "PRAGMA user_version")[0]
                self.assertEqual(umbra.query(self.database, "PRAGMA integrity_check"), [("ok",)])
                self.assertEqual(umbra.query(self.database, sums), rows)
                tables = {name for name, in umbra.query(self.database, "SELECT name FROM sqlite_master")}
                self.assertEqual("usage_day" in tables, version == 3)
                self.assertFalse(any(name.startswith("old_") for name in tables))
                found.add(version)
        self.assertLessEqual(found, {1, 3})
        umbra.umbrad(*self.arguments(empty, self.database))
        self.assertEqual(umbra.query(self.database, "PRAGMA user_version"), [(3,)])
        self.assertEqual(umbra.query(self.database, sums), rows)
        self.assertEqual(umbra.query(self.database, "SELECT sum(bytes_out) FROM usage_day"),
                         [rows[0][3:]])

    def make_version_1(self, path):
        """A file as umbrad 0.1 left it, with 30,000 rows; what `sums` finds in it."""
        with sqlite3.connect(path) as connection:
            connection.executescript("""
                CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
                CREATE TABLE hosts (id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE,
                                    name TEXT, department TEXT, site TEXT);
                CREATE TABLE services (id INTEGER PRIMARY KEY, catalogue_version TEXT NOT NULL,
                                       service TEXT NOT NULL, name TEXT NOT NULL, category TEXT NOT NULL,
                                       vendor TEXT NOT NULL, vendor_name TEXT NOT NULL,
                                       headquarters TEXT, sovereignty TEXT, UNIQUE (catalogue_version, service));
                CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
                CREATE TABLE usage (record_id INTEGER PRIMARY KEY AUTOINCREMENT,
                                    window_start INTEGER NOT NULL, window_end INTEGER NOT NULL,
                                    host_id INTEGER NOT NULL REFERENCES hosts,
                                    service_id INTEGER NOT NULL REFERENCES services,
                                    name_id INTEGER NOT NULL REFERENCES names,
                                    dest_ip TEXT NOT NULL, dest_port INTEGER NOT NULL, transport TEXT NOT NULL,
                                    evidence TEXT NOT NULL, visibility TEXT NOT NULL, shared INTEGER NOT NULL,
                                    usage TEXT NOT NULL, flows INTEGER NOT NULL, bytes_out INTEGER NOT NULL,
                                    bytes_in INTEGER NOT NULL);
                CREATE INDEX usage_by_time ON usage (window_start);
                CREATE TABLE coverage (id INTEGER PRIMARY KEY, window_start INTEGER NOT NULL,
                                       window_end INTEGER NOT NULL, metric TEXT NOT NULL, value INTEGER NOT NULL);
                CREATE INDEX coverage_by_time ON coverage (window_start);
                INSERT INTO services VALUES (1, 'v1', 'openai.chatgpt', 'ChatGPT', 'chat', 'openai', 'OpenAI', 'US', 'us');
                INSERT INTO names VALUES (1, 'chatgpt.com');
                PRAGMA application_id = 0x556d6272;
                PRAGMA user_version = 1;
                PRAGMA journal_mode = WAL;""")
            connection.executemany("INSERT INTO hosts (address) VALUES (?)", [(f"10.0.{i // 250}.{i % 250}",) for i in range(1000)])
            connection.executemany(
                "INSERT INTO usage (window_start, window_end, host_id, service_id, name_id, dest_ip, dest_port, transport, "
                "evidence, visibility, shared, usage, flows, bytes_out, bytes_in) "
                "VALUES (?, ?, ?, 1, 1, '203.0.113.1', 443, 'tcp', 'sni', 'clear', 0, 'visit', 1, ?, 9)",
                [(self.order[0] + i // 500 * 300, self.order[0] + i // 500 * 300 + 300, 1 + i % 1000, i) for i in range(30000)])
            connection.executemany("INSERT INTO coverage (window_start, window_end, metric, value) VALUES (?, ?, 'packets', 5)",
                                   [(self.order[0] + i * 300, self.order[0] + i * 300 + 300) for i in range(60)])
        connection.close()
        return [(30000, 1, 30000, sum(range(30000)))]


if __name__ == "__main__":
    unittest.main(verbosity=2)
