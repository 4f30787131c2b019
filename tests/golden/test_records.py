"""junma records import: rows that are good and rows that are not, the next version by key, a trial that leaves nothing; and histories
and rows that were changed behind the program are found."""
import os
import sqlite3
import subprocess
import tempfile
import unittest

from support import BINARY, ROOT

ZONE = str(ROOT / "bench" / "records-zone")
HEAD = "number,name,kind,amount,staff,opened_on,open,address\n"


def row(i, **changes):
    values = {"number": f"N{i}", "name": f"示例{i}号公司", "kind": "k1", "amount": "1,234.50", "staff": "7", "opened_on": "2026-03-01",
              "open": "true", "address": "示例路", **changes}
    return ",".join(f'"{v}"' for v in values.values()) + "\n"


def junma(*words):
    return subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=120, env={**os.environ, "JUNMA_LANG": "en"})


class Records(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="junma-records-")
        self.data = os.path.join(self.folder.name, "data")
        os.mkdir(self.data)
        self.number = 0

    def tearDown(self):
        self.folder.cleanup()

    def take(self, text, *words):
        self.number += 1
        file = os.path.join(self.folder.name, f"{self.number}.csv")
        with open(file, "w", encoding="utf-8") as f:
            f.write(text)
        return junma("records", "import", file, "--register", "item", "--zone", ZONE, "--data", self.data, *words)

    def sql(self, text, *values):
        with sqlite3.connect(os.path.join(self.data, "junma.db")) as database:
            return database.execute(text, values).fetchall()

    def verify(self):
        return junma("verify", "--journal", "--data", self.data)

    def test_good_and_bad_rows(self):
        r = self.take(HEAD + row(1) + row(2, kind="nowhere") + row(3, staff="many") + row(4, number="") + "short\n" + row(1, name="again")
                      + row(5, amount="999999999", staff="0"))
        self.assertEqual(r.returncode, 1, r.stderr)
        for words in ("row 3, column kind: Kind is not a code of its table", "row 4, column staff: Staff must be a whole number",
                      "row 5, column number: Number is required", "row 6: the row has 1 columns, the first line 8",
                      "row 8, column amount: Too much for so few", "7 rows, imported: 2"):
            self.assertIn(words, r.stdout)
        self.assertEqual(self.sql("SELECT number, version, name, amount, per_head FROM register_item"), [("N1", 2, "again", 123450, 1234.5 / 7)])
        self.assertEqual(self.verify().returncode, 0)

    def test_many_in_several_writes(self):
        r = self.take(HEAD + "".join(row(i) for i in range(25000)))
        self.assertIn("25000 rows, imported: 25000", r.stdout)
        leaves = [n for (n,) in self.sql("SELECT json_extract(event, '$.rows') FROM journal WHERE kind = 'record.batch' ORDER BY id")]
        self.assertEqual(leaves, [20000, 5000])
        self.assertEqual(self.sql("SELECT count(DISTINCT batch), count(*) FROM register_item_history"), [(1, 25000)])
        self.assertEqual(self.verify().returncode, 0)

    def test_a_trial_leaves_nothing(self):
        r = self.take(HEAD + row(1) + row(2), "--dry-run")
        self.assertIn("2 rows, could be imported: 2", r.stdout)
        self.assertEqual(self.sql("SELECT count(*) FROM register_item"), [(0,)])

    def test_wrong_heads(self):
        self.assertIn('no column "colour"', self.take("number,colour\n1,red\n").stderr)
        self.assertIn('"number" stands there twice', self.take("number,number\n1,1\n").stderr)
        self.assertIn("must name the columns", self.take("").stderr)

    def tampered(self, statement):
        self.take(HEAD + "".join(row(i) for i in range(20)) + row(3, name="new name"))
        self.assertEqual(self.verify().returncode, 0)
        self.sql(statement)
        r = self.verify()
        self.assertEqual(r.returncode, 1, statement)
        return r.stdout + r.stderr

    def test_a_row_changed_behind(self):
        self.assertIn("it is not what its newest version says", self.tampered("UPDATE register_item SET staff = 8 WHERE number = 'N5'"))

    def test_a_history_changed_behind(self):
        said = self.tampered("UPDATE register_item_history SET data = replace(data, '示例路', '别处') WHERE version = 1 AND data LIKE '%N7%'")
        self.assertIn("the history of a batch", said)

    def test_a_batch_changed_behind(self):
        said = self.tampered("UPDATE register_item_history SET batch = batch + 1 WHERE version = 1 AND data LIKE '%N7%'")
        self.assertIn("the history of a batch", said)

    def test_a_version_changed_behind(self):
        said = self.tampered("UPDATE register_item_history SET data = replace(data, 'new name', 'old name') WHERE version = 2")
        self.assertIn("a version in the history is not what the journal recorded", said)

    def test_a_version_taken_away(self):
        self.assertIn("a version that the journal recorded is not in the history", self.tampered("DELETE FROM register_item_history WHERE version = 2"))


if __name__ == "__main__":
    unittest.main()
