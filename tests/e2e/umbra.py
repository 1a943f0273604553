"""What the end-to-end tests share: running the built programs and reading what they wrote."""
import csv
import io
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

BIN = Path(os.environ["UMBRA_BIN"])
SOURCE = Path(os.environ["UMBRA_SOURCE"])
CAPTURES = SOURCE.parent / "shared" / "captures"
os.environ["LANGUAGE"] = "en"  # whoever runs the tests
SKIPPED = 77  # CTest's SKIP_RETURN_CODE


def run(program, *arguments, check=0, **options):
    """Runs one of our programs; fails where its exit code is not `check` (None: any)."""
    done = subprocess.run([BIN / program, *map(str, arguments)], capture_output=True, timeout=300, **options)
    if check is not None and done.returncode != check:
        raise AssertionError(f"{program} {arguments}: exit code {done.returncode}, not {check}\n"
                             f"{done.stdout.decode(errors='replace')}{done.stderr.decode(errors='replace')}")
    return done


def umbrad(*arguments, **options):
    return run("umbrad", *arguments, **options)


def umbra(*arguments, **options):
    return run("umbra", *arguments, **options)


def explain(capture, *arguments):
    lines = umbra("explain", "--format", "ndjson", *arguments, capture).stdout.decode().splitlines()
    return [json.loads(line) for line in lines]


def report(what, database, *arguments):
    return json.loads(umbra("report", what, "--database", database, "--format", "json", *arguments).stdout)


def query(database, sql, *values):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return connection.execute(sql, values).fetchall()


# One usage row in its words, for comparing databases: without the numbers that SQLite gave.
USAGE_SQL = """
    SELECT u.window_start, h.address, s.service, n.name, u.evidence, u.visibility, u.transport, u.dest_ip,
           u.dest_port, u.usage, u.flows, u.bytes_out, u.bytes_in
      FROM usage u JOIN hosts h ON h.id = u.host_id JOIN services s ON s.id = u.service_id
           JOIN names n ON n.id = u.name_id
     ORDER BY 1, 2, 3, 4, 5, 7"""


def usage_rows(database):
    return query(database, USAGE_SQL)


def coverage(database):
    return dict(query(database, "SELECT metric, sum(value) FROM coverage GROUP BY metric"))


def read_tsv(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def trafgen(folder, *arguments):
    """Makes a capture; returns its path, its truth by conversation, and its truth by window."""
    capture, truth, windows = folder / "made.pcap", folder / "truth.tsv", folder / "windows.tsv"
    run("trafgen", "--out", capture, "--truth", truth, "--window-truth", windows, *arguments)
    return capture, read_tsv(truth), read_tsv(windows)


PATIENCE = 60  # seconds until a test that waits has failed


def wait_until(condition, explain=lambda: "waited in vain"):
    """Waits for something that happens sooner or later, and returns it; gives up with what `explain()` says."""
    end = time.monotonic() + PATIENCE
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(explain())
        time.sleep(0.02)
    return value


class Case(unittest.TestCase):
    """A test case with a folder of its own."""

    maxDiff = 4000

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="umbra-test-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.database = self.folder / "umbra.db"

    @classmethod
    def folder_of_class(cls):
        """A folder that all tests of the class share; for setUpClass."""
        folder = tempfile.TemporaryDirectory(prefix="umbra-test-")
        cls.addClassCleanup(folder.cleanup)
        return Path(folder.name)

    def folder_in_memory(self):
        """Another folder, in memory where the machine has one there."""
        memory = Path("/dev/shm")
        folder = tempfile.TemporaryDirectory(prefix="umbra-test-", dir=memory if memory.is_dir() else None)
        self.addCleanup(folder.cleanup)
        return Path(folder.name)

    def assertFails(self, done, code, *parts):
        """One line on standard error that holds every part, no output, and the exit code."""
        errors = done.stderr.decode(errors="replace")
        self.assertEqual(done.returncode, code, errors)
        self.assertEqual(len(errors.splitlines()), 1, errors)
        for part in parts:
            self.assertIn(str(part), errors)


def skip(reason):
    """Says that this file's tests cannot run here, and why."""
    print(f"SKIPPED: {reason}")
    sys.exit(SKIPPED)
