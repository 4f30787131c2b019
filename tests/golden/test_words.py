"""What the command line says, word for word: tests/golden/words/*.txt.

A file is a list of blocks: "$ COMMAND" (with zh: or en: before it for the language), "< FILE" for standard
input, the lines that come on standard output, those on standard error after "! ", and "= STATUS". DATA is a data
folder with a few imported cases, PLACE a folder with the files beside the blocks. What changes from run to run is
written as 〈id〉, 〈hash〉, 〈time〉.

    tests/golden/test_words.py --update      writes down what the program says now
"""
import pathlib
import re
import shlex
import shutil
import sys
import unittest

from support import ZONE, Place

FOLDER = pathlib.Path(__file__).parent / "words"
ROWS = "no,opened,closed,due,title,unit\n" + "".join(
    f"A{i},2026-0{i}-01,2026-0{i}-0{i},2026-0{i}-04,件{i},{'ECO' if i % 2 else 'POWER'}\n" for i in range(1, 7))
MAPPING = {"kind": "old", "source": "test", "prefix": "T",
           "columns": {"number": "no", "opened": {"column": "opened", "format": "date"},
                       "closed": {"column": "closed", "format": "date"}, "due": {"column": "due", "format": "date"},
                       "title": "title", "unit": "unit"}}


class Words(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        made = cls.place.import_file(cls.place.write("in.csv", ROWS), MAPPING)
        assert made.returncode == 0, made.stderr
        for file in (FOLDER / "files").iterdir():
            shutil.copy(file, cls.place.folder)
        shutil.copy(FOLDER / "files" / "wrong.sql", cls.place.path("zone/requests/figures"))

    @classmethod
    def tearDownClass(cls):
        cls.place.close()

    def plain(self, text):
        text = text.replace(self.place.data, "DATA").replace(self.place.folder, "PLACE").replace(ZONE, "ZONE")
        text = re.sub(r"(?<![.\d])\d{17,19}\b", "〈id〉", text)
        text = re.sub(r"\b(?=\d*[a-f])[0-9a-f]{12,64}\b", "〈hash〉", text)
        return re.sub(r"process \d+|进程 \d+", "〈process〉", text)

    def say(self, line, stdin):
        lang, words = (line[:2], line[3:]) if line[2:3] == ":" else ("en", line)
        words = words.replace("DATA", self.place.data).replace("PLACE", self.place.folder).replace("ZONE", ZONE)
        r = self.place.run(*shlex.split(words)[1:], lang=lang, stdin=stdin)
        lines = self.plain(r.stdout).splitlines() + ["! " + x for x in self.plain(r.stderr).splitlines()]
        return [x.rstrip() for x in lines] + [f"= {r.returncode}"]

    def transcript(self, text):
        """The file as it is, and as the program would have it."""
        out = []
        for block in re.split(r"\n(?=\$ )", text.strip()):
            lines = block.split("\n")
            if not lines[0].startswith("$ "):
                out += [block]
                continue
            head, stdin = lines[:1], ""
            if len(lines) > 1 and lines[1].startswith("< "):
                head.append(lines[1])
                stdin = lines[1][2:]
            out.append("\n".join(head + self.say(lines[0][2:], stdin)))
        return "\n\n".join(x.strip() for x in out) + "\n"


def add(file):
    def test(self):
        was = file.read_text()
        now = self.transcript(was)
        if UPDATE:
            file.write_text(now)
        else:
            self.assertEqual(re.sub(r"\n\n+", "\n\n", was), now)
    setattr(Words, "test_" + file.stem, test)


UPDATE = "--update" in sys.argv
if UPDATE:
    sys.argv.remove("--update")
for golden in sorted(FOLDER.glob("*.txt")):
    add(golden)

if __name__ == "__main__":
    unittest.main()
