"""Policies: a benefit that nobody applied for, from the rule to the fund; objections; a claim in one step; pricing."""
import json
import os
import sqlite3
import unittest

from junma import Server
from packs import Pack


class Policies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(enterprises=120)
        cls.handler = cls.server.client("jingfa1")
        cls.head = cls.server.client("jingfa.fzr")
        cls.enterprise = cls.server.client("qiye1")
        cls.treasurer = cls.server.client("zijin1")
        cls.comptroller = cls.server.client("zijin.fh")
        cls.public = cls.server.client()

    @classmethod
    def tearDownClass(cls):
        for c in (cls.handler, cls.head, cls.enterprise, cls.treasurer, cls.comptroller, cls.public):
            c.connection.close()
        cls.server.close()

    def age(self, sql, *values):
        db = sqlite3.connect(os.path.join(self.server.data, "junma.db"), timeout=10)
        try:
            with db:
                db.execute(sql, values)
        finally:
            db.close()

    def ok(self, reply, status=200):
        self.assertEqual(reply.status, status, reply.bytes[:600])
        return reply.json

    def match(self, clause, **query):
        return self.ok(self.handler.get(f"/api/policies/clauses/{clause}/match", **query))

    def acts(self, who, list_id, verb, **body):
        return who.post(f"/api/benefits/lists/{list_id}/acts/{verb}", body)

    def lines(self, list_id):
        return self.ok(self.handler.get(f"/api/benefits/lists/{list_id}/lines"))["items"]

    def draw(self, clause):
        return self.ok(self.handler.post("/api/benefits/lists", {"clause": clause}), 201)

    def over(self, list_id):
        self.age("UPDATE benefit_list SET notice_to = '2020-01-02' WHERE id = ?", int(list_id))

    def confirm(self, list_id):
        self.ok(self.acts(self.handler, list_id, "review"))
        self.ok(self.acts(self.handler, list_id, "notice"))
        self.over(list_id)
        return self.ok(self.acts(self.head, list_id, "confirm"))

    def test_a_the_library_speaks_plainly_to_anyone(self):
        clauses = [c for p in self.ok(self.public.get("/api/policies"))["items"] for c in p["clauses"]]
        self.assertGreaterEqual(len(clauses), 8)
        found = self.ok(self.public.get("/api/policies", text="绿色工厂"))["items"]
        self.assertEqual([c["clause"] for p in found for c in p["clauses"]], ["green_factory"])
        whole = self.ok(self.public.get("/api/policies/clauses/power_increment"))
        self.assertEqual([p["code"] for p in whole["parameters"]], ["power_floor", "power_cap", "power_rate"])
        self.assertIn("> power_floor", json.dumps(whole["conditions"]))
        self.assertEqual(self.public.get("/api/policies/clauses/power_increment/match").status, 401)

    def test_b_three_values_over_the_whole_register(self):
        for clause in ("power_increment", "rd_increase", "green_factory", "upgrade_equipment"):
            m = self.match(clause, limit=500)
            self.assertEqual(m["seen"],
                m["qualifies"] + m["refused"] + m["missing"] + m["barred"] + m["clash"])
            for row in m["items"]:
                verdicts = {c["verdict"] for c in row["why"]["conditions"]}
                if row["verdict"] == "qualifies":
                    self.assertEqual(verdicts, {"holds"}, row)
                    self.assertGreater(row["fen"], 0)
                if row["verdict"] == "missing":
                    self.assertTrue(row["missing"][0]["name"]["zh"].startswith("20"), row["missing"])
                if row["verdict"] == "refused":
                    self.assertIn("fails", verdicts)

    def test_c_a_benefit_that_was_never_applied_for(self):
        mine = self.ok(self.enterprise.get("/api/benefits/mine"))
        green = next(i for i in mine["items"] if i["clause"] == "green_factory")
        self.assertEqual((green["verdict"], green["fen"]), ("qualifies", 20000000))
        drawn = self.draw("green_factory")
        list_id = drawn["id"]
        self.assertEqual(drawn["state"], "review")
        self.assertEqual(len(drawn["packVersion"]), 64)
        self.assertGreater(drawn["treeSize"], 0)
        # The same people are not drawn twice.
        again = self.handler.post("/api/benefits/lists", {"clause": "green_factory"})
        self.assertEqual(again.status, 404, again.bytes)
        # A line is struck with a reason, the rest kept.
        lines = self.lines(list_id)
        own = next(line for line in lines if line["subject"] == green["subject"])
        other = next(line for line in lines if line["subject"] != green["subject"])
        self.assertEqual(self.handler.post(f"/api/benefits/lists/{list_id}/lines/{other['id']}",
            {"keep": False}).status, 422)
        self.assertEqual(self.acts(self.handler, list_id, "notice").status, 409)
        self.ok(self.handler.post(f"/api/benefits/lists/{list_id}/lines/{other['id']}",
            {"keep": False, "reason": "认定已被撤销"}))
        self.ok(self.acts(self.handler, list_id, "review"))
        notice = self.ok(self.acts(self.handler, list_id, "notice"))
        self.assertEqual((notice["state"], notice["noticeDays"]), ("notice", 5))
        # The public sees it and objects: a phone number is needed of who is not signed in.
        page = self.ok(self.public.get(f"/api/benefits/notices/{list_id}"))
        self.assertNotIn(other["id"], [line["id"] for line in page["lineList"]])
        self.assertNotIn("payee", page["lineList"][0])
        said = {"line": own["id"], "text": "该企业的认定时间不在本年度。"}
        self.assertEqual(self.public.post(f"/api/benefits/notices/{list_id}/objections", said).status, 422)
        self.ok(self.public.post(f"/api/benefits/notices/{list_id}/objections",
            {**said, "name": "李群众", "phone": "13900000001"}), 201)
        shown = self.ok(self.public.get(f"/api/benefits/notices/{list_id}"))["objectionList"][0]
        self.assertNotIn("phone", shown)
        self.assertNotIn("name", shown)
        # Not before the period is over, not while an objection is open, not by who sent it there.
        self.assertIn("公示期未满", self.acts(self.head, list_id, "confirm").json["detail"])
        self.over(list_id)
        self.assertIn("异议", self.acts(self.head, list_id, "confirm").json["detail"])
        whole = self.ok(self.handler.get(f"/api/benefits/lists/{list_id}"))
        objection = whole["objectionList"][0]
        self.assertEqual(objection["phone"], "13900000001")
        self.ok(self.handler.post(f"/api/benefits/lists/{list_id}/objections/{objection['id']}",
                                  {"uphold": False, "reply": "经核对认定文件,认定日期在本年度。"}))
        self.assertEqual(self.acts(self.handler, list_id, "confirm").status, 409)
        done = self.ok(self.acts(self.head, list_id, "confirm"))
        self.assertEqual(done["state"], "confirmed")
        self.assertEqual(done["sums"]["awarded"] + done["sums"]["waiting"], done["sums"]["kept"])
        self.assertEqual(self.public.post(f"/api/benefits/notices/{list_id}/objections",
            {**said, "name": "李", "phone": "13900000001"}).status, 409)
        # Once only: the next matching sees the award.
        self.assertEqual(next(i for i in self.ok(self.enterprise.get("/api/benefits/mine"))["items"]
                              if i["clause"] == "green_factory")["verdict"], "refused")
        award = self.award("green_factory")
        self.assertEqual((award["fen"], award["state"]), (20000000, "awarded"))
        self.told(list_id, "公示到", "已确认,200,000.00 元")
        self.pay(list_id, own["id"])
        self.told(list_id, "收回 200,000.00 元")
        self.assertIn("200,000.00 元已付到", self.notices(self.enterprise)[1]["text"]["zh"])

    def award(self, clause):
        return next(a for a in self.ok(self.enterprise.get("/api/benefits/mine"))["awards"] if a["clause"] == clause)

    def notices(self, who):
        return self.ok(who.get("/api/notices"))["items"]

    def told(self, list_id, *words):
        """The enterprise was told so, in this order, each notice opening the list or its own page; in English too."""
        said = [n for n in reversed(self.notices(self.enterprise)) if n["about"] and n["about"]["id"] == list_id]
        for word, notice in zip(words, said[-len(words):], strict=True):
            self.assertIn(word, notice["text"]["zh"])
            self.assertIn(notice["about"]["what"], ("benefit-notice", "benefits"))
            self.assertNotIn("(null)", notice["text"]["en"])

    def pay(self, list_id, line_id):
        fund = self.ok(self.handler.get(f"/api/benefits/lists/{list_id}"))["fund"]
        self.assertEqual(self.acts(self.handler, list_id, "pay").status, 409)
        self.ok(self.acts(self.treasurer, list_id, "pay"))
        self.assertEqual(self.acts(self.treasurer, list_id, "pay").status, 409)  # nothing is put in twice
        line = next(x for x in self.lines(list_id) if x["id"] == line_id)
        db = sqlite3.connect(f"file:{self.server.data}/junma.db?mode=ro", uri=True)
        batch, number = db.execute("SELECT b.id, b.number FROM fund_line l JOIN fund_batch b ON b.id = l.batch"
                                         " WHERE l.commitment = ?", (int(line["commitment"]),)).fetchone()
        rows = db.execute("SELECT ord, fen FROM fund_line WHERE batch = ?", (batch,)).fetchall()
        db.close()
        act = lambda who, verb: who.call("POST", f"/api/fund-batches/{batch}/{verb}")
        self.assertEqual(act(self.treasurer, "submit").status, 200)
        self.assertEqual(act(self.treasurer, "approve").status, 403)
        self.assertEqual(act(self.comptroller, "approve").status, 200)
        text = "批次号,序号,金额,结果,银行流水号,原因\n" + "".join(f"{number},{o},{f / 100:.2f},成功,T{o},\n" for o, f in rows)
        said = self.treasurer.call("POST", f"/api/fund-batches/{batch}/answer", text.encode(),
            {"Content-Type": "text/csv"})
        self.assertEqual(said.status, 200, said.bytes)
        # What the ledger, the commitment and the batch are for opens the line of the list.
        about = {"kind": "award", "id": line_id, "list": list_id}
        for found in (self.ok(self.treasurer.get(f"/api/fund-commitments/{line['commitment']}"))["entries"][0],
                      self.ok(self.treasurer.get(f"/api/fund-commitments/{line['commitment']}"))["commitment"],
                      next(x for x in self.ok(self.comptroller.get(f"/api/fund-batches/{batch}"))["lines"]
                           if x["commitmentId"] == line["commitment"])):
            self.assertEqual({k: v for k, v in found["ref"].items() if k != "label"}, about)
        one = self.ok(self.comptroller.get(f"/api/benefits/lists/{list_id}/lines", line=line_id))["items"]
        self.assertEqual([x["id"] for x in one], [line_id])
        paid = next(x for x in self.lines(list_id) if x["id"] == line_id)
        self.assertEqual(paid["paid"], 20000000)
        # It comes back, with a document and a reason.
        path = f"/api/benefits/lines/{line_id}/recover"
        self.assertEqual(self.handler.post(path, {"document": "追〔2026〕1号", "reason": "认定被撤销"}).status, 403)
        self.ok(self.head.post(path, {"document": "追〔2026〕1号", "reason": "认定被撤销"}))
        self.assertEqual(self.head.post(path, {"document": "追〔2026〕1号", "reason": "再追"}).status, 409)
        self.assertEqual(self.award("green_factory")["recovered"], 20000000)

    def sample_list(self, clause):
        return next(x for x in self.ok(self.handler.get("/api/benefits/lists"))["items"] if x["clause"] == clause)

    def test_d_no_money_is_said_and_nothing_is_overspent(self):
        """A list whose notice period is over, as the sample has it: the fund is not there, then it is."""
        drawn = self.sample_list("first_above_scale")
        self.assertTrue(drawn["noticeOver"])
        self.age("UPDATE benefit_list SET fund = 'NO-SUCH-FUND' WHERE id = ?", int(drawn["id"]))
        done = self.ok(self.acts(self.head, drawn["id"], "confirm"))
        self.assertEqual(done["sums"]["awarded"], 0)
        self.assertEqual(done["sums"]["waiting"], done["sums"]["kept"])
        self.assertTrue(all(line["reason"] for line in self.lines(drawn["id"])))
        self.assertIn("没有可支付的行", self.acts(self.treasurer, drawn["id"], "pay").json["detail"])
        self.age("UPDATE benefit_list SET fund = 'INDUSTRY' WHERE id = ?", int(drawn["id"]))
        done = self.ok(self.acts(self.head, drawn["id"], "retry"))
        self.assertEqual((done["sums"]["waiting"], done["sums"]["awarded"]), (0, done["sums"]["kept"]))

    def test_i_the_sample_shows_every_step_of_the_road(self):
        """Paid, over and waiting for the second person, under notice with an open objection, drawn only."""
        states = {x["clause"]: x for x in self.ok(self.handler.get("/api/benefits/lists"))["items"]}
        paid = states["service_maker"]
        self.assertEqual(paid["state"], "confirmed")
        self.assertGreater(paid["sums"]["paidFen"], 0)
        self.assertEqual(paid["sums"]["paidFen"], paid["sums"]["awardedFen"])
        self.assertEqual(paid["sums"]["openObjections"], 0)
        whole = self.ok(self.handler.get(f"/api/benefits/lists/{paid['id']}"))
        self.assertEqual([o["state"] for o in whole["objectionList"]], ["dismissed"])
        self.assertEqual((states["upgrade_equipment"]["state"], states["upgrade_equipment"]["noticeOver"]),
            ("notice", False))
        self.assertEqual(states["upgrade_equipment"]["sums"]["openObjections"], 1)
        self.assertEqual(states["park_first_passing"]["state"], "review")
        mine = self.award("service_maker")
        self.assertEqual((mine["fen"], mine["paid"]), (20000000, 20000000))
        leader = self.server.client("lingdao1")
        figure = self.ok(leader.get("/api/figures/benefits_awarded"))
        leader.connection.close()
        self.assertGreater(figure["value"], 0)

    def test_j_who_objects_is_answered_and_who_put_it_there_hears_of_it(self):
        drawn = self.sample_list("upgrade_equipment")
        other = self.server.client("qiye3")
        try:
            said = {"line": self.lines(drawn["id"])[1]["id"], "text": "设备去年没有到货。"}
            objection = self.ok(other.post(f"/api/benefits/notices/{drawn['id']}/objections", said), 201)["id"]
            told = self.notices(self.handler)[0]
            self.assertEqual(told["about"], {"what": "desk-benefit", "id": drawn["id"]})
            self.ok(self.handler.post(f"/api/benefits/lists/{drawn['id']}/objections/{objection}",
                {"uphold": True, "reply": "经核实,发票确属次年。"}))
            answered = self.notices(other)[0]
            self.assertIn("成立。答复:经核实,发票确属次年。", answered["text"]["zh"])
            self.assertEqual(answered["about"], {"what": "benefit-notice", "id": drawn["id"]})
        finally:
            other.connection.close()

    def test_e_claimed_in_one_step_with_what_was_missing(self):
        rows = self.match("rd_increase", verdict="missing", limit=500)["items"]
        lacking = next(r for r in rows if [f["input"] for f in r["missing"]] == ["rd"])
        revenue = next(f for f in lacking["facts"] if f["input"] == "revenue")["value"]
        before = next(f for f in lacking["facts"] if f["input"] == "rd_before")["value"]
        self.age("UPDATE account SET enterprise_id = ? WHERE login = 'qiye2'", int(lacking["subject"]))
        claimant = self.server.client("qiye2")
        claim = {"clause": "rd_increase", "subject": lacking["subject"]}
        try:
            self.assertEqual(claimant.post("/api/benefits/claims", claim).status, 422)
            rd = round(max(revenue * 0.03, before) + 100000, 2)
            claim["supplied"] = {"rd": rd}
            self.assertEqual(claimant.post("/api/benefits/claims", claim).json["field"], "files")
            claim["supplied"]["revenue"] = 1
            self.assertEqual(claimant.post("/api/benefits/claims", claim).status, 422)
            del claim["supplied"]["revenue"]
            kept = claimant.call("POST", "/api/files",
                b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n",
                                 {"Content-Type": "application/pdf", "X-File-Name": "audit.pdf"})
            claim["files"] = [self.ok(kept, 201)["id"]]
            made = self.ok(claimant.post("/api/benefits/claims", claim), 201)
            self.look_at_evidence(claimant, claim["files"][0], made)
            self.assertEqual(made["fen"], min(round((rd - before) * 10), 50000000))
            self.assertEqual(claimant.post("/api/benefits/claims", claim).status, 409)
            self.assertEqual(self.enterprise.post("/api/benefits/claims", claim).status, 404)
        finally:
            claimant.connection.close()

    def look_at_evidence(self, claimant, file, made):
        """Who reviews the clause opens it, and the enterprise sees that; others find nothing there."""
        path = f"/api/files/{file}"
        for login, status in (("jingfa1", 404), ("qiye1", 404), ("zijin1", 404), ("keji1", 200), ("qiye2", 200)):
            who = claimant if login == "qiye2" else self.server.client(login)
            reply = who.get(path)
            self.assertEqual(reply.status, status, (login, reply.bytes[:200]))
            if login == "keji1":
                self.assertTrue(reply.bytes.startswith(b"%PDF"))
                self.assertEqual(reply.headers["Cache-Control"], "no-store")
            if who is not claimant:
                who.connection.close()
        looks = [x for x in self.ok(claimant.get("/api/own/looks"))["items"] if x["what"] == "evidence"]
        self.assertEqual([x["subject"] for x in looks], [made["number"]])
        self.assertTrue(looks[0]["who"] and looks[0]["unit"])

    def test_f_a_price_before_it_is_issued(self):
        officer = self.server.client("shouchu1")
        asked = {"clause": "power_increment", "against": "use", "values": {"power_rate": 0.2}}
        try:
            priced = self.ok(officer.post("/api/policies/price", asked))
            d = priced["difference"]
            self.assertEqual(priced["fen"] - d["before"], d["fen"])
            self.assertGreater(d["gain"] + d["more"], 0)
            self.assertEqual(d["lose"], 0)
            for group in priced["groups"]:
                self.assertEqual(sum(i["fen"] for i in group["items"]), priced["fen"])
                self.assertEqual(sum(i["count"] for i in group["items"]), priced["count"])
            m = self.match("power_increment")
            plain = self.ok(officer.post("/api/policies/price", {"clause": "power_increment"}))
            self.assertEqual((plain["count"], plain["fen"], plain["missing"]), (m["qualifies"],
                m["fen"], m["missing"]))
            self.assertEqual([n["share"] for n in plain["near"]], sorted(n["share"] for n in plain["near"]))
            asked["values"] = {"no_such": 1}
            self.assertEqual(officer.post("/api/policies/price", asked).json["field"], "values.no_such")
            self.assertEqual(self.enterprise.post("/api/policies/price",
                {"clause": "power_increment"}).status, 403)
        finally:
            officer.connection.close()

    def draft(self, admin, title, parameter, value):
        """A draft of the pack in which a parameter has another value."""
        path = f"policies/parameters/{parameter}.json"
        made = self.ok(admin.post("/api/pack/drafts", {"title": title}), 201)["id"]
        text = json.loads(admin.get("/api/pack/file", path=path).bytes)
        text["values"][-1]["value"] = value
        kept = admin.call("PUT", f"/api/pack/drafts/{made}/file?path={path}", json.dumps(text, ensure_ascii=False).encode(),
                          {"Content-Type": "text/plain", "If-Match": "*"})
        self.assertLess(kept.status, 300, kept.bytes)
        return made

    def test_k_two_drafts_side_by_side(self):
        """Each with its own parameters though their worked examples still say what the old rule gave."""
        officer, admin = self.server.client("shouchu1"), self.server.client("admin")
        price = lambda **asked: self.ok(officer.post("/api/policies/price", {"clause": "power_increment", **asked}))
        try:
            dear = self.draft(admin, "提高标准", "power_rate", 0.2)
            wide = self.draft(admin, "降低起点", "power_floor", 1000)
            plain, a, b = price(), price(draft=dear), price(draft=wide)
            self.assertEqual([p["value"] for p in a["parameters"]][2], 0.2)
            self.assertGreater(a["fen"], plain["fen"])
            self.assertGreater(b["count"], plain["count"])
            both = price(draft=wide, againstDraft=dear)
            self.assertEqual((both["fen"], both["count"]), (b["fen"], b["count"]))
            other = both["other"]
            self.assertEqual((other["fen"], other["count"], other["near"]), (a["fen"], a["count"], a["near"]))
            d = both["difference"]
            self.assertEqual((d["before"], d["fen"]), (a["fen"], b["fen"] - a["fen"]))
            self.assertEqual(d["gain"] - d["lose"], b["count"] - a["count"])
            for mine, its, alone in zip(both["groups"], other["groups"], a["groups"], strict=True):
                self.assertEqual(its["items"], alone["items"])
                before = {i["code"]: i["fenBefore"] for i in mine["items"]}
                self.assertEqual(sum(before.values()), a["fen"])
            self.assertIsNone(other["other"])
            self.assertEqual(officer.post("/api/policies/price", {"clause": "power_increment", "draft": wide,
                                                                  "againstDraft": "4711"}).status, 404)
        finally:
            officer.connection.close()
            admin.connection.close()

    def test_g_others_see_no_lists(self):
        self.assertEqual(self.public.get("/api/benefits/lists").status, 401)
        self.assertEqual(self.enterprise.get("/api/benefits/lists").status, 403)
        stranger = self.server.client("jianguan1")
        self.assertEqual(stranger.post("/api/benefits/lists", {"clause": "service_maker"}).status, 403)
        stranger.connection.close()

    def test_h_the_journal_proves_it(self):
        said = self.server.command("verify", "--journal", "--data", self.server.data, check=False)
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)


