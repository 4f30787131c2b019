"""Searching a register in which more records hold the words than anybody pages through."""
import json
import os
import pathlib
import sqlite3
import subprocess
import tempfile
import unittest

from junma import BINARY, Server

ZONE = str(pathlib.Path(__file__).resolve().parents[2] / "bench" / "records-zone")
WORDS = "Search-2026-many"
ROWS = 12000
PATH = "/api/registers/item/records"


def row(i):
    day = "" if i % 97 == 0 else f"2026-{i % 12 + 1:02d}-{i % 28 + 1:02d}"
    rare = "星河" if i % 500 == 0 else "东方"
    return f"N{i:05d},{rare}精密示例{i}号有限公司,k{i % 12},{i}.00,{i % 300 + 1},{day},{'true' if i % 3 else 'false'},示例大道{i % 40}号\n"


class Search(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="junma-search-")
        cls.data = os.path.join(cls.folder.name, "data")
        table, password = os.path.join(cls.folder.name, "items.csv"), os.path.join(cls.folder.name, "password")
        pathlib.Path(password).write_text(WORDS + "\n")
        pathlib.Path(table).write_text("number,name,kind,amount,staff,opened_on,open,address\n" + "".join(row(i) for i in range(ROWS)), encoding="utf-8")
        os.makedirs(cls.data)
        for words in (["account", "add", "officer1", "--role", "officer", "--name", "O", "--unit", "CENTRE", "--zone", ZONE, "--data", cls.data,
                       "--password-file", password],
                      ["records", "import", table, "--register", "item", "--data", cls.data]):
            subprocess.run([BINARY, *words], check=True, capture_output=True, timeout=300)
        cls.server = Server(data=cls.data, zone=ZONE)
        cls.client = cls.server.client()
        cls.client.sign_in("officer1", WORDS)
        cls.database = sqlite3.connect(os.path.join(cls.data, "junma.db"))

    @classmethod
    def tearDownClass(cls):
        cls.database.close()
        cls.client.connection.close()
        cls.server.close()
        cls.folder.cleanup()

    def pages(self, count, **query):
        after, items, first = {}, [], None
        for _ in range(count):
            reply = self.client.get(PATH, **query, **after)
            self.assertEqual(reply.status, 200, reply.bytes)
            first = first or reply.json
            items += [i["data"]["number"] for i in reply.json["items"]]
            if not reply.json["next"]:
                break
            after = {"after": reply.json["next"]}
        return first, items

    def rows(self, condition, order, limit):
        return [n for (n,) in self.database.execute(f"SELECT number FROM register_item WHERE {condition} ORDER BY {order} LIMIT {limit}")]

    def check(self, condition, total, **query):
        """Newest first and by a column, over pages and over the rows without a value."""
        for sort, order in ((None, "id DESC"), ("-opened_on", "opened_on = '', CASE WHEN opened_on <> '' THEN opened_on END DESC, "
                                                "CASE WHEN opened_on = '' THEN id ELSE -id END")):
            with self.subTest(query=query, sort=sort):
                first, items = self.pages(40, limit=400, **query, **({"sort": sort} if sort else {}))
                self.assertEqual(items, self.rows(condition, order, 16000))
                self.assertEqual((first["total"], first["totalMore"]), total)

    def test_more_than_are_counted(self):
        self.check("name LIKE '%有限%'", (10000, True), q="有限")

    def test_by_latin_letters(self):
        self.check("name LIKE '%精密示例%'", (10000, True), q="jingmishili")
        self.check("name LIKE '%星河%'", (24, False), q="xhjm")

    def test_few(self):
        self.check("name LIKE '%星河%'", (24, False), q="星河")
        self.check("number = 'N00123'", (1, False), q="n00123")
        self.check("1 = 0", (0, False), q="没有的")

    def test_with_conditions(self):
        kind = json.dumps([{"column": "kind", "compare": "is", "value": "k3"}])
        self.check("kind = 'k3'", (1000, False), q="有限", where=kind)
        self.check("kind = 'k4' AND name LIKE '%星河%'", (8, False), q="星河",
                   where=json.dumps([{"column": "kind", "compare": "is", "value": "k4"}]))
        staff = json.dumps([{"column": "staff", "compare": "at-least", "value": "120"}])
        self.check("staff >= 120", (7240, False), q="有限", where=staff)

    def test_a_change_is_found(self):
        one = self.client.get(PATH, q="N00007").json["items"][0]
        changed = self.client.call("PATCH", f"{PATH}/{one['id']}", {"data": {"name": "改名银河公司"}})
        self.assertEqual(changed.status, 200, changed.bytes)
        self.assertEqual([i["id"] for i in self.client.get(PATH, q="yinhe").json["items"]], [one["id"]])
        self.assertEqual(self.client.get(PATH, q="n00007 有限").json["total"], 0)
        back = self.client.call("PATCH", f"{PATH}/{one['id']}", {"data": {"name": one["data"]["name"]}})
        self.assertEqual(back.status, 200, back.bytes)


if __name__ == "__main__":
    unittest.main()
