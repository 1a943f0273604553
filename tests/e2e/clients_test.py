"""Captures of real clients: browsers, curl, Python. Registered only where they are found."""
import unittest
from collections import Counter

import ja4
import umbra

CLIENTS = umbra.CAPTURES / "clients"
HOST = "10.66.0.10"


class Clients(umbra.Case):
    def seen(self, capture):
        """(name, evidence, service) of the AI flows of a capture, counted; and the same from the database."""
        flows = umbra.explain(CLIENTS / capture)
        umbra.umbrad("--read", CLIENTS / capture, "--database", self.database)
        return flows, Counter((f["name"], f["evidence"], f["service"]) for f in flows)

    def services(self):
        return {row["service"]: row for row in umbra.report("services", self.database)}

    def test_chromium_tls(self):
        _, seen = self.seen("chromium-tls-chatgpt.pcap")
        self.assertEqual(seen, {("chatgpt.com", "sni", "openai.chatgpt"): 2})
        self.assertEqual(list(self.services()), ["openai.chatgpt"])
        self.assertEqual(self.services()["openai.chatgpt"]["flows"], 2)

    def test_curl_upload_counts_the_bytes_that_the_client_sent(self):
        flows, seen = self.seen("curl-upload-openai.pcap")
        self.assertEqual(seen, {("api.openai.com", "sni", "openai.api"): 1})
        # The client's FIN has the relative sequence number 3,004,875: the SYN took the first number.
        self.assertEqual(flows[0]["bytes_out"], 3004874)
        self.assertEqual(self.services()["openai.api"]["bytes_out"], 3004874)
        self.assertEqual([row["host"] for row in umbra.report("hosts", self.database)], [HOST])

    def test_no_server_name_but_a_dns_answer(self):
        flows, seen = self.seen("curl-nosni-after-dns.pcap")
        self.assertEqual(seen, {("claude.ai", "dns", "anthropic.claude"): 1})
        self.assertEqual(flows[0]["visibility"], "dns_only")
        self.assertEqual(flows[0]["server"], "10.66.0.21")
        self.assertEqual(self.services()["anthropic.claude"]["evidence"], "dns")

    def test_plain_http(self):
        _, seen = self.seen("curl-plain-http.pcap")
        self.assertEqual(seen, {("api.openai.com", "http_host", "openai.api"): 1})
        self.assertEqual(list(self.services()), ["openai.api"])

    def test_python_client(self):
        flows, seen = self.seen("python-openai.pcap")
        self.assertEqual(seen, {("api.mistral.ai", "sni", "mistral.api"): 1})
        self.assertGreater(flows[0]["bytes_out"], 20000)
        self.assertEqual(list(self.services()), ["mistral.api"])

    def test_through_a_proxy(self):
        flows, _ = self.seen("curl-connect-proxy.pcap")
        to_proxy = [f for f in flows if f["client"] == HOST and f["server_port"] == 3128]
        self.assertEqual([(f["name"], f["evidence"], f["service"]) for f in to_proxy],
                         [("www.perplexity.ai", "connect_host", "perplexity.perplexity")])

    def test_ja4_is_what_another_computation_gives(self):
        every = {}
        for capture in sorted(CLIENTS.glob("*.pcap")):
            expected = ja4.fingerprints(capture)
            flows = [f for f in umbra.explain(capture, "--all", "--ja4") if f["transport"] == "tcp" and f["protocol"] == "tls"]
            self.assertEqual({f["client_port"]: f["ja4"] for f in flows}, expected, capture)
            every |= expected
        self.assertGreaterEqual(len(set(every.values())), 4)  # Chromium, curl with and without a name, Python

    def test_ja4_of_chromium_over_quic_begins_as_published(self):
        # The README of github.com/FoxIO-LLC/ja4; the extensions changed since.
        flow, = [f for f in umbra.explain(CLIENTS / "chromium-quic-claude.pcap", "--ja4") if f["transport"] == "udp"]
        self.assertTrue(flow["ja4"].startswith("q13d0312h3_55b375c5d22e_"), flow["ja4"])

    def test_background_of_a_browser_is_no_ai_service(self):
        every = umbra.explain(CLIENTS / "chromium-tls-chatgpt.pcap", "--all")
        others = [f for f in every if f["service"] is None]
        self.assertGreater(len(others), 0)
        self.assertEqual([f for f in others if "chatgpt" in (f["name"] or "")], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