class Limits(unittest.TestCase):
    """What the engine asks beyond the rule: once only, not beside another clause, no more than the most in all, not twice at a time."""

    @classmethod
    def setUpClass(cls):
        cls.pack = Pack()
        path = cls.pack.folder / "policies" / "policies" / "advanced_manufacturing_2023.json"
        policy = json.loads(path.read_text(encoding="utf-8"))
        green, maker, first = policy["clauses"]
        green["excludes"] = ["service_maker"]
        maker["most"] = 250000
        path.write_text(json.dumps(policy, ensure_ascii=False, indent=2), encoding="utf-8")
        cls.server = Server(enterprises=120, zone=str(cls.pack.folder))
        cls.handler = cls.server.client("jingfa1")
        cls.enterprise = cls.server.client("qiye1")

    @classmethod
    def tearDownClass(cls):
        cls.handler.connection.close()
        cls.enterprise.connection.close()
        cls.server.close()
        cls.pack.close()

    def mine(self, clause):
        return next(i for i in self.enterprise.get("/api/benefits/mine").json["items"] if i["clause"] == clause)

    def lines(self, sql):
        with sqlite3.connect(os.path.join(self.server.data, "junma.db"), timeout=10) as db:
            return db.execute(sql).fetchall()

    def test_a_what_bars(self):
        # Awarded service_maker for the year, in the sample: green_factory does not go beside it.
        green = self.mine("green_factory")
        self.assertEqual((green["verdict"], green["barCode"]), ("barred", "excluded"))
        self.assertIn("不能同时享受", green["bar"]["zh"])
        # Of those under notice nobody is drawn a second time.
        drawn = self.handler.post("/api/benefits/lists", {"clause": "first_above_scale"})
        self.assertEqual(drawn.status, 404, drawn.bytes)
        match = self.handler.get("/api/policies/clauses/first_above_scale/match", limit=500).json
        under = [r for r in match["items"] if r["bar"]]
        self.assertEqual(match["barred"], len(under))
        self.assertTrue(under and all("另一份名单" in r["bar"]["zh"] for r in under))

    def test_b_the_most_in_all_pays_the_rest_and_then_nothing(self):
        # In another year, and of another grade: 200,000 of 250,000 are paid already.
        self.lines("UPDATE benefit_line SET year = year - 1 WHERE clause = 'service_maker'")
        self.lines("UPDATE register_certificate SET grade = 'national' WHERE kind = 'service_maker'")
        maker = self.mine("service_maker")
        self.assertEqual((maker["verdict"], maker["fen"]), ("qualifies", 5000000))
        self.lines("UPDATE benefit_line SET fen = 25000000 WHERE clause = 'service_maker'")
        maker = self.mine("service_maker")
        self.assertEqual((maker["verdict"], maker["barCode"]), ("barred", "most"))

    def test_z_once_is_once(self):
        """Equipment of a project is subsidised once, whatever the year."""
        self.lines("UPDATE benefit_line SET year = year - 1, state = 'awarded' WHERE clause = 'upgrade_equipment' AND state = 'open'")
        self.lines("UPDATE benefit_list SET state = 'confirmed' WHERE clause = 'upgrade_equipment'")
        match = self.handler.get("/api/policies/clauses/upgrade_equipment/match", limit=500).json
        barred = [r for r in match["items"] if r["bar"]]
        self.assertTrue(barred and all("只奖一次" in r["bar"]["zh"] for r in barred), barred[:1])


