"""Live capture for the end-to-end tests: a cable between two network namespaces, umbrad at its far end."""
import os
import signal
import subprocess
import sys
import unittest
from pathlib import Path

import services
import umbra

CLIENT, FAR = "10.77.0.1", "10.77.0.2"

# Namespaces of mounts and processes too: whatever ends the tests, no process and no namespace outlives them.
ISOLATED = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
OWN_NAMES = "mkdir -p /run/netns && mount -t tmpfs umbra-netns /run/netns"


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def why_not():
    """Why namespaces cannot be made here; nothing where they can."""
    if os.geteuid() != 0:
        return "not root: network namespaces cannot be made"
    attempt = f"{OWN_NAMES} && ip netns add try && ip -n try link add try0 type veth peer name try1"
    try:
        subprocess.run([*ISOLATED, "sh", "-c", attempt], check=True, capture_output=True)
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        reason = getattr(error, "stderr", None) or str(error).encode()
        return f"network namespaces are forbidden here: {reason.decode().strip()}"
    return None


def main():
    """Runs the tests of the file that was started, or says why they are skipped."""
    if "UMBRA_ISOLATED" not in os.environ:
        if reason := why_not():
            umbra.skip(reason)
        os.environ["UMBRA_ISOLATED"] = "1"
        os.execvp(ISOLATED[0], [*ISOLATED, sys.executable, *sys.argv])
    subprocess.run(["sh", "-c", OWN_NAMES], check=True)
    result = unittest.main(verbosity=2, exit=False).result
    if result.wasSuccessful() and result.testsRun == len(result.skipped):
        umbra.skip(result.skipped[0][1])
    sys.exit(not result.wasSuccessful())


class Case(umbra.Case):
    """Each test has the namespaces `near` and `far`, each at one end of a cable, and no packet on it but its own."""

    def setUp(self):
        super().setUp()
        for name in ("near", "far"):
            ip("netns", "add", name)
            self.addCleanup(ip, "netns", "del", name)
            # No router solicitations and the like.
            for scope in ("all", "default"):
                ip("netns", "exec", name, "sysctl", "-qw", f"net.ipv6.conf.{scope}.disable_ipv6=1")
            ip("-n", name, "link", "set", "lo", "up")
        ip("-n", "near", "link", "add", "port", "type", "veth", "peer", "name", "mirror", "netns", "far")
        for name, link, address in (("near", "port", CLIENT), ("far", "mirror", FAR)):
            ip("-n", name, "addr", "add", f"{address}/24", "dev", link)
            # One segment a packet, as a mirror port sees them.
            ip("-n", name, "link", "set", link, "up", "mtu", "1600", "gso_max_segs", "1")
        self.log = self.folder / "log"
        self.beside = self.folder / "beside.pcap"

    def inside(self, namespace, *command, **options):
        """Starts a program that is ended with the test."""
        process = subprocess.Popen(["ip", "netns", "exec", namespace, *map(str, command)], **options)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def start(self, namespace, *command, ready):
        """Starts a server, whose input stays open, and waits for the line of its output that says `ready`."""
        process = self.inside(namespace, *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        self.addCleanup(process.stdin.close)
        self.addCleanup(process.stdout.close)
        said = []
        while not said or ready not in said[-1]:
            said.append(process.stdout.readline())
            self.assertNotEqual(said[-1], "", f"{command} ended: {''.join(said)}")
        return process

    def serve(self):
        """Starts the far end's servers; returns the certificate that they show."""
        certificate, pem = self.folder / "server.crt", self.folder / "server.pem"
        names = ",".join(f"DNS:{name}" for name in services.ZONE)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=api.mistral.ai", "-addext", f"subjectAltName={names}",
                        "-keyout", pem, "-out", certificate], check=True, capture_output=True)
        pem.write_text(pem.read_text() + certificate.read_text())
        self.start("far", sys.executable, Path(services.__file__), pem, ready="ready")
        return certificate

    def watch(self, *options):
        """Starts umbrad at the far end."""
        with open(self.log, "wb") as log:
            process = self.inside("far", umbra.BIN / "umbrad", "--interface", "mirror", "--database", self.database,
                                  *options, stderr=log)
        umbra.wait_until(lambda: "watching mirror" in self.log.read_text(), self.log.read_text)
        return process

    def capture(self):
        """Starts tcpdump at the far end, into `self.beside`; with room for all packets of a test, that none is dropped."""
        return self.start("far", "tcpdump", "--immediate-mode", "-U", "-B", "65536", "-s", "2048", "-i", "mirror",
                          "-w", self.beside, ready="listening on")

    def stop(self, process):
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=umbra.PATIENCE), 0, self.log.read_text())

    def stop_both(self, umbrad, tcpdump):
        """Ends umbrad and tcpdump when they were given all packets: one that comes last tells."""
        last = "the last packet of this test"
        subprocess.run(["ip", "netns", "exec", "near", "bash", "-c", f"printf '{last}' >/dev/udp/{FAR}/9"], check=True)
        umbra.wait_until(lambda: last.encode() in self.beside.read_bytes(), lambda: "tcpdump saw no last packet")
        self.stop(umbrad)
        self.stop(tcpdump)
        self.assertIn("\n0 packets dropped by kernel", tcpdump.stdout.read())
