"""Requests out of a spreadsheet: what is right goes in, each wrong row is told with its number and its reason."""
import csv
import io
import unittest

from refusals import Refusals, raw

COLUMNS = ["credit_code", "topic", "title", "content", "urgency", "contact_name", "contact_phone", "received_on"]


class Import(Refusals):
    logins = ("qiye1", "shouchu1", "gongdian1", "lingdao1", "admin")

    def setUp(self):
        self.code = self.shouchu1.get("/api/enterprises", limit=1).json["items"][0]["creditCode"]

    def row(self, **changes):
        good = {"credit_code": self.code, "topic": "power", "title": "厂区停电", "content": "三号厂房今天上午停电两次,请协调检修。",
                "urgency": "normal", "contact_name": "王小明", "contact_phone": "13800138000", "received_on": "2026-11-02"}
        return {**good, **changes}

    def table(self, *rows, columns=COLUMNS, encoding="utf-8"):
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue().encode(encoding)

    def send(self, body, client=None, **query):
        words = "&".join(f"{k}={v}" for k, v in query.items())
        return (client or self.shouchu1).call("POST", "/api/imports?kind=request" + ("&" + words if words else ""), body,
                                              {"Content-Type": "text/csv"})

    def faults(self, reply):
        self.assertEqual(reply.status, 200, reply.bytes)
        return {(f["row"], f["column"]): f["message"] for f in reply.json["faults"]}

    WRONG = {
        "credit_code": ("91360108MA00000000", "123", "", "' OR 1=1 --", "９１３６０１０８"),
        "title": ("", "停", "停" * 61),
        "content": ("", "短"),
        "topic": ("no-such-topic",),
        "urgency": ("very",),
        "contact_phone": ("1380013800a", ""),
        "received_on": ("昨天", "2026-13-01", "2099-01-01"),
    }

    def test_each_wrong_row_is_told_and_the_rest_goes_in(self):
        rows, wrong = [], []
        for column, values in self.WRONG.items():
            for value in values:
                rows.append(self.row())
                rows.append(self.row(**{column: value}))
                wrong.append((len(rows) + 1, column))  # the head is row 1
        before = self.counts()["cases"]
        reply = self.send(self.table(*rows))
        told = self.faults(reply)
        self.assertEqual(sorted(told), sorted(wrong), told)
        self.assertTrue(all(told.values()))
        self.assertEqual((reply.json["rows"], reply.json["accepted"]), (len(rows), len(rows) - len(wrong)))
        self.assertEqual(self.counts()["cases"], before + len(rows) - len(wrong))

    def test_in_the_readers_language(self):
        for lang in ("zh", "en"):
            self.shouchu1.lang = lang
            try:
                told = self.faults(self.send(self.table(self.row(credit_code="123"), self.row(title="")), dryRun="true"))
            finally:
                self.shouchu1.lang = "zh"
            for message in told.values():
                words = message.replace("“", '"').replace("”", '"').split('"')
                self.assertEqual(any("\u4e00" <= c <= "\u9fff" for c in "".join(words[::2])), lang == "zh", message)

    def test_a_dry_run_and_all_or_nothing_write_nothing(self):
        with self.nothing_written():
            good = self.send(self.table(self.row(), self.row()), dryRun="true")
            self.assertEqual((good.status, good.json["accepted"], good.json["batch"]), (200, 2, None))
            bad = self.send(self.table(self.row(), self.row(title="")), allOrNothing="true")
            self.assertEqual((bad.json["accepted"], len(bad.json["faults"])), (0, 1))
            self.refused(self.send(self.table(self.row()), dryRun="perhaps"), 422, "invalid", "dryRun")

    def test_tables_that_are_none(self):
        with self.nothing_written():
            for what, body in (("empty", b""), ("no head", b"\n\n"), ("head alone without a code", b"title,content\n"),
                               ("unknown column", self.table(self.row(), columns=[*COLUMNS, "status"])),
                               ("twice", self.table(self.row(), columns=[*COLUMNS, "title"])),
                               ("many columns", (",".join(f"c{i}" for i in range(100)) + "\n").encode()),
                               ("picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8), ("NULs", b"\0" * 1000),
                               ("one long line", b"credit_code," + b"a" * 2_000_000), ("open quote", b'credit_code,"title\n' + b"x\n" * 1000)):
                with self.subTest(what=what):
                    reply = self.send(body)
                    self.assertIn(reply.status, (400, 413, 415, 422), reply.bytes)
                    self.refused(reply, reply.status)
            session = f"Cookie: junma_session={self.shouchu1.cookie}\r\nX-CSRF-Token: {self.shouchu1.csrf}\r\n"
            head = f"POST /api/imports HTTP/1.1\r\nHost: x\r\n{session}Content-Type: text/csv\r\nContent-Length: {21 << 20}\r\n\r\n"
            self.assertEqual(self.problem(*raw(self.server.port, head.encode()), "zh")["code"], "too-large")

    def test_rows_that_are_none(self):
        good = self.table(self.row(), self.row())
        for what, line in (("short", self.code.encode() + b"\n"), ("long", b",".join([b"x"] * 30) + b"\n"), ("quote", b'"a"b,c\n'),
                           ("no text", b"\xff\xfe\x80,\x81\n"), ("control", b"\x00\x01,\x02\n")):
            with self.subTest(what=what), self.nothing_written():
                told = self.faults(self.send(good + line, dryRun="true"))
                self.assertEqual({row for row, _ in told}, {4}, told)

    def test_gb18030(self):
        reply = self.send(self.table(self.row(title="编码测试停电"), encoding="gb18030"))
        self.assertEqual((reply.json["accepted"], reply.json["faults"]), (1, []))
        self.assertEqual(len(self.shouchu1.get("/api/cases", q="编码测试").json["items"]), 1)

    def test_who_may(self):
        for client in (self.qiye1, self.gongdian1, self.lingdao1, self.admin):
            with self.nothing_written():
                self.refused(self.send(self.table(self.row()), client), 403, "forbidden")
        self.refused(self.shouchu1.call("POST", "/api/imports?kind=nothing", b"x", {"Content-Type": "text/csv"}), 422, "invalid", "kind")
        self.refused(self.shouchu1.call("POST", "/api/imports", b"x", {"Content-Type": "application/json"}), 415, "media-type")

    def test_formulas_stay_text(self):
        """What a spreadsheet would run when it opens an export is kept as it was written."""
        reply = self.send(self.table(self.row(title="=HYPERLINK(\"http://x\")", content="@SUM(1+1)*cmd|' /C calc'!A0 停电")))
        self.assertEqual(reply.json["accepted"], 1, reply.bytes)


if __name__ == "__main__":
    unittest.main()
