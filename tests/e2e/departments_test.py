"""The report on departments: its figures, and what it must not tell of small ones."""
import unittest

import umbra

SIZES = {"Marketing": 10, "Credit": 8, "Legal": 3, "Audit": 2}


class Departments(umbra.Case):
    def setUp(self):
        super().setUp()
        capture, _, _ = umbra.trafgen(self.folder, "--packets", 20000)
        addresses = self.folder / "addresses.db"
        umbra.umbrad("--read", capture, "--database", addresses)
        hosts = [row[0] for row in umbra.query(
            addresses, "SELECT DISTINCT address FROM hosts JOIN usage ON host_id = id WHERE usage <> 'contact' ORDER BY id")]
        self.assertGreater(len(hosts), sum(SIZES.values()))
        lines = ["address,name,department,site"]
        for name, size in SIZES.items():
            lines += [f"{host},,{name}," for host in hosts[:size]]
            hosts = hosts[size:]
        self.without = len(hosts)
        (self.folder / "hosts.csv").write_text("\n".join(lines) + "\n")
        umbra.umbrad("--read", capture, "--database", self.database, "--hosts", self.folder / "hosts.csv")

    def rows(self, *arguments):
        return {row["department"]: row for row in umbra.report("departments", self.database, *arguments)}

    def expected(self, condition):
        return umbra.query(self.database, f"""
            SELECT count(DISTINCT host_id), sum(flows), sum(bytes_out), sum(bytes_in)
              FROM usage WHERE usage <> 'contact' AND {condition}""")[0]

    def test_large_departments_are_told_of_and_small_ones_summed_up(self):
        rows = self.rows()
        self.assertGreaterEqual(self.without, 5)
        self.assertEqual(set(rows), {"Marketing", "Credit", "(no department)", "(2 small departments)"})
        for name, condition in (("Marketing", "department = 'Marketing'"), ("Credit", "department = 'Credit'"),
                                ("(no department)", "department IS NULL"),
                                ("(2 small departments)", "department IN ('Legal', 'Audit')")):
            found = tuple(rows[name][key] for key in ("hosts", "flows", "bytes_out", "bytes_in"))
            self.assertEqual(found, self.expected(condition), name)
            self.assertEqual(rows[name]["suppressed"], int("small" in name))
        small = rows["(2 small departments)"]
        self.assertEqual([small[key] for key in ("services", "top_service", "first_seen", "last_seen")], [None] * 4)
        services, = umbra.query(self.database, "SELECT count(DISTINCT service_id) FROM usage "
                                "WHERE department = 'Credit' AND usage <> 'contact'")[0]
        self.assertEqual(rows["Credit"]["services"], services)

    def test_no_format_tells_the_names_of_small_departments(self):
        for name in ("table", "csv", "json", "ndjson"):
            text = umbra.umbra("report", "departments", "--database", self.database, "--format", name).stdout.decode()
            self.assertIn("Marketing", text)
            self.assertNotIn("Legal", text)
            self.assertNotIn("Audit", text)

    def test_the_size_is_an_option(self):
        self.assertLessEqual({"Legal", "Audit"}, set(self.rows("--least-group", 2)))
        # Audit alone would be left over by subtraction, so the next smallest goes with it.
        self.assertEqual(set(self.rows("--least-group", 3)),
                         {"Marketing", "Credit", "(no department)", "(2 small departments)"})
        rows = self.rows("--least-group", 1000)
        self.assertEqual(set(rows), {"(5 small departments)"})
        self.assertIsNone(rows["(5 small departments)"]["hosts"])
        self.assertFails(umbra.umbra("report", "departments", "--database", self.database, "--least-group", "few",
                                     check=None), 2, "least-group")


if __name__ == "__main__":
    unittest.main(verbosity=2)
