"""A person's right to erasure: what is kept of a host goes, from the file too, and only that."""
import json
import sqlite3
import unittest

import umbra
from resolve_test import pseudonym

HOST = "10.20.0.37"  # the beginning of no other host's address


class Forget(umbra.Case):
    @classmethod
    def setUpClass(cls):
        cls.capture, cls.truth, _ = umbra.trafgen(cls.folder_of_class(), "--packets", 30000)

    def record(self, *options):
        umbra.umbrad("--read", self.capture, "--database", self.database, *options)

    def forget(self, host, *arguments, **options):
        return umbra.umbra("forget", "--host", host, "--reason", "request 2026-42", "--database", self.database, *arguments,
                           **options)

    def hosts(self):
        return {row["host"]: {key: row[key] for key in ("services", "flows", "bytes_out", "bytes_in")}
                for row in umbra.report("hosts", self.database)}

    def on_disk(self):
        return b"".join(path.read_bytes() for path in self.folder.iterdir() if path.name.startswith("umbra.db"))

    def audit(self):
        return json.loads(umbra.umbra("privacy", "audit", "--database", self.database, "--format", "json").stdout)

    def test_the_host_is_gone_from_reports_and_file_and_the_others_are_as_they_were(self):
        self.record()
        before = self.hosts()
        self.assertIn(HOST, before)
        self.assertIn(HOST.encode(), self.on_disk())
        rows = umbra.query(self.database, "SELECT count(*) FROM usage WHERE src_ip = ?", HOST)[0][0]
        done = self.forget(HOST)
        self.assertTrue(done.stdout.decode().startswith(f"Erased: {rows} windows, "))
        self.assertEqual(done.stderr, b"")
        del before[HOST]
        self.assertEqual(self.hosts(), before)
        self.assertNotIn(HOST.encode(), self.on_disk())
        self.assertEqual(umbra.query(self.database, "PRAGMA integrity_check"), [("ok",)])

        entries = self.audit()
        self.assertEqual([(e["action"], e["subject"]) for e in entries],
                         [("forget", "a host"), ("forgotten", done.stdout.decode()[len("Erased: "):].strip(".\n"))])
        self.assertEqual({e["reason"] for e in entries}, {"request 2026-42"})
        self.assertEqual(self.forget(HOST, check=1).stdout, b"")

    def test_a_pseudonym_is_erased_by_itself_or_by_its_address_and_the_key(self):
        key = self.folder / "key"
        umbra.umbra("privacy", "make-key", key)
        self.record("--privacy", "hmac", "--privacy-key", key)
        secret = bytes.fromhex(key.read_text())
        one, other = pseudonym(secret, HOST), pseudonym(secret, "10.20.0.36")
        before = self.hosts()
        self.assertLessEqual({one, other}, set(before))
        self.assertFails(self.forget(HOST, check=None), 2, "--key")
        wrong = self.folder / "wrong"
        umbra.umbra("privacy", "make-key", wrong)
        self.assertFails(self.forget(HOST, "--key", wrong, check=None), 2, "wrong key")
        self.assertEqual(self.hosts(), before)
        self.forget(HOST, "--key", key)
        self.forget(other)
        self.assertEqual(set(before) - set(self.hosts()), {one, other})
        for text in (one, other):
            self.assertNotIn(text.encode(), self.on_disk())

    def test_a_network_is_erased_as_a_whole_only(self):
        self.record("--privacy", "truncate")
        self.assertFails(self.forget(HOST, check=None), 2, "10.20.0.0/24")
        self.forget("10.20.0.0/24")
        self.assertNotIn("10.20.0.0/24", self.hosts())

    def test_a_name_of_several_hosts_is_not_guessed(self):
        self.record()
        with sqlite3.connect(self.database) as connection:
            connection.execute("UPDATE hosts SET name = 'nb-pool' WHERE address IN (?, '10.20.0.36')", (HOST,))
        self.assertFails(self.forget("nb-pool", check=None), 2, "2 hosts", HOST, "10.20.0.36")
        self.assertIn(HOST, self.hosts())

    def test_the_reason_must_be_there_and_name_nobody(self):
        self.record()
        words = ["forget", "--host", HOST, "--database", self.database]
        self.assertFails(umbra.umbra(*words, check=None), 2, "--reason")
        self.assertFails(umbra.umbra(*words, "--reason", f"{HOST} asked for it", check=None), 2, "--reason")
        self.assertFails(umbra.umbra("forget", "--host", HOST, "--reason", "x", "--database", self.folder / "none.db",
                                     check=None), 2, "none.db")
        self.assertEqual(self.audit(), [])
        text = umbra.umbra("forget", "--help").stdout.decode()
        self.assertEqual(text.count("\n  umbra forget "), 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
