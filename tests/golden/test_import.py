"""Imports: figures over real logs equal what Python counts in the same files; bad input is told by row."""
import collections
import csv
import datetime
import json
import resource
import signal
import sqlite3
import statistics
import unittest

from support import CASEWORK, RECEIPT, ROOT, Place, need

MAPPINGS = ROOT / "docs" / "import"


def rounded(value):
    """As SQL rounds: half away from zero, one decimal."""
    return int(abs(value) * 10 + 0.5) / 10 * (1 if value >= 0 else -1)


class Casework(unittest.TestCase):
    """34,324 rows of constituent casework; two of them repeat a number."""

    @classmethod
    def setUpClass(cls):
        need(CASEWORK)
        cls.place = Place()
        cls.done = cls.place.import_file(CASEWORK, MAPPINGS / "casework.json")
        with open(CASEWORK, newline="", encoding="utf-8") as f:
            rows = list(csv.DictReader(f))
        cls.rows = list({r["unique_key"]: r for r in reversed(rows)}.values())
        cls.row_count = len(rows)

    @classmethod
    def tearDownClass(cls):
        cls.place.close()

    def test_says_what_it_did(self):
        self.assertEqual(self.done.returncode, 1)  # two rows are not in
        lines = self.done.stdout.splitlines()
        self.assertEqual(len(lines), 3, self.done.stdout)
        self.assertIn("row 10911, column unique_key: the number NYCC12502536 is that of row 10910, too", lines[0])
        self.assertIn("row 22147", lines[1])
        self.assertIn(f"{self.row_count} rows", lines[2])
        self.assertIn(f"imported: {len(self.rows)}", lines[2])

    def counts(self, by, column):
        expected = collections.Counter(column(r) for r in self.rows)
        got = {k: v[0] for k, v in self.place.groups("imported_cases", by).items()}
        self.assertEqual(got, dict(expected))

    def test_by_type(self):
        self.counts("topic", lambda r: r["complaint_type"].strip())

    def test_by_month(self):
        self.counts("month", lambda r: r["opendate"][:7])

    def test_by_unit(self):
        self.counts("unit", lambda r: r["account"])

    def test_open_and_closed(self):
        self.counts("status", lambda r: "closed" if r["closedate"] else "open")

    def days(self, key):
        groups = collections.defaultdict(list)
        day = datetime.date.fromisoformat
        for r in self.rows:
            if r["closedate"]:
                groups[key(r)].append((day(r["closedate"]) - day(r["opendate"])).days)
        return groups

    def test_median_days_open(self):
        whole = self.place.figure("imported_median_days")
        days = self.days(lambda r: "")[""]
        self.assertEqual((whole["value"], whole["count"]), (statistics.median(days), len(days)))
        got = self.place.groups("imported_median_days", "topic")
        expected = {k: (rounded(statistics.median(v)), len(v)) for k, v in
                    self.days(lambda r: r["complaint_type"].strip()).items()}
        self.assertEqual(got, expected)

    def test_a_span_of_months(self):
        got = self.place.figure("imported_cases", "--from", "2023-03", "--to", "2023-04")["value"]
        self.assertEqual(got, sum(r["opendate"][:7] in ("2023-03", "2023-04") for r in self.rows))

    def test_records_under_a_number(self):
        r = self.place.run("figure", "imported_cases", "--data", self.place.data, "--only", "topic=Legal Services",
                           "--records", "--json")
        records = [json.loads(line) for line in r.stdout.splitlines()]
        self.assertEqual(len(records), sum(r["complaint_type"] == "Legal Services" for r in self.rows))
        self.assertEqual(len({x["id"] for x in records}), len(records))

    def test_journal_holds_every_case(self):
        r = self.place.verify()
        self.assertEqual(r.returncode, 0, r.stdout)
        self.assertIn(f"{len(self.rows)} cases; 0 faults", r.stdout)

    def test_zz_again(self):
        """The same file again: everything is known, nothing doubles."""
        r = self.place.import_file(CASEWORK, MAPPINGS / "casework.json")
        self.assertIn(f"imported: 0, imported before: {len(self.rows)}", r.stdout)
        self.assertEqual(self.place.figure("imported_cases")["value"], len(self.rows))


