"""umbrad as a process: signals, and what survives when it is killed."""
import os
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

import umbra


class Daemon(umbra.Case):
    def setUp(self):
        super().setUp()
        self.capture, self.truth, self.windows = umbra.trafgen(self.folder, "--packets", 20000)
        self.log = self.folder / "log"

    def start(self, *options):
        """umbrad that reads from a pipe, so that it waits for more after what it got."""
        with open(self.log, "wb") as log:
            process = subprocess.Popen([umbra.BIN / "umbrad", "--read", "-", "--database", self.database, *options],
                                       stdin=subprocess.PIPE, stderr=log)
        self.addCleanup(process.stdin.close)
        self.addCleanup(process.kill)
        return process

    def feed_half(self, process):
        data = self.capture.read_bytes()
        process.stdin.write(data[:len(data) // 2])
        process.stdin.flush()
        umbra.wait_until(lambda: self.database.exists() and self.stored_windows() >= 3)
        return data[len(data) // 2:]

    def hang_up(self, process, rest, wanted):
        """Sends SIGHUP, and packets until the log holds what is wanted; returns those that are left."""
        process.send_signal(signal.SIGHUP)
        while wanted not in self.log.read_text():
            self.assertTrue(rest, self.log.read_text())
            process.stdin.write(rest[:1_000_000])
            process.stdin.flush()
            rest = rest[1_000_000:]
            time.sleep(0.25)
        return rest

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

    def test_what_comes_through_a_pipe_is_not_held_back_while_no_more_comes(self):
        capture, _, _ = umbra.trafgen(self.folder, "--packets", 100, "--duration", 1500)
        process = self.start()
        process.stdin.write(capture.read_bytes())
        process.stdin.flush()
        umbra.wait_until(lambda: self.stored_windows() >= 3)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=60), 0, self.log.read_text())
        self.assertGreaterEqual(umbra.coverage(self.database)["packets"], 100)

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

    def test_sighup_loads_the_catalogue_and_loses_nothing(self):
        self.load_catalogue_while_packets_come()

    def test_sighup_loads_the_catalogue_for_several_workers(self):
        self.load_catalogue_while_packets_come("--workers", 3)

    def load_catalogue_while_packets_come(self, *options):
        self.capture, _, _ = umbra.trafgen(self.folder, "--packets", 80000)
        folder = self.folder / "catalogue"
        shutil.copytree(umbra.SOURCE / "signatures" / "catalogue", folder)
        process = self.start("--catalogue", folder, *map(str, options))
        rest = self.feed_half(process)
        openai = folder / "openai.yaml"
        text = openai.read_text()
        openai.write_text(text.replace("role: ui", "role: window", 1))
        line = text[:text.index("role: ui")].count("\n") + 1
        rest = self.hang_up(process, rest, f"the catalogue stays as it was: {openai}:{line}: ")
        openai.write_text(text.replace("name: ChatGPT", "name: The New ChatGPT"))
        rest = self.hang_up(process, rest, " catalogue 20")
        process.stdin.write(rest)
        process.stdin.close()
        self.assertEqual(process.wait(timeout=60), 0, self.log.read_text())

        services = umbra.query(self.database, "SELECT DISTINCT catalogue_version, name FROM usage u JOIN services s "
                               "ON s.id = u.service_id WHERE service = 'openai.chatgpt' ORDER BY record_id")
        self.assertEqual(sorted(name for _, name in services), ["ChatGPT", "The New ChatGPT"])
        self.assertEqual(len({version for version, _ in services}), 2)
        # One window may have rows of both; their sum is what one catalogue gives.
        whole = self.folder / "whole.db"
        umbra.umbrad("--read", self.capture, "--database", whole)
        totals = ("SELECT window_start, address, n.name, transport, sum(flows), sum(bytes_out), sum(bytes_in) FROM usage u "
                  "JOIN hosts h ON h.id = host_id JOIN names n ON n.id = name_id GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4")
        self.assertEqual(umbra.query(self.database, totals), umbra.query(whole, totals))
        self.assertEqual(umbra.coverage(self.database)["packets"], umbra.coverage(whole)["packets"])

    def test_sighup_loads_the_rules_for_candidates(self):
        self.capture, _, _ = umbra.trafgen(self.folder, "--packets", 80000)
        local = self.folder / "catalogue.d"
        local.mkdir()
        rules = local / "candidates.txt"
        rules.write_text("top nowhere\n")
        process = self.start("--catalogue-extra", local, "--candidates", "2")
        rest = self.feed_half(process)
        for text, wanted in (("part\n", f"the rules for candidates stay as they were: {rules}:1: "),
                             ("part .\n", "rules for candidates: read anew")):
            rules.write_text(text)
            rest = self.hang_up(process, rest, wanted)
        process.stdin.write(rest)
        process.stdin.close()
        self.assertEqual(process.wait(timeout=60), 0, self.log.read_text())
        self.assertEqual({row["rule"] for row in umbra.report("candidates", self.database, "--since", "2026-11-01")},
                         {"part ."})

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

    def test_candidates_are_what_two_hosts_visited_and_only_where_asked_for(self):
        local = self.folder / "catalogue.d"
        local.mkdir()
        (local / "candidates.txt").write_text("part .\nnever example.net\n")
        umbra.umbrad("--read", self.capture, "--database", self.database, "--catalogue-extra", local, "--candidates", 3)
        visits = {}
        for t in self.truth:
            if t["service"] == "-" and t["name"] != "-" and t["evidence"] != "none":
                visits.setdefault(t["name"], []).append(t["client"])
        expected = {name: (len(set(clients)), len(clients)) for name, clients in visits.items()
                    if len(set(clients)) >= 3 and not name.endswith("example.net")}
        self.assertTrue(expected and len(expected) < len(visits))
        rows = umbra.report("candidates", self.database, "--since", "2026-11-01")
        self.assertEqual({row["name"]: (row["hosts"], row["flows"]) for row in rows}, expected)
        self.assertEqual({row["rule"] for row in rows}, {"part ."})
        stored = b"".join(path.read_bytes() for path in self.folder.iterdir() if "umbra.db" in path.name)
        for name in visits.keys() - expected.keys():
            self.assertNotIn(name.encode(), stored)
        self.assertEqual({row["service"] for row in umbra.report("services", self.database)},
                         {t["service"] for t in self.truth} - {"-"})
        done = umbra.umbrad("--read", self.capture, "--database", self.database, "--candidates", 1, check=None)
        self.assertFails(done, 2, "--candidates 1")
        plain = self.folder / "plain.db"
        umbra.umbrad("--read", self.capture, "--database", plain, "--catalogue-extra", local)
        self.assertEqual(umbra.report("candidates", plain), [])

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
