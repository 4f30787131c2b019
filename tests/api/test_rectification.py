"""Putting problems right: limits in working days, who may do which step, and the compartment of clues."""
import json
import unittest

from refusals import Refusals

PROBLEMS = "/api/registers/rect_problem/records"
CLUES = "/api/registers/discipline_clue"
LOOKS = "/api/pages/clue_looks/looks"


class Rectification(Refusals):
    logins = ("qiye1", "gongdian1", "gongdian2", "jijian1", "lingdao1", "shouchu1", "admin")

    def put(self, client, register, **data):
        reply = client.post(f"/api/registers/{register}/records", {"data": data, "reason": "测试"})
        self.assertEqual(reply.status, 201, reply.bytes)
        return reply.json

    def found(self, number):
        return self.put(self.jijian1, "rect_problem", number=number, title="示例测试问题", campaign="Z2206", kind="service", source="inspection",
                        found_on="2026-02-10", unit="POWER", limit_days=5)

    def change(self, client, record, **data):
        return client.call("PATCH", f"{PROBLEMS}/{record['id']}", {"data": data, "reason": "测试"})

    def done(self, client, record, **data):
        reply = self.change(client, record, **data)
        self.assertEqual(reply.status, 200, reply.bytes)
        return reply.json["data"]

    def refuse(self, client, record, field, **data):
        self.refused(self.change(client, record, **data), 422, "invalid", field, "zh")

    def test_a_problem_from_found_to_checked_again(self):
        me, other, inspector = (c.me["id"] for c in (self.gongdian1, self.gongdian2, self.jijian1))
        problem = self.found("T-1")
        # found on a Tuesday; Saturday the 14th is a make-up working day, the 15th to 23rd are the Spring Festival
        self.assertEqual(problem["data"]["due_on"], "2026-02-24")
        self.assertEqual((problem["data"]["state"], problem["data"]["late"]), ("open", True))
        fixed = {"fixed_on": "2026-02-20", "fixed_by": me, "fixed_note": "已更换"}
        self.refuse(self.gongdian1, problem, "fixed_on", **fixed)  # no measures yet
        measure = self.put(self.gongdian1, "rect_measure", problem="T-1", text="更换线路", unit="POWER", from_on="2026-02-11", limit_days=3)
        self.refuse(self.gongdian1, problem, "fixed_on", **fixed)  # not done
        self.assertEqual(self.gongdian1.call("PATCH", f"/api/registers/rect_measure/records/{measure['id']}",
                                             {"data": {"done_on": "2026-02-20"}}).status, 200)
        self.refuse(self.gongdian1, problem, "fixed_by", **{**fixed, "fixed_by": other})  # nobody reports for another
        self.assertEqual(self.done(self.gongdian1, problem, **fixed)["state"], "fixed")
        passed = {"verdict": "pass", "verified_on": "2026-02-25", "verified_by": me}
        self.refuse(self.gongdian1, problem, "verified_by", **passed)  # the verifier is not the fixer
        self.refuse(self.gongdian2, problem, "verify_note", verdict="return", verified_on="2026-02-25", verified_by=other)
        self.assertEqual(self.done(self.gongdian2, problem, verdict="return", verified_on="2026-02-25", verified_by=other, verify_note="照片不清")["state"], "returned")
        self.assertEqual(self.done(self.gongdian1, problem, **{**fixed, "fixed_on": "2026-02-26"}, verdict=None, verified_on=None, verified_by=None)["state"], "fixed")
        self.refuse(self.jijian1, problem, "cancelled_on", cancelled_on="2026-02-27", cancelled_by=inspector)  # not verified
        self.assertEqual(self.done(self.gongdian2, problem, **{**passed, "verified_by": other})["state"], "verified")
        self.refuse(self.gongdian1, problem, "verdict", fixed_on="2026-02-27")  # what is verified stands
        self.refuse(self.gongdian2, problem, "cancelled_by", cancelled_on="2026-02-27", cancelled_by=other)  # not his to do
        struck = self.done(self.jijian1, problem, cancelled_on="2026-02-27", cancelled_by=inspector)
        self.assertEqual((struck["state"], struck["recheck_on"], struck["late"]), ("cancelled", "2026-05-27", True))
        self.assertEqual(self.done(self.jijian1, problem, rechecked_on="2026-05-28", rechecked_by=inspector, recheck="held")["state"], "held")

    def test_whose_it_is(self):
        problem = self.found("T-2")
        self.assertEqual(self.gongdian1.get(f"{PROBLEMS}/{problem['id']}").status, 200)
        self.refused(self.change(self.lingdao1, problem, title="x"), 403, "forbidden", None, "zh")
        for client in (self.qiye1, self.admin):
            self.assertEqual(client.get(f"{PROBLEMS}/{problem['id']}").status, 404)

    def looks(self, client=None):
        return (client or self.lingdao1).get(LOOKS, limit=100).json["items"]

    def test_clues_are_a_compartment_and_trying_leaves_a_trace(self):
        before = self.looks()
        clue = self.put(self.jijian1, "discipline_clue", number="T-1", title="示例线索", received_on="2026-03-01", source="report", state="received")
        for path in (f"{CLUES}/records", f"{CLUES}/records/{clue['id']}", CLUES, f"{CLUES}/export"):
            self.assertEqual(self.admin.get(path).status, 404, path)
        self.assertEqual(self.lingdao1.get(f"{CLUES}/records").status, 404)
        self.assertEqual(self.shouchu1.post(f"{CLUES}/records", {"data": {}}).status, 404)
        self.assertEqual(self.jijian1.get(f"{CLUES}/records/{clue['id']}").status, 200)
        self.assertEqual(self.jijian1.get(f"{CLUES}/records").status, 200)
        new = self.looks()[:len(self.looks()) - len(before)]
        self.assertEqual([(n["who"], n["what"]) for n in new],
                         [("贺清廉", "list"), ("贺清廉", "look"), ("李晓岚", "refused"), ("顾明远", "refused")] + [("管理员", "refused")] * 4)
        self.assertEqual((new[1]["record"], new[0]["record"]), (clue["id"], None))
        self.assertEqual(self.looks(self.jijian1)[0], new[0])
        self.assertNotIn("示例线索", json.dumps(self.looks(), ensure_ascii=False))
        self.assertEqual(self.admin.get(LOOKS).status, 404)
        self.assertEqual(self.shouchu1.get(LOOKS).status, 404)
        self.assertEqual(self.server.client().get(CLUES).status, 401)  # nobody in particular: nothing to write down
        self.assertEqual(len(self.looks()), len(before) + len(new))
        self.assertNotIn("discipline_clue", [r["code"] for r in self.admin.get("/api/registers").json["items"]])


if __name__ == "__main__":
    unittest.main()