class Permits(unittest.TestCase):
    """1,434 permits out of an event log of 8,577 rows."""

    @classmethod
    def setUpClass(cls):
        need(RECEIPT)
        cls.place = Place()
        cls.done = cls.place.import_file(RECEIPT, MAPPINGS / "permits.json", "--all-or-nothing")
        cases = {}
        with open(RECEIPT, newline="", encoding="utf-8") as f:
            for r in csv.DictReader(f):
                cases.setdefault(r["case:concept:name"], r)
        cls.cases = list(cases.values())
        cls.decided = [r for r in cls.cases if r["case:deadline"] and r["case:enddate"]]

    @classmethod
    def tearDownClass(cls):
        cls.place.close()

    @staticmethod
    def late(r):
        at = datetime.datetime.fromisoformat
        return at(r["case:enddate"]) > at(r["case:deadline"])

    def test_all_are_there(self):
        self.assertEqual(self.done.returncode, 0, self.done.stdout + self.done.stderr)
        self.assertEqual((len(self.cases), len(self.decided)), (1434, 1329))
        self.assertEqual(self.place.figure("imported_cases")["value"], 1434)
        self.assertEqual(self.done.stdout.count("(remark) closed before it was opened"), 2)

    def test_on_time(self):
        late = sum(map(self.late, self.decided))
        got = self.place.figure("imported_on_time_rate")
        self.assertEqual(late, 377)
        self.assertEqual((got["value"], got["count"]), (rounded(100 * (1329 - late) / 1329), 1329))

    def by(self, dimension, key):
        groups = collections.defaultdict(list)
        for r in self.decided:
            groups[key(r)].append(not self.late(r))
        expected = {k: (rounded(100 * sum(v) / len(v)), len(v)) for k, v in groups.items()}
        self.assertEqual(self.place.groups("imported_on_time_rate", dimension), expected)

    def test_on_time_by_month(self):
        self.by("month", lambda r: r["case:startdate"][:7])  # the source's own clock

    def test_on_time_by_department(self):
        self.by("topic", lambda r: r["case:department"])

    def test_on_time_by_group(self):
        self.by("unit", lambda r: r["case:group"] or "none")

    def test_journal(self):
        self.assertEqual(self.place.verify().returncode, 0)


MAPPING = {"kind": "old", "source": "test", "prefix": "T", "timezone": "Asia/Shanghai",
           "columns": {"number": "no", "opened": {"column": "opened", "format": "date"},
                       "closed": {"column": "closed", "format": "date"}, "due": {"column": "due", "format": "date"},
                       "title": "title", "rating": "rating"}}
HEAD = "no,opened,closed,due,title,rating\n"


