"""How far long work has come stands on standard error where that is a terminal, and nowhere else."""
import os
import pty
import re
import signal
import subprocess
import threading
import unittest

import umbra

ERASE = "\r\033[K"
LINE = re.compile(r"(\d+)% read, ([0-9.]+) MB/s, \d+ packets/s, [0-9.]+ (?:s|min|h) left")


class Terminal:
    """A program whose standard error is a terminal."""

    def __init__(self, program, *arguments, **options):
        self.written = b""
        self.end, slave = pty.openpty()
        self.process = subprocess.Popen([umbra.BIN / program, *map(str, arguments)], stdout=subprocess.PIPE, stderr=slave,
                                        **options)
        os.close(slave)
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        try:
            while part := os.read(self.end, 65536):
                self.written += part
        except OSError:  # the program is gone
            pass

    def text(self):
        return self.written.decode()

    def finish(self):
        """Its exit code, all that it wrote there, and what then stands on the screen."""
        self.process.communicate()
        self.reader.join()
        os.close(self.end)
        lines = self.text().split("\r\n")
        return self.process.returncode, self.text(), [line.rsplit(ERASE, 1)[-1] for line in lines]


class Progress(umbra.Case):
    @classmethod
    def setUpClass(cls):
        cls.capture, _, _ = umbra.trafgen(cls.folder_of_class(), "--packets", 30000)

    def long_enough(self, run):
        """What `run(times)` gives once there was something to say, which a fast machine may have no time for."""
        for times in (20, 80, 320, 1280):
            done = run(times)
            if "left" in done[1]:
                return done
        self.fail("no progress was shown")

    def check_screen(self, screen):
        """Nothing is left but lines of the log."""
        for line in screen[:-1]:
            self.assertRegex(line, r"^\d{4}-\d\d-\d\dT[0-9:.]+Z ")
        self.assertEqual(screen[-1], "")

    def test_reading_files(self):
        def run(times):
            self.database.unlink(missing_ok=True)
            return Terminal("umbrad", *["--read", self.capture] * times, "--database", self.database).finish()
        code, text, screen = self.long_enough(run)
        self.assertEqual(code, 0)
        shares = [int(share) for share, _ in LINE.findall(text)]
        self.assertEqual(shares, sorted(shares))
        self.assertLessEqual(max(shares), 100)
        self.assertEqual(text.count("left" + ERASE), len(shares))
        self.check_screen(screen)

    def test_reading_a_pipe_whose_length_nobody_knows(self):
        daemon = Terminal("umbrad", "--read", "-", "--database", self.database, stdin=subprocess.PIPE)
        capture = self.capture.read_bytes()
        daemon.process.stdin.write(capture[:len(capture) // 2])
        rest = memoryview(capture)[len(capture) // 2:]
        places = iter(range(0, len(rest), 50_000))

        def more():
            place = next(places, None)
            if place is not None:
                daemon.process.stdin.write(rest[place:place + 50_000])
                daemon.process.stdin.flush()
            return re.search(r"(\d+) packets read, \d+ packets/s$", daemon.text())
        found = umbra.wait_until(more, daemon.text)
        self.assertGreater(int(found.group(1)), 4096)
        self.assertNotIn("%", daemon.text())
        # What is logged stands alone on its line.
        daemon.process.send_signal(signal.SIGUSR1)
        for place in places:
            daemon.process.stdin.write(rest[place:place + 50_000])
        code, text, screen = daemon.finish()
        self.assertEqual(code, 0)
        self.assertEqual(text.count("counters:"), 2)
        self.check_screen(screen)
        packets, = [row["value"] for row in umbra.report("overview", self.database) if row["figure"] == "packets"]
        self.assertGreaterEqual(packets, 30000)

    def test_explain(self):
        merged = self.folder / "long.pcap"

        def run(times):
            data = self.capture.read_bytes()
            with open(merged, "wb") as file:
                file.write(data[:24])
                for _ in range(times // 4):
                    file.write(data[24:])
            return Terminal("umbra", "explain", merged).finish()
        code, text, screen = self.long_enough(run)
        self.assertEqual(code, 0)
        self.assertGreater(len(LINE.findall(text)), 0)
        self.assertEqual(screen, [""])

    def test_without_a_terminal_there_is_none(self):
        done = umbra.umbrad(*["--read", self.capture] * 20, "--database", self.database)
        self.assertNotIn(b"\r", done.stderr)
        self.assertNotIn(b" left", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
