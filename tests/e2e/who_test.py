"""Whose usage it is: hosts file, DHCP, neighbours, routers, proxies, exclusions, and more hosts than there are rows for."""
import csv
import unittest

import packets
import umbra
from packets import mac

LAPTOP, TABLET, PHONE, ROUTER = "02:a0:00:00:00:01", "02:a0:00:00:00:02", "02:a0:00:00:00:03", "02:b0:00:00:00:01"
SERVER, SERVER6 = "203.0.113.9", "2001:db8::9"
HELLO = len(packets.client_hello("claude.ai"))


class Who(umbra.Case):
    def setUp(self):
        super().setUp()
        self.frames, self.port = [], 40000

    def at(self, time, *frames):
        self.frames += [(time, frame) for frame in frames]

    def visit(self, time, host, name="claude.ai", source_mac=LAPTOP, more=0, server=None):
        """A flow that says the name, and `more` bytes; returns what goes out."""
        self.port += 1
        server = server or (SERVER6 if ":" in host else SERVER)
        hello = packets.client_hello(name)
        options = {"source_mac": mac(source_mac)}
        self.at(time, packets.tcp(host, self.port, server, 443, sequence=0, flags=2, **options),
                packets.tcp(host, self.port, server, 443, hello, 1, **options))
        if more:
            self.at(time + 1, packets.tcp(host, self.port, server, 443, bytes(more), 1 + len(hello), **options))
        return len(hello) + more

    def lease(self, time, address, client, name):
        self.at(time, packets.udp("10.0.0.1", 67, "255.255.255.255", 68,
                                  packets.dhcp_ack(mac(client), address, name, "10.0.0.1"), source_mac=mac(ROUTER)))

    def record(self, *options, hosts=""):
        packets.write_pcap(self.folder / "made.pcap", self.frames)
        (self.folder / "hosts.csv").write_text("address,name,department,site\n" + hosts)
        umbra.umbrad("--read", self.folder / "made.pcap", "--database", self.database, "--hosts", self.folder / "hosts.csv",
                     *options)
        return umbra.query(self.database, "SELECT key, src_ip, src_name, u.department, u.site, sum(flows), sum(bytes_out) "
                           "FROM usage u JOIN hosts h ON h.id = host_id GROUP BY 1, 2, 3, 4, 5 ORDER BY min(record_id)")

    def test_hosts_are_called_by_the_line_of_their_mac_their_address_or_their_network(self):
        self.visit(10, "10.0.0.5", source_mac=LAPTOP)
        self.visit(20, "10.0.0.6", source_mac=TABLET)
        self.visit(30, "10.0.0.7", source_mac=PHONE)
        self.visit(40, "10.0.9.9", source_mac=PHONE)
        self.visit(50, "fd00::7", source_mac=PHONE)
        rows = self.record(hosts=f"10.0.0.0/24,,Marketing,Paris\n10.0.0.6,printer,,\n{LAPTOP},laptop-5,Legal,\n"
                                 "fd00::/16,,Audit,Lyon\n")
        self.assertEqual([row[:5] for row in rows],
                         [(f"mac:{LAPTOP}", "10.0.0.5", "laptop-5", "Legal", "Paris"),
                          ("10.0.0.6", "10.0.0.6", "printer", "Marketing", "Paris"),
                          ("10.0.0.7", "10.0.0.7", None, "Marketing", "Paris"),
                          ("10.0.9.9", "10.0.9.9", None, None, None), ("fd00::7", "fd00::7", None, "Audit", "Lyon")])

    def test_an_address_that_moves_by_dhcp_is_another_host_from_then_on_and_the_address_is_kept(self):
        self.lease(0, "10.0.0.5", LAPTOP, "laptop-5")
        first = self.visit(10, "10.0.0.5", source_mac=ROUTER, more=100) + self.visit(20, "10.0.0.5", source_mac=ROUTER)
        self.lease(100, "10.0.0.5", TABLET, "tablet-5")
        second = self.visit(110, "10.0.0.5", source_mac=ROUTER, more=7000)
        self.lease(400, "10.0.0.77", LAPTOP, "laptop-5")
        third = self.visit(410, "10.0.0.77", source_mac=ROUTER)
        rows = self.record(hosts=f"{TABLET},,Sales,\n")
        self.assertEqual(rows, [(f"mac:{LAPTOP}", "10.0.0.5", "laptop-5", None, None, 2, first),
                                (f"mac:{TABLET}", "10.0.0.5", "tablet-5", "Sales", None, 1, second),
                                (f"mac:{LAPTOP}", "10.0.0.77", "laptop-5", None, None, 1, third)])
        self.assertEqual([(row["host"], row["flows"]) for row in umbra.report("hosts", self.database)],
                         [("10.0.0.5", 1), ("10.0.0.77", 3)])
        umbra.umbra("export", "--database", self.database, "--to", self.folder / "out")
        exported, = (self.folder / "out").glob("*.csv")
        with open(exported, newline="") as file:
            self.assertEqual([(row["src_ip"], row["src_id"], row["src_name"]) for row in csv.DictReader(file)],
                             [("10.0.0.5", f"mac:{LAPTOP}", "laptop-5"), ("10.0.0.5", f"mac:{TABLET}", "tablet-5"),
                              ("10.0.0.77", f"mac:{LAPTOP}", "laptop-5")])

    def test_privacy_addresses_join_their_host_by_neighbour_discovery_and_dhcpv6(self):
        duid = b"\0\2\0\0\0\x09\x01"
        self.lease(0, "10.0.0.5", LAPTOP, "laptop-5")
        self.at(1, packets.neighbour_solicitation("fd00::aaaa", "fd00::1", mac(LAPTOP)),
                packets.neighbour_solicitation("fd00::bbbb", "fd00::1", mac(LAPTOP)),
                packets.neighbour_solicitation("fd00::cccc", "fd00::1", mac(TABLET)))
        self.at(2, packets.udp("fe80::5", 546, "ff02::1:2", 547, packets.dhcpv6(3, duid), source_mac=mac(LAPTOP)),
                packets.udp("fe80::1", 547, "fe80::5", 546, packets.dhcpv6(7, duid, packets.dhcpv6_lease("fd00::dddd", 3600)),
                            source_mac=mac(ROUTER)))
        addresses = ("10.0.0.5", "fd00::aaaa", "fd00::bbbb", "fd00::dddd")
        for number, address in enumerate(addresses):
            self.visit(10 + number, address)
        self.visit(20, "fd00::cccc", source_mac=TABLET)
        self.visit(21, "fd00::eeee", source_mac=PHONE)
        rows = self.record()
        self.assertEqual([row[:3] for row in rows], [(f"mac:{LAPTOP}", address, "laptop-5") for address in addresses] +
                         [(f"mac:{TABLET}", "fd00::cccc", None), ("fd00::eeee", "fd00::eeee", None)])
        self.assertEqual([row["flows"] for row in umbra.report("hosts", self.database)], [4, 1, 1])

    def test_a_router_is_not_taken_for_the_hosts_behind_it(self):
        for number in range(6):
            self.visit(10 + number, f"10.0.1.{number + 1}", source_mac=ROUTER)
            self.visit(20 + number, f"fd00:1::{number + 1}", source_mac=ROUTER)
        rows = self.record(hosts=f"{ROUTER},gateway,IT,Paris\n10.0.1.0/24,,Sales,\n")
        self.assertEqual([row[:4] for row in rows], [row for number in range(1, 7) for row in (
            (f"10.0.1.{number}", f"10.0.1.{number}", None, "Sales"),)] +
            [(f"fd00:1::{number}", f"fd00:1::{number}", None, None) for number in range(1, 7)])

    def test_local_net_says_who_is_inside(self):
        self.visit(10, "10.0.0.5")
        self.visit(20, "192.0.2.5")
        self.visit(30, "2001:db8:7::5")
        rows = self.record("--local-net", "192.0.2.0/24", "--local-net", "2001:db8:7::/48")
        self.assertEqual([row[1] for row in rows], ["192.0.2.5", "2001:db8:7::5"])
        self.assertEqual(umbra.coverage(self.database)["ai_flows_outside_client"], 1)

    def test_what_is_excluded_leaves_a_number_behind(self):
        self.visit(10, "10.0.0.5", more=500)
        kept = self.visit(20, "10.0.0.6")
        self.visit(30, "10.0.9.6", name="chatgpt.com")
        self.visit(40, "10.0.0.7", name="chatgpt.com", server="198.51.100.1")
        self.lease(50, "10.0.0.5", LAPTOP, "works-council")
        rows = self.record("--exclude", "10.0.0.5/32", "--exclude", "10.0.9.0/24", "--exclude", "198.51.100.0/24")
        self.assertEqual(rows, [("10.0.0.6", "10.0.0.6", None, None, None, 1, kept)])
        coverage = umbra.coverage(self.database)
        self.assertEqual(coverage["packets_excluded"], 3 + 2 + 2)
        self.assertEqual(coverage["ai_flows"], 1)
        self.assertEqual(coverage["flows_named"], 1)
        stored = b"".join(path.read_bytes() for path in self.folder.glob("umbra.db*"))
        for trace in (b"10.0.0.5", b"10.0.9.6", b"10.0.0.7", b"works-council", b"chatgpt.com"):
            self.assertNotIn(trace, stored)

    def test_behind_a_proxy_the_inside_end_is_the_proxys_client(self):
        request = b"CONNECT claude.ai:443 HTTP/1.1\r\nHost: claude.ai:443\r\n\r\n"
        self.at(10, packets.tcp("10.0.0.5", 50000, "10.0.0.80", 3128, sequence=0, flags=2),
                packets.tcp("10.0.0.5", 50000, "10.0.0.80", 3128, request))
        self.visit(11, "10.0.0.80")
        rows = self.record("--proxy", "10.0.0.80")
        self.assertEqual(rows, [("10.0.0.5", "10.0.0.5", None, None, None, 1, len(request))])
        self.assertEqual(umbra.coverage(self.database)["flows_proxy_upstream"], 1)

    def test_more_hosts_than_rows_are_summed_up_and_counted(self):
        sizes = {f"10.1.{n // 250}.{n % 250 + 1}": 1000 + 7919 * n % 50000 for n in range(1000)}
        sent = {host: self.visit(n // 5, host, more=size) for n, (host, size) in enumerate(sizes.items())}
        rows = self.record("--max-rows", 100)
        self.assertLessEqual(len(rows), 101)
        others, = [row for row in rows if row[0] == "other"]
        self.assertEqual(others[1:3], ("", "other hosts"))
        kept = {row[1]: row[6] for row in rows if row[0] != "other"}
        self.assertGreaterEqual(len(kept), 50)
        self.assertEqual(kept, {host: sent[host] for host in kept})
        self.assertEqual(sum(row[6] for row in rows), sum(sent.values()))
        self.assertEqual(sum(row[5] for row in rows), 1000)
        self.assertEqual(umbra.coverage(self.database)["usage_rows_summed_up"], 1000 - len(kept))
        largest = sorted(sent, key=sent.get)[-50:]
        self.assertGreaterEqual(len(set(largest) & kept.keys()), 25)


if __name__ == "__main__":
    unittest.main(verbosity=2)