class Faults(unittest.TestCase):
    def setUp(self):
        self.place = Place()

    def tearDown(self):
        self.place.close()

    def load(self, content, *words, mapping=MAPPING, **more):
        return self.place.import_file(self.place.write("in.csv", content), mapping, *words, **more)

    def cases(self, columns="source_number"):
        db = sqlite3.connect(self.place.path("data/junma.db"))
        rows = db.execute(f"SELECT {columns} FROM cases ORDER BY id").fetchall()
        db.close()
        return rows

    def told(self, result):
        """{row: message} of what was told."""
        out = {}
        for line in result.stdout.splitlines()[:-1]:
            row, message = line.split(": row ", 1)[1].split(": ", 1)
            out[int(row.split(",")[0])] = message
        return out

    BAD = (HEAD + "A1,2026-01-05,2026-01-06,2026-01-06,ok,5\n"  # 2
           "A2,2026-02-30,,,bad date,\n"                      # 3
           "A3,2026-01-05,,,short\n"                          # 4
           "A1,2026-01-07,,,again,\n"                         # 5
           ",2026-01-07,,,no number,\n"                       # 6
           "A5,,,,no date,\n"                                 # 7
           "\n"                                               # 8: empty lines count
           "A6,2026-01-05,,,a \"quote,\n"                     # 9
           "A7,2026-01-05,,,rating,seven\n"                   # 10
           "A8,2026-01-05,,,rating,9\n"                       # 11
           "A9,2026-01-05,2026-01-04,,early,\n").encode() + \
        b"A10,2026-01-05,,,\xff\xfe,\nA11,2026-01-05,,,\"two\r\nlines, and \"\"quotes\"\"\",1\n"  # 13, 14

    EXPECTED = {3: "no valid time", 4: "5 fields, the first line has 6", 5: "that of row 2", 6: "no number",
                7: "no time of opening", 9: "double quote inside", 10: "no whole number", 11: "rating is 1 to 5",
                12: "(remark) closed before", 13: "not in the text encoding"}

    def check_told(self, result):
        told = self.told(result)
        self.assertEqual(sorted(told), sorted(self.EXPECTED), result.stdout)
        for row, words in self.EXPECTED.items():
            self.assertIn(words, told[row])

    def test_bad_rows_are_told_and_the_rest_goes_on(self):
        r = self.load(self.BAD)
        self.assertEqual(r.returncode, 1)
        self.check_told(r)
        self.assertIn("12 rows, 4 cases; imported: 3, imported before: 0, faults: 9, remarks: 1", r.stdout)
        self.assertEqual([x[0] for x in self.cases()], ["A1", "A9", "A11"])
        self.assertEqual(self.cases("title")[2][0], 'two\r\nlines, and "quotes"')
        self.assertEqual(self.place.verify().returncode, 0)

    def test_faults_speak_chinese(self):
        r = self.load(self.BAD, lang="zh")
        self.assertIn("第3行 opened 列:“2026-02-30”不是有效的时间,应写作 YYYY-MM-DD", r.stdout)
        self.assertIn("第13行:第5个字段的文字编码不对", r.stdout)

    def test_all_or_nothing_leaves_nothing(self):
        r = self.load(self.BAD, "--all-or-nothing")
        self.assertEqual(r.returncode, 1)
        self.check_told(r)
        self.assertIn("nothing was imported", r.stderr)
        self.assertEqual(self.cases(), [])
        self.assertEqual(self.place.verify().returncode, 0)

    def test_dry_run_writes_nothing(self):
        r = self.load(self.BAD, "--dry-run")
        self.check_told(r)
        self.assertIn("could be imported: 3", r.stdout)
        self.assertEqual(self.cases(), [])

    def rows(self, count):
        return HEAD + "".join(f"R{i},2026-01-05,,,{'long ' * 100}{i},\n" for i in range(count))

    def test_a_full_disk_leaves_nothing_of_all_or_nothing(self):
        self.assertEqual(self.load(HEAD + "A0,2026-01-05,,,first,\n").returncode, 0)

        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, 2 << 20))

        r = self.load(self.rows(5000), "--all-or-nothing", preexec_fn=small_files)
        self.assertEqual(r.returncode, 1)
        self.assertIn("imported: 0", r.stdout)
        self.assertTrue(r.stderr)
        self.assertEqual(self.cases(), [("A0",)])
        self.assertEqual(self.place.verify().returncode, 0)
        self.assertEqual(self.load(self.rows(5000), "--all-or-nothing").returncode, 0)
        self.assertEqual(len(self.cases()), 5001)

    def test_stopped_half_way_it_goes_on(self):
        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (4 << 20, 4 << 20))

        self.assertEqual(self.load(HEAD + "A0,2026-01-05,,,first,\n").returncode, 0)
        r = self.load(self.rows(5000), preexec_fn=small_files)
        self.assertEqual(r.returncode, 1)
        there = len(self.cases()) - 1
        self.assertTrue(0 < there < 5000, there)
        self.assertEqual(there % 500, 0)  # whole batches
        r = self.load(self.rows(5000))
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertIn(f"imported: {5000 - there}, imported before: {there}", r.stdout)
        self.assertEqual(self.place.verify().returncode, 0)

    def test_due_dates_end_with_their_day(self):
        self.load(HEAD + "D1,2026-01-05,2026-01-06,2026-01-06,same day,\nD2,2026-01-05,2026-01-07,2026-01-06,late,\n"
                  "D3,2026-01-05,,2026-01-06,open,\n")
        self.assertEqual(self.cases("source_number, on_time"), [("D1", 1), ("D2", 0), ("D3", None)])

    def test_gb18030(self):
        mapping = dict(MAPPING, encoding="gb18030")
        content = (HEAD + "G1,2026-01-05,,,用电增容、㐀,\n").encode("gb18030") + b"G2,2026-01-05,,,\x81,\n"
        r = self.load(content, mapping=mapping)
        self.assertEqual(self.cases("title"), [("用电增容、㐀",)])
        self.assertEqual(list(self.told(r)), [3])

    def test_byte_order_mark_and_line_ends(self):
        r = self.load(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode() + b"B1,2026-01-05,,,x,\r\nB2,2026-01-05,,,y,")
        self.assertEqual(r.returncode, 0, r.stdout)
        self.assertEqual(self.cases(), [("B1",), ("B2",)])

    def test_a_group_takes_its_first_last_least_and_most(self):
        mapping = {"kind": "log", "source": "g", "prefix": "G", "group": {"by": "no", "take": "last"},
                   "columns": {"number": "no", "opened": {"column": "at", "format": "YYYY-MM-DD hh:mm", "take": "min"},
                               "closed": {"column": "at", "format": "YYYY-MM-DD hh:mm", "take": "max"},
                               "title": {"column": "what", "take": "first"}, "place": "what"}}
        self.load("no,at,what\nX,2026-01-02 10:00,b\nY,2026-01-01 09:00,y\nX,2026-01-01 08:00,a\nX,2026-01-03 07:00,c\n",
                  mapping=mapping)
        self.assertEqual(self.cases("source_number, title, place, created_on, (closed_at - created_at) / 3600000"),
                         [("X", "b", "c", "2026-01-01", 47), ("Y", "y", "y", "2026-01-01", 0)])

    def test_enterprises_must_be_registered(self):
        mapping = dict(MAPPING, columns=dict(MAPPING["columns"], enterprise="title"))
        r = self.load(HEAD + "E1,2026-01-05,,,91360108YLJG3B536Q,\n", mapping=mapping)
        self.assertEqual(self.told(r), {2: "the register of enterprises has no 91360108YLJG3B536Q"})

    def test_mappings_are_refused_by_place(self):
        bad = {"kind": "old kind", "source": "s", "prefix": "Q", "colour": 1, "timezone": "Mars/Olympus",
               "columns": {"number": "no", "opened": {"column": "opened", "format": "D.M.Y"}, "flavour": "x",
                           "title": {"column": "a", "constant": "b"}, "due": {"column": "d", "take": "middle"}}}
        r = self.load(HEAD, mapping=bad)
        self.assertEqual(r.returncode, 1)
        for words in ('"colour" is not known', "/kind: kind must be a code", "/prefix: the prefix Q is that of",
                      "/timezone:", "/columns/opened: format must be", 'no field "flavour"',
                      "/columns/title: either column or constant", "/columns/due: take must be"):
            self.assertIn(words, r.stderr)

    def test_columns_that_are_not_there(self):
        r = self.load("no,opened,title\n")
        self.assertEqual(r.returncode, 1)
        self.assertIn("lacks the columns: closed, due, rating", r.stderr)

    def test_an_empty_file(self):
        self.assertIn("the file is empty", self.load("").stderr)


if __name__ == "__main__":
    unittest.main()
