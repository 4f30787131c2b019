"""Service items over HTTP: finding by what people say, the guide, one form for several, applying, one correction, joint
opinions, decision, delivery, rating; and what is refused at each door."""
import unittest

from outside import wait_until
from refusals import Refusals

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
WHO = {"contact_name": "示例联系人", "contact_phone": "13800138000", "agent": False, "delivery": "counter"}
FOOD = {"scope": "热食类食品制售", "premises": "own", "address": "示例路1号", "area": 80, "staff": 6, "staff_handle_food": False}
SPOT = {"certificate_number": "JY-1", "lost_on": "2026-01-05"}


class ServiceItems(Refusals):
    logins = ("qiye1", "qiye2", "shijian1", "shijian2", "jianguan1", "jianguan.fzr", "ziran1", "huanbao1", "yingji1", "shouchu1", "lingdao1", "shenpi1")
    server_options = {"enterprises": 30}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.public = cls.server.client()
        cls.fzr = getattr(cls, "jianguan.fzr")

    def found(self, **query):
        return [i["name"]["zh"] for i in self.public.get("/api/services", **query).json["items"]]

    def code(self, name):
        return next(i["code"] for i in self.public.get("/api/services", q=name, limit=50).json["items"] if i["name"]["zh"] == name)

    def upload(self, client, content=PDF, name="paper.pdf"):
        return client.call("POST", "/api/files", content, {"Content-Type": "application/octet-stream", "X-File-Name": name})

    def papers(self, client, plan, leave=()):
        out = []
        for m in plan["materials"]:
            if m["need"] != "needed" or m["material"] in leave:
                continue
            if m["how"] == "upload":
                out.append({"material": m["material"], "files": [self.upload(client).json["id"]]})
            elif m["how"] in ("fetch", "promise"):
                out.append({"material": m["material"], "consent": True, "promised": True})
        return out

    def plan(self, client, answers, **what):
        reply = client.post("/api/services/plan", {"answers": answers, **what})
        self.assertEqual(reply.status, 200, reply.bytes)
        return reply.json

    def apply(self, client, answers, **what):
        plan = self.plan(client, answers, **what)
        reply = client.post("/api/cases", {"kind": "service", "data": answers, "materials": self.papers(client, plan), **what})
        self.assertEqual(reply.status, 201, reply.bytes)
        return reply.json

    def do(self, client, case, verb, **body):
        reply = client.post(f"/api/cases/{case['id']}/verbs/{verb}", body)
        self.assertEqual(reply.status, 200, reply.bytes)
        return reply.json

    # ---- finding

    def test_found_by_what_people_say(self):
        self.assertEqual(self.public.get("/api/services").json["total"], 947)
        self.assertEqual(self.public.get("/api/services", featured="true").json["total"], 112)
        none = self.public.get("/api/services", noDocument="true").json
        self.assertEqual(none["total"], 6)
        for said, name in (("开饭店", "食品经营许可(新办)"), ("食品经营许可", "食品经营许可(新办)"), ("spjyxk", "食品经营许可(新办)"),
                           ("食品经菅许可", "食品经营许可(新办)"), ("盖厂房", "建筑工程施工许可(申请)"), ("restaurant", "食品经营许可(新办)"),
                           ("招工", "劳动用工备案(办理)"), ("电费补贴", "用电成本补助(申领)")):
            self.assertIn(name, self.found(q=said)[:6], said)
        self.assertEqual(self.found(q="没有这种事情吧啊哦"), [])
        # As it is typed, mistyped and asked: syllables and initials of names, of what people say and of synonyms, wrong
        # characters that sound the same, words between, a wrong letter.
        for said, name in (("kaifandian", "食品经营许可(新办)"), ("kai fan dian", "食品经营许可(新办)"), ("kfd", "食品经营许可(新办)"),
                           ("shigongxuke", "建筑工程施工许可(申请)"), ("yyzz", "企业登记(新办)"), ("YINGYEZHIZHAO", "企业登记(新办)"),
                           ("开反店", "食品经营许可(新办)"), ("开一家小饭店要办什么手续", "食品经营许可(新办)"), ("餐饮许可证", "食品经营许可(新办)"),
                           ("resturant", "食品经营许可(新办)"), ("没钱周转", "贷款风险补偿备案(申领)"), ("huanfaren", "企业登记(变更法定代表人)"),
                           ("电梯年检", "特种设备使用登记(申请)"), ("房产证", "房屋所有权登记(申请)")):
            self.assertIn(name, self.found(q=said)[:8], said)
        self.assertTrue(all("注销" in name or "清税" in name for name in self.found(q="注消")[:10]), "it sounds the same")
        self.assertLess(self.public.get("/api/services", q="施工许可").json["total"], 20, "what is only a little like it is left out")
        build = self.public.get("/api/services", event="build", unit="CON").json
        self.assertTrue(build["total"] > 5 and all(i["unit"]["code"] == "CON" for i in build["items"]))
        facets = self.public.get("/api/services/facets").json
        self.assertEqual((facets["total"], facets["featured"], facets["noDocument"]), (947, 112, 6))
        self.assertEqual(sum(u["count"] for u in facets["units"]), 947)
        self.refused(self.public.get("/api/services", kind="slow"), 422, "invalid", "kind", "zh")

    def test_no_document_items_ask_for_no_paper(self):
        for item in self.public.get("/api/services", noDocument="true").json["items"]:
            guide = self.public.get("/api/services/" + item["code"]).json
            self.assertTrue(guide["materials"])
            self.assertTrue(all(m["waive"] != "none" for m in guide["materials"]), guide["name"])

    def test_the_guide(self):
        guide = self.public.get("/api/services/" + self.code("建筑工程施工许可(申请)")).json
        self.assertEqual(guide["code"][:31], guide["implementationCode"])
        self.assertEqual((guide["legalDays"], guide["type"]["zh"], guide["level"]["zh"]), (45, "行政许可", "市级"))
        self.assertEqual([u["code"] for u in guide["joint"]], ["LAND", "ENV", "EMG"])
        self.assertEqual(guide["result"]["licence"], "construction")
        self.assertIn("专家评审", [s["name"]["zh"] for s in guide["special"]])
        self.assertTrue(any(m["situation"] for m in guide["materials"]))
        self.refused(self.public.get("/api/services/" + "1" * 33), 404, "not-found", None, "zh")

    # ---- asking

    def test_one_form_for_several_items_and_papers_by_situation(self):
        plan = self.plan(self.qiye1, {}, bundle="restaurant")
        self.assertEqual(len(plan["items"]), 3)
        keys = [c["key"] for f in plan["forms"] for g in f["components"] for c in g["components"]]
        self.assertEqual(keys.count("contact_name"), 1)
        self.assertEqual([m["material"] for m in plan["materials"]].count("lease"), 1)
        self.assertTrue(plan["known"]["address"])
        needs = {m["material"]: m["need"] for m in plan["materials"]}
        self.assertEqual((needs["lease"], needs["agent_letter"]), ("maybe", "maybe"))
        needs = {m["material"]: m["need"] for m in self.plan(self.qiye1, {"premises": "rented", "agent": False}, bundle="restaurant")["materials"]}
        self.assertEqual((needs["lease"], needs["agent_letter"]), ("needed", "not-needed"))

    def test_what_is_refused(self):
        food, end = self.code("食品经营许可(新办)"), self.code("食品经营许可(注销)")
        data = {**WHO, **FOOD}
        post = lambda client, **body: client.post("/api/cases", {"kind": "service", "data": data, **body})
        self.refused(post(self.qiye1), 422, "invalid", "items", "zh")
        self.refused(post(self.qiye1, items=[food, end]), 422, "invalid", "items", "zh")
        self.refused(post(self.qiye1, items=[food, food]), 422, "invalid", "items", "zh")
        self.refused(post(self.qiye1, items=["9" * 33]), 422, "invalid", "items", "zh")
        self.refused(post(self.qiye1, bundle="nothing"), 422, "invalid", "items", "zh")
        plan = self.plan(self.qiye1, data, items=[food])
        none = self.refused(post(self.qiye1, items=[food]), 422, "invalid", "materials.business_licence", "zh")
        missing = {f"materials.{m['material']}" for m in plan["materials"] if m["need"] == "needed" and m["required"]
                   and m["how"] not in ("cancelled", "checked")}
        self.assertGreater(len(missing), 1)
        self.assertEqual({e["field"] for e in none["errors"]}, missing)  # all at once, as the law asks
        short = self.papers(self.qiye1, plan, leave=("floor_plan",))
        self.refused(post(self.qiye1, items=[food], materials=short), 422, "invalid", "materials.floor_plan", "zh")
        more = self.papers(self.qiye1, plan) + [{"material": "drawings"}]
        self.refused(post(self.qiye1, items=[food], materials=more), 422, "invalid", "materials.drawings", "zh")
        bad = self.qiye1.post("/api/cases", {"kind": "service", "items": [food], "data": {**data, "area": "big", "floor": 3},
                                             "materials": self.papers(self.qiye1, plan)})
        self.assertEqual(bad.status, 422)
        self.assertEqual({e["field"] for e in bad.json["errors"]}, {"area", "floor"})
        # Somebody else's file, and a program that calls itself a PDF.
        theirs = self.upload(self.qiye2).json["id"]
        stolen = [{**p, "files": [theirs]} if p["material"] == "floor_plan" else p for p in self.papers(self.qiye1, plan)]
        self.refused(post(self.qiye1, items=[food], materials=stolen), 422, "invalid", "attachments", "zh")
        self.refused(self.upload(self.qiye1, b"MZ\x90\x00\x03" + bytes(200), "licence.pdf"), 415, "media-type", None, "zh")
        self.refused(self.public.post("/api/services/plan", {"items": [food]}), 401, "unauthenticated", None, "zh")

    # ---- the road

    def test_one_correction_then_decided_delivered_and_rated(self):
        food = self.code("食品经营许可(新办)")
        case = self.apply(self.qiye1, {**WHO, **FOOD}, items=[food])
        self.assertEqual((case["unit"]["code"], case["step"]["node"]), ("MKT", "check"))
        self.assertEqual([p["code"] for p in case["promises"]], ["correction"])
        self.assertEqual(self.qiye2.get(f"/api/cases/{case['id']}/service").status, 404)
        self.do(self.shijian1, case, "sign")
        refuse = lambda **body: self.shijian1.post(f"/api/cases/{case['id']}/verbs/check", body)
        self.refused(refuse(), 422, "invalid", "outcome", "zh")
        self.refused(refuse(outcome="grant"), 422, "invalid", "outcome", "zh")
        self.refused(refuse(outcome="refuse"), 422, "invalid", "text", "zh")
        self.refused(refuse(outcome="correct", text="平面图不清楚"), 422, "invalid", "materials", "zh")
        self.refused(refuse(outcome="correct", text="x", materials=[{"material": "drawings"}]), 422, "invalid", "materials", "zh")
        back = self.do(self.shijian1, case, "check", outcome="correct", text="请补正",
                       materials=[{"material": "floor_plan", "note": "缺少操作间面积"}])
        self.assertEqual((back["status"], back["step"]["node"]), ("open", "supplement"))
        shown = self.qiye1.get(f"/api/cases/{case['id']}/service").json
        wrong = next(m for m in shown["materials"] if m["material"] == "floor_plan")
        self.assertEqual((wrong["state"], wrong["note"], shown["corrections"]), ("correct", "缺少操作间面积", 1))
        self.refused(self.qiye1.post(f"/api/cases/{case['id']}/verbs/submit", {}), 422, "invalid", "materials.floor_plan", "zh")
        fixed = self.upload(self.qiye1).json["id"]
        self.do(self.qiye1, case, "submit", materials=[{"material": "floor_plan", "files": [fixed]}])
        again = self.shijian1.get(f"/api/cases/{case['id']}/service").json
        self.assertEqual([o["code"] for o in again["outcomes"]], ["accept", "refuse"])  # not a second time
        self.do(self.shijian1, case, "sign")
        taken = self.do(self.shijian1, case, "check", outcome="accept")
        self.assertIn("decision", [p["code"] for p in taken["promises"] if p["state"] == "running"])
        self.do(self.shijian1, case, "sign")
        self.refused(self.shijian1.post(f"/api/cases/{case['id']}/verbs/suspend", {"text": "听证", "reason": "hearing"}), 422,
                     "invalid", "reason", "zh")
        self.do(self.shijian1, case, "suspend", text="11月30日现场检验", reason="inspection")
        self.do(self.shijian1, case, "resume")
        granted = self.do(self.shijian1, case, "decide", outcome="grant", text="准予许可。")
        self.assertEqual(granted["answer"]["text"], "准予许可。")
        self.at(case, "deliver")
        self.do(self.shijian1, case, "sign")
        self.do(self.shijian1, case, "deliver")
        done = self.qiye1.get("/api/cases/" + case["id"]).json
        self.assertEqual((done["status"], done["answer"]["text"]), ("replied", "准予许可。"))
        shown = self.qiye1.get(f"/api/cases/{case['id']}/service").json
        self.assertEqual((shown["outcome"]["zh"], shown["usedDays"]), ("准予", 0))
        self.assertTrue(shown["deliveredAt"])
        self.assertEqual(self.do(self.qiye1, case, "rate", rating=5)["status"], "closed")

    def test_refused_with_reason_and_remedy_and_a_bad_rating(self):
        case = self.apply(self.qiye1, {**WHO, **FOOD}, items=[self.code("食品经营许可(新办)")])
        self.do(self.shijian1, case, "sign")
        refused = self.do(self.shijian1, case, "check", outcome="refuse", text="不属于本单位职权范围。")
        self.assertEqual(refused["status"], "replied")
        self.assertIn("行政复议", refused["answer"]["text"])
        bad = self.do(self.qiye1, case, "rate", rating=1, text="没有说明应当找谁")
        self.assertEqual((bad["status"], bad["unit"]["code"]), ("open", "CENTRE"))
        self.do(self.shouchu1, case, "sign")
        self.do(self.shouchu1, case, "dispatch", unit="MKT")
        self.do(self.shijian1, case, "sign")
        self.assertEqual(self.do(self.shijian1, case, "reply", text="应当向省局申请,已为您转送。")["status"], "replied")
        self.assertEqual(self.do(self.qiye1, case, "rate", rating=4)["status"], "closed")

    def test_on_the_spot(self):
        case = self.apply(self.qiye1, {**WHO, **SPOT, "delivery": "online"}, items=[self.code("食品经营许可(补发)")])
        self.assertEqual(case["step"]["node"], "decide")
        self.do(self.shijian2, case, "sign")
        self.do(self.shijian2, case, "decide", outcome="grant")
        wait_until(lambda: self.qiye1.get("/api/cases/" + case["id"]).json["status"] == "replied")

    # ---- what is granted is held

    def at(self, case, node):
        return wait_until(lambda: (lambda c: c if c["step"] and c["step"]["node"] == node else None)(self.qiye1.get("/api/cases/" + case["id"]).json))

    def came_of(self, client, case):
        return client.get(f"/api/cases/{case['id']}/service").json["licences"]

    def accepted(self, client, officer, answers, item):
        case = self.apply(client, answers, items=[self.code(item)])
        self.do(officer, case, "sign")
        self.do(officer, case, "check", outcome="accept")
        self.do(officer, case, "sign")
        return case

    def newest(self, client, kind):
        return [x for x in client.get("/api/licences/mine").json["items"] if x["type"] == kind and not x["nextId"]]

    def test_a_no_document_item_ends_with_the_licence_in_the_wallet(self):
        answers = {**WHO, **FOOD, "scope": "图书、报刊零售", "delivery": "online"}
        item = self.code("出版物零售许可(新办)")
        plan = self.plan(self.qiye1, answers, items=[item])
        self.assertTrue(plan["materials"] and all(m["how"] != "upload" for m in plan["materials"]))
        self.assertEqual(self.newest(self.qiye1, "publication"), [])
        case = self.accepted(self.qiye1, self.shenpi1, answers, "出版物零售许可(新办)")
        self.assertEqual(self.came_of(self.qiye1, case), [])
        would, = self.shenpi1.get(f"/api/cases/{case['id']}/service").json["results"]
        self.assertEqual((would["licence"], would["act"], would["number"], would["filled"]), ("publication", "issue", None, ["legal_person"]))
        self.assertEqual((would["fields"]["address"], would["fields"]["scope"]), (FOOD["address"], "图书、报刊零售"))
        self.assertEqual(self.qiye1.get(f"/api/cases/{case['id']}/service").json["results"], [])  # the officer's business
        self.do(self.shenpi1, case, "decide", outcome="grant")
        got, = wait_until(lambda: self.came_of(self.qiye1, case))
        held, = self.newest(self.qiye1, "publication")
        self.assertEqual((got["id"], held["status"], held["caseId"]), (held["id"], "valid", case["id"]))
        business, = self.newest(self.qiye1, "business")
        fields = lambda licence: licence["data"]
        self.assertEqual(fields(held), {"address": FOOD["address"], "scope": "图书、报刊零售", "legal_person": fields(business)["legal_person"]})
        looks = self.qiye1.get(f"/api/licences/{business['id']}").json["looks"]
        self.assertTrue(any(look["how"] == "consent" for look in looks), "reading the business licence is a look that is kept")
        told = [n for n in self.qiye1.get("/api/notices").json["items"] if n["kind"] == "licence" and n["caseId"] == case["id"]]
        self.assertIn(f"您的出版物经营许可证(编号{got['number']})已签发", told[0]["text"]["zh"])
        said = self.public.get("/api/licences/verify", code=got["identifier"]).json
        self.assertEqual((said["result"], said["licence"]["typeName"]["zh"]), ("valid", "出版物经营许可证"))
        # A second one: the type is held once, so it becomes its next version.
        again = self.accepted(self.qiye1, self.shenpi1, {**answers, "scope": "图书零售"}, "出版物零售许可(新办)")
        would, = self.shenpi1.get(f"/api/cases/{again['id']}/service").json["results"]
        self.assertEqual((would["act"], would["number"]), ("change", got["number"]))
        self.do(self.shenpi1, again, "decide", outcome="grant")
        wait_until(lambda: self.came_of(self.qiye1, again))
        held, = self.newest(self.qiye1, "publication")
        self.assertEqual((held["version"], held["data"]["scope"], held["number"]), (2, "图书零售", got["number"]))
        self.assertEqual(self.public.get("/api/licences/verify", code=got["identifier"]).json["result"], "replaced")

    def test_a_fact_that_is_missing_is_asked_of_the_officer(self):
        case = self.accepted(self.qiye1, self.shijian1, {**WHO, **FOOD}, "药品零售许可(新办)")
        decide = lambda **body: self.shijian1.post(f"/api/cases/{case['id']}/verbs/decide", {"outcome": "grant", **body})
        reply = decide()
        self.refused(reply, 422, "invalid", "licences.drug_retail.pharmacist", "zh")
        self.assertIn("药品经营许可证:", reply.json["errors"][0]["message"])
        self.refused(decide(licences={"drug_retail": {"pharmacist": "示例药师", "nothing": "x"}}), 422, "invalid", "licences.drug_retail.nothing", "zh")
        self.assertEqual(self.qiye1.get(f"/api/cases/{case['id']}/service").json["outcome"], None)
        self.assertEqual(decide(licences={"drug_retail": {"pharmacist": "示例药师", "scope": "中成药"}}).status, 200)
        wait_until(lambda: self.came_of(self.qiye1, case))
        held, = self.newest(self.qiye1, "drug_retail")
        self.assertEqual((held["data"]["pharmacist"], held["data"]["scope"]), ("示例药师", "中成药"))

    def test_a_consent_taken_back_leaves_a_gap_for_the_officer(self):
        case = self.accepted(self.qiye2, self.shenpi1, {**WHO, **FOOD}, "出版物零售许可(新办)")
        for consent in self.qiye2.get("/api/licences/consents").json["items"]:
            if consent["caseId"] == case["id"]:
                self.assertEqual(self.qiye2.call("DELETE", "/api/licences/consents/" + consent["id"]).status, 204)
        self.refused(self.shenpi1.post(f"/api/cases/{case['id']}/verbs/decide", {"outcome": "grant"}), 422, "invalid",
                     "licences.publication.legal_person", "zh")

    def test_a_licence_is_ended_by_its_item(self):
        held, = self.newest(self.qiye2, "food_business")
        case = self.apply(self.qiye2, {**WHO, "certificate_number": held["number"], "end_reason": "不再经营", "delivery": "online"},
                          items=[self.code("食品经营许可(注销)")])
        self.do(self.shijian1, case, "sign")
        self.do(self.shijian1, case, "decide", outcome="grant")
        ended, = wait_until(lambda: [x for x in self.came_of(self.qiye2, case) if x["status"] == "cancelled"])
        self.assertEqual(ended["id"], held["id"])
        self.assertEqual(self.public.get("/api/licences/verify", code=held["identifier"]).json["result"], "cancelled")

    def test_an_item_whose_result_is_no_licence(self):
        before = len(self.qiye1.get("/api/licences/mine").json["items"])
        case = self.accepted(self.qiye1, self.shenpi1, {**WHO, **FOOD}, "户外广告设施设置许可(新办)")
        self.assertEqual(self.shenpi1.get(f"/api/cases/{case['id']}/service").json["results"], [])
        self.assertEqual(self.do(self.shenpi1, case, "decide", outcome="grant")["step"]["node"], "deliver")  # at once: nothing to issue
        self.assertEqual(self.came_of(self.qiye1, case), [])
        self.assertEqual(len(self.qiye1.get("/api/licences/mine").json["items"]), before)
        # Neither is what was denied.
        case = self.accepted(self.qiye1, self.shijian1, {**WHO, **FOOD}, "小餐饮登记(新办)")
        self.assertEqual(self.do(self.shijian1, case, "decide", outcome="deny", text="场所不符。")["status"], "replied")
        self.assertEqual(self.came_of(self.qiye1, case), [])

    def test_several_units_with_their_own_clocks_and_an_extension(self):
        data = {**WHO, "works_name": "示例厂房", "project_code": "2310-360198-04-01-300275", "address": "示例路2号", "floor_area": 1200}
        case = self.apply(self.qiye1, data, items=[self.code("建筑工程施工许可(申请)")])
        self.do(self.jianguan1, case, "sign")
        at = self.do(self.jianguan1, case, "check", outcome="accept")
        open_units = sorted(t["unit"]["code"] for t in at["tasks"] if t["state"] == "open")
        self.assertEqual(open_units, ["EMG", "ENV", "LAND"])
        running = [p["code"] for p in at["promises"] if p["state"] == "running"]
        self.assertEqual((running.count("joint"), running.count("decision-joint")), (3, 1))
        for client in (self.ziran1, self.huanbao1, self.yingji1):
            self.do(client, case, "sign")
            self.do(client, case, "opinion", vote="agree", text="同意")
        self.do(self.jianguan1, case, "sign")
        self.refused(self.jianguan1.post(f"/api/cases/{case['id']}/verbs/extend", {"days": 16, "text": "复杂"}), 422, "invalid", "days", "zh")
        self.do(self.jianguan1, case, "extend", days=15, text="需要进一步核实")
        self.do(self.fzr, case, "approve")
        self.assertEqual(self.do(self.jianguan1, case, "decide", outcome="deny", text="规划指标不符。")["status"], "replied")

    def test_figures(self):
        for name, value in (("items_online", 947), ("items_featured", 112), ("items_no_document", 6)):
            self.assertEqual(self.lingdao1.get("/api/figures/" + name).json["value"], value)
        share = self.lingdao1.get("/api/figures/items_promised_of_legal", by="unit").json
        self.assertTrue(0 < share["value"] < 100)
        self.assertTrue(self.lingdao1.get("/api/figures/service_received").json["value"] >= 0)


if __name__ == "__main__":
    unittest.main()
