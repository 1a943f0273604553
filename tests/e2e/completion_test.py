"""Completion in bash, zsh and fish: the shells themselves, at a terminal, over a database with hostile names."""
import csv
import fcntl
import os
import pty
import re
import shutil
import signal
import sqlite3
import struct
import subprocess
import termios
import threading
import unittest

import umbra

COMPLETIONS = umbra.SOURCE / "packaging" / "completions"

# Departments, each known by its first letter. Any of them that came alive would make the file `alive`.
HOSTILE = ["a $(touch alive)", 'b"; touch alive; "', "c'; touch alive; '", "d `touch alive`", "e & touch alive &",
           "f | touch alive > alive", "g\\; touch alive", "h !! !touch", "i ${HOME} ~ * ? [a-z] {a,b} #x", "j <(touch alive)",
           "k=v:w@x,y", "é Qualité et conformité"]
NEVER = ["l\ntouch alive", "m\x1b[2J\ttouch alive", "n \u202egnp.exe"]  # no shell takes these as one line of text
PLAIN = "z Marketing"


def completions(*words):
    done = umbra.umbra("complete", "--", *words).stdout.decode().splitlines()
    return done[0], [line.split("\t")[0] for line in done[1:]]


class Database(umbra.Case):
    @classmethod
    def setUpClass(cls):
        cls.made = cls.folder_of_class()
        cls.db = cls.made / "umbra.db"
        hosts = cls.made / "hosts.csv"
        hosts.write_text("address,name,department,site\n" + "".join(
            f"10.20.0.{i},pc-{i}.bank.example,{i},Site {i % 2}\n" for i in range(1, 41)))
        capture, _, _ = umbra.trafgen(cls.made, "--packets", 60000)
        umbra.umbrad("--read", capture, "--database", cls.db, "--hosts", hosts)
        used = [name for (name,) in umbra.query(
            cls.db, "SELECT DISTINCT department FROM facets WHERE usage <> 'contact' AND department IS NOT NULL")]
        hostile = [*HOSTILE, *NEVER, PLAIN]
        assert len(used) >= len(hostile)
        with sqlite3.connect(cls.db) as connection:
            for name, hostile_name in zip(used, hostile + [PLAIN] * len(used)):
                for table in ("facets", "hosts"):
                    connection.execute(f"UPDATE {table} SET department = ? WHERE department = ?", (hostile_name, name))


def options_in_help(program, *words):
    text = umbra.run(program, *words, "--help").stdout.decode()
    return re.findall(r"^ +(?:-\w \[ )?(--[a-z0-9-]+)", text.split("Options:")[-1], re.M)


