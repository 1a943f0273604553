"""The examples in --help and in the man pages: each is run, in a folder that has what they speak of."""
import datetime
import os
import pty
import re
import shutil
import subprocess
import unittest

import umbra

COMMANDS = [(), *((command,) for command in ("report", "watch", "export", "explain", "signatures", "policy", "privacy",
                                             "resolve", "forget")),
            *(("signatures", word) for word in ("match", "list", "show", "stats", "coverage", "lint")),
            *(("policy", word) for word in ("lint", "check", "explain")), ("privacy", "make-key"), ("privacy", "audit")]
# What examples call by an absolute path lies below the folder of the test.
PLACES = ("/etc/umbra", "/var/lib/umbra", "/var/spool/umbra")


def examples(text):
    """Lines that are set in and call a program, those that go on in the next as one."""
    return re.findall(r"^  ((?:[a-z].* )?umbrad? .*)$", re.sub(r"\\\n +", "", text), re.M)


class Examples(umbra.Case):
    @classmethod
    def setUpClass(cls):
        cls.made = cls.folder_of_class()
        yesterday = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
        cls.capture, _, _ = umbra.trafgen(cls.made, "--packets", 20000, "--start", yesterday.strftime("%Y-%m-%dT01:00:00Z"))
        umbra.umbra("privacy", "make-key", cls.made / "privacy.key")
        packaging = umbra.SOURCE / "packaging"
        use = ("--read", cls.capture, "--hosts", packaging / "sample-hosts.csv", "--policy", packaging / "policy.yaml")
        umbra.umbrad(*use, "--database", cls.made / "clear.db")
        # Of hosts with IPv4 addresses alone: who is behind the others is only found in a list of candidates.
        umbra.umbrad(*use, "--database", cls.made / "hmac.db", "--privacy", "hmac", "--privacy-key", cls.made / "privacy.key",
                     "--local-net", "10.0.0.0/8")
        cls.pseudonym = umbra.query(cls.made / "hmac.db", "SELECT key FROM hosts WHERE key LIKE 'h:%' LIMIT 1")[0][0]

    def setUp(self):
        super().setUp()
        here, packaging = self.folder, umbra.SOURCE / "packaging"
        for place in PLACES:
            (here / place[1:]).mkdir(parents=True)
        for name in ("trace.pcap", "capture.pcap", "monday.pcap", "tuesday.pcap"):
            (here / name).symlink_to(self.capture)
        for name in ("policy.yaml", "etc/umbra/policy.yaml"):
            shutil.copy(packaging / "policy.yaml", here / name)
        (here / "etc/umbra/umbrad.conf").write_text(f"read = {self.capture}\ndatabase = {here}/new.db\n")
        for name in ("our-services", "catalogue"):
            (here / name).mkdir()
        shutil.copy(umbra.SOURCE / "signatures/catalogue/mistral.yaml", here / "catalogue")
        for name in ("names.txt", "names.tsv"):
            (here / name).write_text("chatgpt.com\t1\tchatgpt.com\nexample.org\t2\texample.org\n")
        (here / "ipv6-addresses.txt").write_text("fd20::7\n")
        shutil.copy(self.made / "privacy.key", here)

    def run_example(self, line):
        """Runs it as a person would; its exit code and standard error."""
        is_of_pseudonyms = "--key" in line
        shutil.copy(self.made / ("hmac.db" if is_of_pseudonyms else "clear.db"), self.folder / "umbra.db")
        shutil.copy(self.folder / "umbra.db", self.folder / "var/lib/umbra/umbra.db")
        (self.folder / "etc/umbra/privacy.key").unlink(missing_ok=True)
        if "make-key" not in line:
            shutil.copy(self.made / "privacy.key", self.folder / "etc/umbra")
        if "umbrad" in line:
            (self.folder / "umbra.db").unlink()
        line = line.removeprefix("sudo -u umbra ")
        for place in PLACES:
            line = line.replace(place, f"{self.folder}{place}")
        line = re.sub(r"h:[a-z2-7]{20}", self.pseudonym, line)
        environment = {**os.environ, "PATH": f"{umbra.BIN}:{os.environ['PATH']}"}
        if " watch " in line:
            return self.run_watch(line, environment)
        done = subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True, text=True, cwd=self.folder,
                              env=environment, timeout=120)
        return done.returncode, done.stderr

    def run_watch(self, line, environment):
        """At a terminal, until q."""
        master, slave = pty.openpty()
        with subprocess.Popen(["bash", "-c", line], stdin=slave, stdout=slave, stderr=subprocess.PIPE, text=True,
                              cwd=self.folder, env=environment) as process:
            os.close(slave)
            os.write(master, b"q")
            shown = b""
            try:
                while part := os.read(master, 65536):
                    shown += part
            except OSError:
                pass
            os.close(master)
            self.assertIn(b"packets/s", shown)
            return process.wait(), process.stderr.read()

    def check(self, line):
        code, errors = self.run_example(line)
        if "--interface" in line:  # there is no such interface here, but all its words are right
            self.assertEqual(code, 3, (line, errors))
            self.assertIn("eth1", errors)
        elif "--fail-on" in line:
            self.assertIn(code, (0, 1), (line, errors))
        else:
            self.assertEqual(code, 0, (line, errors))

    def test_each_command_shows_two_that_work(self):
        for command in COMMANDS:
            lines = examples(umbra.umbra(*command, "--help").stdout.decode().split("Options:")[0])
            self.assertGreaterEqual(len(lines), 2, command)
            for line in lines:
                self.assertIn(" ".join(("umbra", *command)), line)
                self.check(line)

    def test_umbrad_shows_two_that_work(self):
        lines = examples(umbra.umbrad("--help").stdout.decode().split("Examples:")[1])
        self.assertGreaterEqual(len(lines), 2)
        for line in lines:
            self.check(line)

    def test_those_of_the_man_pages_work(self):
        pages = {page.name: re.findall(r"^\.Dl (umbrad? .*)$", page.read_text(), re.M)
                 for page in (umbra.SOURCE / "packaging" / "man").iterdir()}
        self.assertGreaterEqual(min(len(pages[name]) for name in ("umbra.1", "umbra-report.1", "umbrad.8")), 3)
        for lines in pages.values():
            for line in lines:
                self.check(line)


if __name__ == "__main__":
    unittest.main(verbosity=2)
