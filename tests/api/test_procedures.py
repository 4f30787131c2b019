"""Procedures on a page: the way of a case, drawings, versions, where cases wait. Every answer is held against the document."""
import pathlib
import unittest
import xml.etree.ElementTree

from junma import ZONE, Server
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
        self.assertEqual(items[0]["kind"], "request")
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


class Trial(Procedures):
    """A procedure tried out in memory with a clock of its own."""

    XML = (pathlib.Path(ZONE) / "requests" / "request.bpmn").read_text()

    def act(self, do, status=200, xml=None, **more):
        reply = self.people["admin"].post("/api/procedures/try", {"xml": xml or self.XML, "kind": "request", "do": do, **more})
        self.assertEqual(reply.status, status, reply.bytes)
        return reply.json

    def begin(self, **variables):
        return self.act("start", at="2026-03-02T09:00:00+08:00", variables={"topic": "power", "urgency": "normal", **variables},
                        decisions={"routing": {"unit": "POWER"}, "limits": {"answer_days": 5}})

    def test_tried_from_start_to_end(self):
        at = self.begin()
        self.assertEqual([w["node"] for w in at["waiting"]], ["handle"])
        self.assertEqual(at["at"], "2026-03-02T09:00:00+08:00")
        self.assertEqual(at["waiting"][0]["verbs"].split()[0], "sign")
        flows = [e["text"] for e in at["events"] if e["what"] == "entered"]
        self.assertEqual(flows, [None, "f_start", "f_new", "f_route", "f_limits", "f_known"])
        at = self.act("complete", state=at["state"], token=at["waiting"][0]["token"], variables={"verb": "reply"})
        self.assertEqual([w["node"] for w in at["waiting"]], ["confirm"])
        self.assertEqual([(t["node"], t["dueAt"]) for t in at["timers"]], [("unrated", "2026-03-11T17:30:00+08:00")])
        rated = self.act("complete", state=at["state"], token=at["waiting"][0]["token"], variables={"verb": "rate", "rating": 5})
        self.assertEqual((rated["ended"], rated["waiting"], rated["timers"]), ("completed", [], []))
        self.assertEqual(self.act("complete", 409, state=rated["state"], token=1)["code"], "not-allowed")

    def test_the_clock_is_moved(self):
        at = self.begin()
        at = self.act("complete", state=at["state"], token=at["waiting"][0]["token"], variables={"verb": "reply"})
        soon = self.act("advance", state=at["state"], at="2026-03-10T09:00:00+08:00")
        self.assertEqual((soon["at"], soon["ended"], len(soon["timers"])), ("2026-03-10T09:00:00+08:00", None, 1))
        self.act("advance", 422, state=soon["state"], at="2026-03-09T09:00:00+08:00")
        over = self.act("advance", state=soon["state"])
        self.assertEqual((over["at"], over["ended"]), ("2026-03-11T17:30:00+08:00", "completed"))
        self.assertIn("end_unrated", [e["node"] for e in over["events"]])

    def test_the_decision_of_the_zone_is_asked(self):
        at = self.act("start", variables={"topic": "power", "title": "停电", "text": "车间停电,生产中断", "urgency": "normal", "unit": None})
        self.assertIn("decided", [e["what"] for e in at["events"]])
        self.assertTrue(at["waiting"])

    def test_returned_to_an_earlier_step(self):
        at = self.begin()
        at = self.act("move", state=at["state"], token=at["waiting"][0]["token"], name="dispatch")
        self.assertEqual([w["node"] for w in at["waiting"]], ["dispatch"])
        self.act("move", 409, state=at["state"], token=at["waiting"][0]["token"], name="unit_known")

    def test_a_broken_drawing_names_its_elements(self):
        broken = self.XML.replace('targetRef="route" />', 'targetRef="nowhere" />', 1)
        fault = self.act("start", 422, xml=broken)
        self.assertTrue(any(e["field"] for e in fault["errors"]), fault)
        self.act("start", 400, xml="<no")

    def test_a_state_that_was_tampered_with_is_refused(self):
        at = self.begin()
        for spoilt in ("", "{", "{}", '{"v":1}', at["state"].replace("handle", "nowhere"), at["state"].replace('"now":1', '"now":-1'),
                       at["state"].replace('"timers":[]', '"timers":[[1,2,3]]'), at["state"][:-20]):
            reply = self.people["admin"].post("/api/procedures/try", {"xml": self.XML, "do": "complete", "token": 7, "state": spoilt})
            self.assertIn(reply.status, (409, 422), (spoilt, reply.bytes))

    def test_an_endless_loop_is_told(self):
        loop = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:junma="urn:junma:bpmn" targetNamespace="t" id="d"><process id="p" isExecutable="true">
          <startEvent id="s"/><scriptTask id="a" junma:resultVariable="x"><script>1</script></scriptTask>
          <exclusiveGateway id="g" default="f3"/><endEvent id="e"/>
          <sequenceFlow id="f1" sourceRef="s" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="g"/>
          <sequenceFlow id="f3" sourceRef="g" targetRef="a"/>
          <sequenceFlow id="f4" sourceRef="g" targetRef="e"><conditionExpression>x = 2</conditionExpression></sequenceFlow></process></definitions>"""
        reply = self.people["admin"].post("/api/procedures/try", {"xml": loop, "do": "start"})
        self.assertEqual(reply.status, 422, reply.bytes)
        self.assertIn("无限循环", reply.json["detail"])

    def test_who_may_try(self):
        for login in ("qiye1", "gongdian1"):
            self.assertEqual(self.people[login].post("/api/procedures/try", {"xml": self.XML, "do": "start"}).status, 403)
        self.act("dance", 422)


# The cases of the base class once are enough.
for name in [n for n in dir(Procedures) if n.startswith("test_")]:
    setattr(Trial, name, None)


if __name__ == "__main__":
    unittest.main()
