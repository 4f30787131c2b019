"""Figures over HTTP and by command: dimensions called by their names, comparisons, past days, and what is refused."""
import json
import unittest

from refusals import Refusals


class Figures(Refusals):
    logins = ("shouchu1", "lingdao1", "gongdian1")

    def test_values_of_dimensions_have_names(self):
        stages = self.lingdao1.get("/api/figures/projects_provincial", by="stage").json["groups"]
        self.assertIn("已开工", [g["label"]["zh"] for g in stages])
        units = self.lingdao1.get("/api/figures/projects_provincial", by="unit").json["groups"]
        self.assertIn("经济发展局", [g["label"]["zh"] for g in units])
        projects = self.lingdao1.get("/api/figures/investment_done", by="project").json["groups"]
        self.assertTrue(any(g["label"]["zh"].startswith("示例") and g["key"].startswith("P") for g in projects))

    def test_comparison_with_the_span_before_and_the_year_before(self):
        value = self.lingdao1.get("/api/figures/investment_done", **{"from": "2022-07", "to": "2022-09"}).json
        self.assertEqual((value["previous"]["from"], value["previous"]["to"]), ("2022-04", "2022-06"))
        self.assertEqual((value["yearBefore"]["from"], value["yearBefore"]["to"]), ("2021-07", "2021-09"))
        before = self.lingdao1.get("/api/figures/investment_done", **{"from": "2022-04", "to": "2022-06"}).json
        self.assertEqual(value["previous"]["value"], before["value"])
        self.assertIsNone(self.lingdao1.get("/api/figures/investment_done").json["yearBefore"])

    def test_a_past_day_is_refused_only_where_it_cannot_be_told(self):
        infos = {f["name"]: f for f in self.lingdao1.get("/api/figures").json["items"]}
        self.assertEqual([infos[n]["past"] for n in ("investment_done", "projects_red", "on_time_rate")], [True, False, False])
        self.assertEqual([infos[n]["records"] for n in ("investment_done", "on_time_rate")], ["entries", "records"])
        red = self.both(self.lingdao1, lambda c: c.get("/api/figures/projects_red", at="2020-01-01"), 422, "unsupported")
        self.assertIn("light", red["detail"])
        by = self.lingdao1.get("/api/figures/projects_provincial", by="light", at="2020-01-01")
        self.refused(by, 422, "unsupported", None, "zh")
        self.both(self.lingdao1, lambda c: c.get("/api/figures/on_time_rate/rows"), 422, "invalid", "name")

    def test_the_command_says_the_same(self):
        run = self.server.command("figure", "projects_provincial", "--by", "stage", "--json", "--data", self.server.data)
        said = json.loads(run.stdout)
        groups = self.lingdao1.get("/api/figures/projects_provincial", by="stage").json["groups"]
        self.assertEqual([(g["key"], g["label"], g["value"]) for g in said["groups"]], [(g["key"], g["label"], g["value"]) for g in groups])


if __name__ == "__main__":
    unittest.main()
