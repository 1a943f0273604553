"""umbra in French: for people all of it, for programs none of it.

UMBRA_GOLDEN=write writes the golden outputs anew, as reports_test.py does."""
import ast
import os
import re
import shutil
import subprocess
import unittest

import umbra
from html_test import Elements
from reports_test import DATA, HOST, PERIOD, REPORTS, Reports

LANGUAGE = umbra.SOURCE / "tools" / "umbra" / "language"
FRENCH = ("--lang", "fr")
NARROW, NO_BREAK = "\u202f", "\u00a0"  # before % and within numbers; before : and units


def read_po(text):
    """What each message of a PO file is translated by, in all its forms."""
    messages = {}
    for entry in re.split(r"\n\s*\n", text):
        if "#, fuzzy" in entry:
            continue
        words = {}
        for keyword, value in re.findall(r'^(msgid|msgid_plural|msgstr(?:\[\d\])?) ((?:".*"\s*)+)', entry, re.M):
            words[keyword] = "".join(ast.literal_eval(line) for line in value.split("\n") if line)
        if words.get("msgid"):
            messages[words["msgid"]] = [text for keyword, text in words.items() if keyword.startswith("msgstr")]
    return messages


def shown_text(page):
    """The text of a page that its reader sees."""
    return Elements(re.sub("<(style|script)[^>]*>.*?</(style|script)>", "", page, flags=re.S)).text


def places(message):
    """The places of values: `{:%Y}`, a date, has a form of its own in each language."""
    return sorted(re.sub("{:%[^}]*}", "{date}", place) for place in re.findall("{[^}]*}|%[a-z_]+%", message))


def faults(messages, translations):
    """What is wrong with translations of the messages."""
    found = [f"not translated: {message!r}" for message in messages if not all(translations.get(message, [""]))]
    found += [f"no longer a message: {message!r}" for message in translations if message not in messages]
    for message, forms in translations.items():
        for form in filter(None, forms):
            if places(form) != places(message) or "{{" in form:
                found.append(f"other places for values: {message!r}: {form!r}")
            examples = [re.findall("^ +(?:sudo|cut|umbra) .*", text, re.M) for text in (message, form)]
            if examples[0] != examples[1]:
                found.append(f"other examples: {message!r}: {form!r}")
    return found


