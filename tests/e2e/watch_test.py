"""umbra watch on a terminal of 80 columns and 24 lines."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unittest

import umbra

COLUMNS, LINES = 80, 24


def text_of(frame):
    """The lines that a frame leaves on the screen, without colours."""
    return [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line) for line in frame.split("\r\n")]


class Watch(umbra.Case):
    def setUp(self):
        super().setUp()
        self.capture, _, _ = umbra.trafgen(self.folder, "--packets", 8000)
        umbra.umbrad("--read", self.capture, "--database", self.database, "--sensor", "dc1")

    def start(self, *arguments):
        self.terminal, other = pty.openpty()
        self.addCleanup(os.close, self.terminal)
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.before = termios.tcgetattr(other)
        self.addCleanup(os.close, other)
        self.other = other
        process = subprocess.Popen([umbra.BIN / "umbra", "watch", "--database", self.database, *map(str, arguments)],
                                   stdin=other, stdout=other, stderr=other, env={**os.environ, "TERM": "xterm"})
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.seen = ""
        return process

    def read_until(self, condition):
        """Reads what is written to the terminal until `condition` holds of its last whole frame."""
        end = time.monotonic() + 60
        while True:
            frames = self.seen.split("\x1b[H")[1:]
            whole = [frame for frame in frames if "\x1b[J" in frame]
            if whole and condition(lines := text_of(whole[-1])):
                return lines
            self.assertLess(time.monotonic(), end, self.seen[-2000:])
            if select.select([self.terminal], [], [], 0.2)[0]:
                self.seen += os.read(self.terminal, 65536).decode()

    def assertLeft(self, process):
        """It ended well, and the terminal is as it was."""
        self.assertEqual(process.wait(timeout=60), 0)
        while select.select([self.terminal], [], [], 0)[0]:
            self.seen += os.read(self.terminal, 65536).decode()
        self.assertTrue(self.seen.endswith("\x1b[?25h\x1b[?1049l"))
        self.assertEqual(termios.tcgetattr(self.other), self.before)

    def test_it_fits_shows_the_last_minutes_and_what_comes_later(self):
        process = self.start("--minutes", 15, "--interval", 1)
        lines = self.read_until(lambda lines: True)
        self.assertLessEqual(len(lines), LINES)
        self.assertTrue(all(len(line) <= COLUMNS for line in lines), lines)
        extent, = umbra.query(self.database, "SELECT max(window_end) FROM coverage")[0]
        hosts, services, flows, out = umbra.query(self.database, """
            SELECT count(DISTINCT host_id), count(DISTINCT service), sum(flows), sum(bytes_out)
              FROM usage JOIN services ON services.id = service_id
             WHERE window_start >= ? AND NOT shared AND usage <> 'contact'""", extent - 900)[0]
        self.assertTrue(lines[0].startswith("dc1   15 minutes to "), lines[0])
        self.assertTrue(lines[1].startswith(f"{hosts} hosts, {services} services, {flows} flows; "), lines[1])
        packets, seconds = (dict(umbra.query(self.database, "SELECT metric, sum(value) FROM coverage WHERE window_start >= ? "
                                             "GROUP BY metric", extent - 900))[name] for name in ("packets", "seconds_watched"))
        self.assertTrue(lines[2].startswith(f"{packets // seconds} packets/s, "), lines[2])
        self.assertIn("0 dropped", lines[2])
        largest, = umbra.query(self.database, """
            SELECT service FROM usage JOIN services ON services.id = service_id
             WHERE window_start >= ? AND NOT shared AND usage <> 'contact'
             GROUP BY 1 ORDER BY sum(bytes_out) + sum(bytes_in) DESC LIMIT 1""", extent - 900)[0]
        table = next(place for place, line in enumerate(lines) if line.startswith("SERVICE"))
        self.assertTrue(lines[table + 1].startswith(largest), lines)

        later, _, _ = umbra.trafgen(self.folder, "--packets", 3000, "--start", "2026-11-05")
        umbra.umbrad("--read", later, "--database", self.database, "--sensor", "dc1")
        self.read_until(lambda lines: "2026-11-05" in lines[0] and lines[0] != "")
        os.write(self.terminal, b"xq")  # a key without a meaning changes nothing
        self.assertLeft(process)

    def test_in_french_it_fits_as_well(self):
        process = self.start("--lang", "fr", "--minutes", 15)
        lines = self.read_until(lambda lines: True)
        self.assertTrue(all(len(line) <= COLUMNS for line in lines), lines)
        self.assertRegex(lines[0], r"dc1   15 minutes jusqu’au \d\d/\d\d/20\d\d \d\d:\d\d .* il y a ")
        self.assertRegex(lines[1], "[0-9]+ hôtes, [0-9]+ services, [0-9]+ flux\u00a0; ")
        os.write(self.terminal, b"q")
        self.assertLeft(process)

    def test_a_signal_gives_the_terminal_back(self):
        process = self.start("--interval", 3600)
        self.read_until(lambda lines: True)
        process.send_signal(signal.SIGTERM)
        self.assertLeft(process)

    def test_a_smaller_window_is_used_at_once(self):
        process = self.start("--minutes", 120, "--interval", 3600)
        self.read_until(lambda lines: len(lines) > 16)
        fcntl.ioctl(self.other, termios.TIOCSWINSZ, struct.pack("HHHH", 14, 60, 0, 0))
        process.send_signal(signal.SIGWINCH)  # sent by the kernel to the terminal's own processes alone
        lines = self.read_until(lambda lines: len(lines) <= 14)
        self.assertTrue(all(len(line) <= 60 for line in lines), lines)
        os.write(self.terminal, b"q")
        self.assertLeft(process)

    def test_what_cannot_be_watched_is_said(self):
        done = umbra.umbra("watch", "--database", self.database, check=2, stdin=subprocess.DEVNULL)
        self.assertIn(b"needs a terminal", done.stderr)
        done = umbra.umbra("watch", "--database", self.folder / "none.db", check=2)
        self.assertIn(b"no such database", done.stderr)
        done = umbra.umbra("watch", "--database", self.database, "--minutes", 0, check=2)
        self.assertIn(b"--minutes 0", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
