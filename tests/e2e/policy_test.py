"""Policy files: checked and explained by umbra."""
import csv
import io
import json
import signal
import subprocess
import time
import unittest

import umbra

EXAMPLE = umbra.SOURCE / "packaging" / "policy.yaml"

RULES = """rules:
  - id: us-law
    sovereignty: us
    status: tolerated
  - id: chat
    category: chat
    status: forbidden
    from: 2026-03-01
  - id: chatgpt
    service: openai.chatgpt
    status: approved
    from: 2026-11-02
    until: 2026-11-03
    note: One day only
  - id: chatgpt-legal
    service: openai.chatgpt
    department: Legal
    status: forbidden
"""


def explained(policy, service, *arguments):
    """{rule: outcome}, in order of precedence."""
    rows = json.loads(umbra.umbra("policy", "explain", service, "--policy", policy, "--format", "json",
                                  *arguments).stdout)
    return {row["rule"]: row["outcome"] for row in rows}


class Policy(umbra.Case):
    def setUp(self):
        super().setUp()
        self.policy = self.folder / "policy.yaml"
        self.policy.write_text(RULES)

    def test_the_example_for_a_bank_has_no_fault(self):
        done = umbra.umbra("policy", "lint", EXAMPLE)
        self.assertEqual(done.stdout, b"")
        self.assertRegex(done.stderr.decode(), r"^\d+ rules, 0 faults\n$")

    def test_lint_says_every_fault_with_its_line_in_their_order(self):
        self.policy.write_text(RULES.replace("sovereignty: us", "sovereignty: usa").replace("openai.chatgpt\n    dep",
                               "openai.chatgtp\n    dep").replace("forbidden\n    from", "banned\n    from"))
        done = umbra.umbra("policy", "lint", self.policy, check=1)
        lines = done.stdout.decode().splitlines()
        self.assertEqual([line.split(": ")[0] for line in lines], [f"{self.policy}:{n}" for n in (2, 7, 15)])
        self.assertIn("unknown sovereignty `usa`; near it: us", lines[0])
        self.assertIn("unknown status `banned`", lines[1])
        self.assertIn("near it: openai.chatgpt", lines[2])
        self.assertEqual(umbra.umbra("policy", "check", self.policy, check=1).stdout, done.stdout)
        self.assertFails(umbra.umbra("policy", "explain", "openai.chatgpt", "--policy", self.policy, check=None), 2,
                         f"{self.policy}:2: ")

    def test_check_counts_what_each_rule_decides(self):
        services = list(csv.DictReader(io.StringIO(
            umbra.umbra("signatures", "list", "--format", "csv").stdout.decode())))
        chat = sum(s["category"] == "chat" for s in services)
        american = sum(s["sovereignty"] == "us" and s["category"] != "chat" for s in services)
        for day, expected in (("2026-11-02", {"chatgpt": 1, "chat": chat - 1, "us-law": american}),
                              ("2026-11-03", {"chatgpt": 0, "chat": chat, "us-law": american})):
            rows = json.loads(umbra.umbra("policy", "check", self.policy, "--on", day, "--format", "json").stdout)
            count = {row["rule"]: row["services"] for row in rows}
            unreviewed = len(services) - sum(expected.values())
            self.assertEqual(count, {**expected, "chatgpt-legal": 1, None: unreviewed})
            self.assertEqual([row["status"] for row in rows],
                             ["approved", "tolerated", "forbidden", "forbidden", "unreviewed"])

    def test_explain_says_which_rule_decides_and_why_the_others_do_not(self):
        self.assertEqual(explained(self.policy, "openai.chatgpt", "--on", "2026-11-02"),
                         {"chatgpt": "decides", "chat": "less specific: 4 against 16",
                          "us-law": "less specific: 2 against 16"})
        self.assertEqual(explained(self.policy, "openai.chatgpt", "--on", "2026-11-03"),
                         {"chatgpt": "no longer in force", "chat": "decides", "us-law": "less specific: 2 against 4"})
        self.assertEqual(explained(self.policy, "openai.chatgpt", "--on", "2026-02-28"),
                         {"chatgpt": "not in force yet", "chat": "not in force yet", "us-law": "decides"})
        self.assertEqual(list(explained(self.policy, "openai.chatgpt", "--on", "2026-11-02", "--department", "Legal")),
                         ["chatgpt-legal", "chatgpt", "chat", "us-law"])
        text = umbra.umbra("policy", "explain", "openai.chatgpt", "--policy", self.policy, "--on",
                           "2026-11-02").stdout.decode()
        self.assertIn("on 2026-11-02 is approved", " ".join(text.split()))
        self.assertIn("One day only", text)
        text = umbra.umbra("policy", "explain", "mistral.api", "--policy", self.policy).stdout.decode()
        self.assertIn("is unreviewed\nNo rule speaks of it.\n", text)

    def test_of_equals_the_later_date_then_the_later_line(self):
        self.policy.write_text("rules:\n" + "".join(
            f"  - {{id: {name}, vendor: mistral, status: approved{date}}}\n"
            for name, date in (("old", ""), ("newer", ", from: 2026-02-01"), ("first", ", from: 2026-03-01, until: 2026-09-01"),
                               ("second", ", from: 2026-03-01, until: 2026-08-01"))))
        self.assertEqual(explained(self.policy, "mistral.api", "--on", "2026-03-01"),
                         {"second": "decides", "first": "as specific, but earlier in the file",
                          "newer": "as specific, but older", "old": "as specific, but older"})

    def test_wrong_words_are_one_sentence_and_exit_code_2(self):
        for words in (["lint"], ["check", self.policy, "--on", "tomorrow"], ["check", self.policy, "--on", "2026-02-30"],
                      ["check", self.policy, "--on", "2026-02-03T10:00"], ["check", self.folder],
                      ["lint", self.folder / "none.yaml"], ["explain", "--policy", self.policy],
                      ["explain", "openai.chatgpt"], ["expound"]):
            self.assertFails(umbra.umbra("policy", *words, check=None), 2)
        self.assertFails(umbra.umbra("policy", "explain", "openai.chatgtp", "--policy", self.policy, check=None), 2,
                         "openai.chatgpt")

    def test_every_word_has_help_with_two_examples(self):
        for word in ("lint", "check", "explain"):
            text = umbra.umbra("policy", word, "--help").stdout.decode()
            self.assertGreaterEqual(text.count(f"\n  umbra policy {word} "), 2)

    def test_umbrad_refuses_a_policy_with_a_fault(self):
        self.policy.write_text(RULES.replace("openai.chatgpt\n    dep", "openai.chatgtp\n    dep"))
        capture, _, _ = umbra.trafgen(self.folder, "--packets", 100)
        self.assertFails(umbra.umbrad("--read", capture, "--database", self.database, "--policy", self.policy, check=None),
                         2, f"{self.policy}:15: ")
        self.assertFalse(self.database.exists())

    def test_each_row_keeps_the_department_and_what_the_policy_said_at_its_time(self):
        hosts = self.folder / "hosts.csv"
        hosts.write_text("address,name,department,site\n10.20.0.0/28,,Legal,Paris\n10.20.0.3,pc3,Sales,Lyon\n")
        capture, _, _ = umbra.trafgen(self.folder, "--packets", 30000)
        umbra.umbrad("--read", capture, "--database", self.database, "--policy", self.policy, "--hosts", hosts)
        rows = umbra.query(self.database, """
            SELECT u.src_ip, h.name, u.department, u.site, s.service, s.category, s.sovereignty, u.policy, u.policy_rule
              FROM usage u JOIN hosts h ON h.id = u.host_id JOIN services s ON s.id = u.service_id""")
        self.assertGreater(len(rows), 100)
        seen = set()
        for address, name, department, site, service, category, sovereignty, status, rule in rows:
            number = int(address.split(".")[3]) if address.startswith("10.20.0.") else 99
            where = ("Sales", "Lyon") if number == 3 else ("Legal", "Paris") if number < 16 else (None, None)
            self.assertEqual((name, department, site), ("pc3" if number == 3 else None, *where), address)
            # The rules above, most specific first; the capture is of 2 November 2026.
            expected = (("forbidden", "chatgpt-legal") if service == "openai.chatgpt" and department == "Legal" else
                        ("approved", "chatgpt") if service == "openai.chatgpt" else
                        ("forbidden", "chat") if category == "chat" else
                        ("tolerated", "us-law") if sovereignty == "us" else ("unreviewed", None))
            self.assertEqual((status, rule), expected, (service, department))
            seen.add(rule)
        self.assertEqual(seen, {"chatgpt-legal", "chatgpt", "chat", "us-law", None})

        umbra.umbra("export", "--database", self.database, "--to", self.folder / "out")
        exported, = (self.folder / "out").glob("*.csv")
        with open(exported, newline="") as file:
            found = [(row["src_ip"], row["src_name"], row["department"], row["policy"]) for row in csv.DictReader(file)]
        self.assertEqual(sorted(found), sorted((r[0], r[1] or "", r[2] or "", r[7]) for r in rows))

    def test_sighup_loads_the_policy_or_keeps_the_old_one(self):
        capture, _, _ = umbra.trafgen(self.folder, "--packets", 40000)
        log = self.folder / "log"
        with open(log, "wb") as file:
            process = subprocess.Popen([umbra.BIN / "umbrad", "--read", "-", "--database", self.database, "--policy",
                                        self.policy], stdin=subprocess.PIPE, stderr=file)
        self.addCleanup(process.kill)
        rest = capture.read_bytes()

        def hang_up(wanted):
            """Sends SIGHUP, and packets until the log holds what is wanted."""
            nonlocal rest
            process.send_signal(signal.SIGHUP)
            while wanted not in log.read_text():
                self.assertTrue(rest, log.read_text())
                process.stdin.write(rest[:500_000])
                process.stdin.flush()
                rest = rest[500_000:]
                time.sleep(0.25)

        process.stdin.write(rest[:1_000_000])
        process.stdin.flush()
        rest = rest[1_000_000:]
        while not self.database.exists():  # signals are looked after by then
            self.assertIsNone(process.poll(), log.read_text())
            time.sleep(0.02)
        self.policy.write_text(RULES.replace("status: approved", "status: agreed"))
        hang_up(f"the policy stays as it was: {self.policy}:11: unknown status `agreed`")
        self.policy.write_text(RULES + "  - {id: all, status: approved}\n")
        hang_up(f"policy {self.policy}: 5 rules")
        process.stdin.write(rest)
        process.stdin.close()
        self.assertEqual(process.wait(timeout=60), 0, log.read_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
