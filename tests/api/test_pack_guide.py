"""docs/pack-guide.md: the zone that the page describes is made from the page itself, checked, opened, filled and worked with; what
the page prints is what comes."""
import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import unittest

from junma import BINARY, ROOT, Client, Server

WORDS = "Lake-2026-side"
PAGE = (ROOT / "docs" / "pack-guide.md").read_text()
BLOCKS = re.findall(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", PAGE, re.M | re.S)


def plain(text):
    return re.sub(r"(?<=version )[0-9a-f]{12}", "〈version〉", text)


class Guide(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="junma-guide-")
        cls.at = pathlib.Path(cls.folder.name)
        for language, name, text in BLOCKS:
            if language == "console":
                continue
            file = cls.at / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        (cls.at / "password").write_text(WORDS + "\n")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def said(self, line):
        run = subprocess.run([BINARY, *shlex.split(line)[1:]], cwd=self.at, capture_output=True, text=True, timeout=120,
                             env={**os.environ, "LC_ALL": "en_GB.UTF-8"})
        return plain(run.stdout + run.stderr).splitlines()

    def console(self, which):
        for language, name, text in BLOCKS:
            if language != "console" or name != which:
                continue
            for part in re.split(r"^(?=\$ )", text, flags=re.M)[1:]:
                line, *expected = part.splitlines()
                self.assertEqual([x.rstrip() for x in self.said(line[2:])], expected, line)

    def test_the_page_from_top_to_bottom(self):
        self.wrong_is_told()
        self.console("")
        server = Server(data=str(self.at / "data"), zone=str(self.at / "lakeside"))
        try:
            self.work(server)
        finally:
            server.close()
        self.console("after")

    def wrong_is_told(self):
        """The faults that the page shows, put in and taken out again."""
        files = [self.at / "lakeside/reports/routing.dmn", self.at / "lakeside/registers/tenant.json"]
        kept = [file.read_text() for file in files]
        files[0].write_text(kept[0].replace('"POWER"', '"ELECTRIC"', 1))
        files[1].write_text(kept[1].replace('"title": "Sector", "type": "code", "codes": "sectors"', '"title": "Sector"'))
        self.console("wrong")
        for file, text in zip(files, kept):
            file.write_text(text)

    def signed_in(self, server, login):
        client = Client(server.port, "en")
        client.sign_in(login, WORDS)
        return client

    def work(self, server):
        desk, boss = self.signed_in(server, "desk1"), self.signed_in(server, "boss")
        self.assertEqual(desk.get("/api/zone").json["languages"], ["en"])
        took = desk.call("POST", "/api/registers/tenant/import", (self.at / "tenants.csv").read_bytes(), {"Content-Type": "text/csv"})
        self.assertEqual(took.status, 200, took.bytes)
        self.assertEqual((took.json["rows"], took.json["accepted"]), (4, 3))
        self.assertEqual([(f["row"], f["column"], f["message"]) for f in took.json["faults"]],
                         [(5, "plot", "A plot is a letter from A to F and a number, like B-12")])
        found = desk.get("/api/registers/tenant/records", list="ending").json["items"]
        self.assertEqual([x["label"] for x in found], ["Lakeside Bakery"])
        self.assertIn("leases", [x["page"] for x in desk.get("/api/pages").json["items"]])
        bakery = found[0]["id"]
        made = boss.post("/api/accounts", {"login": "bakery", "name": "Bakery", "role": "tenant", "password": WORDS, "enterpriseId": bakery})
        self.assertEqual(made.status, 201, made.bytes)
        raised = desk.post("/api/cases", {"kind": "report", "channel": "phone", "data": {"topic": "power", "title": "No power",
                                          "text": "No power since the storm"}, "onBehalf": {"enterpriseId": bakery}})
        self.assertEqual(raised.status, 201, raised.bytes)
        engineer = self.signed_in(server, "eng1")
        case = raised.json["id"]
        seen = engineer.get(f"/api/cases/{case}").json
        self.assertEqual((seen["unit"]["code"], seen["step"]["node"]), ("POWER", "mend"))
        for verb, body in (("sign", {}), ("reply", {"text": "The breaker of B-12 was changed."})):
            reply = engineer.post(f"/api/cases/{case}/verbs/{verb}", body)
            self.assertEqual(reply.status, 200, reply.bytes)
        for client in (desk, boss, engineer):
            client.connection.close()


if __name__ == "__main__":
    unittest.main()
