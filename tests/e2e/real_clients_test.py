"""Real clients against servers of the test's own: what umbrad on an interface and `umbra explain` make of them."""
import os
import shutil
import subprocess
from pathlib import Path

import netns
import services
import umbra

TOTALS = """
    SELECT h.address, s.service, n.name, u.evidence, u.visibility, u.transport, sum(u.flows), sum(u.bytes_out),
           sum(u.bytes_in)
      FROM usage u JOIN hosts h ON h.id = u.host_id JOIN services s ON s.id = u.service_id
           JOIN names n ON n.id = u.name_id
     GROUP BY 1, 2, 3, 4, 5, 6"""


def totals(flows):
    """What TOTALS gives, from the flows that `umbra explain` shows."""
    sums = {}
    for flow in flows:
        key = tuple(flow[column] for column in ("client", "service", "name", "evidence", "visibility", "transport"))
        one = (1, flow["bytes_out"], flow["bytes_in"])
        sums[key] = tuple(map(sum, zip(sums.get(key, (0, 0, 0)), one)))
    return sums


class Client(netns.Case):
    """Tests of a program, which are skipped where the machine has none of it."""

    def setUp(self):
        if shutil.which(self.program) is None:
            self.skipTest(f"{self.program} is not installed")
        super().setUp()
        netns.ip("-n", "near", "route", "add", "default", "via", netns.FAR)
        netns.ip("-n", "far", "route", "add", "local", services.NETWORK, "dev", "lo")
        self.said = self.folder / "said"
        self.resolve_at_the_far_end()
        self.certificate = self.serve()
        # A window that no test outlives: a flow that did would count in two.
        self.tcpdump, self.umbrad = self.capture(), self.watch("--window", 86400)

    def resolve_at_the_far_end(self):
        for path, text in (("/etc/resolv.conf", f"nameserver {netns.FAR}\n"),
                           ("/etc/nsswitch.conf", "hosts: files dns\n")):
            ours = self.folder / Path(path).name
            ours.write_text(text)
            subprocess.run(["mount", "--bind", ours, path], check=True)
            self.addCleanup(subprocess.run, ["umount", path], check=True)

    def begin(self, *arguments, **environment):
        """Starts the client, without the settings of who runs the tests."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), **environment}
        with open(self.said, "wb") as said:
            return self.inside("near", self.program, *arguments, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                               env=environment)

    def call(self, *arguments, answer=services.PAGE, **environment):
        """Runs the client to its end; its server must have answered."""
        client = self.begin(*arguments, **environment)
        client.wait(timeout=umbra.PATIENCE)
        self.assertEqual(client.returncode, 0, self.said.read_text())
        self.assertIn(answer, self.said.read_text())

    def assertSeen(self, *expected):
        """These are all AI flows, by (service, name, evidence, visibility, transport): on the interface, and in the
        capture beside it, with the same bytes."""
        self.stop_both(self.umbrad, self.tcpdump)
        live = {row[:6]: row[6:] for row in umbra.query(self.database, TOTALS)}
        self.assertEqual(set(live), {(netns.CLIENT, *row) for row in expected})
        self.assertEqual(live, totals(umbra.explain(self.beside)))
        self.assertNotIn("drops_kernel", umbra.coverage(self.database))


class Curl(Client):
    program = "curl"

    def fetch(self, *arguments):
        self.call("--silent", "--show-error", "--cacert", self.certificate, *arguments)

    def test_curl(self):
        self.fetch("https://chatgpt.com/")
        self.assertSeen(("openai.chatgpt", "chatgpt.com", "sni", "clear", "tcp"))

    def test_curl_without_tls(self):
        self.fetch("http://api.openai.com/")
        self.assertSeen(("openai.api", "api.openai.com", "http_host", "clear", "tcp"))

    def test_curl_through_an_http_proxy(self):
        self.fetch("--proxy", f"http://{netns.FAR}:3128", "https://www.perplexity.ai/")
        self.assertSeen(("perplexity.perplexity", "www.perplexity.ai", "connect_host", "clear", "tcp"))

    def test_curl_through_an_http_proxy_without_tls(self):
        self.fetch("--proxy", f"http://{netns.FAR}:3128", "http://api.openai.com/")
        self.assertSeen(("openai.api", "api.openai.com", "http_host", "clear", "tcp"))

    def test_curl_through_socks5_to_a_name(self):
        self.fetch("--socks5-hostname", f"{netns.FAR}:1080", "https://claude.ai/")
        self.assertSeen(("anthropic.claude", "claude.ai", "connect_host", "clear", "tcp"))

    def test_curl_through_socks5_to_an_address(self):
        self.fetch("--socks5", f"{netns.FAR}:1080", "https://claude.ai/")
        self.assertSeen(("anthropic.claude", "claude.ai", "sni", "clear", "tcp"))

    def test_curl_through_socks4_to_a_name(self):
        self.fetch("--socks4a", f"{netns.FAR}:1080", "https://chatgpt.com/")
        self.assertSeen(("openai.chatgpt", "chatgpt.com", "connect_host", "clear", "tcp"))

    def test_curl_through_socks4_to_an_address(self):
        self.fetch("--socks4", f"{netns.FAR}:1080", "https://chatgpt.com/")
        self.assertSeen(("openai.chatgpt", "chatgpt.com", "sni", "clear", "tcp"))


class Openssl(Client):
    program = "openssl"

    def connect(self, *arguments):
        self.call("s_client", "-CAfile", self.certificate, *arguments, answer="Verify return code: 0 (ok)")

    def test_openssl(self):
        self.connect("-connect", "api.mistral.ai:443")
        self.assertSeen(("mistral.api", "api.mistral.ai", "sni", "clear", "tcp"))

    def test_openssl_without_server_name_by_the_certificate(self):
        self.connect("-tls1_2", "-noservername", "-connect", "203.0.113.14:443")
        self.assertSeen(("mistral.api", "api.mistral.ai", "certificate", "clear", "tcp"))

    def test_openssl_without_server_name_by_the_lookup_before(self):
        self.connect("-tls1_3", "-noservername", "-connect", "claude.ai:443")
        self.assertSeen(("anthropic.claude", "claude.ai", "dns", "dns_only", "tcp"))

    def test_openssl_after_starttls(self):
        self.connect("-starttls", "smtp", "-connect", "api.openai.com:25")
        self.assertSeen(("openai.api", "api.openai.com", "sni", "clear", "tcp"))

    def test_openssl_over_dtls(self):
        self.start("far", "openssl", "s_server", "-dtls", "-accept", "203.0.113.13:4433", "-cert",
                   self.folder / "server.pem", ready="ACCEPT")
        self.connect("-dtls", "-connect", "www.perplexity.ai:4433")
        self.assertSeen(("perplexity.perplexity", "www.perplexity.ai", "sni", "clear", "udp"))


class Wget(Client):
    program = "wget"

    def test_wget(self):
        self.call("--quiet", "--output-document=-", f"--ca-certificate={self.certificate}", "https://chatgpt.com/")
        self.assertSeen(("openai.chatgpt", "chatgpt.com", "sni", "clear", "tcp"))


class Node(Client):
    program = "node"

    def test_node(self):
        self.call("-e", "fetch('https://api.openai.com/').then((answer) => answer.text()).then(console.log)",
                  NODE_EXTRA_CA_CERTS=str(self.certificate))
        self.assertSeen(("openai.api", "api.openai.com", "sni", "clear", "tcp"))


class Chromium(Client):
    """Asks for much in the background too: nothing of it is an AI service."""

    program = "chromium"

    def setUp(self):
        super().setUp()
        self.options = ("--headless", "--no-sandbox", "--disable-gpu", "--ignore-certificate-errors",
                        f"--user-data-dir={self.folder / 'profile'}")

    def test_chromium(self):
        self.call(*self.options, "--dump-dom", "https://chatgpt.com/")
        self.assertSeen(("openai.chatgpt", "chatgpt.com", "sni", "clear", "tcp"))

    def test_chromium_with_an_encrypted_hello(self):
        self.call(*self.options, "--dump-dom", f"https://{services.ECH_NAME}/")
        # The server knows no ECH, so that the browser asks once more, in the clear.
        self.assertSeen(("quora.poe", "poe.com", "dns", "ech_outer", "tcp"),
                        ("quora.poe", "poe.com", "sni", "clear", "tcp"))

    def test_chromium_over_quic(self):
        browser = self.begin(*self.options, "--origin-to-force-quic-on=claude.ai:443", "https://claude.ai/")
        # Nobody answers: the browser would try for long.
        umbra.wait_until(lambda: "quic_sni" in (flow["evidence"] for flow in umbra.explain(self.beside)),
                         self.said.read_text)
        self.stop(browser)
        self.assertSeen(("anthropic.claude", "claude.ai", "quic_sni", "clear", "udp"))


if __name__ == "__main__":
    netns.main()