class Words(Database):
    """What umbra says itself."""

    def test_it_knows_every_command_and_option(self):
        listed = re.findall(r"^  ([a-z]+) ", umbra.umbra("--help").stdout.decode().split("Examples:")[0], re.M)
        self.assertEqual(completions("umbra", "")[1], [*listed, "--lang", "--help", "--version"])
        commands = [[command] for command in listed if command not in ("signatures", "policy", "privacy")]
        for command in ("signatures", "policy", "privacy"):
            words = re.findall(rf"^umbra {command} ([a-z-]+)", umbra.umbra(command, "--help").stdout.decode(), re.M)
            self.assertEqual(completions("umbra", command, "")[1], [*words, "--help"])
            commands += [[command, word] for word in words]
        for command in commands:
            options = options_in_help("umbra", *command) if command != ["privacy", "make-key"] else []
            self.assertEqual(completions("umbra", *command, "--"), ("words", [*options, "--lang", "--help"]))
        self.assertEqual(completions("umbra", "report", "--lang", ""), ("words", ["en", "fr"]))
        self.assertEqual(completions("umbra", "--lang", "fr", "policy", ""), completions("umbra", "policy", ""))
        options = options_in_help("umbrad")
        self.assertEqual(completions("umbrad", "--")[1], options)
        self.assertEqual(completions("/usr/sbin/umbrad", "")[1], options)

    def test_it_knows_what_each_option_takes(self):
        """Every option that takes a value: files, folders, words, or nothing that could be known."""
        for option in ("since", "until", "service", "vendor", "category", "country", "law", "policy", "evidence", "by", "every",
                       "fail-on", "format"):
            kind, words = completions("umbra", "report", "trend", f"--{option}", "")
            self.assertEqual(kind, "words")
            self.assertGreater(len(words), 1, option)
            self.assertEqual(completions("umbra", "report", "trend", f"--{option}=")[1],
                             [f"--{option}={word}" for word in words])
        for words in (("umbra", "explain"), ("umbra", "report", "hosts", "--database"), ("umbra", "report", "hosts", "-d"),
                      ("umbra", "policy", "lint"), ("umbra", "policy", "explain", "x", "--policy"), ("umbrad", "--read"),
                      ("umbrad", "-d"), ("umbrad", "--config"), ("umbra", "resolve", "x", "--candidates")):
            self.assertEqual(completions(*words, ""), ("files", []), words)
        for words in (("umbra", "export", "--to"), ("umbra", "signatures", "lint"), ("umbrad", "--catalogue")):
            self.assertEqual(completions(*words, ""), ("folders", []), words)
        self.assertEqual(completions("umbrad", "--candidates", ""), ("words", []))
        self.assertEqual(completions("umbra", "report", "hosts", "--limit", ""), ("words", []))

    def test_every_word_that_it_offers_is_taken(self):
        for option in ("format", "by", "every", "law", "policy", "evidence", "category", "since", "until"):
            for word in completions("umbra", "report", "trend", f"--{option}", "")[1]:
                words = ["report", "trend", "--database", self.db, "--since", "2026-11-01", f"--{option}", word]
                if option == "since":
                    del words[4:6]
                if option == "format" and word == "html":
                    continue
                done = umbra.umbra(*words, check=None)
                if option == "until":  # may well lie before --since
                    self.assertNotIn(b"not a time", done.stderr)
                else:
                    self.assertEqual(done.returncode, 0, (words, done.stderr))
        for what in completions("umbra", "report", "")[1]:
            address = ["10.20.0.1"] if what == "host" else []
            umbra.umbra("report", what, *address, "--database", self.db)
        for what in completions("umbra", "export", "--what", "")[1]:
            umbra.umbra("export", "--database", self.db, "--to", self.folder / what, "--what", what)
        for word in completions("umbra", "export", "--format", "")[1]:
            umbra.umbra("export", "--database", self.db, "--to", self.folder / word, "--format", word)
        for word in completions("umbrad", "--log-level", "")[1]:
            umbra.umbrad("--read", self.made / "made.pcap", "--database", self.folder / "a.db", "--log-level", word)

    def test_services_and_vendors_are_those_of_the_catalogue_on_the_line(self):
        listed = [line.split(",") for line in
                  umbra.umbra("signatures", "list", "--format", "csv").stdout.decode().splitlines()[1:]]
        services = sorted(line[0] for line in listed)
        for words in (("report", "hosts", "--service"), ("policy", "explain"), ("signatures", "show")):
            self.assertEqual(completions("umbra", *words, "")[1], services)
        self.assertEqual(completions("umbra", "report", "hosts", "--vendor", "")[1],
                         sorted({service.split(".")[0] for service in services}))
        catalogue = self.folder / "catalogue"
        catalogue.mkdir()
        shutil.copy(umbra.SOURCE / "signatures/catalogue/mistral.yaml", catalogue)
        self.assertEqual(completions("umbra", "report", "hosts", f"--catalogue={catalogue}", "--vendor", "")[1], ["mistral"])

    def test_names_are_those_of_the_database_on_the_line(self):
        line = ("umbra", "report", "hosts", "--since", "7d", "-d", str(self.db))
        self.assertEqual(set(completions(*line, "--department", "")[1]), {"(no department)", *HOSTILE, PLAIN})
        self.assertEqual(completions(*line, "--site", "")[1], ["(no site)", "Site 0", "Site 1"])
        hosts = {word for row in umbra.query(self.db, "SELECT address, name FROM hosts") for word in row if word}
        self.assertEqual(set(completions(*line, "--host", "")[1]), hosts)
        self.assertEqual(set(completions("umbra", "report", "host", f"-d{self.db}", "")[1]), hosts)
        self.assertEqual(completions("umbra", "report", "hosts", "--department", ""), ("words", []))
        self.assertEqual(completions("umbra", "report", "hosts", "-d", "/none", "--department", ""), ("words", []))


