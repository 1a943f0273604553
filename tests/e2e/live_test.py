"""umbrad on a real interface, in network namespaces that the test makes: replayed traffic, and a real client."""
import os
import signal
import subprocess
import sys
import time
import unittest

import umbra

SERVER = """
import http.server, ssl, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(bytes(100000))
    def log_message(self, *arguments):
        pass
server = http.server.ThreadingHTTPServer(("10.77.0.2", 443), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1])
server.socket = context.wrap_socket(server.socket, server_side=True)
print("ready", flush=True)
server.serve_forever()
"""

TOTALS = """
    SELECT h.address, s.service, n.name, u.evidence, u.visibility, u.transport, u.dest_port, sum(u.flows),
           sum(u.bytes_out), sum(u.bytes_in)
      FROM usage u JOIN hosts h ON h.id = u.host_id JOIN services s ON s.id = u.service_id
           JOIN names n ON n.id = u.name_id
     GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7"""


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def why_not():
    """Why namespaces cannot be made here; nothing where they can."""
    if os.geteuid() != 0:
        return "not root: network namespaces cannot be made"
    try:
        name = f"umbra-try-{os.getpid()}"
        ip("netns", "add", name)
        try:
            ip("-n", name, "link", "add", "try0", "type", "veth", "peer", "name", "try1")
        finally:
            ip("netns", "del", name)
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        reason = getattr(error, "stderr", None) or str(error).encode()
        return f"network namespaces are forbidden here: {reason.decode().strip()}"
    return None


class Live(umbra.Case):
    def setUp(self):
        super().setUp()
        # Two ends of one cable, each in a namespace of its own; umbrad listens at the far end.
        self.near, self.far = f"umbra-near-{os.getpid()}", f"umbra-far-{os.getpid()}"
        for name in (self.near, self.far):
            ip("netns", "add", name)
            self.addCleanup(ip, "netns", "del", name)
            # No router solicitations and the like: only the test's packets.
            for scope in ("all", "default"):
                ip("netns", "exec", name, "sysctl", "-qw", f"net.ipv6.conf.{scope}.disable_ipv6=1")
        ip("-n", self.near, "link", "add", "port", "type", "veth", "peer", "name", "mirror", "netns", self.far)
        for name, link, address in ((self.near, "port", "10.77.0.1/24"), (self.far, "mirror", "10.77.0.2/24")):
            ip("-n", name, "addr", "add", address, "dev", link)
            ip("-n", name, "link", "set", link, "up", "mtu", "1600")
        self.log = self.folder / "log"

    def inside(self, namespace, *command, **options):
        return subprocess.Popen(["ip", "netns", "exec", namespace, *map(str, command)], **options)

    def watch(self, *options):
        with open(self.log, "wb") as log:
            process = self.inside(self.far, umbra.BIN / "umbrad", "--interface", "mirror", "--database", self.database,
                                  *options, stderr=log)
        self.addCleanup(process.kill)
        self.wait_for("watching mirror")
        return process

    def wait_for(self, text):
        end = time.monotonic() + 60
        while text not in self.log.read_text():
            self.assertLess(time.monotonic(), end, self.log.read_text())
            time.sleep(0.05)

    def stop(self, process):
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=60), 0, self.log.read_text())

    def received(self, process):
        """What umbrad says on SIGUSR1: packets received, dropped, dropped by the interface."""
        before = self.log.read_text().count("received ")
        process.send_signal(signal.SIGUSR1)
        end = time.monotonic() + 60
        while self.log.read_text().count("received ") == before:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)
        line = [line for line in self.log.read_text().splitlines() if "received " in line][-1]
        words = line.replace(",", "").split()
        return int(words[words.index("received") + 1]), int(words[words.index("dropped") + 1]), int(words[-1])

    def replay(self, capture):
        subprocess.run(["ip", "netns", "exec", self.near, "tcpreplay", "--quiet", "--mbps", "150", "--intf1", "port",
                        str(capture)], check=True, capture_output=True)

    def test_replayed_traffic_gives_the_rows_of_the_file(self):
        capture, truth, _ = umbra.trafgen(self.folder, "--packets", 20000)
        packets = sum(int(t["packets"]) for t in truth)
        process = self.watch()
        self.replay(capture)
        end = time.monotonic() + 60
        while (seen := self.received(process))[0] < packets and time.monotonic() < end:
            time.sleep(0.2)
        self.assertEqual(seen, (packets, 0, 0))
        self.stop(process)
        from_file = self.folder / "file.db"
        umbra.umbrad("--read", capture, "--database", from_file)
        self.assertGreater(len(umbra.query(from_file, TOTALS)), 20)
        self.assertEqual(umbra.query(self.database, TOTALS), umbra.query(from_file, TOTALS))
        self.assertEqual(umbra.coverage(self.database)["packets"], packets)

    def test_a_real_client_uploads_to_a_real_server(self):
        key = self.folder / "server.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=chatgpt.com", "-keyout", key, "-out", key.with_suffix(".crt")], check=True,
                       capture_output=True)
        key.write_text(key.read_text() + key.with_suffix(".crt").read_text())
        server = self.inside(self.far, sys.executable, "-c", SERVER, key, stdout=subprocess.PIPE)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        self.assertEqual(server.stdout.readline(), b"ready\n")

        capture = self.folder / "beside.pcap"
        tcpdump = self.inside(self.far, "tcpdump", "--immediate-mode", "-U", "-i", "mirror", "-w", capture,
                              stderr=subprocess.PIPE)
        self.addCleanup(tcpdump.stderr.close)
        self.addCleanup(tcpdump.kill)
        while b"listening on" not in tcpdump.stderr.readline():
            pass
        process = self.watch("--local-net", "10.77.0.1")
        upload = self.folder / "upload"
        upload.write_bytes(os.urandom(700000))
        client = self.inside(self.near, "curl", "--silent", "--show-error", "--insecure", "--http1.1", "--resolve",
                             "chatgpt.com:443:10.77.0.2", "--data-binary", f"@{upload}", "--output", "/dev/null",
                             "--write-out", "%{size_download}", "https://chatgpt.com/backend-api/files",
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        output, errors = client.communicate(timeout=60)
        self.assertEqual((output, errors), (b"100000", b""))
        time.sleep(1)  # the last segments, on their way through the ring
        self.stop(process)
        tcpdump.send_signal(signal.SIGTERM)
        tcpdump.wait(timeout=60)

        rows = umbra.query(self.database, TOTALS)
        self.assertEqual([row[:8] for row in rows],
                         [("10.77.0.1", "openai.chatgpt", "chatgpt.com", "sni", "clear", "tcp", 443, 1)])
        self.assertGreater(rows[0][8], 700000)
        self.assertLess(rows[0][8], 740000)
        self.assertGreater(rows[0][9], 100000)
        from_file = self.folder / "file.db"
        umbra.umbrad("--read", capture, "--database", from_file, "--local-net", "10.77.0.1")
        self.assertEqual(umbra.query(from_file, TOTALS), rows)
        classes = umbra.query(self.database, "SELECT DISTINCT usage FROM usage")
        self.assertIn(("upload",), classes)


if __name__ == "__main__":
    if reason := why_not():
        umbra.skip(f"live test: {reason}")
    unittest.main(verbosity=2)
