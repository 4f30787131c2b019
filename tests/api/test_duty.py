"""Duties and reports due: states by day and by hour, what is due once, handing in, who is told before."""
import datetime
import sqlite3
import time
import unittest

from refusals import Refusals

TODAY, REPORTS = "/api/pages/today/today", "/api/pages/reports_due/today"


class Duty(Refusals):
    logins = ("shouchu1", "jingfa1", "qiye1")

    def day(self, days=0):
        today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
        return str(today + datetime.timedelta(days=days))

    def put(self, register, **data):
        reply = self.shouchu1.post(f"/api/registers/{register}/records", {"data": data})
        self.assertEqual(reply.status, 201, reply.bytes)
        return reply.json["id"]

    def duty(self, number, kind="report", **more):
        data = {"number": number, "title": number, "kind": kind, "level": "L26-2", "unit": "EMG", "days": 0, "from_on": self.day(), **more}
        return self.put("duty_item", **data)

    def state(self, record, path=REPORTS):
        found = [i for i in self.shouchu1.get(path).json["items"] if i["id"] == record]
        return (found[0]["state"], found[0]["days"], found[0]["at"]) if found else None

    def test_by_the_hour_and_once(self):
        over, still = self.duty("T-1", due_at="00:00"), self.duty("T-2", due_at="23:59")
        soon, far, gone = self.duty("T-3", from_on=self.day(1)), self.duty("T-4", from_on=self.day(30)), self.duty("T-5", from_on=self.day(-2))
        self.assertEqual(self.state(over), ("missed", 0, "00:00"))
        self.assertEqual(self.state(still), ("due", 0, "23:59"))
        self.assertEqual(self.state(soon), ("soon", 1, None))
        self.assertIsNone(self.state(far))
        self.assertEqual(self.state(gone), ("missed", 2, None))
        self.put("duty_done", duty="T-1", done_on=self.day(), passed=True, note="已报")
        self.put("duty_done", duty="T-5", done_on=self.day(-1), passed=True, note="已报")
        self.assertEqual(self.state(over)[0], "done")
        self.assertIsNone(self.state(gone))  # once, and done yesterday
        wrong = self.shouchu1.post("/api/registers/duty_item/records", {"data": {
            "number": "T-6", "title": "x", "kind": "check", "level": "L26-2", "days": 1, "from_on": self.day(), "due_at": "25:00"}})
        self.assertEqual((wrong.status, wrong.json["errors"][0]["field"]), (422, "due_at"))

    def test_reports_alone_and_all(self):
        check = self.duty("T-7", kind="check", days=1)
        self.assertIsNone(self.state(check))
        self.assertEqual(self.state(check, TODAY)[0], "due")
        self.assertEqual(self.qiye1.get(REPORTS).status, 404)

    def test_supplies_and_returns_step_by_step(self):
        for register, state, after in (("duty_supply", "asked", {"met_on": self.day()}), ("return_report", "reported", {"state": "checked"})):
            path = f"/api/registers/{register}/records"
            one = next(r for r in self.jingfa1.get(path, limit=50).json["items"] if r["data"]["state"] == state)
            done = self.jingfa1.call("PATCH", f"{path}/{one['id']}", {"data": after, "reason": "测试"})
            self.assertEqual(done.status, 200, done.bytes)
            self.assertNotEqual(done.json["data"]["state"], state)
        early = self.jingfa1.call("PATCH", f"{path}/{one['id']}", {"data": {"state": "released"}, "reason": "测试"})
        self.assertEqual((early.status, early.json["errors"][0]["field"]), (422, "works_on"))

    def test_who_is_in_charge_is_told_once(self):
        db = sqlite3.connect(f"file:{self.server.data}/junma.db?mode=ro", uri=True)
        self.addCleanup(db.close)
        sql = "SELECT n.zh, n.once FROM notice n JOIN account a ON a.zone = n.zone AND a.id = n.account_id WHERE a.login = ? AND n.kind = 'duty'"

        def told(login):
            return db.execute(sql, (login,)).fetchall()
        for _ in range(100):
            if told("jingfa1") and told("renshe1"):
                break
            self.shouchu1.get(TODAY)
            time.sleep(0.1)
        self.assertTrue(any("周总结" in zh and "应于" in zh for zh, _ in told("jingfa1")), told("jingfa1"))
        self.assertTrue(any("整改情况报告" in zh and "误期" in zh for zh, _ in told("renshe1")), told("renshe1"))
        for login in ("jingfa1", "renshe1"):
            once = [o for _, o in told(login)]
            self.assertEqual(len(once), len(set(once)))


if __name__ == "__main__":
    unittest.main()
