"""What `cmake --install` puts below a prefix works from there."""
import os
import re
import shutil
import subprocess
import unittest

import umbra

BUILD = umbra.BIN.parent


@unittest.skipUnless(shutil.which("cmake"), "no cmake")
class Install(umbra.Case):
    @classmethod
    def setUpClass(cls):
        cls.prefix = cls.folder_of_class()
        done = subprocess.run(["cmake", "--install", BUILD, "--prefix", cls.prefix], capture_output=True, text=True,
                              env={key: value for key, value in os.environ.items() if key != "DESTDIR"})
        assert done.returncode == 0, done.stdout + done.stderr

    def installed(self, program, *arguments):
        done = subprocess.run([self.prefix / program, *map(str, arguments)], capture_output=True, text=True, cwd="/")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_everything_is_where_it_is_looked_for(self):
        for file in ("bin/umbra", "sbin/umbrad", "etc/umbra/umbrad.conf", "lib/systemd/system/umbra-export.service",
                     "lib/systemd/system/umbra-export.timer", "share/umbra/catalogue/openai.yaml",
                     "share/umbra/regions.tsv", "share/locale/fr/LC_MESSAGES/umbra.mo", "share/umbra/candidates.txt", "share/umbra/not-ai.tsv",
                     "share/umbra/shared-apexes.txt", "share/umbra/siem/README.md", "share/man/man1/umbra.1",
                     "share/man/man1/umbra-report.1", "share/man/man5/umbrad.conf.5", "share/man/man5/umbra-export.5",
                     "share/man/man8/umbrad.8", "share/bash-completion/completions/umbra",
                     "share/bash-completion/completions/umbrad", "share/zsh/site-functions/_umbra",
                     "share/fish/vendor_completions.d/umbra.fish", "share/fish/vendor_completions.d/umbrad.fish",
                     "share/doc/umbra/examples/policy.yaml"):
            self.assertTrue((self.prefix / file).is_file(), file)
        names = {path.name for path in (umbra.SOURCE / "signatures" / "catalogue").glob("*.yaml")}
        self.assertEqual({path.name for path in (self.prefix / "share/umbra/catalogue").iterdir()}, names)

    def test_umbra_speaks_french_from_there(self):
        self.assertIn("Codes de sortie", self.installed("bin/umbra", "--lang", "fr", "--help"))
        (self.prefix / "share/locale/fr/LC_MESSAGES/umbra.mo").rename(self.prefix / "umbra.mo")
        self.addCleanup((self.prefix / "umbra.mo").rename, self.prefix / "share/locale/fr/LC_MESSAGES/umbra.mo")
        done = subprocess.run([self.prefix / "bin/umbra", "--lang", "fr", "--help"], capture_output=True)
        self.assertFails(done, 3, f"--lang fr: its translation is not in {self.prefix / 'share/locale'}")
        done = subprocess.run([self.prefix / "bin/umbra", "--help"], capture_output=True, env={"LANG": "fr_FR.UTF-8"})
        self.assertIn(b"Exit codes", done.stdout)

    def test_the_programs_use_the_catalogue_that_was_installed_with_them(self):
        self.assertEqual(self.installed("bin/umbra", "signatures", "match", "chatgpt.com", "only.here.example"),
                         "chatgpt.com\topenai.chatgpt\tchat\tui\nonly.here.example\t-\t-\t-\n")
        file = self.prefix / "share/umbra/catalogue/only-here.yaml"
        self.addCleanup(file.unlink)
        file.write_text("vendor: only-here\nname: Only here\nlegal_entity: null\nheadquarters: null\nsovereignty: null\n"
                        "services:\n  - id: only-here.chat\n    name: Chat\n    category: chat\n    takes: null\n"
                        "    gives: null\n    names:\n      - {name: here.example, match: suffix, role: ui}\n")
        self.assertEqual(self.installed("bin/umbra", "signatures", "match", "only.here.example"),
                         "only.here.example\tonly-here.chat\tchat\tui\n")
        # The daemon reads it as well, and so says what is wrong with it.
        capture, _, _ = umbra.trafgen(self.folder, "--packets", 2000)
        file.write_text(file.read_text() + "    nonsense: 1\n")
        done = subprocess.run([self.prefix / "sbin/umbrad", "--read", capture, "--database", self.database],
                              capture_output=True, text=True)
        self.assertIn(f"{file}:", done.stderr)
        self.assertEqual(done.returncode, 2)

    @unittest.skipUnless(shutil.which("mandoc"), "no mandoc")
    def test_the_pages_can_be_read(self):
        for page in sorted((self.prefix / "share/man").glob("man*/*")):
            done = subprocess.run(["mandoc", "-Tutf8", page], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""), page)
            text = re.sub(".\b", "", done.stdout)  # bold is a letter over itself
            self.assertTrue(text.startswith(f"{page.stem.upper()}({page.suffix[1:]})"), text[:80])
            self.assertIn("SEE ALSO", text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
