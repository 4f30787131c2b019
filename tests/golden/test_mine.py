"""junma mine against a computation of its own: on a log made here, on the public receipt log where it is beside
the project, and on the zone's own cases."""
import csv
import datetime
import json
import unittest
from collections import Counter, defaultdict

from support import RECEIPT, Place, need

NAMES = {"case": "case:concept:name", "activity": "concept:name", "time": "time:timestamp"}


def ms(text):
    return round(datetime.datetime.fromisoformat(text).timestamp() * 1_000_000) // 1000


def middle(values):
    values = sorted(values)
    low, high = values[(len(values) - 1) // 2], values[len(values) // 2]
    return low + (high - low) // 2


def compute(rows):
    cases = defaultdict(list)
    for order, row in enumerate(rows):
        cases[row[NAMES["case"]]].append((ms(row[NAMES["time"]]), order, row[NAMES["activity"]]))
    variants, follows, spans = defaultdict(list), defaultdict(list), []
    for log in cases.values():
        log.sort()
        spans.append(log[-1][0] - log[0][0])
        variants[tuple(x[2] for x in log)].append(spans[-1])
        for a, b in zip(log, log[1:]):
            follows[a[2], b[2]].append(b[0] - a[0])
    return cases, {k: (len(v), middle(v)) for k, v in variants.items()}, \
        {k: (len(v), middle(v)) for k, v in follows.items()}, middle(spans)


class Mine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Place()

    @classmethod
    def tearDownClass(cls):
        cls.place.close()

    def mined(self, *words):
        r = self.place.run("mine", *words, "--json")
        self.assertEqual(r.returncode, 0, r.stderr)
        return json.loads(r.stdout)

    def same(self, file):
        with open(file, newline="", encoding="utf-8-sig") as f:
            rows = list(csv.DictReader(f))
        cases, variants, follows, median = compute(rows)
        got = self.mined(str(file))
        self.assertEqual((got["cases"], got["events"]), (len(cases), len(rows)))
        self.assertEqual(got["medianMs"], median)
        self.assertEqual({tuple(v["activities"]): (v["count"], v["medianMs"]) for v in got["variants"]}, variants)
        self.assertEqual({(f["from"], f["to"]): (f["count"], f["medianMs"]) for f in got["follows"]}, follows)
        counts = Counter(row[NAMES["activity"]] for row in rows)
        self.assertEqual({a["activity"]: a["events"] for a in got["activities"]}, counts)
        shares = [v["count"] for v in got["variants"]]
        self.assertEqual(shares, sorted(shares, reverse=True))

    def test_a_log_made_here(self):
        rows = ["case:concept:name,concept:name,time:timestamp"]
        for i in range(400):
            at = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(hours=i * 7 % 311)
            for k in range(1 + i * i % 5):
                at += datetime.timedelta(minutes=(i * 37 + k * 11) % 600)
                rows.append(f"K{i % 90},活动{(i * 3 + k) % 7},{at.isoformat()}")
        self.same(self.place.write("log.csv", "\n".join(rows) + "\n"))

    def test_the_receipt_log(self):
        need(RECEIPT)
        self.same(RECEIPT)
        self.assertEqual(len(self.mined(str(RECEIPT))["variants"]), 116)

    def test_what_is_wrong_is_told_by_row(self):
        file = self.place.write("bad.csv", "case:concept:name,concept:name,time:timestamp\n1,a,yesterday\n,b,2026-01-01T00:00:00Z\n")
        r = self.place.run("mine", file)
        self.assertEqual(r.returncode, 1)
        self.assertIn("bad.csv:2", r.stderr)
        self.assertIn("\"yesterday\" is no instant", r.stderr)
        self.assertIn("bad.csv:3", r.stderr)
        r = self.place.run("mine", file, "--case", "nr")
        self.assertIn("has no column \"nr\"; name it with --case", r.stderr)


if __name__ == "__main__":
    unittest.main()
