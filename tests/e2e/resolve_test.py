"""Pseudonyms: their key, what a database keeps under it, and the way back with its audit."""
import base64
import csv
import hashlib
import hmac
import json
import os
import sqlite3
import unittest

import umbra


def pseudonym(key, text):
    digest = hmac.new(key, text.encode(), hashlib.sha256).digest()
    return "h:" + base64.b32encode(digest).decode().lower()[:20]


class Resolve(umbra.Case):
    @classmethod
    def setUpClass(cls):
        cls.made = cls.folder_of_class()
        cls.capture, cls.truth, _ = umbra.trafgen(cls.made, "--packets", 20000)

    def setUp(self):
        super().setUp()
        self.key = self.folder / "key"
        umbra.umbra("privacy", "make-key", self.key)
        self.umbrad()

    def umbrad(self, *arguments, **options):
        return umbra.umbrad("--read", self.capture, "--database", self.database, "--privacy", "hmac", "--privacy-key",
                            self.key, *arguments, **options)

    def resolve(self, identity, *arguments, **options):
        return umbra.umbra("resolve", identity, "--key", self.key, "--reason", "incident 2026-117", "--database",
                           self.database, *arguments, **options)

    def audit(self):
        return json.loads(umbra.umbra("privacy", "audit", "--database", self.database, "--format", "json").stdout)

    def test_the_key_is_random_and_guarded(self):
        text = self.key.read_text()
        self.assertRegex(text, r"^[0-9a-f]{64}\n$")
        self.assertEqual(self.key.stat().st_mode & 0o7777, 0o400)
        self.assertFails(umbra.umbra("privacy", "make-key", self.key, check=None), 3, self.key)
        self.assertEqual(self.key.read_text(), text)
        other = self.folder / "other"
        umbra.umbra("privacy", "make-key", other)
        self.assertNotEqual(other.read_text(), text)

    def test_hosts_are_kept_under_the_pseudonyms_of_their_addresses(self):
        key = bytes.fromhex(self.key.read_text())
        hosts = {line["client"] for line in self.truth if line["service"] != "-"}
        self.assertEqual({row["host"] for row in umbra.report("hosts", self.database)}, {pseudonym(key, h) for h in hosts})
        umbra.umbra("export", "--database", self.database, "--to", self.folder / "out")
        exported, = (self.folder / "out").glob("*.csv")
        with open(exported, newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual({row["src_ip"] for row in rows if row["usage"] != "contact"}, {pseudonym(key, h) for h in hosts})
        self.assertEqual({row["src_name"] for row in rows}, {""})
        inside = {line["server"] for line in self.truth if line["service"] != "-" and line["server"].startswith(("10.", "fd"))}
        self.assertGreater(len(inside), 0)  # a proxy
        self.assertEqual({row["dest_ip"] for row in rows if row["dest_ip"].startswith("h:")},
                         {pseudonym(key, server) for server in inside})
        noted = dict(umbra.query(self.database, "SELECT key, value FROM meta"))
        self.assertEqual(noted["privacy"], "hmac")
        self.assertEqual(noted["privacy_key"], hashlib.sha256(key).hexdigest()[:16])
        # Twice the same capture: the same hosts.
        self.umbrad()
        self.assertEqual(len(umbra.report("hosts", self.database)), len(hosts))

    def test_resolve_finds_the_address_and_notes_who_asked_and_why(self):
        key = bytes.fromhex(self.key.read_text())
        for address, arguments in (("10.20.0.1", ["--local-net", "10.20.0.0/16"]),
                                   ("10.20.0.2", ["--local-net", "192.168.0.0/24", "--local-net", "10.20.0.2/32"])):
            done = self.resolve(pseudonym(key, address), *arguments)
            self.assertEqual(done.stdout.decode(), address + "\n")
        listed = self.folder / "ipv6"
        listed.write_text("# from the switches\nfd20::7\nFD20:0::8\n")
        done = self.resolve(pseudonym(key, "fd20::8"), "--local-net", "10.20.0.0/24", "--candidates", listed)
        self.assertEqual(done.stdout, b"fd20::8\n")
        done = self.resolve(pseudonym(key, "10.20.0.1"), "--local-net", "10.21.0.0/16", check=1)
        self.assertEqual(done.stdout, b"")
        entries = self.audit()
        self.assertEqual([e["subject"] for e in entries],
                         [pseudonym(key, a) for a in ("10.20.0.1", "10.20.0.2", "fd20::8", "10.20.0.1")])
        for entry in entries:
            self.assertEqual((entry["action"], entry["reason"]), ("resolve", "incident 2026-117"))
            self.assertIn(f"({os.getuid()})", entry["actor"])
            self.assertRegex(entry["time"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        # The audit itself tells no address.
        self.assertNotIn("10.20.0.1", json.dumps(entries))

    def test_the_audit_cannot_be_changed(self):
        self.resolve("h:" + "a" * 20, "--local-net", "10.20.0.0/24", check=1)
        before = self.audit()
        with sqlite3.connect(self.database) as connection:
            for change in ("UPDATE audit SET reason = 'none'", "DELETE FROM audit",
                           "REPLACE INTO audit SELECT id, 1, 'x', 'x', 'x', 'x' FROM audit"):
                with self.assertRaises(sqlite3.IntegrityError):
                    connection.execute(change)
        self.assertEqual(self.audit(), before)

    def test_a_wrong_key_is_said_and_nothing_is_guessed(self):
        noted = dict(umbra.query(self.database, "SELECT key, value FROM meta"))["privacy_key"]
        right = self.key
        self.key = self.folder / "wrong"
        umbra.umbra("privacy", "make-key", self.key)
        self.assertFails(self.resolve("h:" + "a" * 20, check=None), 2, "wrong key", noted, self.key)
        self.assertEqual(self.audit(), [])
        self.assertFails(self.umbrad(check=None), 2, noted, self.database)
        self.key = right
        self.umbrad()

    def test_a_database_in_the_clear_stays_so_and_holds_no_pseudonyms(self):
        self.database = self.folder / "clear.db"
        umbra.umbrad("--read", self.capture, "--database", self.database)
        self.assertFails(self.umbrad(check=None), 2, "clear", self.database)
        self.assertFails(self.resolve("h:" + "a" * 20, check=None), 2, "no pseudonyms")

    def test_wrong_words_are_one_sentence(self):
        self.assertFails(self.resolve("10.20.0.1", check=None), 2, "10.20.0.1")
        self.assertFails(self.resolve("h:" + "a" * 20, "--local-net", "10.0.0.0/7", check=None), 2, "10.0.0.0/7")
        self.assertFails(self.resolve("h:" + "a" * 20, "--local-net", "fd00::/64", check=None), 2, "fd00::/64")
        self.assertFails(self.resolve("h:" + "a" * 20, "--candidates", self.folder / "none", check=None), 2, "none")
        words = ["resolve", "h:" + "a" * 20, "--key", self.key, "--database", self.database]
        self.assertFails(umbra.umbra(*words, check=None), 2, "--reason")
        self.assertFails(umbra.umbra(*words, "--reason", " ", check=None), 2, "--reason")
        words[-1] = self.folder / "none.db"
        self.assertFails(umbra.umbra(*words, "--reason", "x", check=None), 2, "none.db")
        self.assertFalse((self.folder / "none.db").exists())
        for options in (["--privacy", "none"], ["--privacy", "hmac"], ["--privacy-key", self.key],
                        ["--privacy", "truncate", "--privacy-key", self.key]):
            done = umbra.umbrad("--read", self.capture, "--database", self.folder / "x.db", *options, check=None)
            self.assertFails(done, 2, "--privacy")
        os.chmod(self.key, 0o440)
        self.assertFails(self.resolve("h:" + "a" * 20, check=None), 2, self.key, "0440")
        self.assertFails(self.umbrad(check=None), 2, self.key, "0440")
        self.assertEqual(self.audit(), [])

    def test_every_word_has_help_with_two_examples(self):
        for words in (("resolve",), ("privacy", "make-key"), ("privacy", "audit")):
            text = umbra.umbra(*words, "--help").stdout.decode()
            self.assertGreaterEqual(text.count(f"umbra {' '.join(words)} ") - 1, 2, text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