class BrokenPacks(unittest.TestCase):
    """A clause that does not hold together is refused with file and line."""

    def check(self, change):
        pack = Pack()
        try:
            path = pack.folder / "policies" / "policies" / "advanced_manufacturing_2023.json"
            policy = json.loads(path.read_text(encoding="utf-8"))
            change(policy["clauses"][0])
            path.write_text(json.dumps(policy, ensure_ascii=False, indent=2), encoding="utf-8")
            import subprocess
            from junma import BINARY
            said = subprocess.run([BINARY, "check", str(pack.folder)], capture_output=True, text=True)
            self.assertNotEqual(said.returncode, 0)
            return said.stdout + said.stderr
        finally:
            pack.close()

    def test_faults_have_a_place(self):
        for change, words in (
                (lambda c: c["examples"][0].update(amount=1), "算例与规则不符,规则算得:500000.00 元"),
                (lambda c: c.update(audience="nobody"), "没有登记表 “nobody”"),
                (lambda c: c["facts"][0].update(column="color"), "没有列 “color”"),
                (lambda c: c["facts"][0].update(input="hue"), "决策没有输入 “hue”"),
                (lambda c: c.update(review=["wizard"]), "没有角色 “wizard”"),
                (lambda c: c.update(excludes=["nothing"]), "没有条款 “nothing”"),
                (lambda c: c.update(decision="nothing"), "决策文件中没有 “nothing”")):
            said = self.check(change)
            self.assertIn(words, said)
            self.assertRegex(said, r"advanced_manufacturing_2023\.json")


if __name__ == "__main__":
    unittest.main()
