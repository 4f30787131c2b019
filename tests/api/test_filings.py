"""Monthly filings: who owes one, handing it in with its checks, reminders once a day, what is sent back."""
import datetime
import unittest

from refusals import Refusals

DESK, HALL = "/api/pages/reports_state/filings", "/api/pages/report_form/filings"
REPORTS = "/api/registers/monthly_report/records"


class Filings(Refusals):
    logins = ("qiye1", "qiye2", "shouchu1", "lingdao1")

    def month(self, back):
        today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
        at = today.year * 12 + today.month - 1 - back
        return f"{at // 12:04d}-{at % 12 + 1:02d}"

    def of(self, key, client=None, path=DESK):
        items = (client or self.shouchu1).get(path).json["items"]
        return next(i for i in items if i["key"] == key)

    def report(self, client, key, month, dry=False, **more):
        data = {"reporter": key, "month": month, "output": 50000000000, "added": 10000000000, "price_index": 100.2,
                "electricity": 9000000, "employees": 800, "state": "sent", "explanation": "示例原因", **more}
        return client.post(REPORTS + ("?dryRun=true" if dry else ""), {"data": data})

    def test_who_owes_it_and_the_day(self):
        said = self.shouchu1.get(DESK).json
        self.assertEqual(said["month"], self.month(1))
        self.assertEqual(len(said["items"]), 30)
        self.assertGreaterEqual(int(said["due"][8:]), 10)  # the tenth, or the next working day
        states = {i["key"]: i["state"] for i in said["items"]}
        self.assertEqual(states["R02"], "sent_back")
        self.assertIn(states["R04"], ("waiting", "overdue"))
        self.assertEqual(states["R04"] == "overdue", said["today"] > said["due"])
        self.assertEqual(set(said["items"][0]["by"]), {"division", "scale"})
        older = self.shouchu1.get(DESK, month=self.month(3)).json
        self.assertTrue(all(i["state"] == "passed" for i in older["items"]))
        self.assertEqual([i["on"] > older["due"] for i in older["items"]], [i["late"] for i in older["items"]])
        self.both(self.shouchu1, lambda c: c.get(DESK, month="2026-13"), 422, "invalid", "month")
        self.both(self.shouchu1, lambda c: c.get(DESK, month=self.month(0)), 422, "invalid", "month")

    def test_an_enterprise_sees_and_files_its_own(self):
        own = self.qiye1.get(HALL).json["items"]
        self.assertTrue({"R01"} <= {i["key"] for i in own} <= {"R01", "R23"})  # 30 filers counted round 20 enterprises
        self.assertEqual(self.qiye1.get(DESK).status, 404)
        self.assertEqual(self.shouchu1.get(HALL).status, 404)
        listed = self.qiye1.get(REPORTS, limit=100).json["items"]
        self.assertTrue({r["data"]["reporter"] for r in listed} <= {"R01", "R23"})
        month = self.month(1)
        wrong = self.report(self.qiye1, "R01", month, dry=True, added=60000000000)
        self.assertEqual((wrong.status, wrong.json["errors"][0]["field"]), (422, "added"))
        doubtful = self.report(self.qiye1, "R01", month, dry=True, output=99900000000000, explanation=None)
        self.assertEqual((doubtful.status, doubtful.json["errors"][0]["field"]), (422, "explanation"))
        for other in ("R04", "R03", "R02", "R99"):  # another's, whether there is one and whatever it says: out of sight
            for dry in (False, True):
                self.refused(self.report(self.qiye1, other, month, dry=dry, output=99900000000000, explanation=None), 404, "not-found", "reporter", "zh")
        self.assertEqual(self.report(self.qiye1, "R01", month, state="passed").status, 422)
        filed = self.report(self.qiye1, "R01", month, reported_on=str(datetime.date.today()))
        self.assertEqual(filed.status, 201, filed.bytes)
        self.assertIsNotNone(filed.json["data"]["output_last_month"])
        self.assertIsNotNone(filed.json["data"]["output_last_year"])
        mine = self.of("R01", self.qiye1, HALL)
        self.assertEqual((mine["state"], mine["record"]), ("filed", filed.json["id"]))
        passed = self.shouchu1.call("PATCH", f"{REPORTS}/{filed.json['id']}", {"data": {"state": "passed"}, "reason": "审核"})
        self.assertEqual(passed.status, 200, passed.bytes)
        late = self.qiye1.call("PATCH", f"{REPORTS}/{filed.json['id']}", {"data": {"employees": 1, "state": "sent"}, "reason": "改"})
        self.assertEqual(late.status, 422)

    def test_reminded_once_a_day_and_told(self):
        month = self.month(1)
        before = self.qiye2.get("/api/notices").json
        body = {"month": month, "filers": [self.of("R02")["filer"], self.of("R03")["filer"]]}
        said = self.shouchu1.post(DESK + "/remind", body)
        self.assertEqual(said.status, 200, said.bytes)
        self.assertEqual(said.json, {"reminded": 1, "before": 0, "unreached": 0})  # R03 has filed
        again = self.shouchu1.post(DESK + "/remind", body).json
        self.assertEqual((again["reminded"], again["before"]), (0, 1))
        self.assertEqual((self.of("R02")["reminders"], self.of("R02")["remindedOn"]), (1, self.shouchu1.get(DESK).json["today"]))
        told = self.qiye2.get("/api/notices").json
        self.assertEqual(told["unread"], before["unread"] + 1)
        self.assertEqual((told["items"][0]["page"], told["items"][0]["house"]), ("report_form", "hall"))
        self.assertIn("月报", told["items"][0]["text"]["zh"])
        everyone = self.shouchu1.post(DESK + "/remind", {"month": month}).json
        self.assertGreater(everyone["unreached"], 0)
        kept = self.shouchu1.get("/api/registers/report_reminder/records", limit=100).json["items"]
        self.assertEqual(len(kept), everyone["reminded"] + 1)
        self.assertEqual(self.lingdao1.post(DESK + "/remind", body).status, 403)
        self.assertEqual(self.qiye1.post(HALL + "/remind", {"month": month}).status, 409)

    def test_sent_back_with_a_reason(self):
        record = self.of("R03")["record"]
        self.refused(self.shouchu1.post(DESK + "/send-back", {"record": record, "reason": " "}), 422, "invalid", "reason", "zh")
        said = self.shouchu1.post(DESK + "/send-back", {"record": record, "reason": "用电量与上月差得太多"})
        self.assertEqual(said.status, 200, said.bytes)
        one = self.of("R03")
        self.assertEqual((one["state"], one["reason"]), ("sent_back", "用电量与上月差得太多"))
        self.assertEqual(self.qiye1.post(HALL + "/send-back", {"record": record, "reason": "x"}).status, 404)


if __name__ == "__main__":
    unittest.main()
