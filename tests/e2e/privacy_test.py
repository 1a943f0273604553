"""What must never be on the disk: database, write-ahead log, exports and logs are searched for it in each privacy mode."""
import ipaddress
import re
import signal
import subprocess
import time
import unittest

import packets
import umbra

# Each stands somewhere in the capture that `secrets` makes.
PAYLOAD, PATH, COOKIE, AGENT = "prompt-of-mme-durand", "/v1/threads/salary-dispute", "sid=c00k1e-0815", "Agent/47.11"
HOST_NAME, MAC = "nb-durand-rennes", bytes.fromhex("02005e4711aa")
OTHER_SITES = ("clinique-saint-yves.example", "www.syndicat.example", "job-offers.example")
SINCE = ("--since", "2026-11-01")  # before the oldest capture


def http(method, target, host, body=""):
    return (f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nCookie: {COOKIE}\r\nUser-Agent: {AGENT}\r\n"
            f"Referer: http://{OTHER_SITES[2]}{PATH}\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode()


class Secrets:
    """A capture of one host whose every byte is personal."""

    HOST = "10.77.3.21"

    def __init__(self, path):
        self.frames, self.port = [], 41000
        self.frames.append(packets.udp("10.77.3.1", 67, self.HOST, 68, packets.dhcp_ack(MAC, self.HOST, HOST_NAME)))
        self.frames.append(packets.udp("10.77.0.53", 53, self.HOST, 5353, packets.dns_answer(OTHER_SITES[0], "198.51.100.7")))
        for name in ("claude.ai", OTHER_SITES[0], OTHER_SITES[1]):
            self.flow(443, packets.client_hello(name), PAYLOAD.encode())
        self.flow(80, http("POST", PATH, "api.openai.com", PAYLOAD))
        self.flow(80, http("GET", PATH, OTHER_SITES[1]))
        self.flow(80, http("GET", f"http://api.mistral.ai{PATH}", "api.mistral.ai"))
        # Through a proxy inside, named and by address.
        self.flow(3128, b"CONNECT www.perplexity.ai:443 HTTP/1.1\r\nProxy-Authorization: " + PAYLOAD.encode() + b"\r\n\r\n",
                  server="10.77.0.80")
        packets.write_pcap(path, [(number // 8, frame) for number, frame in enumerate(self.frames)])

    def flow(self, port, *messages, server="203.0.113.9"):
        self.port += 1
        sequence = 1
        self.frames.append(packets.tcp(self.HOST, self.port, server, port, sequence=0, flags=2, source_mac=MAC))
        for message in messages:
            self.frames.append(packets.tcp(self.HOST, self.port, server, port, message, sequence, source_mac=MAC))
            sequence += len(message)


def asked_names(path):
    """The names in a capture's DNS messages, read without our programs: one question, then labels, type, class IN."""
    data, names = path.read_bytes(), set()
    for match in re.finditer(rb"\x00\x01\x00.\x00.\x00.(?=[\x01-\x3f])", data, re.DOTALL):
        at, labels = match.end(), []
        while at + 5 < len(data) and 0 < data[at] < 64:
            labels.append(data[at + 1:at + 1 + data[at]])
            at += 1 + data[at]
        if data[at:at + 1] == b"\0" and data[at + 1:at + 5] in (b"\0\1\0\1", b"\0\x1c\0\1", b"\0\x41\0\1"):
            names.add(b".".join(labels).decode(errors="replace").lower())
    return names


def forms_of(address):
    """How an address may stand in a file: as text, or as the 16 bytes in which we keep it in memory."""
    parsed = ipaddress.ip_address(address)
    mapped = parsed.packed if parsed.version == 6 else bytes(10) + b"\xff\xff" + parsed.packed
    return address.encode(), mapped


class Privacy(umbra.Case):
    @classmethod
    def setUpClass(cls):
        made = cls.folder_of_class()
        cls.office, truth, _ = umbra.trafgen(made, "--packets", 30000, "--start", "2026-12-01T09:00:00Z")
        secrets = made / "secrets.pcap"
        Secrets(secrets)
        clients = sorted((umbra.CAPTURES / "clients").glob("*.pcap"))
        cls.captures = [secrets, *clients]

        cls.hosts = {line["client"] for line in truth if line["service"] != "-"} | {Secrets.HOST}
        cls.hosts |= {"10.66.0.10"} if clients else set()
        cls.inside_servers = {"10.31.0.80", "10.77.0.80"}
        flows = [flow for capture in (cls.office, *cls.captures) for flow in umbra.explain(capture, "--all")]
        seen = {flow["name"] for flow in flows if flow["name"]}
        seen |= {name for capture in (cls.office, *cls.captures) for name in asked_names(capture)}
        matched = umbra.umbra("signatures", "match", "-", input="\n".join(sorted(seen)).encode()).stdout.decode()
        cls.services = {line.split("\t")[0] for line in matched.splitlines() if line.split("\t")[1] != "-"}
        cls.other_sites = {name for name in seen - cls.services if not any(name in service for service in cls.services)}

    def record(self, mode, *options):
        """Runs umbrad over everything; returns {file: content} of all that was on the disk, while it ran and after."""
        disk = self.folder / mode
        disk.mkdir()
        self.database = disk / "umbra.db"
        arguments = ["--database", self.database, "--privacy", mode, "--log-level", "trace", *options]
        for capture in self.captures:
            arguments += ["--read", capture]
        if mode == "hmac":
            key = self.folder / "key"
            umbra.umbra("privacy", "make-key", key)
            arguments += ["--privacy-key", key]
        with open(disk / "log", "wb") as log:
            process = subprocess.Popen([umbra.BIN / "umbrad", *map(str, arguments), "--read", "-"], stderr=log,
                                       stdin=subprocess.PIPE)
        self.addCleanup(process.kill)
        data = self.office.read_bytes()
        process.stdin.write(data[:len(data) // 2])
        process.stdin.flush()
        end = time.monotonic() + 120
        while self.windows() < 4:
            self.assertLess(time.monotonic(), end, (disk / "log").read_text())
            time.sleep(0.05)
        content = {path.name + " while it ran": path.read_bytes() for path in disk.iterdir()}
        self.assertIn("umbra.db-wal while it ran", content)
        process.send_signal(signal.SIGUSR1)
        process.stdin.write(data[len(data) // 2:])
        process.stdin.close()
        self.assertEqual(process.wait(timeout=120), 0, (disk / "log").read_text())
        for what, name in (("usage", "csv"), ("usage", "ndjson"), ("usage", "ocsf"), ("usage", "cef"), ("coverage", "csv")):
            umbra.umbra("export", "--database", self.database, "--to", disk / "export", "--what", what, "--format", name,
                        "--cursor", disk / f"{what}-{name}.cursor")
        content |= {path.name: path.read_bytes() for path in disk.rglob("*") if path.is_file()}
        self.assertTrue(any(name.endswith(".csv") for name in content))
        return content

    def windows(self):
        try:
            return umbra.query(self.database, "SELECT count(DISTINCT window_start) FROM coverage")[0][0]
        except Exception:  # not made yet
            return 0

    def assertNowhere(self, needle, content):
        for name, data in content.items():
            self.assertNotIn(needle, data, f"{needle} in {name}")

    def assertNothingOfOthers(self, content):
        """No payload, no path, no cookie, no name of a site that is no AI service."""
        for needle in (PAYLOAD, PATH, COOKIE, AGENT, "/v1/chat/completions", "trafgen"):
            self.assertTrue(any(needle.encode() in capture.read_bytes() for capture in (self.office, *self.captures)))
            self.assertNowhere(needle.encode(), content)
        self.assertGreaterEqual(len(self.other_sites), 10)
        self.assertLessEqual(set(OTHER_SITES[:2]), self.other_sites)
        for name in (*self.other_sites, *OTHER_SITES):
            self.assertNowhere(name.encode(), content)
        stored = b"".join(content.values())
        for name in ("chatgpt.com", "claude.ai", "api.mistral.ai", "www.perplexity.ai"):
            self.assertIn(name.encode(), stored)

    def assertNobody(self, content):
        """No address and no name of a host."""
        for address in (*self.hosts, *self.inside_servers):
            for needle in forms_of(address):
                self.assertNowhere(needle, content)
        for needle in (HOST_NAME.encode(), MAC, MAC.hex(":").encode()):
            self.assertNowhere(needle, content)

    def test_clear(self):
        content = self.record("clear")
        self.assertNothingOfOthers(content)
        # The addresses are there in the form that the other modes are searched for.
        for address in self.hosts | self.inside_servers:
            self.assertIn(forms_of(address)[0], content["umbra.db"])

    def test_hmac(self):
        content = self.record("hmac")
        self.assertNothingOfOthers(content)
        self.assertNobody(content)
        self.assertNowhere((self.folder / "key").read_bytes().strip(), content)
        self.assertNowhere(bytes.fromhex((self.folder / "key").read_text()), content)
        self.assertEqual(len(umbra.report("hosts", self.database, *SINCE)), len(self.hosts))

    def test_truncate(self):
        content = self.record("truncate")
        self.assertNothingOfOthers(content)
        self.assertNobody(content)
        networks = {str(ipaddress.ip_network(f"{host}/{48 if ':' in host else 24}", strict=False)) for host in self.hosts}
        self.assertEqual({row["host"] for row in umbra.report("hosts", self.database, *SINCE)}, networks)

    def test_the_figures_are_the_same_in_each_mode(self):
        totals = []
        for mode in ("clear", "hmac", "truncate"):
            self.record(mode)
            totals.append([{key: row[key] for key in ("service", "flows", "bytes_out", "bytes_in", "first_seen", "last_seen")}
                           for row in umbra.report("services", self.database, *SINCE)])
        self.assertGreater(len(totals[0]), 10)
        self.assertEqual(totals[0], totals[1])
        self.assertEqual(totals[0], totals[2])

    def test_candidates_hold_no_host(self):
        content = self.record("hmac", "--candidates", "2")
        self.assertNobody(content)


if __name__ == "__main__":
    unittest.main(verbosity=2)
