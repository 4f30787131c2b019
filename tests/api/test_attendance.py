"""Enrolling and checking in by a scanned code: no replays, one per person, nothing without the screen."""
import datetime
import unittest

from refusals import Refusals

DESK, HALL = "/api/pages/attendance", "/api/pages/lectures"


class Attendance(Refusals):
    logins = ("qiye1", "shouchu1", "lingdao1")

    def setUp(self):
        self.anyone = self.server.client()
        self.addCleanup(self.anyone.connection.close)

    def session(self, number, days=0, **more):
        today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
        reply = self.shouchu1.post("/api/registers/course_session/records", {"data": {
            "number": number, "name": "示例测试场次", "course": "C04", "held_on": str(today + datetime.timedelta(days=days)), **more}})
        self.assertEqual(reply.status, 201, reply.bytes)
        return number

    def enrol(self, session, name="示例甲", phone="15400001234", client=None):
        return (client or self.anyone).post(HALL + "/enrol", {"session": session, "name": name, "phone": phone})

    def code(self, session):
        reply = self.shouchu1.post(DESK + "/code", {"session": session})
        self.assertEqual(reply.status, 200, reply.bytes)
        self.assertTrue(0 < reply.json["seconds"] <= 30)
        return reply.json["code"]

    def ticket(self, session, code=None):
        reply = self.anyone.post(HALL + "/scan", {"session": session, "code": code or self.code(session)})
        self.assertEqual(reply.status, 200, reply.bytes)
        return reply.json["ticket"]

    def check_in(self, session, ticket, client=None, **who):
        return (client or self.anyone).post(HALL + "/checkin", {"session": session, "ticket": ticket, **who})

    def test_enrolled_scanned_and_checked_in_once(self):
        session = self.session("T-1", seats=2)
        self.assertEqual(self.enrol(session).status, 200)
        self.refused(self.enrol(session, phone="1540 000 1234"), 409, "conflict", None, "zh")  # the same person, written otherwise
        self.assertEqual(self.enrol(session, "示例乙", "15400005678").status, 200)
        self.refused(self.enrol(session, "示例丙", "15400009999"), 409, "conflict", None, "zh")  # all seats are taken
        ticket = self.ticket(session)
        said = self.check_in(session, ticket, name=" 示例甲 ", phone="1540000-1234")
        self.assertEqual((said.status, said.json["label"]), (200, "示例甲"), said.bytes)
        self.refused(self.check_in(session, ticket, name="示例乙", phone="15400005678"), 409, "not-allowed", None, "zh")  # a used ticket
        self.refused(self.check_in(session, self.ticket(session), name="示例甲", phone="15400001234"), 409, "conflict", None, "zh")
        counted = self.shouchu1.get("/api/registers/course_session/records", q="示例测试场次").json["items"]
        self.assertEqual([(c["data"]["enrolled"], c["data"]["came"]) for c in counted if c["data"]["number"] == session], [(2, 1)])
        self.assertNotIn("phone", self.anyone.get("/api/registers/course_session/records").bytes.decode())

    def test_codes_and_tickets_of_others(self):
        first, second = self.session("T-2"), self.session("T-3")
        self.enrol(first)
        self.enrol(second)
        code = self.code(first)
        for bad in ("", "00", code[:-1] + ("0" if code[-1] != "0" else "1")):
            self.assertIn(self.anyone.post(HALL + "/scan", {"session": first, "code": bad}).status, (409, 422))
        self.refused(self.anyone.post(HALL + "/scan", {"session": second, "code": code}), 409, "not-allowed", None, "zh")
        ticket = self.ticket(first)
        end, nonce, mac = ticket.split(".")
        who = {"name": "示例甲", "phone": "15400001234"}
        for forged in (f"{int(end) + 60000}.{nonce}.{mac}", f"{end}.{'0' * 32}.{mac}", f"{end}.{nonce}.{'0' * 64}", "x", ".."):
            self.refused(self.check_in(first, forged, **who), 409, "not-allowed", None, "zh")
        self.refused(self.check_in(second, ticket, **who), 409, "not-allowed", None, "zh")
        for n in range(5):
            self.refused(self.check_in(first, ticket, name="示例甲", phone=f"1540000777{n}"), 404, "not-found", None, "zh")
        self.refused(self.check_in(first, ticket, **who), 409, "not-allowed", None, "zh")  # five wrong tries use it up

    def test_by_account_and_who_may_show(self):
        session = self.session("T-4")
        self.assertEqual(self.enrol(session, "示例企业人员", "15400002222", self.qiye1).status, 200)
        self.assertEqual(self.check_in(session, self.ticket(session), self.qiye1).status, 200)
        self.assertEqual(self.lingdao1.post(DESK + "/code", {"session": session}).status, 403)
        self.assertEqual(self.qiye1.post(HALL + "/code", {"session": session}).status, 403)
        self.assertEqual(self.anyone.post(HALL + "/code", {"session": session}).status, 401)
        self.refused(self.shouchu1.post(DESK + "/code", {"session": "none"}), 404, "not-found", None, "zh")

    def test_only_on_the_day(self):
        later, over = self.session("T-5", 3), self.session("T-6", -3)
        self.refused(self.shouchu1.post(DESK + "/code", {"session": later}), 409, "not-allowed", None, "zh")
        self.assertEqual(self.enrol(later).status, 200)
        self.refused(self.enrol(over), 409, "not-allowed", None, "zh")

    def test_person_times(self):
        self.assertGreaterEqual(self.lingdao1.get("/api/figures/training_person_times").json["value"], 700)


if __name__ == "__main__":
    unittest.main()
