"""Procedures on a page: the way of a case, drawings, versions, where cases wait. Every answer is held against the document."""
import unittest
import xml.etree.ElementTree

from junma import Server
from test_openapi import Described


class Procedures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.people = {}
        with_document = cls.server.client()
        Described.document = with_document.get("/api/openapi.json").json
        with_document.connection.close()
        for login in ("qiye1", "qiye2", "shouchu1", "gongdian1", "jingfa1", "lingdao1", "admin"):
            cls.people[login] = Described(cls.server.port)
            cls.people[login].sign_in(login)

    @classmethod
    def tearDownClass(cls):
        for c in cls.people.values():
            c.connection.close()
        cls.server.close()

    def setUp(self):
        Described.problems.clear()

    def tearDown(self):
        self.assertEqual(Described.problems, [])

    def get(self, login, path, status=200, **query):
        reply = self.people[login].get(path, **query)
        self.assertEqual(reply.status, status, reply.bytes)
        return reply.json

    def do(self, login, case, verb, **body):
        reply = self.people[login].verb(case, verb, **body)
        self.assertEqual(reply.status, 200, reply.bytes)

    def raise_case(self):
        return self.people["qiye1"].create().json["id"]

    def test_the_way_of_a_case(self):
        case = self.raise_case()
        self.do("gongdian1", case, "sign")
        here = self.get("gongdian1", f"/api/cases/{case}/way")
        self.assertEqual([s["node"] for s in here["next"]], ["confirm"])
        self.assertEqual([(s["node"], s["how"], s["leftAt"]) for s in here["steps"]], [("handle", "here", None)])
        self.assertEqual(here["steps"][0]["passed"][-1], {"node": "handle", "flow": "f_known"})
        self.assertEqual((here["kind"], here["drawn"], len(here["version"])), ("request", True, 64))
        self.do("gongdian1", case, "reply", text="已恢复供电。")
        self.do("qiye1", case, "rate", rating=5)
        gone = self.get("shouchu1", f"/api/cases/{case}/way")
        self.assertEqual([(s["node"], s["how"]) for s in gone["steps"]],
                         [("handle", "done"), ("confirm", "done"), ("end_rated", "passed")])
        self.assertEqual(gone["next"], [])
        self.assertTrue(gone["steps"][0]["person"])

    def test_an_applicant_learns_the_unit_and_not_the_officer(self):
        case = self.raise_case()
        self.do("gongdian1", case, "sign")
        step = self.get("qiye1", f"/api/cases/{case}/way")["steps"][0]
        self.assertEqual((step["unit"]["code"], step["person"]), ("POWER", None))
        self.get("qiye2", f"/api/cases/{case}/way", 404)
        self.get("jingfa1", f"/api/cases/{case}/way", 404)

    def test_the_drawing(self):
        reply = self.people["shouchu1"].get("/api/procedures/request/drawing")
        self.assertEqual((reply.status, reply.headers["Content-Type"]), (200, "application/xml; charset=utf-8"))
        xml.etree.ElementTree.fromstring(reply.bytes)
        self.get("shouchu1", "/api/procedures/nothing/drawing", 404)
        self.get("shouchu1", "/api/procedures/request/drawing", 404, version="0" * 64)

    def test_versions_say_what_runs_on_them(self):
        self.raise_case()
        items = self.get("admin", "/api/procedures")["items"]
        self.assertEqual([i["kind"] for i in items], ["request"])
        current = [v for v in items[0]["versions"] if v["current"]]
        self.assertEqual(len(current), 1)
        self.assertGreater(current[0]["running"], 0)
        self.get("qiye1", "/api/procedures", 403)

    def test_where_cases_wait(self):
        before = {s["node"]: s for s in self.get("lingdao1", "/api/procedures/request/waits")["steps"]}
        case = self.raise_case()
        waits = self.get("lingdao1", "/api/procedures/request/waits")
        after = {s["node"]: s for s in waits["steps"]}
        self.assertEqual(after["handle"]["now"], before.get("handle", {"now": 0})["now"] + 1)
        records = self.get("lingdao1", "/api/procedures/request/waits/handle", limit=100)["items"]
        self.assertEqual(len(records), after["handle"]["now"])
        self.assertIn(case, [r["case"]["id"] for r in records])
        self.do("gongdian1", case, "sign")
        self.do("gongdian1", case, "reply", text="已恢复供电。")
        past = {s["node"]: s for s in self.get("lingdao1", "/api/procedures/request/waits")["steps"]}["handle"]
        self.assertEqual(past["past"], after["handle"]["past"] + 1)
        self.assertLessEqual(past["median"], past["p90"])
        records = self.get("lingdao1", "/api/procedures/request/waits/handle", when="past")["items"]
        self.assertIn(case, [r["case"]["id"] for r in records])
        self.assertEqual(self.get("lingdao1", "/api/procedures/request/waits/nowhere")["items"], [])

    def test_pages_of_waiting_cases_leave_out_none(self):
        made = {self.raise_case() for _ in range(5)}
        found, after = [], None
        while True:
            page = self.get("lingdao1", "/api/procedures/request/waits/handle", limit=2, **({"after": after} if after else {}))
            found += [r["case"]["id"] for r in page["items"]]
            after = page["next"]
            if not after:
                break
        self.assertLessEqual(made, set(found))
        self.assertEqual(len(found), len(set(found)))

    def test_a_period_is_checked(self):
        self.assertEqual(self.get("lingdao1", "/api/procedures/request/waits", 422, **{"from": "2026-05", "to": "2026-04"})["field"], "from")
        self.assertEqual(self.get("lingdao1", "/api/procedures/request/waits", 422, **{"from": "2026-13"})["field"], "from")
        self.get("lingdao1", "/api/procedures/nothing/waits", 404)
        self.get("qiye1", "/api/procedures/request/waits", 403)


if __name__ == "__main__":
    unittest.main()
