"""Commands beside a running server, accounts, receipts offline, and requests imported over HTTP."""
import json
import pathlib
import sqlite3
import subprocess
import unittest

from support import BINARY, ZONE, Place

import junma

HEAD = "credit_code,title,content,topic,contact_name,contact_phone,received_on\n"
CONTENT = '"三号厂房今天上午停电两次, 请协调检修线路。"'


class Running(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        cls.server = junma.Server(requests=5, data=cls.place.data)
        cls.officer = cls.server.client("shouchu1")
        db = sqlite3.connect(f"file:{cls.place.data}/junma.db?mode=ro", uri=True)
        cls.codes = [r[0] for r in db.execute("SELECT credit_code FROM register_enterprise ORDER BY id LIMIT 5")]
        db.close()

    @classmethod
    def tearDownClass(cls):
        cls.officer.connection.close()
        cls.server.close()
        cls.place.close()

    def row(self, i, title=None, topic="power", phone="13800138000", code=None, received="2026-01-20"):
        return f"{code or self.codes[i % 5]},{title or f'导入 {i}'},{CONTENT},{topic},王小明,{phone},{received}\n"

    def send(self, text, query="", client=None, **headers):
        body = text if isinstance(text, bytes) else text.encode()
        return (client or self.officer).call("POST", "/api/imports" + query, body,
                                             {"Content-Type": headers.get("type", "text/csv")})

    def total(self):
        return self.officer.get("/api/cases", status="all", kind="request").json["total"]

    # ---- requests out of a spreadsheet ----

    def bad(self):
        return (HEAD + "".join(self.row(i) for i in range(60)) + self.row(1, code="91360108YLJG3B5361")
                + self.row(1, topic="nosuch") + self.row(1, phone="12") + self.row(1, received="2126-01-01")
                + self.row(1, received="yesterday") + "short,row\n" + self.row(2, title="最后一行"))

    FAULTS = [(62, "credit_code"), (63, "topic"), (64, "contact_phone"), (65, "received_on"), (66, "received_on"),
              (67, None)]

    def test_bad_rows_are_told_and_the_rest_is_in(self):
        before = self.total()
        reply = self.send(self.bad())
        self.assertEqual(reply.status, 200, reply.bytes)
        got = reply.json
        self.assertEqual([(f["row"], f["column"]) for f in got["faults"]], self.FAULTS)
        self.assertTrue(all(f["message"] for f in got["faults"]))
        self.assertEqual((got["rows"], got["accepted"]), (67, 61))
        self.assertRegex(got["batch"], r"^\d+$")
        self.assertEqual(self.total(), before + 61)

    def test_a_dry_run_and_all_or_nothing_leave_nothing(self):
        before = self.total()
        for query in ("?dryRun=true", "?allOrNothing=true", "?dryRun=true&allOrNothing=true"):
            got = self.send(self.bad(), query).json
            self.assertEqual([(f["row"], f["column"]) for f in got["faults"]], self.FAULTS, query)
            self.assertIsNone(got["batch"])
        self.assertEqual(self.total(), before)
        self.assertEqual(self.send(HEAD + self.row(1), "?dryRun=true").json["accepted"], 1)
        self.assertEqual(self.total(), before)

    def test_all_of_it_at_once(self):
        before = self.total()
        got = self.send(HEAD + "".join(self.row(i) for i in range(120)), "?allOrNothing=true").json
        self.assertEqual((got["rows"], got["accepted"], got["faults"]), (120, 120, []))
        self.assertEqual(self.total(), before + 120)

    def test_an_imported_request_is_a_request(self):
        self.assertEqual(self.send(HEAD + self.row(0, title="导入后照常办理")).json["accepted"], 1)
        case = self.officer.get("/api/cases", q="导入后照常办理").json["items"][0]
        whole = self.officer.get("/api/cases/" + case["id"]).json
        self.assertEqual((case["channel"], case["unit"]["code"], case["status"]), ("import", "POWER", "open"))
        self.assertTrue([p for p in whole["promises"] if p["code"] == "answer"])
        entry = [t for t in whole["timeline"] if t["verb"] == "import"][0]
        self.assertEqual(entry["data"]["receivedOn"], "2026-01-20")
        self.assertNotEqual(whole["createdAt"][:10], "2026-01-20")  # nothing is backdated

    def test_chinese_columns_and_gb18030(self):
        label = {}

        def gather(components):
            for c in components:
                label[c.get("key")] = c.get("label")
                gather(c.get("components", []))

        gather(self.officer.get("/api/kinds/request").json["form"]["components"])
        names = ["统一社会信用代码"] + [label[k] for k in ("title", "content", "topic", "contact_name", "contact_phone")]
        text = ",".join(names) + f"\n{self.codes[0]},国标编码,{CONTENT},power,王小明,13800138000\n"
        got = self.send(text.encode("gb18030")).json
        self.assertEqual((got["accepted"], got["faults"]), (1, []))
        self.assertEqual(self.officer.get("/api/cases", q="国标编码").json["total"], 1)

    def test_refused(self):
        english = self.server.client("shouchu1", lang="en")
        for text, query, words in (("", "", "the file is empty"), ("a,b\n1,2\n", "", 'unknown column "a"'),
                                   ("title,content\n", "", "credit_code is missing"),
                                   (HEAD.replace("topic", "title"), "", "are the same"),
                                   (HEAD, "?kind=none", 'no kind of case "none"'),
                                   (HEAD + self.row(1) * 1001, "?allOrNothing=true", "at most 1000 rows")):
            reply = self.send(text, query, english)
            self.assertEqual(reply.status, 422, words)
            self.assertIn(words, reply.json["detail"])
        self.assertEqual(self.send(HEAD, type="application/json").status, 415)
        applicant = self.server.client("qiye1")
        self.assertEqual(self.send(HEAD + self.row(1), client=applicant).status, 403)
        for c in (english, applicant):
            c.connection.close()

    # ---- beside a running server ----

    def test_figures_and_verification_beside_it(self):
        r = self.place.run("figure", "requests_received", "--data", self.place.data, "--json")
        self.assertEqual(json.loads(r.stdout)["value"], self.total())
        r = self.place.verify()
        self.assertEqual(r.returncode, 0, r.stdout + r.stderr)

    def test_what_writes_waits_for_the_server_to_stop(self):
        r = self.place.run("account", "disable", "qiye1", "--data", self.place.data)
        self.assertEqual(r.returncode, 1)
        self.assertIn("another junma", r.stderr)
        self.assertIn("an administrator manages accounts in the web", r.stderr)
        r = self.place.run("account", "disable", "qiye1", "--data", self.place.data, lang="zh")
        self.assertIn("正在使用这个数据目录,请先停止它", r.stderr)
        r = self.place.import_file(self.place.write("x.csv", "a\n"), {"kind": "x"})
        self.assertEqual(r.returncode, 1)
        self.assertIn("another junma", r.stderr)

    # ---- receipts ----

    def receipt(self):
        case = self.officer.get("/api/cases", limit="1", kind="request").json["items"][0]
        return self.officer.get(f"/api/cases/{case['id']}/receipt").bytes

    def key(self):
        return self.officer.get("/api/journal/key").json["vkey"]

    def test_a_receipt_offline(self):
        file = self.place.write("receipt.json", self.receipt())
        by_text = self.place.run("verify", file, "--key", self.key())
        self.assertEqual(by_text.returncode, 0, by_text.stdout + by_text.stderr)
        self.assertIn("The receipt holds.", by_text.stdout)
        self.assertIn("It does not prove:", by_text.stdout)
        by_file = self.place.run("verify", file, "--key", self.place.write("key.pub", self.key() + "\n"), lang="zh")
        self.assertIn("结论:回执成立。", by_file.stdout)

    def test_a_changed_receipt(self):
        good = json.loads(self.receipt())
        for member, change in (("leaf", lambda x: x.replace("kind case", "kind cast")),
                               ("event", lambda x: x.replace("number", "numbed")), ("index", lambda x: x ^ 1),
                               ("checkpoint", lambda x: x.replace("\ntime 2", "\ntime 3"))):
            bad = dict(good, **{member: change(good[member])})
            r = self.place.run("verify", self.place.write("bad.json", json.dumps(bad)), "--key", self.key())
            self.assertEqual(r.returncode, 1, member)
            self.assertIn("The receipt does NOT hold.", r.stdout, member)
            self.assertIn("✗", r.stdout)

    def test_two_checkpoints(self):
        def at():
            text = self.officer.get("/api/journal/checkpoint").bytes.decode()
            return text, int(text.split("\n")[1])
        old, old_size = at()
        self.send(HEAD + self.row(3))
        new, new_size = at()
        self.assertGreater(new_size, old_size)
        proof = self.officer.get("/api/journal/consistency", **{"from": old_size, "to": new_size}).json["proof"]
        document = {"version": "junma-consistency/v1", "old": old, "new": new, "proof": proof}
        r = self.place.run("verify", self.place.write("two.json", json.dumps(document)), "--key", self.key())
        self.assertEqual(r.returncode, 0, r.stdout + r.stderr)
        self.assertTrue(r.stdout.startswith("✓"))
        document["proof"] = proof[::-1] if proof != proof[::-1] else ["A" * 43 + "="]
        r = self.place.run("verify", self.place.write("two.json", json.dumps(document)), "--key", self.key())
        self.assertEqual(r.returncode, 1)


class Accounts(unittest.TestCase):
    def setUp(self):
        self.place = Place()
        subprocess.run([BINARY, "sample", "--zone", ZONE, "--data", self.place.data, "--enterprises", "3", "--requests",
                        "0"], check=True, capture_output=True)

    def tearDown(self):
        self.place.close()

    def account(self, *words, stdin=""):
        return self.place.run("account", *words, "--data", self.place.data, stdin=stdin)

    def sign_in(self, login, password):
        server = junma.Server(data=self.place.data)
        client = server.client()
        reply = client.call("POST", "/api/session", {"login": login, "password": password})
        client.connection.close()
        server.stop()
        return reply.status

    def test_a_life(self):
        r = self.account("add", "anna", "--role", "officer", "--name", "Anna", "--unit", "CENTRE", stdin="Spring-2026\n")
        self.assertEqual((r.returncode, r.stdout), (0, "anna: added\n"), r.stderr)
        self.assertEqual(self.sign_in("anna", "Spring-2026"), 200)
        self.assertIn("taken", self.account("add", "anna", "--role", "officer", "--name", "A", "--unit", "CENTRE",
                                            stdin="Spring-2026\n").stderr)
        self.account("reset", "anna", "--password-file", self.place.write("p", "Autumn-2026\n"))
        self.assertEqual(self.sign_in("anna", "Spring-2026"), 401)
        self.assertEqual(self.sign_in("anna", "Autumn-2026"), 200)
        self.account("disable", "anna")
        self.assertNotEqual(self.sign_in("anna", "Autumn-2026"), 200)
        self.assertRegex(self.account("list").stdout, r"anna +officer +CENTRE +disabled +Anna")
        self.account("enable", "anna")
        self.assertEqual(self.sign_in("anna", "Autumn-2026"), 200)
        self.assertEqual(self.place.verify().returncode, 0)

    def test_for_an_enterprise(self):
        db = sqlite3.connect(pathlib.Path(self.place.data) / "junma.db")
        code, = db.execute("SELECT credit_code FROM register_enterprise LIMIT 1").fetchone()
        db.close()
        r = self.account("add", "lili", "--role", "contact", "--name", "李丽", "--enterprise", code, stdin="Spring-2026\n")
        self.assertEqual(r.returncode, 0, r.stderr)
        r = self.account("add", "l2", "--role", "contact", "--name", "李", "--enterprise", "91", stdin="Spring-2026\n")
        self.assertIn("the register of enterprises has no 91", r.stderr)

    def test_refused(self):
        for words, stdin, said in ((("add", "b", "--role", "officer", "--name", "B"), "Spring-2026\n", "login"),
                                   (("add", "bob", "--role", "king", "--name", "B"), "Spring-2026\n", "no such role"),
                                   (("add", "bob", "--role", "officer", "--name", "B", "--unit", "MOON"),
                                    "Spring-2026\n", "no such unit"),
                                   (("add", "bob", "--role", "admin", "--name", "B"), "short\n", "characters"),
                                   (("add", "bob", "--role", "admin", "--name", "B"), "", "no password was read"),
                                   (("disable", "nobody"), "", "no account with the login nobody")):
            r = self.account(*words, stdin=stdin)
            self.assertEqual(r.returncode, 1, words)
            self.assertIn(said, r.stderr)
        self.assertNotIn("bob", self.account("list").stdout)


if __name__ == "__main__":
    unittest.main()
