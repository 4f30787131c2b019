"""One byte changed behind the program's back, in any column of any row that is journalled, is found."""
import os
import shutil
import sqlite3
import unittest

from support import Place

ROWS = "no,opened,closed,due,title,rating\n" + "".join(
    f"A{i},2026-01-{i:02d},2026-02-{i:02d},2026-02-10,title {i},{i % 5 + 1}\n" for i in range(1, 21))
MAPPING = {"kind": "old", "source": "test", "prefix": "T", "working_days": True,
           "columns": {"number": "no", "opened": {"column": "opened", "format": "date"},
                       "closed": {"column": "closed", "format": "date"}, "due": {"column": "due", "format": "date"},
                       "title": "title", "rating": "rating", "unit": {"constant": "ECO"}}}


def flipped(value):
    """The value with one bit of one byte changed; another kind of value for NULL."""
    if value is None:
        return 7
    if isinstance(value, int):
        return value ^ 1
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    if not value:
        return "x"
    return value[:-1] + chr(ord(value[-1]) ^ 1) if value[-1] != "\n" else value[:-2] + chr(ord(value[-2]) ^ 1) + "\n"


class Tamper(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        r = cls.place.import_file(cls.place.write("in.csv", ROWS), MAPPING)
        assert r.returncode == 0, r.stdout + r.stderr
        cls.good = cls.place.data + ".good"
        shutil.move(cls.place.data, cls.good)

    @classmethod
    def tearDownClass(cls):
        cls.place.close()

    def setUp(self):
        shutil.copytree(self.good, self.place.data)
        self.db = sqlite3.connect(os.path.join(self.place.data, "junma.db"), isolation_level=None)

    def tearDown(self):
        self.db.close()
        shutil.rmtree(self.place.data)

    def found(self, what, *words):
        r = self.place.verify()
        self.assertEqual(r.returncode, 1, f"{what} was not found:\n{r.stdout}{r.stderr}")
        for word in words:
            self.assertIn(word, r.stdout + r.stderr, what)
        return r.stdout

    def every_column(self, table, where, columns=None):
        """Changes each column of the row in turn and looks; each time on a fresh copy."""
        names = columns or [r[1] for r in self.db.execute(f"PRAGMA table_info({table})")]
        for name in names:
            old, = self.db.execute(f"SELECT {name} FROM {table} WHERE {where}").fetchone()
            change = f"UPDATE {table} SET {name} = ? WHERE {where}"
            try:
                self.db.execute(change, (flipped(old),))
            except sqlite3.IntegrityError:  # a neighbour has that key
                self.db.execute(change, (old ^ 1 << 20,))
            with self.subTest(f"{table}.{name}"):
                self.found(f"{table}.{name}")
            self.tearDown()
            self.setUp()

    def test_untouched_holds(self):
        self.assertEqual(self.place.verify().returncode, 0)

    def test_journal(self):
        self.every_column("journal", "seq = 7")

    def test_the_last_entry(self):
        last, = self.db.execute("SELECT max(seq) FROM journal").fetchone()
        self.every_column("journal", f"seq = {last}")

    def test_nodes(self):
        self.every_column("journal_node", "level = 0 AND idx = 3")
        self.every_column("journal_node", "level = 2 AND idx = 1", ["hash"])

    def test_checkpoints(self):
        newest, = self.db.execute("SELECT max(size) FROM checkpoint").fetchone()
        self.every_column("checkpoint", f"size = {newest}")
        self.every_column("checkpoint", "size = (SELECT min(size) FROM checkpoint)")

    def test_cases(self):
        self.every_column("cases", "source_number = 'A7'")

    def test_every_byte_of_an_event(self):
        event, = self.db.execute("SELECT event FROM journal WHERE seq = 9").fetchone()
        for i in range(0, len(event), 17):
            changed = event[:i] + chr(ord(event[i]) ^ 2) + event[i + 1:]
            self.db.execute("UPDATE journal SET event = ? WHERE seq = 9", (changed,))
            self.assertIn("entry 9, event", self.found(f"byte {i}"))

    def test_rows_that_went(self):
        self.db.execute("DELETE FROM cases WHERE source_number = 'A3'")
        self.found("a deleted case", "it was deleted")

    def test_an_entry_that_went(self):
        self.db.execute("DELETE FROM journal WHERE seq = 5")
        self.found("a deleted entry", "entry 5")

    def test_the_end_cut_off(self):
        last, = self.db.execute("SELECT max(seq) FROM journal").fetchone()
        self.db.execute("DELETE FROM journal WHERE seq = ?", (last,))
        self.found("the last entry deleted")

    def test_an_erased_event_is_no_fault(self):
        self.db.execute("UPDATE journal SET event = NULL, salt = NULL WHERE seq = 0")
        r = self.place.verify()
        self.assertEqual(r.returncode, 0, r.stdout)
        self.assertIn("(1 of them erased)", r.stdout)

    def test_another_key(self):
        """Whoever signs all of it anew with a key of his own is found by who kept the key."""
        other = "zone.example/other+4f2d1a9c+AcPe0b1S8b3i4f2mXU0Q7r3yZf5f0Y8v0m7Yg7l1d3Qq"
        r = self.place.run("verify", "--journal", "--data", self.place.data, "--key", other)
        self.assertEqual(r.returncode, 1)
        self.assertTrue(r.stdout + r.stderr)


if __name__ == "__main__":
    unittest.main()
