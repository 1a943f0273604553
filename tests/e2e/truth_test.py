"""umbrad's figures against what the traffic generator says it made."""
import unittest
from collections import Counter, defaultdict

import umbra


def by_host_and_service(truth):
    """{(host, service): [bytes out, bytes in, flows]} of the conversations of AI services."""
    totals = defaultdict(lambda: [0, 0, 0])
    for line in truth:
        if line["service"] == "-":
            continue
        total = totals[line["client"], line["service"]]
        total[0] += int(line["bytes_out"])
        total[1] += int(line["bytes_in"])
        total[2] += 1
    return totals


class Truth(umbra.Case):
    def compare(self, *arguments, workers=1):
        capture, truth, windows = umbra.trafgen(self.folder, *arguments)
        umbra.umbrad("--read", capture, "--database", self.database, "--workers", workers)

        expected = by_host_and_service(truth)
        self.assertGreater(len(expected), 20)
        found = {(host, service): totals for host, service, *totals in umbra.query(
            self.database,
            "SELECT h.address, s.service, sum(bytes_out), sum(bytes_in), sum(flows) FROM usage u "
            "JOIN hosts h ON h.id = u.host_id JOIN services s ON s.id = u.service_id "
            "WHERE usage <> 'contact' GROUP BY 1, 2")}
        self.assertEqual({key: tuple(value) for key, value in found.items()},
                         {key: tuple(value) for key, value in expected.items()})

        # The same by window, name, evidence and transport.
        expected = {(int(w["window_start"]), w["client"], w["service"], w["name"], w["evidence"], w["transport"]):
                    (int(w["bytes_out"]), int(w["bytes_in"])) for w in windows if w["service"] != "-"}
        self.assertGreater(len({key[0] for key in expected}), 5)
        found = {row[:5] + row[6:7]: row[11:13] for row in umbra.usage_rows(self.database) if row[11] + row[12]}
        self.assertEqual(found, expected)
        return truth

    def test_two_hundred_thousand_packets(self):
        truth = self.compare("--packets", 200000, "--seed", 7)
        coverage = umbra.coverage(self.database)
        packets = sum(int(line["packets"]) for line in truth)
        self.assertGreaterEqual(packets, 200000)
        self.assertEqual(coverage["packets"], packets)
        self.assertEqual(coverage["packets_decoded"], packets)
        self.assertEqual(coverage["flows_started"], len(truth))
        payload = defaultdict(int)
        for line in truth:
            kind = {"none": "other", "dns": "dns_only"}.get(line["evidence"], "named")
            if line["server"].startswith(("10.", "fd")) and line["evidence"] != "connect_host":
                kind = "internal"
            payload[kind] += int(line["bytes_out"]) + int(line["bytes_in"])
        seen = {key.removeprefix("payload_bytes_"): value for key, value in coverage.items()
                if key.startswith("payload_bytes_")}
        found = {kind: seen.pop(kind) for kind in ("named", "dns_only", "internal")}
        self.assertEqual({**found, "other": sum(seen.values())}, payload)

    def test_every_hello_mistreated(self):
        self.compare("--packets", 60000, "--seed", 11, "--split", "--reorder", "--repeat", "--vlan", 120)

    def test_several_workers(self):
        for workers in (2, 4):
            with self.subTest(workers=workers):
                self.database = self.folder / f"{workers}.db"
                truth = self.compare("--packets", 60000, "--seed", 13, "--hosts", 300, workers=workers)
                # No flow is split over them.
                self.assertEqual(umbra.coverage(self.database)["flows_started"], len(truth))

    def test_explain_names_every_flow_as_the_truth_does(self):
        capture, truth, _ = umbra.trafgen(self.folder, "--packets", 60000, "--seed", 3, "--reorder")
        ends = ("client", "client_port", "server", "server_port", "transport")
        words = {"-": None, "none": "none"}
        expected = Counter(tuple(line[key] for key in ends) +
                           (words.get(line["name"], line["name"]), line["evidence"],
                            words.get(line["service"], line["service"]), int(line["bytes_out"]),
                            int(line["bytes_in"]), int(line["packets"])) for line in truth)
        found = Counter(tuple(str(flow[key]) for key in ends) +
                        (flow["name"], flow["evidence"], flow["service"], flow["bytes_out"], flow["bytes_in"],
                         flow["packets"]) for flow in umbra.explain(capture, "--all"))
        self.assertEqual(found, expected)

    def test_the_same_seed_makes_the_same_file(self):
        first, second, third = (self.folder / name for name in ("first", "second", "third"))
        umbra.run("trafgen", "--out", first, "--packets", 5000, "--seed", 5)
        umbra.run("trafgen", "--out", second, "--packets", 5000, "--seed", 5)
        umbra.run("trafgen", "--out", third, "--packets", 5000, "--seed", 6)
        self.assertEqual(first.read_bytes(), second.read_bytes())
        self.assertNotEqual(first.read_bytes(), third.read_bytes())


if __name__ == "__main__":
    unittest.main(verbosity=2)
