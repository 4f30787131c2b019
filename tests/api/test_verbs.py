"""The verbs about other people over HTTP: dry runs that say what would end, signers and their progress, orders, copies;
every answer is held against the document."""
import json
import unittest

from junma import Server
from test_openapi import Described


class Verbs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.clients = {}
        for name, login in (("applicant", "qiye1"), ("officer", "shouchu1"), ("handler", "gongdian1"), ("head", "gongdian.fzr"),
                            ("other", "jingfa1"), ("leader", "lingdao1"), ("steward", "liucheng1")):
            client = Described(cls.server.port)
            if Described.document is None:
                Described.document = json.loads(cls.server.command("openapi").stdout)
            client.sign_in(login)
            cls.clients[name] = client
            setattr(cls, name, client)

    @classmethod
    def tearDownClass(cls):
        for c in cls.clients.values():
            c.connection.close()
        cls.server.close()

    def setUp(self):
        Described.problems.clear()

    def tearDown(self):
        self.assertEqual(Described.problems, [])

    def do(self, client, case, verb, **body):
        reply = client.verb(case, verb, **body)
        self.assertEqual(reply.status, 200, f"{verb}: {reply.bytes.decode()}")
        return reply.json

    def refused(self, client, case, verb, status, field=None, **body):
        reply = client.verb(case, verb, **body)
        self.assertEqual(reply.status, status, f"{verb}: {reply.bytes.decode()}")
        if field:
            self.assertEqual(reply.json.get("field") or reply.json["errors"][0]["field"], field)
        return reply.json

    def dry(self, client, case, verb, **body):
        reply = client.post(f"/api/cases/{case}/verbs/{verb}?dryRun=true", body)
        self.assertEqual(reply.status, 200, reply.bytes)
        return reply.json

    def at_work(self):
        case = self.applicant.create().json["id"]
        self.do(self.handler, case, "sign")
        return case

    def one(self, client, **more):
        return {"unit": client.me["unit"], "assignee": client.me["id"], **more}

    def test_signers_and_their_progress(self):
        case = self.at_work()
        self.refused(self.handler, case, "countersign", 422, mode="all", text="请会签。")
        self.refused(self.handler, case, "countersign", 422, mode="all", text="请会签。", signers="ECO")
        self.refused(self.handler, case, "countersign", 422, mode="all", text="请会签。", signers=[{"unit": "ECO", "colour": 1}])
        after = self.do(self.handler, case, "countersign", mode="vote", share=70, text="请会签。",
                        signers=[self.one(self.other, weight=2), {"unit": "HR"}, self.one(self.head)])
        asked = [t for t in after["tasks"] if t["relation"] == "countersign"]
        self.assertEqual([(t["state"], t["mode"], t["share"], t["weight"]) for t in asked], [("open", "vote", 70, n) for n in (2, 1, 1)])
        self.assertEqual({t["askedBy"]["name"] for t in asked}, {self.handler.me["name"]})
        said = self.do(self.other, case, "opinion", vote="agree", text="同意,请注意安全。")
        mine = [t for t in said["tasks"] if t["vote"] == "agree"][0]
        self.assertEqual(mine["opinion"], "同意,请注意安全。")
        # The applicant is not told whom the zone asks among itself.
        seen = self.applicant.get(f"/api/cases/{case}").json
        self.assertEqual(len(seen["tasks"]), 1)
        self.assertNotIn("同意,请注意安全", json.dumps(seen, ensure_ascii=False))
        self.do(self.head, case, "opinion", vote="agree")
        self.do(self.handler, case, "reply", text="已处理完毕,请确认。")

    def test_the_list_of_a_signer(self):
        case = self.at_work()
        self.do(self.handler, case, "delegate", unit="ECO", assignee=self.other.me["id"], text="请协助核实。")
        items = self.other.get("/api/tasks", scope="mine").json["items"]
        item = [i for i in items if i["case"]["id"] == case][0]
        self.assertIn("give_back", item["verbs"])
        self.assertNotIn("reply", item["verbs"])

    def test_a_return_says_what_would_end(self):
        case = self.at_work()
        self.do(self.handler, case, "add_signer", position="beside", text="请协助。", signers=[self.one(self.other)])
        dry = self.dry(self.handler, case, "return")
        self.assertTrue(dry["allowed"])
        self.assertEqual([c["node"] for c in dry["choices"] if c["usual"]], ["dispatch"])
        self.assertEqual([e["relation"] for e in dry["ends"]], ["beside"])
        self.assertEqual(self.dry(self.other, case, "return")["allowed"], False)
        self.refused(self.handler, case, "return", 422, "node", node="end_rated", text="退回。")
        self.do(self.handler, case, "return", node="dispatch", straight=True, text="请补充核实。")
        after = self.do(self.handler, case, "take_back")
        self.assertEqual(sorted(t["state"] for t in after["tasks"]), ["cancelled", "open", "open"])

    def test_jump_is_the_stewards(self):
        case = self.at_work()
        self.refused(self.handler, case, "jump", 403, node="dispatch", text="流程走错。")
        dry = self.dry(self.steward, case, "jump")
        self.assertEqual(sorted(c["node"] for c in dry["choices"]), ["dispatch", "rectify"])
        after = self.do(self.steward, case, "jump", node="dispatch", text="流程走错,重新分派。")
        self.assertEqual(after["step"]["node"], "dispatch")

    def test_an_order_and_its_lists(self):
        case = self.at_work()
        after = self.do(self.leader, case, "supervise", text="两日内报告进展。", days=2)
        self.assertEqual([(o["state"], o["unit"]["code"], o["days"]) for o in after["orders"]], [("open", "POWER", 2)])
        mine = [o for o in self.handler.get("/api/orders", scope="owed").json["items"] if o["caseId"] == case]
        self.assertEqual((mine[0]["colour"], mine[0]["remaining"]["days"]), ("green", 2))
        self.assertEqual([o for o in self.other.get("/api/orders").json["items"] if o["caseId"] == case], [])
        self.assertEqual(self.applicant.get("/api/orders").status, 403)
        self.do(self.handler, case, "report", text="正在施工,明日完成。")
        self.do(self.leader, case, "accept")
        self.assertEqual([o for o in self.leader.get("/api/orders", scope="given").json["items"] if o["caseId"] == case], [])
        self.assertEqual(self.leader.get("/api/orders", scope="given", state="all").json["items"][-1]["state"], "done")
        self.assertEqual(self.applicant.get(f"/api/cases/{case}").json["orders"], [])

    def test_copies_and_their_receipts(self):
        case = self.at_work()
        self.assertEqual(self.other.get(f"/api/cases/{case}").status, 404)
        self.do(self.handler, case, "copy", signers=[self.one(self.other)], text="供参考。")
        page = self.other.get("/api/copies", unread="true").json
        self.assertEqual(page["unread"], 1)
        self.assertEqual(page["items"][0]["caseId"], case)
        self.do(self.other, case, "read")
        self.assertEqual(self.other.get("/api/copies").json["unread"], 0)
        told = self.handler.get(f"/api/cases/{case}").json["copies"]
        self.assertEqual([(k["to"]["name"], bool(k["readAt"])) for k in told], [(self.other.me["name"], True)])

    def test_urging_is_graded(self):
        case = self.at_work()
        self.assertEqual(self.do(self.applicant, case, "urge")["urgeLevel"], 1)

    def test_what_was_held_is_done_in_the_right_name(self):
        case = self.at_work()
        self.do(self.handler, case, "add_signer", position="after", text="请审签。", signers=[self.one(self.head)])
        after = self.do(self.handler, case, "reply", text="已增设变压器,明日通电。")
        self.assertEqual((after["status"], after["answer"]), ("open", None))
        self.assertEqual([t["held"] for t in after["tasks"] if t["held"]], [{"name": self.handler.me["name"], "verb": "reply"}])
        self.assertNotIn("明日通电", json.dumps(self.applicant.get(f"/api/cases/{case}").json, ensure_ascii=False))
        after = self.do(self.head, case, "opinion", vote="agree", text="同意。")
        self.assertEqual((after["status"], after["answer"]["by"]), ("replied", self.handler.me["name"]))
        seen = self.applicant.get(f"/api/cases/{case}").json
        self.assertIn("reply", [e["verb"] for e in seen["timeline"]])
        self.assertNotIn("opinion", [e["verb"] for e in seen["timeline"]])


if __name__ == "__main__":
    unittest.main()
