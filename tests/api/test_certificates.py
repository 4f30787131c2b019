"""Certificates for those who came: who has passed by the rule, issued once, found by their owner, verified by anyone."""
import unittest

from refusals import Refusals

DESK, HALL = "/api/pages/certificates/certificates", "/api/pages/my_certificates/certificates"


class Certificates(Refusals):
    logins = ("qiye1", "shouchu1", "lingdao1", "renshe1", "jingfa1")

    def setUp(self):
        self.anyone = self.server.client()
        self.addCleanup(self.anyone.connection.close)

    def people(self, course="C10"):
        reply = self.shouchu1.get(DESK, course=course)
        self.assertEqual(reply.status, 200, reply.bytes)
        return reply.json

    def person(self, name, course="C10"):
        return next(p for p in self.people(course)["people"] if p["name"] == name)

    def own(self, client=None, **who):
        reply = (client or self.anyone).post(HALL + "/own", who)
        self.assertEqual(reply.status, 200, reply.bytes)
        return reply.json["items"]

    def test_who_has_passed(self):
        said = self.people()
        course = next(c for c in said["courses"] if c["key"] == "C10")
        self.assertEqual((course["held"], course["people"], course["passed"]), (5, 8, 5))
        self.assertEqual({p["name"][-1]: p["attended"] for p in said["people"]},
                         {"庚": 5, "辛": 5, "壬": 5, "癸": 5, "子": 3, "丑": 2, "寅": 1, "卯": 0})
        self.assertEqual([p["passed"] for p in said["people"]], [True] * 5 + [False] * 3)
        self.assertNotIn("phone", self.shouchu1.get(DESK, course="C10").bytes.decode())
        self.assertEqual(self.shouchu1.get(DESK, course="C01").json["people"], [])  # units get none
        self.assertEqual(self.qiye1.get(DESK).status, 404)

    def test_issued_once_and_found_by_the_owner(self):
        wanted = {"course": "C10", "people": [self.person("示例学员庚")["enrolment"]]}
        self.assertEqual(self.own(name="示例学员庚", phone="15400001100"), [])
        said = self.shouchu1.post(DESK, wanted)
        self.assertEqual((said.status, said.json), (200, {"issued": 1, "before": 0}), said.bytes)
        self.assertEqual(self.shouchu1.post(DESK, wanted).json, {"issued": 0, "before": 1})
        kept = self.shouchu1.get("/api/registers/course_certificate/records").json["items"]
        self.assertEqual((kept[0]["data"]["course"], kept[0]["data"]["attended"]), ("C10", 5))
        mine = self.own(name=" 示例学员庚", phone="1540 000 1100")
        self.assertEqual(len(mine), 1)
        self.assertEqual(self.own(name="示例学员庚", phone="15400001101"), [])
        self.assertEqual(self.own(name="示例学员庚"), [])
        at = f"{HALL}/{mine[0]['id']}/pdf"
        pdf = self.anyone.get(at, ticket=mine[0]["ticket"])
        self.assertEqual((pdf.status, pdf.bytes[:5]), (200, b"%PDF-"))
        end, nonce, mac = mine[0]["ticket"].split(".")
        for forged in ("", "x", f"{int(end) + 60000}.{nonce}.{mac}", f"{end}.{nonce}.{'0' * 64}"):
            self.refused(self.anyone.get(at, ticket=forged), 403, "forbidden", None, "zh")
        verdict = self.anyone.get("/api/licences/verify", code=mine[0]["identifier"]).json
        self.assertEqual(verdict["result"], "valid")
        whole = self.anyone.call("POST", "/api/licences/verify", pdf.bytes, {"Content-Type": "application/pdf"}).json
        self.assertEqual(whole["result"], "valid")
        printed = self.renshe1.get(f"/api/licences/{self.person('示例学员庚')['licence']}/pdf")
        self.assertEqual((printed.status, printed.bytes[:5]), (200, b"%PDF-"))

    def test_the_rest_who_passed_and_nobody_else(self):
        before = self.people()["courses"]
        issued = next(c for c in before if c["key"] == "C10")["issued"]
        failing = {"course": "C10", "people": [self.person("示例学员丑")["enrolment"]]}
        self.refused(self.shouchu1.post(DESK, failing), 409, "not-allowed", None, "zh")
        for client, status in ((self.lingdao1, 403), (self.jingfa1, 403), (self.qiye1, 404)):
            self.assertEqual(client.post(DESK, {"course": "C10"}).status, status)
        said = self.renshe1.post(DESK, {"course": "C10"})
        self.assertEqual((said.status, said.json["issued"] + issued), (200, 5), said.bytes)
        self.assertEqual(next(c for c in self.people()["courses"] if c["key"] == "C10")["issued"], 5)
        counted = self.lingdao1.get("/api/figures/certificates_issued", by="course").json["groups"]
        self.assertEqual([g["value"] for g in counted if g["key"] == "C10"], [5])

    def test_by_account_in_the_wallet(self):
        session = {"number": "T-9", "name": "示例培训班第1期", "course": "C02", "held_on": self.shouchu1.get("/api/pages/reports_state/filings").json["today"]}
        self.assertEqual(self.shouchu1.post("/api/registers/course_session/records", {"data": session}).status, 201)
        account = self.qiye1.me["id"]
        for name, who in (("示例企业人员", account), ("示例他人", None)):
            row = {"session": "T-9", "name": name, "phone": "15400003333", "persons": 1, "account": who, "came_at": session["held_on"] + "T09:00:00+08:00"}
            self.assertEqual(self.shouchu1.post("/api/registers/enrolment/records", {"data": row}).status, 201)
        self.assertEqual(self.shouchu1.post(DESK, {"course": "C02"}).json["issued"], 2)
        mine = [x for x in self.qiye1.get("/api/licences/mine").json["items"] if x["type"] == "training_certificate"]
        self.assertEqual(len(mine), 1)
        self.assertEqual([c["id"] for c in self.own(self.qiye1)], [mine[0]["id"]])


if __name__ == "__main__":
    unittest.main()
