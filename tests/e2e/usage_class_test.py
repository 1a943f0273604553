"""How well the usage class tells labelled traffic apart: the confusion matrices that daemon/usage/README.md prints.

    UMBRA_BIN=build/release/bin UMBRA_SOURCE=. python3 tests/e2e/usage_class_test.py --print [SEED]

Each host of the capture does one thing, at one time. What a host did with a service in a window is told by the most
telling of its rows: a document goes to a host of its own, and the page that it was put into is another row.
"""
import subprocess
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path

import umbra

CLASSES = ("contact", "visit", "interactive", "upload", "api")
MOST_TELLING_FIRST = ("upload", "api", "interactive", "visit", "contact")
LABELS = ("lookup", "page_visit", "chat", "upload", "api_loop", "telemetry")
README = umbra.SOURCE / "daemon" / "usage" / "README.md"
SEED = 7  # the thresholds were set by what other seeds make


class Measurement:
    def __init__(self, folder, seed):
        database, truth = folder / "umbra.db", folder / "truth.tsv"
        made = subprocess.Popen([umbra.BIN / "trafgen", "--scenario", "activities", "--out", "-", "--truth", truth,
                                 "--seed", str(seed), "--hosts", "10000", "--packets", "1000000", "--duration", "28800"],
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        with made:
            umbra.umbrad("--read", "-", "--database", database, stdin=made.stdout)
        assert made.returncode == 0
        self.truth = umbra.read_tsv(truth)
        self.label = {line["client"]: line["label"] for line in self.truth}
        self.rows = umbra.query(database, "SELECT src_ip, service, window_start, n.name, usage FROM usage u "
                                "JOIN services s ON s.id = service_id JOIN names n ON n.id = name_id")

    def matrix(self, unit):
        """{label: how many units of each class}; `unit` makes a key of a row's host, service and window."""
        found = {}
        for host, service, window, _, usage in self.rows:
            found.setdefault((self.label[host], unit(host, service, window)), set()).add(usage)
        counts = Counter((label, next(c for c in MOST_TELLING_FIRST if c in classes))
                         for (label, _), classes in found.items())
        return {label: tuple(counts[label, usage] for usage in CLASSES) for label in LABELS}

    def by_window(self):
        return self.matrix(lambda host, service, window: (host, service, window))

    def by_activity(self):
        return self.matrix(lambda host, service, window: host)


def table(matrix):
    lines = ["| | " + " | ".join(CLASSES) + " |", "|---|" + "---:|" * len(CLASSES)]
    lines += [f"| {label} | " + " | ".join(map(str, matrix[label])) + " |" for label in LABELS]
    return "\n".join(lines) + "\n"


class UsageClass(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory(prefix="umbra-test-") as folder:
            cls.measured = Measurement(Path(folder), SEED)

    def test_the_set_is_labelled_and_large(self):
        label_of = {(line["client"], line["label"]) for line in self.measured.truth}
        self.assertEqual(len(label_of), len(self.measured.label))  # one a host
        activities = Counter(label for _, label in label_of)
        self.assertEqual(set(activities), set(LABELS))
        self.assertGreater(min(activities.values()), 80)
        self.assertEqual({(line["label"], line["transport"]) for line in self.measured.truth if line["kind"] != "dns"},
                         {(label, "tcp") for label in LABELS[1:]} |
                         {(label, "udp") for label in LABELS[1:] if label != "api_loop"})
        # Each was seen, and nothing else.
        self.assertEqual(sum(map(sum, self.measured.by_activity().values())), len(self.measured.label))

    def test_the_documentation_prints_these_matrices(self):
        text = README.read_text()
        self.assertIn(table(self.measured.by_window()), text)
        self.assertIn(table(self.measured.by_activity()), text)

    def test_what_leaves_no_room_for_doubt_is_right(self):
        windows, activities = self.measured.by_window(), self.measured.by_activity()

        def only(matrix, label, *usages):
            self.assertEqual({u for u, count in zip(CLASSES, matrix[label]) if count}, set(usages), label)

        only(windows, "lookup", "contact")
        only(windows, "telemetry", "visit")
        only(activities, "upload", "upload")
        only(windows, "page_visit", "visit", "interactive")
        only(windows, "chat", "visit", "interactive")
        for label in LABELS[1:]:
            self.assertEqual(windows[label][CLASSES.index("contact")], 0, label)
        api_hosts = {line["name"] for line in self.measured.truth if "api" in line["service"]}
        for _, _, _, name, usage in self.measured.rows:
            self.assertEqual(usage == "api", name in api_hosts, name)

    def test_most_conversations_are_found_and_few_windows_with_pages_taken_for_one(self):
        chats, pages = self.measured.by_activity()["chat"], self.measured.by_window()["page_visit"]
        interactive = CLASSES.index("interactive")
        self.assertGreater(chats[interactive], 0.95 * sum(chats))
        self.assertLess(pages[interactive], 0.2 * sum(pages))


if __name__ == "__main__":
    if "--print" in sys.argv[1:]:
        seed = int(sys.argv[2]) if len(sys.argv) > 2 else SEED
        with tempfile.TemporaryDirectory() as temporary:
            measured = Measurement(Path(temporary), seed)
        print("By window:\n", table(measured.by_window()), "By activity:\n", table(measured.by_activity()), sep="\n")
    else:
        unittest.main(verbosity=2)
