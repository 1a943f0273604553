"""umbrad as a process: signals, and what survives when it is killed."""
import os
import signal
import sqlite3
import subprocess
import time
import unittest

import umbra


def wait_until(condition, seconds=60):
    """Waits for something that happens sooner or later; fails where it does not."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError("waited in vain")
        time.sleep(0.02)
    return value


class Daemon(umbra.Case):
    def setUp(self):
        super().setUp()
        self.capture, self.truth, self.windows = umbra.trafgen(self.folder, "--packets", 20000)
        self.log = self.folder / "log"

    def start(self):
        """umbrad that reads from a pipe, so that it waits for more after what it got."""
        with open(self.log, "wb") as log:
            process = subprocess.Popen([umbra.BIN / "umbrad", "--read", "-", "--database", self.database],
                                       stdin=subprocess.PIPE, stderr=log)
        self.addCleanup(process.stdin.close)
        self.addCleanup(process.kill)
        return process

    def feed_half(self, process):
        data = self.capture.read_bytes()
        process.stdin.write(data[:len(data) // 2])
        process.stdin.flush()
        wait_until(lambda: self.database.exists() and self.stored_windows() >= 3)
        return data[len(data) // 2:]

    def stored_windows(self):
        try:
            return umbra.query(self.database, "SELECT count(DISTINCT window_start) FROM coverage")[0][0]
        except sqlite3.OperationalError:  # not made yet
            return 0

    def test_sigterm_and_sigint_write_the_open_window_and_exit_0(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            self.database = self.folder / f"{number.name}.db"
            process = self.start()
            self.feed_half(process)
            before = self.stored_windows()
            process.send_signal(number)
            self.assertEqual(process.wait(timeout=60), 0, self.log.read_text())
            self.assertGreater(self.stored_windows(), before)
            self.assertNotIn("left over", self.log.read_text())
            coverage = umbra.coverage(self.database)
            self.assertIn(f"packets={coverage['packets']} ", self.log.read_text())

    def test_sigusr1_logs_the_counters_and_loses_nothing(self):
        process = self.start()
        rest = self.feed_half(process)
        process.send_signal(signal.SIGUSR1)
        process.stdin.write(rest)
        process.stdin.close()
        self.assertEqual(process.wait(timeout=60), 0)
        lines = [line for line in self.log.read_text().splitlines() if "counters:" in line]
        self.assertEqual(len(lines), 2, lines)
        self.assertIn("packets_decoded=", lines[0])
        whole = self.folder / "whole.db"
        umbra.umbrad("--read", self.capture, "--database", whole)
        self.assertEqual(umbra.usage_rows(self.database), umbra.usage_rows(whole))

    def test_kill_9_leaves_every_committed_window_whole(self):
        process = self.start()
        self.feed_half(process)
        process.kill()
        process.wait()
        windows = self.stored_windows()
        self.assertGreaterEqual(windows, 3)
        self.assertEqual(umbra.query(self.database, "PRAGMA integrity_check"), [("ok",)])
        last = umbra.query(self.database, "SELECT max(window_end) FROM coverage")[0][0]
        expected = {(int(w["window_start"]), w["client"], w["service"], w["name"], w["evidence"], w["transport"]):
                    (int(w["bytes_out"]), int(w["bytes_in"]))
                    for w in self.windows if w["service"] != "-" and int(w["window_start"]) < last}
        found = {row[:5] + row[6:7]: row[11:13] for row in umbra.usage_rows(self.database) if row[11] + row[12]}
        self.assertEqual(found, expected)
        # And the next run goes on with it.
        umbra.umbrad("--read", self.capture, "--database", self.database)
        self.assertGreater(self.stored_windows(), windows)

    def test_no_name_of_another_site_is_stored(self):
        umbra.umbrad("--read", self.capture, "--database", self.database)
        others = {t["name"] for t in self.truth if t["service"] == "-"} - {"-"}
        self.assertGreater(len(others), 5)
        stored = b"".join(path.read_bytes() for path in self.folder.iterdir() if "umbra.db" in path.name)
        self.assertIn(b"chatgpt.com", stored)
        for name in others - {"chatgpt.com"}:
            self.assertNotIn(name.encode(), stored)


if __name__ == "__main__":
    unittest.main(verbosity=2)
