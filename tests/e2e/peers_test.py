"""Names in captures of other projects' test suites, against what two other tools read there. Registered only
where the captures are found; each difference stands with its reason in tests/data/peers-differences.tsv."""
import unittest
from collections import defaultdict

import umbra

PEERS = umbra.CAPTURES / "peers"
DIFFERENCES = umbra.SOURCE / "tests" / "data" / "peers-differences.tsv"
FROM_HELLOS = {"sni", "quic_sni", "certificate"}


class Peers(umbra.Case):
    @classmethod
    def setUpClass(cls):
        cls.expected = defaultdict(dict)  # capture → name → who saw it
        for row in umbra.read_tsv(PEERS / "expected-names.tsv"):
            cls.expected[row["capture"]][row["server_name"].lower().rstrip(".")] = row["seen_by"]
        cls.differences = {(row["capture"], row["name"], row["kind"]) for row in umbra.read_tsv(DIFFERENCES)}
        cls.found = {}
        for capture in sorted(PEERS.glob("*.pcap*")):
            flows = umbra.explain(capture, "--all")
            cls.found[capture.name] = {flow["name"] for flow in flows if flow["evidence"] in FROM_HELLOS}

    def shares(self):
        """(found, all) of the names that both tools saw, and of all names."""
        both, every = [0, 0], [0, 0]
        for capture, names in self.expected.items():
            for name, seen_by in names.items():
                hit = name in self.found[capture]
                every[0] += hit
                every[1] += 1
                if seen_by == "ndpi+mercury":
                    both[0] += hit
                    both[1] += 1
        return both, every

    def test_of_the_names_that_both_tools_saw_99_percent_and_of_all_93_percent(self):
        both, every = self.shares()
        print(f"both: {both[0]} of {both[1]}, all: {every[0]} of {every[1]}")
        self.assertGreaterEqual(both[0] / both[1], 0.99)
        self.assertGreaterEqual(every[0] / every[1], 0.93)

    def test_each_miss_has_its_reason(self):
        misses = {(capture, name, "miss") for capture, names in self.expected.items() for name in names
                  if name not in self.found[capture]}
        self.assertEqual(misses, {d for d in self.differences if d[2] == "miss"})

    def test_each_name_that_neither_tool_saw_has_its_reason(self):
        whole = {d[0] for d in self.differences if d[1] == "*"}
        extras = {(capture, name, "extra") for capture, names in self.found.items() for name in names
                  if name not in self.expected[capture] and capture not in whole}
        self.assertEqual(extras, {d for d in self.differences if d[2] == "extra" and d[1] != "*"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