class Shell(Database):
    """A shell at a terminal. What is typed ends in a command that leaves its output in a file."""

    PROGRAM = None
    SETUP = ""
    STATUS = "$?"
    QUOTES_ITSELF = True  # a name with a quote is completed within such quotes

    def setUp(self):
        super().setUp()
        if not self.PROGRAM:
            self.skipTest("the base of the others")
        if not shutil.which(self.PROGRAM[0]):
            self.skipTest(f"no {self.PROGRAM[0]}")
        (self.folder / "umbra.db").symlink_to(self.db)
        self.screen = b""
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(self.folder)
            os.execvpe(self.PROGRAM[0], self.PROGRAM, {
                "PATH": f"{umbra.BIN}:{os.environ['PATH']}", "HOME": str(self.folder), "TERM": "xterm", "LANG": "C.UTF-8",
                "LC_ALL": "C.UTF-8", "XDG_CONFIG_HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder)})
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 250, 0, 0))
        self.reader = threading.Thread(target=self.read_screen)
        self.reader.start()
        self.addCleanup(self.end)
        self.type(self.SETUP + "\n")

    def read_screen(self):
        try:
            while part := os.read(self.terminal, 65536):
                self.screen += part
        except OSError:  # the shell is gone
            pass

    def end(self):
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        self.reader.join()
        os.close(self.terminal)

    def type(self, keys):
        os.write(self.terminal, keys.encode())

    def complete(self, line, rest=""):
        """Types a line, presses Tab, and runs what then stands there. Its exit code and its output."""
        code, out = self.folder / "code", self.folder / "out"
        code.unlink(missing_ok=True)
        self.type(f"{line}\t{rest} >out 2>err; echo {self.STATUS} >code.part; mv code.part code\n")
        umbra.wait_until(code.exists, lambda: self.screen.decode(errors="replace"))
        return int(code.read_text()), out.read_text()

    def departments(self, text):
        return {row["department"] for row in csv.DictReader(text.splitlines())}

    REPORT = "umbra report hosts -d umbra.db --since 2026-11-01 --format csv --least-group 1 --department"

    def test_hostile_names_are_completed_and_stay_text(self):
        for name in [*HOSTILE, PLAIN]:
            code, out = self.complete(f"{self.REPORT} {name[0]}")
            self.assertEqual((code, self.departments(out)), (0, {name}), self.screen.decode(errors="replace")[-2000:])
        for name in NEVER:
            self.assertEqual(self.complete(f"{self.REPORT} {name[0]}")[0], 2)
        self.assertFalse((self.folder / "alive").exists())

    def test_within_quotes_and_after_an_equals_sign(self):
        for name in (HOSTILE[0], HOSTILE[1], HOSTILE[4], HOSTILE[6], PLAIN):
            for quote in "\"'":
                if quote in name and not self.QUOTES_ITSELF:
                    continue
                code, out = self.complete(f"{self.REPORT} {quote}{name[0]}")
                self.assertEqual((code, self.departments(out)), (0, {name}), self.screen.decode(errors="replace")[-2000:])
            code, out = self.complete(f"{self.REPORT}={name[0]}")
            self.assertEqual((code, self.departments(out)), (0, {name}), self.screen.decode(errors="replace")[-2000:])
        self.assertFalse((self.folder / "alive").exists())

    def test_commands_options_services_files(self):
        (self.folder / "a capture.pcap").symlink_to(self.made / "made.pcap")
        self.assertIn("CLIENT", self.complete("umbra expl", "a\t")[1])
        self.assertEqual(self.complete("umbra rep", "serv\t --database=umb\t--vend\tmistra\t --form\tcs\t")[0], 0)
        code, out = self.complete("umbra signatures show mistral.lech", "--form\tcs\t")
        self.assertEqual((code, out.splitlines()[1]), (0, "service,mistral.lechat,,,"))
        addresses = [address for (address,) in umbra.query(self.db, "SELECT address FROM hosts ORDER BY address DESC")]
        address = addresses[0]  # of IPv6: bash breaks words at colons
        typed = next(address[:end] for end in range(1, 40) if not any(a.startswith(address[:end]) for a in addresses[1:]))
        self.assertIn(":", typed[:-1])
        code, out = self.complete(f"umbra report host -d umbra.db --since 2026-11-01 --format csv {typed}")
        self.assertEqual(code, 0)
        self.assertEqual(self.complete("umbra report hosts --fail-on f", "-d umbra.db")[0], 2)  # it has no meaning here
        self.assertIn("--fail-on has no meaning", (self.folder / "err").read_text())
        # umbrad is completed too.
        self.assertEqual(self.complete("umbrad --rea", "a\t--datab\tnew.db --privacy trunc\t")[0], 0)
        self.assertEqual(umbra.query(self.folder / "new.db", "SELECT value FROM meta WHERE key = 'privacy'"), [("truncate",)])


class Bash(Shell):
    PROGRAM = ["bash", "--norc", "--noprofile", "-i"]
    SETUP = f"source {COMPLETIONS}/umbra.bash"
    QUOTES_ITSELF = False  # readline would not close it


class Zsh(Shell):
    PROGRAM = ["zsh", "-f", "-i"]
    SETUP = (f"mkdir functions; cp {COMPLETIONS}/umbra.zsh functions/_umbra; fpath=($PWD/functions $fpath); "
             "autoload -Uz compinit; compinit -D -u")


class Fish(Shell):
    PROGRAM = ["fish", "--no-config", "-i"]
    SETUP = f"source {COMPLETIONS}/umbra.fish"
    STATUS = "$status"

    def test_candidates_have_notes(self):
        done = subprocess.run(["fish", "--no-config", "-c", f'source {COMPLETIONS}/umbra.fish; complete -C "umbra report --serv"'],
                              capture_output=True, text=True, env={**os.environ, "PATH": f"{umbra.BIN}:{os.environ['PATH']}"})
        self.assertEqual(done.stdout, "--service\tsuch as openai.chatgpt\n")


del Shell, Database  # only what stands on them is run

if __name__ == "__main__":
    unittest.main(verbosity=2)
