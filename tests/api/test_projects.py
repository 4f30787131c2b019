"""Projects: the template gives each step its usual days, a plan that stood is changed with a reason that is kept, and the
sample's own year has something to stand beside what is entered."""
import unittest

from refusals import Refusals

STEPS = ("land", "started", "capped", "fitting", "trial", "production")


class Projects(Refusals):
    logins = ("shouchu1", "lingdao1")

    def project(self, **data):
        data = {"name": "示例:模板测试项目", "developer": "示例公司", "kind": "industrial", **data}
        made = self.shouchu1.call("POST", "/api/registers/project/records", {"data": data})
        self.assertEqual(made.status, 201, made.bytes)
        return made.json

    def change(self, record, **data):
        path = f"/api/registers/project/records/{record['id']}"
        return self.shouchu1.call("PATCH", path, {"data": data, "reason": "试"})

    def test_the_template_depends_on_kind_and_size(self):
        small = self.project(number="T-1", investment=50_000_000_00)["data"]
        large = self.project(number="T-2", investment=2_000_000_000_00)["data"]
        service = self.project(number="T-3", kind="service")["data"]
        self.assertEqual([one["standard_days"] for one in (small, large, service)], [420, 540, 480])
        for one in (small, large, service):
            self.assertEqual(sum(one[f"usual_{step}_days"] for step in STEPS), one["standard_days"])
            self.assertGreater(one["usual_above_days"], 0)

    def test_every_step_of_the_template_says_what_it_needs(self):
        needs = self.shouchu1.get("/api/registers/step_need/records", limit=200).json["items"]
        self.assertEqual({one["data"]["step"] for one in needs}, {"signed", "above", *STEPS})
        self.assertTrue(all(one["data"]["unit"] for one in needs))

    def test_a_plan_that_stood_is_changed_with_a_reason(self):
        record = self.project(number="T-4", signed_on="2026-01-05")
        first = self.change(record, plan_land_on="2026-03-01", plan_started_on="2026-04-01")
        self.assertEqual(first.status, 200, "a first plan needs no reason")
        said = self.both(self.shouchu1, lambda c: c.call("PATCH", f"/api/registers/project/records/{record['id']}",
                                                         {"data": {"plan_land_on": "2026-05-01"}, "reason": "试"}), 422)
        self.assertIn("plan_reason", str(said))
        self.assertEqual(self.change(record, plan_land_on=None).status, 422, "taken away is changed, too")
        why = "规划调整,地块缩小"
        self.assertEqual(self.change(record, plan_land_on="2026-05-01", plan_reason=why).status, 200)
        again = self.change(record, plan_started_on="2026-06-01")
        self.assertEqual(again.status, 422, "the reason of the last change is none of this one")
        self.assertEqual(self.change(record, plan_started_on="2026-06-01", plan_reason="等供电方案").status, 200)
        history = self.shouchu1.get(f"/api/registers/project/records/{record['id']}/history").json["items"]
        reasons = [one["data"].get("plan_reason") for one in history if "data" in one]
        self.assertIn(why, str(history))
        self.assertIn("等供电方案", str(history), reasons)

    def test_this_year_has_a_plan_and_months(self):
        years = {one["key"]: one["value"] for one in self.lingdao1.get("/api/figures/investment_of_plan", by="year").json["groups"]}
        self.assertEqual(years["2022"], 102.6)
        now = max(years)
        self.assertGreater(int(now), 2022)
        self.assertTrue(0 < years[now] < 130, years)


if __name__ == "__main__":
    unittest.main()
