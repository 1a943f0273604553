"""The man pages: they are well formed, and say of options, keys and columns what the programs say."""
import re
import shutil
import subprocess
import unittest

import umbra

MAN = umbra.SOURCE / "packaging" / "man"
PAGES = sorted(path for path in MAN.iterdir())
GIVEN_TO_ALL = {"--help", "--lang", "--version"}
WORDS = {"signatures": ("match", "list", "show", "stats", "coverage", "lint"), "policy": ("lint", "check", "explain"),
         "privacy": ("make-key", "audit")}


def commands():
    """Each command of umbra that has options of its own, as its words; from what --help lists."""
    listed = re.findall(r"^  ([a-z]+) ", umbra.umbra("--help").stdout.decode().split("Examples:")[0], re.M)
    return [(command, *word) for command in listed for word in ([(w,) for w in WORDS.get(command, ())] or [()])]


def options_in_help(program, *words):
    text = umbra.run(program, *words, "--help").stdout.decode()
    return set(re.findall(r"^ +(?:-\w \[ )?(--[a-z0-9-]+)", text, re.M))


def short_options_in_help(program, *words):
    return set(re.findall(r"^ +(-\w) \[ --", umbra.run(program, *words, "--help").stdout.decode(), re.M))


def items(page):
    """The options that a part of a page describes: long ones, short ones."""
    heads = [flag for line in re.findall(r"^\.It (.*)", page, re.M) for flag in re.findall(r"\bFl (\S+)", line)]
    return {f"-{flag}" for flag in heads if flag.startswith("-")}, {f"-{flag}" for flag in heads if len(flag) == 1}


def parts(page):
    """The subsections of a page by the words of their headings."""
    found = {}
    for part in re.split(r"^\.S[sh] ", page, flags=re.M)[1:]:
        heading, _, body = part.partition("\n")
        found[re.split(r" (?:Ar|Op) ", heading)[0]] = body
    return found


