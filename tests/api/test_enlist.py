"""Many put onto a list in one go: rights, twice, all or nothing, in turn, one batch that is undone, the limit."""
import datetime
import unittest

from refusals import Refusals

PAGE = "/api/pages/visit_enlist/enlist"
ENTERPRISES, VISITS, CAMPAIGNS = (f"/api/registers/{r}/records" for r in ("enterprise", "visit", "campaign"))


def day(days=0):
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8)))
    return str(now.date() + datetime.timedelta(days=days))


class Enlist(Refusals):
    logins = ("shouchu1", "jingfa1", "jingfa2", "qiye1", "lingdao1")

    def campaign(self, number):
        made = self.shouchu1.post(CAMPAIGNS, {"data": {"number": number, "name": f"测试{number}", "from_on": day(-1), "to_on": day(30)}})
        self.assertEqual(made.status, 201, made.bytes)
        return made.json["id"]

    def chosen(self, count, at=0):
        return [one["id"] for one in self.shouchu1.get(ENTERPRISES, limit=50).json["items"][at:at + count]]

    def put(self, within, ids, who=None, dry=False, page=PAGE, **more):
        return (who or self.shouchu1).post(page + ("?dryRun=true" if dry else ""), {"within": within, "ids": ids, **more})

    def visits(self, number):
        found = self.shouchu1.get(VISITS, where=f'[{{"column":"campaign","compare":"is","value":"{number}"}}]', limit=200).json["items"]
        return sorted(found, key=lambda one: one["data"]["number"])

    def test_in_turn_as_one_batch_that_is_undone(self):
        within, ids = self.campaign("T1"), self.chosen(5)
        people = [self.jingfa1.me["id"], self.jingfa2.me["id"]]
        tried = self.put(within, ids, dry=True, people=people, data={"due_on": day(9)})
        self.assertEqual(tried.status, 200, tried.bytes)
        self.assertEqual((tried.json["saved"], tried.json["batch"], tried.json["fresh"], tried.json["there"]), (False, None, 5, 0))
        self.assertEqual([i["who"] for i in tried.json["items"]], [people[k % 2] for k in range(5)])
        self.assertEqual(self.visits("T1"), [])
        done = self.put(within, ids, people=people, data={"due_on": day(9)}).json
        self.assertTrue(done["saved"])
        made = self.visits("T1")
        self.assertEqual([v["data"]["number"] for v in made], [f"T1-0{k}" for k in range(1, 6)])
        self.assertEqual([v["data"]["officer"] for v in made], [people[k % 2] for k in range(5)])
        self.assertEqual({v["data"]["due_on"] for v in made}, {day(9)})
        self.assertEqual({v["data"]["unit"] for v in made}, {"ECO"})
        self.assertEqual(self.shouchu1.get(f"{CAMPAIGNS}/{within}").json["data"]["listed"], 5)
        self.assertEqual(len(self.shouchu1.get(PAGE, within=within).json["items"]), 5)
        history = self.shouchu1.get(f"{VISITS}/{made[0]['id']}/history").json["items"]
        self.assertEqual(history[0]["batch"], done["batch"])
        undone = self.shouchu1.post(f"/api/registers/visit/batches/{done['batch']}/undo", {"reason": "撤销"})
        self.assertEqual((undone.status, undone.json["undone"]), (200, 5))
        self.assertEqual(self.visits("T1"), [])
        self.assertEqual(self.shouchu1.get(f"{CAMPAIGNS}/{within}").json["data"]["listed"], 0)

    def test_none_is_taken_twice(self):
        within, ids = self.campaign("T2"), self.chosen(4)
        self.assertEqual(self.put(within, ids[:2]).json["fresh"], 2)
        again = self.put(within, ids + ids[3:]).json
        self.assertEqual((again["saved"], again["fresh"], again["there"], len(again["items"])), (True, 2, 2, 4))
        self.assertEqual([i["state"] for i in again["items"]], ["there", "there", "new", "new"])
        self.assertEqual([v["data"]["number"] for v in self.visits("T2")], ["T2-01", "T2-02", "T2-03", "T2-04"])
        nothing = self.put(within, ids).json
        self.assertEqual((nothing["saved"], nothing["batch"], nothing["fresh"], nothing["there"]), (False, None, 0, 4))

    def by_hand(self, number, campaign, enterprise):
        key = self.shouchu1.get(f"{ENTERPRISES}/{enterprise}").json["data"]["credit_code"]
        made = self.shouchu1.post(VISITS, {"data": {"number": number, "title": "手写", "campaign": campaign, "enterprise": key}})
        self.assertEqual(made.status, 201, made.bytes)

    def test_a_number_that_stands_elsewhere_is_passed_over(self):
        within, ids = self.campaign("T7"), self.chosen(3)
        self.campaign("T8")
        self.by_hand("T7-02", "T8", ids[0])
        self.by_hand("T7-x", "T8", ids[1])
        got = self.put(within, ids).json
        self.assertEqual((got["saved"], got["fresh"], got["faults"]), (True, 3, 0))
        self.assertEqual([v["data"]["number"] for v in self.visits("T7")], ["T7-03", "T7-04", "T7-05"])

    def test_all_or_nothing(self):
        # a number of 20 bytes is the longest that the register takes: after 99 there is no room
        number, ids = "T3" + "0" * 15, self.chosen(4)
        within = self.campaign(number)
        self.by_hand(f"{number}-98", number, ids[3])
        got = self.put(within, ids[:3]).json
        self.assertEqual((got["saved"], got["fresh"], got["faults"]), (False, 1, 2))
        self.assertEqual([(i["state"], i["field"]) for i in got["items"]], [("new", None), ("fault", "number"), ("fault", "number")])
        self.assertIn("编号", got["items"][1]["message"]["zh"])
        self.assertEqual(len(self.visits(number)), 1)
        # one that is not there is told by record, in the place it was chosen
        lost = self.put(within, [ids[0], "123456789"]).json
        self.assertEqual([(i["id"], i["state"]) for i in lost["items"]], [(ids[0], "new"), ("123456789", "fault")])
        self.assertEqual(len(self.visits(number)), 1)
        wrong = self.put(within, ids[:3], data={"due_on": "2026-02-30"}).json
        self.assertEqual((wrong["saved"], wrong["faults"], {i["field"] for i in wrong["items"]}), (False, 3, {"due_on"}))

    def test_who_may(self):
        within, ids = self.campaign("T5"), self.chosen(1)
        self.assertEqual(self.put(within, ids, who=self.qiye1).status, 404)
        self.assertEqual(self.put(within, ids, who=self.lingdao1).status, 404)
        self.assertEqual(self.lingdao1.get(PAGE, within=within).status, 404)
        self.assertEqual(self.server.client().post(PAGE, {"within": within, "ids": ids}).status, 401)
        self.assertEqual(self.visits("T5"), [])

    def test_what_is_asked_is_told_by_field(self):
        within, ids = self.campaign("T6"), self.chosen(1)
        for body, field, status in (({"ids": []}, "ids", 422), ({"within": "1"}, "within", 404), ({"data": {"title": "x"}}, "title", 422),
                                    ({"data": []}, "data", 422), ({"people": ["123"]}, "people", 422),
                                    ({"people": [self.qiye1.me["id"]]}, "people", 422), ({"ids": ["x"]}, "ids", 422)):
            got = self.shouchu1.post(PAGE, {"within": within, "ids": ids, **body})
            self.assertEqual(got.status, status, (body, got.bytes))
            self.assertIn(field, got.bytes.decode(), body)
        many = self.put(within, [str(10 ** 17 + k) for k in range(2001)])
        self.assertEqual(many.status, 413 if many.status == 413 else 422, many.bytes)
        self.assertIn("2000", many.json["detail"])
        self.assertEqual(self.visits("T6"), [])

    def test_key_enterprises_under_duty(self):
        page = "/api/pages/duty_enlist/enlist"
        level = self.shouchu1.get("/api/registers/duty_level/records", limit=50).json["items"][0]
        before = self.shouchu1.get(page, within=level["id"]).json["items"]
        got = self.put(level["id"], self.chosen(12), page=page, people=[self.jingfa1.me["id"]]).json
        self.assertEqual((got["faults"], got["fresh"] + got["there"]), (0, 12), got)
        self.assertEqual(len(self.shouchu1.get(page, within=level["id"]).json["items"]), len(before) + got["fresh"])


if __name__ == "__main__":
    unittest.main()