class Translation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if shutil.which("xgettext") is None:
            umbra.skip("gettext is not installed")
        template = subprocess.run([LANGUAGE / "messages"], capture_output=True, check=True).stdout.decode()
        cls.messages = read_po(template.replace("#, fuzzy", ""))
        cls.french = read_po((LANGUAGE / "fr.po").read_text())

    def test_every_message_has_a_translation_that_takes_the_same_values(self):
        self.assertGreater(len(self.messages), 300)
        self.assertEqual(faults(self.messages, self.french), [])

    def test_that_check_can_fail(self):
        for name, translations in (("gone", {}), ("empty", {"{} of {}": [""]}), ("a value too few", {"{} of {}": ["{} sur"]}),
                                   ("a value too many", {"{} of {}": ["{} sur {} {}"]}), ("broken", {"{} of {}": ["{} sur {"]}),
                                   ("another", {"{} of {}": ["{} sur {}"], "gone": ["parti"]})):
            with self.subTest(name):
                self.assertEqual(len(faults({"{} of {}": [""]}, translations)), 1)
        self.assertEqual(faults({"{} of {}": [""]}, {"{} of {}": ["{} sur {}"]}), [])

    def test_msgfmt_has_nothing_to_say(self):
        done = subprocess.run(["msgfmt", "--check", "--check-format", "--output-file=/dev/null", LANGUAGE / "fr.po"],
                              capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_typography(self):
        for message, forms in self.french.items():
            for form in forms:
                form = re.sub("%[a-z_]+%|{:[^}]*}", "…", form)
                with self.subTest(message):
                    self.assertNotRegex(form, r" [:;?!»%](?!\w)|« |'", "an ordinary space or apostrophe")
                    self.assertNotRegex(form, r"[a-zé}][;?!%](?!\w)", "no space")
        digits = re.fullmatch("1(.*)234(.*)5", self.french["1234.5"][0])
        self.assertEqual(digits.groups(), (NARROW, ","))

    def test_words_of_the_catalogue_and_of_policies_have_one(self):
        stats = umbra.umbra("signatures", "stats", "--format", "ndjson").stdout.decode().splitlines()
        rows = [umbra.json.loads(line) for line in stats]
        words = [row["item"] for row in rows if row["group"] in ("category", "sovereignty", "facts")]
        self.assertGreater(len(words), 25)
        for word in words + ["approved", "tolerated", "forbidden", "unreviewed"]:
            self.assertIn(word, self.french)


class Choice(umbra.Case):
    """Which language it is."""

    def language(self, *options, **environment):
        done = subprocess.run([umbra.BIN / "umbra", *options], capture_output=True, env=environment)
        return {b"umbra: unknown command": "en", b"umbra: commande inconnue": "fr"}[b" ".join(done.stderr.split()[:3])]

    def test_the_option_wherever_it_stands(self):
        for options in (("--lang", "fr", "frob"), ("--lang=fr", "frob"), ("frob", "--lang", "fr"), ("frob", "x", "--lang=fr"),
                        ("--lang", "en", "frob", "--lang", "fr")):
            self.assertEqual(self.language(*options, LANG="en_GB.UTF-8"), "fr")
        self.assertEqual(self.language("--lang", "en", "frob", LANG="fr_FR.UTF-8"), "en")
        self.assertEqual(self.language("frob", "--", "--lang", "fr"), "en")

    def test_else_the_environment_as_gettext_reads_it(self):
        for language, environment in (
                ("en", {}), ("en", {"LANG": "C"}), ("fr", {"LANG": "fr_FR.UTF-8"}), ("fr", {"LANG": "fr_CA@euro"}),
                ("fr", {"LC_MESSAGES": "fr_FR", "LANG": "en_GB"}), ("en", {"LC_ALL": "C", "LANG": "fr_FR.UTF-8"}),
                ("fr", {"LC_ALL": "fr_FR.UTF-8", "LC_MESSAGES": "en_GB"}), ("en", {"LANG": "de_DE.UTF-8"}),
                ("fr", {"LANG": "de_DE.UTF-8", "LANGUAGE": "de:fr:en"}), ("en", {"LANG": "fr_FR.UTF-8", "LANGUAGE": "en"}),
                ("fr", {"LANG": "C.UTF-8", "LANGUAGE": "fr"}), ("en", {"LANG": "C", "LANGUAGE": "fr"}),
                ("en", {"LANG": "POSIX", "LANGUAGE": "fr"})):
            with self.subTest(environment=environment):
                self.assertEqual(self.language("frob", **environment), language)

    def test_a_language_that_there_is_not(self):
        self.assertFails(umbra.umbra("report", "hosts", "--lang", "tlh", check=None), 2, "--lang tlh: not one of en, fr")
        self.assertFails(umbra.umbra("report", "hosts", "--lang", check=None), 2, "--lang: give one of en, fr")

    def test_errors(self):
        for words, sentence in (
                (("report", "hotsts"), "report hotsts : inconnu ; proche : hosts, host"),
                (("report", "hosts"), "report : il manque --database FILE (voir --help)"),
                (("report", "hosts", "--sort"), "il manque la valeur de l’option « --sort » (voir --help)"),
                (("report", "hosts", "--colour"), "option inconnue « --colour » (voir --help)"),
                (("watch", "--database", "x", "--minutes", "0"), "--minutes 0 : doit être compris entre 1 et 1440")):
            with self.subTest(words):
                done = umbra.umbra(*FRENCH, *words, check=None)
                self.assertEqual(done.returncode, 2)
                text = done.stderr.decode().replace(NO_BREAK, " ")
                self.assertEqual(text, f"umbra: {sentence}\n")


class Output(Reports):
    def french(self, what, name, *more):
        period = () if "--since" in what else PERIOD
        return umbra.umbra("report", *what, "--database", self.db, *period, "--format", name, "--catalogue",
                           DATA / "catalogue", *FRENCH, *more).stdout.decode()

    def test_golden_outputs(self):
        for name in ("overview", "host", "departments", "policy", "trend", "coverage"):
            with self.subTest(report=name):
                golden = DATA / "fr" / f"{name}.table"
                text = self.french(REPORTS[name], "table")
                if os.environ.get("UMBRA_GOLDEN") == "write":
                    golden.write_text(text)
                self.assertEqual(text, golden.read_text())

    def test_numbers_and_dates(self):
        """Of the English table, by rules of their own here."""
        def translated(line):
            line = re.sub(r"(\d{4})-(\d\d)-(\d\d) (\d\d:\d\d)", r"\3/\2/\1 \4", line)
            return re.sub(r"(\d+)\.(\d) ([kMG])B\b", r"\1,\2" + NO_BREAK + r"\3o", line)

        english = self.text(("uploads", "--limit", "9"), "table").splitlines()[3:]
        french = self.french(("uploads", "--limit", "9"), "table").splitlines()[3:]
        statuses = {"forbidden": "interdit", "tolerated": "toléré", "unreviewed": "non examiné", "0 B": f"0{NO_BREAK}o"}
        for one, other in zip(english, french, strict=True):
            cells = [statuses.get(cell, cell) for cell in re.split("  +", translated(one.strip()))]
            self.assertEqual(re.split("  +", other.strip()), cells)
        packets = umbra.coverage(self.db)["packets"]
        self.assertGreater(packets, 9999)
        shown = umbra.umbra("report", "coverage", "--database", self.db, "--since", "2026-11-01", "--utc", *FRENCH)
        text = " ".join(shown.stdout.decode().split("\n"))
        self.assertIn(f"{packets // 1000}{NARROW}{packets % 1000:03} paquets vus", text)

    def test_machine_formats_are_the_same_in_both_languages(self):
        for name, what in {**REPORTS, "candidates": ("candidates",)}.items():
            for form in ("csv", "json", "ndjson"):
                with self.subTest(report=name, format=form):
                    self.assertEqual(self.french(what, form), self.text(what, form))
        self.assertNotEqual(self.french(("services",), "markdown"), self.text(("services",), "markdown"))

    def test_other_commands_tell_programs_the_same(self):
        policy = DATA / "policy.yaml"
        capture = self.folder / "made.pcap"
        umbra.run("trafgen", "--out", capture, "--packets", 3000)
        names = self.folder / "names.txt"
        names.write_text("chatgpt.com\nco.uk\ngoogle.com\nnobody.example\n10.0.0.1\n")
        database = self.folder / "audit.db"
        shutil.copy(self.db, database)
        umbra.umbra("forget", "--host", HOST, "--reason", "n° 1", "--database", database, *FRENCH)
        self.assertEqual({row[0] for row in umbra.query(database, "SELECT action FROM audit")}, {"forget", "forgotten"})
        for words in (("policy", "check", policy), ("policy", "explain", "openai.chatgpt", "--policy", policy),
                      ("privacy", "audit", "--database", database), ("explain", "--all", capture),
                      ("signatures", "list"), ("signatures", "stats"), ("signatures", "show", "openai.chatgpt"),
                      ("signatures", "coverage", "--all", names)):
            for form in ("csv", "json", "ndjson"):
                with self.subTest(words=words, format=form):
                    english = umbra.umbra(*words, "--format", form, check=None).stdout
                    self.assertNotEqual(english, b"")
                    self.assertEqual(umbra.umbra(*words, "--format", form, *FRENCH, check=None).stdout, english)
            table = umbra.umbra(*words, check=None).stdout
            self.assertNotEqual(umbra.umbra(*words, *FRENCH, check=None).stdout, table)

    def test_exports_are_the_same(self):
        for what, form in (("usage", "csv"), ("usage", "ndjson"), ("usage", "ocsf"), ("usage", "cef"), ("coverage", "csv"),
                           ("coverage", "ndjson")):
            with self.subTest(what=what, format=form):
                files = []
                for number, options in enumerate(((), FRENCH)):
                    folder = self.folder / f"{what}-{form}-{number}"
                    done = umbra.umbra("export", "--database", self.db, "--to", folder, "--what", what, "--format", form,
                                       *options)
                    files.append({path.name: path.read_bytes() for path in folder.iterdir()})
                self.assertEqual(files[0], files[1])
                self.assertGreater(max(map(len, files[0].values())), 1000)
                self.assertRegex(done.stderr.decode(), NO_BREAK + r": \d+(" + NARROW + r"\d+)? lignes")

    def test_html(self):
        page = self.french(("overview",), "html")
        elements, text = Elements(page).elements, shown_text(page)
        self.assertEqual(elements[0], ("html", {"lang": "fr", "class": "without-script"}))
        for words in ("Usage des services d’IA", "Sonde paris, du 04/11/2026 00:00 UTC au 10/11/2026 00:00 UTC",
                      "Vue d’ensemble", "Souveraineté", "interdit", "petits départements", "hôtes avec usage interdit",
                      "États-Unis", f"2,9{NO_BREAK}Mo", f"88,7{NARROW}%"):
            self.assertTrue(words in text, words)
        charts = umbra.json.loads(re.search('id="data">(.*?)</script>', page).group(1))
        self.assertEqual([series["name"] for series in charts["policy"]["series"]],
                         ["interdit", "non examiné", "toléré", "approuvé"])
        self.assertEqual(charts["trend"]["labels"][:2], ["04/11/2026", "05/11/2026"])
        self.assertIn("États-Unis", charts["law"]["labels"])
        labels = [attributes["aria-label"] for tag, attributes in elements if tag == "canvas"]
        self.assertEqual([label.split()[0] for label in labels], ["Courbes", "Barres", "Anneau"])
        # No heading, caption or label of the English page is left.
        english = Elements(self.text(("overview",), "html"))
        labels_of = lambda page: {attributes[name] for _, attributes in page for name in
                                  ("aria-label", "title", "data-search") if name in attributes}
        self.assertEqual(labels_of(elements) & labels_of(english.elements), {"Services"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
