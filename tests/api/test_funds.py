"""Funds over HTTP: who may, batches of two people, bad input at each door; and 64 clients drawing on one fund at
once while the process is killed: never overspent, nothing doubled, nothing lost.

JUNMA_FUND_SECONDS says how long they draw (./test --all: a minute), JUNMA_FUND_CLIENTS how many they are.
"""
import http.client
import os
import random
import sqlite3
import threading
import time
import unittest
import uuid

from junma import Client
from refusals import Refusals

SECONDS = float(os.environ.get("JUNMA_FUND_SECONDS", "4"))
CLIENTS = int(os.environ.get("JUNMA_FUND_CLIENTS", "64"))
WHY = {"reason": "测试", "document": "测试〔2026〕1号"}
HEAD = "批次号,序号,金额,结果,银行流水号,原因\n"


class Funds(Refusals):
    logins = ("zijin1", "zijin2", "zijin_fh", "jingfa1", "lingdao1", "qiye1")
    server_options = {"extra": ["--write-limit", "0"]}

    @classmethod
    def setUpClass(cls):
        names, cls.logins = cls.logins, ()
        super().setUpClass()
        cls.logins = names
        for name in names:
            setattr(cls, name, cls.server.client(name.replace("_", ".")))
        cls.payee = cls.zijin1.get("/api/funds/INDUSTRY/commitments", limit=1).json["items"][0]["payee"]

    def fund(self, code="TALENT"):
        return self.zijin1.get(f"/api/funds/{code}").json["fund"]

    def commit(self, fen, code="TALENT", key=None):
        return self.zijin1.call("POST", f"/api/funds/{code}/commitments", {"fen": fen, "payee": self.payee, **WHY},
                                {"Idempotency-Key": key or str(uuid.uuid4())})

    def batch(self, *fens):
        ids = [self.commit(fen).json["id"] for fen in fens]
        made = self.zijin1.post("/api/fund-batches", {"fund": "TALENT", "title": "测试批次", "commitments": ids})
        self.assertEqual(made.status, 201, made.bytes)
        return made.json["batch"]

    def act(self, client, batch, verb, **body):
        return client.call("POST", f"/api/fund-batches/{batch['id']}/{verb}", body or None)

    def answer(self, client, batch, *rows):
        text = HEAD + "".join(f"{batch['number']},{row}\n" for row in rows)
        return client.call("POST", f"/api/fund-batches/{batch['id']}/answer", text.encode(), {"Content-Type": "text/csv"})

    # ---- who may

    def test_who_may(self):
        self.assertEqual(self.lingdao1.get("/api/funds").status, 200)
        self.both(self.jingfa1, lambda c: c.get("/api/funds"), 403, "forbidden")
        self.both(self.qiye1, lambda c: c.get("/api/funds"), 403, "forbidden")
        self.both(self.lingdao1, lambda c: c.post("/api/funds/TALENT/budget", {"fen": 1, **WHY}), 403, "forbidden")
        self.both(self.zijin_fh, lambda c: c.post("/api/funds/TALENT/budget", {"fen": 1, **WHY}), 403, "forbidden")
        self.assertEqual(self.zijin1.get("/api/funds").json["may"],
                         {"budget": True, "commit": True, "batch": True, "approve": False, "close": True})

    def test_the_articles_funds(self):
        funds = {f["code"]: f for f in self.zijin1.get("/api/funds").json["items"]}
        self.assertEqual(funds["REWARD-2022Q1"]["budget"], 15_000_000 * 100)
        self.assertEqual(funds["DIGITAL"]["budget"], 100_000_000 * 100)
        for f in funds.values():
            self.assertEqual(f["budget"], sum(f[k] for k in ("available", "committed", "transit", "paid", "recovered")))

    # ---- bad input

    def test_bad_amounts(self):
        for fen in (0, -1, 2**53, 2**63 - 1):
            with self.subTest(fen=fen), self.nothing_written():
                self.both(self.zijin1, lambda c: c.post("/api/funds/TALENT/commitments", {"fen": fen, "payee": self.payee, **WHY}),
                          422, "invalid", "fen")
        for fen in (1.5, "100", None, [1]):
            with self.subTest(fen=fen), self.nothing_written():
                reply = self.zijin1.post("/api/funds/TALENT/commitments", {"fen": fen, "payee": self.payee, **WHY})
                self.assertEqual(reply.status, 422, reply.bytes)
        self.assertIn(self.zijin1.call("POST", "/api/funds/TALENT/commitments",
                                       b'{"fen":99999999999999999999,"payee":"x","reason":"y"}',
                                       {"Content-Type": "application/json"}).status, (400, 422))
        with self.nothing_written():
            left = self.fund()["available"]
            self.both(self.zijin1, lambda c: c.post("/api/funds/TALENT/commitments",
                                                    {"fen": left + 1, "payee": self.payee, **WHY}), 409, "conflict", "fen")
            self.both(self.zijin1, lambda c: c.post("/api/funds/TALENT/budget", {"fen": -left - 1, **WHY}), 409, "conflict", "fen")

    def test_bad_names(self):
        with self.nothing_written():
            self.both(self.zijin1, lambda c: c.get("/api/funds/NOTHING"), 404, "not-found")
            self.both(self.zijin1, lambda c: c.post("/api/funds/NOTHING/budget", {"fen": 1, **WHY}), 404, "not-found")
            self.both(self.zijin1, lambda c: c.post("/api/funds/TALENT/budget", {"fen": 1, "reason": "x"}), 422, "invalid", "document")
            self.both(self.zijin1, lambda c: c.post("/api/funds/TALENT/commitments", {"fen": 1, "payee": "nobody", **WHY}),
                      422, "invalid", "payee")
            self.both(self.zijin1, lambda c: c.post("/api/funds/SME-2024/budget", {"fen": 1, **WHY}), 409, "not-allowed")
            self.both(self.zijin1, lambda c: c.post("/api/funds/REWARD-2022Q1/commitments", {"fen": 1, "payee": self.payee, **WHY}),
                      409, "not-allowed")
            self.both(self.zijin1, lambda c: c.post("/api/fund-entries/4711/reverse", WHY), 404, "not-found")
            self.both(self.zijin1, lambda c: c.get("/api/fund-batches", state="odd"), 422, "invalid", "state")
            self.both(self.zijin1, lambda c: c.get("/api/funds/TALENT/entries", **{"from": "2026-02-30"}), 422, "invalid", "from")

    # ---- a batch

    def test_a_batch_of_two_people(self):
        batch = self.batch(12_300, 45_600)
        path = f"/api/fund-batches/{batch['id']}"
        self.both(self.zijin_fh, lambda c: self.act(c, batch, "approve"), 409, "not-allowed")
        self.assertEqual(self.act(self.zijin1, batch, "submit").status, 200)
        verbs = {v["verb"]: v for v in self.zijin1.get(path).json["verbs"]}
        self.assertFalse(verbs["approve"]["allowed"])
        self.both(self.zijin1, lambda c: self.act(c, batch, "approve"), 403, "forbidden")
        self.assertEqual(self.act(self.zijin_fh, batch, "refuse", reason="再核对").status, 200)
        self.assertEqual(self.act(self.zijin_fh, batch, "submit").status, 200)  # may submit, but then not approve
        self.both(self.zijin_fh, lambda c: self.act(c, batch, "approve"), 403, "forbidden")
        why = {v["verb"]: v for v in self.zijin_fh.get(path).json["verbs"]}["approve"]["reason"]
        self.assertIn("双人复核", why["zh"])
        self.act(self.zijin_fh, batch, "refuse", reason="换人提交")
        self.assertEqual(self.act(self.zijin2, batch, "submit").status, 200)
        done = self.act(self.zijin_fh, batch, "approve")
        self.assertEqual((done.status, done.json["batch"]["state"]), (200, "approved"), done.bytes)
        self.assertTrue(all(line["account"].startswith("****") for line in done.json["lines"]))
        shown = self.act(self.zijin_fh, batch, "reveal", reason="电话核对账号")
        self.assertTrue(all(len(line["account"]) == 16 for line in shown.json["lines"]))
        self.both(self.lingdao1, lambda c: self.act(c, batch, "file"), 403, "forbidden")
        file = self.act(self.zijin1, batch, "file")
        self.assertEqual(file.status, 200)
        self.assertIn("合计,2,,,,579.00,", file.bytes.decode("utf-8-sig"))
        import hashlib
        self.assertEqual(hashlib.sha256(file.bytes).hexdigest(), done.json["batch"]["digest"])
        history = [h["what"] for h in self.zijin1.get(path).json["history"]]
        self.assertEqual(history[-3:], ["approve", "reveal", "file"])
        before = self.fund()
        with self.nothing_written():
            for rows in (["1,123.00,成功,A1,", "3,1.00,成功,A2,"], ["1,123.01,成功,A1,"], ["1,123.00,好,A1,"], ["1,123.00,失败,,"]):
                self.assertEqual(self.answer(self.zijin1, batch, *rows).status, 422)
            wrong = self.zijin1.call("POST", path + "/answer", (HEAD + "ZF2020-0001,1,123.00,成功,A1,\n").encode(), {"Content-Type": "text/csv"})
            self.refused(wrong, 422, "invalid", None, "zh")
            self.assertEqual(self.zijin1.call("POST", path + "/answer", b"%PDF-1.4 no table", {"Content-Type": "text/csv"}).status, 422)
            self.assertEqual(self.zijin1.call("POST", path + "/answer", b"{}", {"Content-Type": "application/json"}).status, 415)
        self.assertEqual(self.fund(), before)
        taken = self.answer(self.zijin1, batch, "1,123.00,成功,A1,", "2,456.00,失败,,户名不符")
        self.assertEqual((taken.status, taken.json["paidFen"], taken.json["bouncedFen"]), (200, 12_300, 45_600), taken.bytes)
        self.assertTrue(self.answer(self.zijin1, batch, "1,123.00,成功,A1,", "2,456.00,失败,,户名不符").json["again"])
        self.both(self.zijin1, lambda c: self.act(c, batch, "reconcile", lines=2, fen=57_900), 409, "conflict", "lines")
        self.assertEqual(self.act(self.zijin1, batch, "reconcile", lines=1, fen=12_300).json["batch"]["state"], "reconciled")
        self.assertTrue(self.zijin1.get("/api/fund-check").json["agrees"])

    def test_recover_and_correct(self):
        batch = self.batch(10_000)
        self.act(self.zijin1, batch, "submit")
        self.act(self.zijin_fh, batch, "approve")
        self.answer(self.zijin1, batch, "1,100.00,成功,R1,")
        line = self.zijin1.get(f"/api/fund-batches/{batch['id']}").json["lines"][0]
        commitment = f"/api/fund-commitments/{line['commitmentId']}"
        self.both(self.zijin1, lambda c: c.post(commitment + "/recover", {"fen": 10_001, **WHY}), 409, "conflict", "fen")
        entry = self.zijin1.post(commitment + "/recover", {"fen": 10_000, **WHY})
        self.assertEqual(entry.status, 201, entry.bytes)
        back = self.zijin1.post(f"/api/fund-entries/{entry.json['id']}/reverse", WHY)
        self.assertEqual(back.status, 201, back.bytes)
        self.both(self.zijin1, lambda c: c.post(f"/api/fund-entries/{entry.json['id']}/reverse", WHY), 409, "not-allowed")
        kinds = [e["kind"] for e in self.zijin1.get(commitment).json["entries"]]
        self.assertEqual(kinds, ["reverse", "recover", "pay", "send", "commit"])

    def test_closing(self):
        closed = self.zijin1.post("/api/fund-closings", {})
        if closed.status == 409:  # the other classes of this file closed it
            self.skipTest("today is closed already")
        self.assertEqual((closed.status, closed.json["agrees"]), (201, True), closed.bytes)
        self.both(self.zijin1, lambda c: c.post("/api/fund-closings", {}), 409, "not-allowed", "day")
        self.both(self.zijin1, lambda c: c.post("/api/fund-closings", {"day": "2099-01-01"}), 409, "not-allowed", "day")
        self.assertEqual(self.commit(100).status, 201)  # goes to the next day of account
        self.assertGreater(self.zijin1.get("/api/funds/TALENT/entries", limit=1).json["items"][0]["day"], closed.json["day"])

    def test_figures(self):
        for name in ("fund_budget", "fund_committed", "fund_paid", "fund_left", "fund_recovered", "fund_use"):
            with self.subTest(figure=name):
                value = self.lingdao1.get(f"/api/figures/{name}", by="fund").json
                self.assertGreater(value["value"], 0)
                rows = self.lingdao1.get(f"/api/figures/{name}/rows", limit=5)
                self.assertEqual(rows.status, 200, rows.bytes)
                for column in rows.json["columns"]:  # people read the heads, not names of columns
                    self.assertNotEqual(column["title"]["zh"], column["name"])
                    self.assertNotEqual(column["title"]["zh"], column["title"]["en"])
                self.assertEqual(len(rows.json["items"][0]), len(rows.json["columns"]))
                self.assertTrue(any(one["money"] for one in rows.json["columns"]))

    # ---- many at once, and kill -9 (the last test: the server is another one after it)

    def draw(self, stop, seed):
        """Commits, and sometimes releases, until told to stop; a request whose answer was lost is asked again with its key."""
        rng, client, owed = random.Random(seed), None, None
        while not stop.is_set() or owed:
            if owed is None:
                owed = self.next_draw(rng)
            try:
                if client is None:
                    client = Client(self.server.port)
                    client.cookie, client.csrf = self.zijin1.cookie, self.zijin1.csrf
                path, body, key, _ = owed
                reply = client.call("POST", path, body, {"Idempotency-Key": key})
            except (OSError, http.client.HTTPException):
                if client:
                    client.connection.close()
                client = None
                time.sleep(0.05)
                continue
            if reply.status == 503:
                time.sleep(0.02)
                continue
            self.note(owed, reply)
            owed = None
        if client:
            client.connection.close()

    def next_draw(self, rng):
        key = str(uuid.uuid4())
        with self.lock:
            if self.mine and rng.random() < 0.3:
                made = self.mine.pop(rng.randrange(len(self.mine)))
                return f"/api/fund-commitments/{made[0]}/release", {"fen": made[1], "reason": "并发测试"}, key, -made[1]
        fen = rng.randrange(1, 4_000_00)
        return "/api/funds/TALENT/commitments", {"fen": fen, "payee": self.payee, "reason": "并发测试"}, key, fen

    def note(self, owed, reply):
        with self.lock:
            if reply.status == 201:
                self.drawn[owed[2]] = owed[3]
                if owed[3] > 0:
                    self.mine.append((reply.json["id"], owed[3]))
            elif reply.status == 409 and owed[3] > 0:
                self.empty += 1
            else:
                self.wrong.append((owed, reply.status, reply.bytes))

    def test_zz_many_draw_on_one_fund_while_it_is_killed(self):
        self.lock, self.drawn, self.mine, self.empty, self.wrong = threading.Lock(), {}, [], 0, []
        left = self.fund()["available"]
        cut = self.zijin1.post("/api/funds/TALENT/budget", {"fen": 120_000_00 - left, **WHY})  # soon empty
        self.assertEqual(cut.status, 201, cut.bytes)
        stop, kills, end = threading.Event(), 0, time.monotonic() + SECONDS
        threads = [threading.Thread(target=self.draw, args=(stop, i)) for i in range(CLIENTS)]
        for t in threads:
            t.start()
        while time.monotonic() < end:
            time.sleep(min(SECONDS / 3, 5))
            if time.monotonic() < end:
                self.server.kill()
                self.server.start(self.server.port)
                kills += 1
        stop.set()
        for t in threads:
            t.join()
        for login in self.logins:  # their connections are gone
            getattr(self, login).connection.close()
        fund, check = self.fund(), self.zijin1.get("/api/fund-check").json
        self.assertEqual(self.wrong, [])
        self.assertGreater(kills, 0)
        self.assertGreater(self.empty, 0, "the fund was never empty: it was not tried")
        self.assertTrue(check["agrees"], check)
        self.assertEqual(120_000_00 - fund["available"], sum(self.drawn.values()))
        self.look()
        said = self.server.command("fund", "check", "--data", self.server.data)
        self.assertEqual(said.returncode, 0, said.stdout)
        print(f"{len(self.drawn)} entries by {CLIENTS} clients, {self.empty} refused, {kills} kills", flush=True)

    def look(self):
        """The same from the rows, by the sqlite3 library itself: each key once, with its amount, and sums of zero."""
        db = sqlite3.connect(f"file:{os.path.join(self.server.data, 'junma.db')}?mode=ro", uri=True)
        try:
            me = db.execute("SELECT id FROM account WHERE login = 'zijin1'").fetchone()[0]
            rows = db.execute("SELECT key, CASE kind WHEN 'commit' THEN fen ELSE -fen END FROM fund_entry WHERE reason = '并发测试'").fetchall()
            self.assertEqual(len(rows), len(self.drawn))
            self.assertEqual(dict(rows), {f"{me}:{key}": fen for key, fen in self.drawn.items()})
            self.assertEqual(db.execute("SELECT count(*) FROM fund_balance WHERE source + available + committed + transit + paid +"
                                        " recovered <> 0 OR available < 0").fetchone()[0], 0)
        finally:
            db.close()


if __name__ == "__main__":
    unittest.main()