class ManPages(umbra.Case):
    def test_they_are_well_formed(self):
        self.assertEqual([page.name for page in PAGES],
                         ["umbra-catalogue.5", "umbra-database.5", "umbra-export.5", "umbra-policy.5", "umbra-report.1",
                          "umbra.1", "umbrad.8", "umbrad.conf.5"])
        tools = [(["mandoc", "-Tlint", "-Wwarning"]), (["groff", "-ww", "-mandoc", "-Tutf8", "-z"])]
        for tool in tools:
            if not shutil.which(tool[0]):
                self.skipTest(f"no {tool[0]}")
            for page in PAGES:
                done = subprocess.run([*tool, page], capture_output=True, text=True)
                self.assertEqual((done.stdout, done.stderr, done.returncode), ("", "", 0))

    def test_each_option_of_umbra_is_described_with_its_command_and_no_other(self):
        page = parts((MAN / "umbra.1").read_text())
        common, _ = items(page["DESCRIPTION"])
        page["report"] = (MAN / "umbra-report.1").read_text()
        self.assertGreater(len(commands()), 15)
        for words in commands():
            described, short = items(page[" ".join(words)])
            options = options_in_help("umbra", *words)
            self.assertEqual(options - common, described - common, words)
            self.assertEqual(short_options_in_help("umbra", *words), short, words)
        self.assertEqual(common, {"--catalogue", "--catalogue-extra", *GIVEN_TO_ALL})

    def test_each_option_of_umbrad_is_described_in_its_group_and_no_other(self):
        page = (MAN / "umbrad.8").read_text()
        long, short = items(page)
        self.assertEqual(long, options_in_help("umbrad"))
        self.assertEqual(short, short_options_in_help("umbrad"))
        help_text = umbra.umbrad("--help").stdout.decode().split("Examples:")[0]
        for group in re.split(r"^(?=\w[^\n]*:\n  )", help_text, flags=re.M)[2:]:  # after the synopsis
            title = re.split(r"[,(:]", group)[0].strip()
            options = set(re.findall(r"^ +(?:-\w \[ )?(--[a-z0-9-]+)", group, re.M))
            self.assertEqual(items(parts(page)[title])[0], options, title)

    def test_no_page_speaks_of_an_option_that_there_is_not(self):
        known = options_in_help("umbrad").union(*(options_in_help("umbra", *words) for words in commands()))
        for page in PAGES:
            text = page.read_text()
            spoken = {f"-{word}" for line in re.findall(r"\bFl (-.*)", text) for word in line.split()
                      if re.fullmatch(r"-[a-z][a-z0-9-]+", word)}
            spoken |= set(re.findall(r"(?<!\S)--[a-z][a-z-]+", text))
            self.assertLessEqual(spoken, known | GIVEN_TO_ALL, page.name)

    def test_defaults_are_those_of_the_program(self):
        numbers = dict(re.findall(r"(--[a-z-]+) \w+ \(=(\d+)\)", umbra.umbrad("--help").stdout.decode()))
        self.assertGreater(len(numbers), 20)
        conf = dict(re.findall(r"^\.It Li ([a-z-]+) = (\d+)$", (MAN / "umbrad.conf.5").read_text(), re.M))
        self.assertEqual({f"--{key}": value for key, value in conf.items()}, numbers)
        page = (MAN / "umbrad.8").read_text()
        for option, body in re.findall(r"^\.It Fl (-[a-z-]+) Ar \w+\n(.*?)(?=^\.(?:It|El))", page, re.M | re.S):
            if f"-{option}" in numbers and option != "-candidates":
                self.assertIn(f"y default {numbers[f'-{option}']}.", body, option)

    def test_each_key_of_the_configuration_file_is_described(self):
        shipped = re.findall(r"^# ([a-z-]+) = ", (umbra.SOURCE / "packaging" / "umbrad.conf").read_text(), re.M)
        described = re.findall(r"^\.It Li ([a-z-]+) = ", (MAN / "umbrad.conf.5").read_text(), re.M)
        self.assertEqual(sorted(described), sorted(shipped))
        self.assertEqual({f"--{key}" for key in described}, options_in_help("umbrad") - {"--help", "--version", "--config"})

    def test_the_columns_of_the_export_stand_in_order(self):
        page = (MAN / "umbra-export.5").read_text()
        columns = re.findall(r"^\.It Li (\w+)$", parts(page)["CSV"], re.M)
        coverage = re.search(r"Cm coverage :\n\.Li (.*)\n", page).group(1).removesuffix(" .").replace(" ", "")
        capture, _, _ = umbra.trafgen(self.folder, "--packets", 2000)
        umbra.umbrad("--read", capture, "--database", self.database, "--sensor", "s")
        headers = {}
        for what in ("usage", "coverage"):
            umbra.umbra("export", "--database", self.database, "--to", self.folder / what, "--what", what)
            file, = (self.folder / what).glob("*.csv")
            headers[what] = file.read_text().splitlines()[0]
        self.assertEqual(",".join(columns), headers["usage"])
        self.assertEqual(coverage, headers["coverage"])

    def test_the_columns_of_the_database_are_those_of_a_new_file(self):
        capture, _, _ = umbra.trafgen(self.folder, "--packets", 2000)
        umbra.umbrad("--read", capture, "--database", self.database)
        known = {word for (table,) in umbra.query(self.database, "SELECT name FROM sqlite_master")
                 for word in (table, *(name for (name,) in umbra.query(
                     self.database, "SELECT name FROM pragma_table_info(?)", table)))}
        text = (MAN / "umbra-database.5").read_text()
        names = re.findall(r"[a-z_]+", " ".join(re.findall(r"^\.(?:It )?Li ([a-z_ ,;.:]+)$", text, re.M)))
        self.assertGreater(len(names), 50)
        self.assertLessEqual(set(names) - {"sensor", "privacy"}, known)  # those are keys of meta
        usage = re.search(r"Rows are never changed", text).start()
        listed = re.findall(r"[a-z_]+", " ".join(re.findall(r"^\.Li (.*)$", text[text.index("It Li usage\n"):usage], re.M)))
        self.assertEqual(listed, [name for (name,) in umbra.query(
            self.database, "SELECT name FROM pragma_table_info('usage') ORDER BY cid")])


if __name__ == "__main__":
    unittest.main(verbosity=2)
