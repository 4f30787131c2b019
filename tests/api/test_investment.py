"""Investment attraction: leads through their steps, the funnel counted from them, a signing that becomes a project."""
import unittest

from refusals import Refusals

FUNNEL = "/api/pages/funnel/funnel"


class Investment(Refusals):
    logins = ("qiye1", "shouchu1", "zhaoshang1", "lingdao1", "admin")

    def put(self, register, **data):
        reply = self.zhaoshang1.post(f"/api/registers/{register}/records", {"data": data, "reason": "测试"})
        self.assertEqual(reply.status, 201, reply.bytes)
        return reply.json

    def lead(self, number, **more):
        return self.put("lead", **{"number": number, "name": "示例测试线索", "origin": "self", "unit": "INV", "owner": self.zhaoshang1.me["id"], "chain": "aviation",
                                   "found_on": "2026-01-05", "next_step": "回访", "next_on": "2026-02-01", **more})

    def test_a_signing_becomes_a_project(self):
        signing = self.put("signing", number="T-1", name="示例测试签约", partner="示例企业", chain="nev", signed_on="2026-01-20", amount=1000000000, builds=True)
        path = f"/api/registers/signing/records/{signing['id']}"
        offered = self.zhaoshang1.get(path + "/makes").json["items"]
        self.assertEqual([(o["code"], o["register"], o["offered"], o["made"]) for o in offered], [("project", "project", True, None)])
        self.assertEqual(self.lingdao1.get(path + "/makes").json["items"], [])  # he may not
        self.refused(self.lingdao1.post(path + "/makes", {"action": "project"}), 403, "forbidden", None, "zh")
        self.refused(self.zhaoshang1.post(path + "/makes", {"action": "moon"}), 404, "not-found", None, "zh")
        with self.nothing_written():
            self.refused(self.zhaoshang1.post(path + "/makes", {"action": "project", "data": {"kind": "moon"}}), 422, "invalid", "kind", "zh")
        made = self.zhaoshang1.post(path + "/makes", {"action": "project"})
        self.assertEqual(made.status, 201, made.bytes)
        project = self.shouchu1.get(f"/api/registers/project/records/{made.json['id']}").json["data"]
        self.assertEqual((project["number"], project["name"], project["developer"], project["stage"], project["investment"], project["signed_on"]),
                         ("P-T-1", "示例测试签约", "示例企业", "signed", 1000000000, "2026-01-20"))
        self.assertEqual(self.zhaoshang1.get(path).json["data"]["project"], "P-T-1")
        again = self.zhaoshang1.get(path + "/makes").json["items"][0]
        self.assertEqual((again["offered"], again["made"]["id"]), (False, made.json["id"]))
        self.refused(self.zhaoshang1.post(path + "/makes", {"action": "project"}), 409, "conflict", None, "zh")
        quiet = self.put("signing", number="T-2", name="示例合作", partner="示例企业", signed_on="2026-01-20")
        self.refused(self.zhaoshang1.post(f"/api/registers/signing/records/{quiet['id']}/makes", {"action": "project"}), 409, "not-allowed", None, "zh")

    def test_a_signed_lead_becomes_a_signing(self):
        open_lead = self.lead("T-20")
        path = f"/api/registers/lead/records/{open_lead['id']}"
        self.refused(self.zhaoshang1.post(path + "/makes", {"action": "signing"}), 409, "not-allowed", None, "zh")
        signed = self.lead("T-21", contacted_on="2026-01-10", signed_on="2026-02-05", investment=500000000)
        path = f"/api/registers/lead/records/{signed['id']}"
        self.refused(self.lingdao1.post(path + "/makes", {"action": "signing"}), 403, "forbidden", None, "zh")
        made = self.zhaoshang1.post(path + "/makes", {"action": "signing"})
        self.assertEqual(made.status, 201, made.bytes)
        at = f"/api/registers/signing/records/{made.json['id']}"
        signing = self.zhaoshang1.get(at).json["data"]
        self.assertEqual((signing["number"], signing["partner"], signing["chain"], signing["signed_on"], signing["amount"]),
                         ("G-T-21", "示例测试线索", "aviation", "2026-02-05", 500000000))
        self.assertEqual(self.zhaoshang1.get(path).json["data"]["signing"], "G-T-21")
        related = [(r["register"], r["count"]) for r in self.zhaoshang1.get(at + "/related").json["items"]]
        self.assertIn(("lead", 1), related)
        self.refused(self.zhaoshang1.post(path + "/makes", {"action": "signing"}), 409, "conflict", None, "zh")

    def test_a_contact_is_logged_with_the_stage(self):
        lead = self.lead("T-30")
        path = f"/api/registers/lead/records/{lead['id']}"
        contact = {"held_on": "2026-01-10", "kind": "call", "ours": "胡正阳", "note": "谈了用地"}

        def press(who, data=None, **also):
            body = {"data": {"contacted_on": "2026-01-10", **(data or {})}, "reason": "已接触",
                    "also": {"register": "lead_contact", "of": "lead", "data": contact, **also}}
            return who.call("PATCH", path, body)

        with self.nothing_written():
            empty = {"register": "lead_contact", "of": "lead", "data": {**contact, "note": None}}
            self.refused(self.zhaoshang1.call("PATCH", path, {"data": {"contacted_on": "2026-01-10"}, "also": empty}), 422, "invalid", "also.note")
            self.refused(press(self.zhaoshang1, {"contacted_on": "2025-12-31"}), 422, "invalid", "contacted_on")
            self.refused(press(self.zhaoshang1, of="note"), 422, "invalid", "also")
            self.refused(press(self.zhaoshang1, register="moon"), 422, "invalid", "also")
            self.refused(press(self.lingdao1), 403, "forbidden")
        done = press(self.zhaoshang1)
        self.assertEqual(done.status, 200, done.bytes)
        now = self.zhaoshang1.get(path).json["data"]
        self.assertEqual((now["stage"], now["contacts"], now["last_contact"]), ("contacted", 1, "2026-01-10"))

    def test_a_candidate_becomes_a_lead(self):
        item = self.zhaoshang1.get("/api/registers/candidate/records", q="示例隔膜科技").json["items"][0]
        made = self.zhaoshang1.post(f"/api/registers/candidate/records/{item['id']}/makes", {"action": "lead"})
        self.assertEqual(made.status, 201, made.bytes)
        lead = self.zhaoshang1.get(f"/api/registers/lead/records/{made.json['id']}").json["data"]
        self.assertEqual((lead["chain"], lead["link"], lead["origin"], lead["owner"]), ("nev", "N-SEP", "chain", self.zhaoshang1.me["id"]))

    def test_the_funnel_is_counted_from_the_leads(self):
        only = {"by": "chain", "value": "aviation", "from": "2026-01", "to": "2026-01"}
        def steps():
            return self.lingdao1.get(FUNNEL, **only).json
        before = steps()
        self.lead("T-10")
        self.lead("T-11", contacted_on="2026-01-10", visited_on="2026-01-20")
        self.lead("T-12", contacted_on="2026-01-10", lost_on="2026-02-01", lost_reason="land", next_step=None, next_on=None)
        self.lead("T-13", contacted_on="2026-01-10", negotiating_on="2026-01-30", signed_on="2026-02-05")
        after = steps()
        def grown(key):
            return [a[key] - b[key] for a, b in zip(after["steps"], before["steps"])]
        self.assertEqual(grown("reached"), [4, 3, 2, 1, 1])
        self.assertEqual(grown("standing"), [1, 0, 1, 0, 1])
        self.assertEqual(grown("lost"), [0, 1, 0, 0, 0])
        self.assertEqual((after["lost"] - before["lost"], after["records"] - before["records"]), (1, 4))
        self.assertIn("land", [r["code"] for r in after["reasons"]])
        self.both(self.lingdao1, lambda c: c.get(FUNNEL, by="name", value="x"), 422, "invalid", "by")
        self.both(self.lingdao1, lambda c: c.get(FUNNEL, **{"from": "January"}), 422, "invalid", "from")
        for client in (self.qiye1, self.admin):
            self.assertEqual(client.get(FUNNEL).status, 404)

    def test_rules_of_leads(self):
        for field, more in (("next_on", {"next_on": None}), ("lost_reason", {"lost_on": "2026-02-01"}), ("visited_on", {"visited_on": "2026-01-01"}),
                            ("owner", {"owner": None}), ("lost_on", {"signed_on": "2026-02-01", "lost_on": "2026-02-02", "lost_reason": "land"})):
            data = {"number": "T-20", "name": "示例", "origin": "self", "unit": "INV", "owner": self.zhaoshang1.me["id"], "found_on": "2026-01-05",
                    "next_step": "回访", "next_on": "2026-02-01", **more}
            with self.subTest(field=field):
                self.both(self.zhaoshang1, lambda c, d=data: c.post("/api/registers/lead/records", {"data": d}), 422, "invalid", field)

    def test_the_article_s_facts(self):
        moved = self.lingdao1.get("/api/registers/headquarters/records").json["items"]
        self.assertIn(("慈文传媒", "2022-09-28"), [(m["data"]["company"], m["data"]["moved_on"]) for m in moved])
        self.assertEqual(self.lingdao1.get("/api/figures/headquarters_moved").json["value"], 1)
        signed = self.lingdao1.get("/api/registers/signing/records", q="江西出版传媒集团").json["items"]
        self.assertEqual([s["data"]["signed_on"] for s in signed], ["2022-09-28"])


if __name__ == "__main__":
    unittest.main()
