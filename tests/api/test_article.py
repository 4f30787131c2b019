"""The article test: every count of the article stands in the zone's bulletin, computed from records; and changing one
record behind it changes the number."""
import sqlite3
import unittest

from refusals import Refusals

# hole of the bulletin: as it is printed
NUMBERS = {
    "figure items_online": "947", "figure items_featured": "112", "figure licence_types_live": "35", "figure items_no_document": "6",
    "figure projects_provincial": "26", "figure investment_done over=period digits=0": "121", "figure investment_of_plan year=2022": "102.6",
    "figure added_growth from=2022-01 to=2022-08": "7.7", "figure chain_enterprises chain=nev": "49",
    "figure industrial_enterprises floor=1000": "3,000", "figure vehicles_exported destination=以色列": "600",
    "figure roads_renewed year=2022": "24", "figure deadends_opened year=2022": "3", "figure communities_renewed year=2022": "2",
    "figure parks_made year=2022": "1", "figure parkings_made year=2022": "2", "figure drainage_repaired year=2022": "239",
    "figure schools_built year=2022": "5", "figure sign_to_start_months project=P2201-001": "2",
    "figure start_to_trial_months project=P2110-002": "4", "figure start_ahead_months project=P2201-001": "1.5",
    "figure training_person_times over=period floor=100": "700",
    "figure fund_budget fund=第一季度嘉奖专项资金": "1,500", "figure fund_budget fund=数字经济发展扶持资金": "10,000",
}
# figure: what is changed in the first record under it, and so far that even a printed number moves
CHANGES = {
    "projects_provincial": {"provincial": False}, "investment_done": {"done": 9_000_000_000_00}, "investment_of_plan": {"planned": 9_000_000_000_00},
    "added_growth": {"output": 9_000_000_000_00, "added": 3_000_000_000_00, "explanation": "试"}, "vehicles_exported": {"quantity": 700},
    "sign_to_start_months": {"signed_on": "2021-11-01"}, "start_to_trial_months": {"trial_on": "2021-10-01"},
    "start_ahead_months": {"plan_started_on": "2022-08-01", "plan_reason": "试"}, "industrial_enterprises": {"industry": "7010"},
    "training_person_times": {"persons": 500},
    **{name: {"year": 2020} for name in ("roads_renewed", "deadends_opened", "communities_renewed", "parks_made", "parkings_made",
                                         "drainage_repaired", "schools_built")},
}
# rows that no register keeps, changed where they stand
ROWS = {
    "items_online": "UPDATE service_items SET online = 0 WHERE id = (SELECT min(id) FROM service_items WHERE online = 1)",
    "items_featured": "UPDATE service_items SET featured = 0 WHERE id = (SELECT min(id) FROM service_items WHERE featured = 1)",
    "items_no_document": "UPDATE service_items SET no_document = 0 WHERE id = (SELECT min(id) FROM service_items WHERE no_document = 1)",
    "licence_types_live": "UPDATE licence SET status = 3 WHERE type = (SELECT min(type) FROM licence)",
    "fund_budget": "UPDATE fund_entry SET fen = fen + 100000000 WHERE id = (SELECT min(id) FROM fund_entry WHERE from_account = 'source')",
}


class Article(Refusals):
    logins = ("shouchu1", "lingdao1")
    server_options = {"enterprises": 3600}

    def numbers(self):
        content = self.lingdao1.get("/api/bulletins/operation").json
        return {n["hole"]: n for n in content["numbers"]}

    def test_every_count_of_the_article_is_computed(self):
        found = self.numbers()
        for hole, text in NUMBERS.items():
            with self.subTest(hole=hole):
                self.assertEqual(found[hole]["text"], text)

    def test_changing_a_record_changes_the_number(self):
        found = self.numbers()
        for hole in NUMBERS:
            name = found[hole]["figure"]
            if name not in CHANGES:
                continue
            with self.subTest(figure=name):
                query, of = found[hole]["query"], found[hole]["of"]
                figure = lambda: self.lingdao1.get("/api/figures/" + name, **query).json["value"]
                record = self.lingdao1.get(f"/api/figures/{name}/entries", limit=1, **query).json["items"][0]
                path, before = f"/api/registers/{of}/records/{record['id']}", figure()
                back = {key: record["data"].get(key) for key in CHANGES[name]}
                if "plan_reason" in back:  # a plan that stood is changed with a reason, back too
                    back["plan_reason"] = "还原"
                changed = self.shouchu1.call("PATCH", path, {"data": CHANGES[name], "reason": "试"})
                self.assertEqual(changed.status, 200, changed.bytes)
                self.assertNotEqual(figure(), before)
                self.assertEqual(self.shouchu1.call("PATCH", path, {"data": back, "reason": "还原"}).status, 200)
                self.assertEqual(figure(), before)

    def test_an_enterprise_that_leaves_the_chain_is_not_counted(self):
        links = self.shouchu1.get("/api/registers/chain_link/records", limit=200).json["items"]
        other = next(one for one in links if one["data"]["chain"] != "nev")["data"]["number"]
        record = self.lingdao1.get("/api/figures/chain_enterprises/entries", limit=1, chain="nev").json["items"][0]
        path = f"/api/registers/placement/records/{record['id']}"
        for link, count in ((other, 48), (record["data"]["link"], 49)):
            changed = self.shouchu1.call("PATCH", path, {"data": {"link": link}, "reason": "试"})
            self.assertEqual(changed.status, 200, changed.bytes)
            self.assertEqual(self.lingdao1.get("/api/figures/chain_enterprises", chain="nev").json["value"], count)

    def test_what_no_register_keeps_is_counted_too(self):
        for name, statement in ROWS.items():
            with self.subTest(figure=name):
                before = self.lingdao1.get("/api/figures/" + name).json["value"]
                db = sqlite3.connect(self.server.data + "/junma.db", timeout=10)
                self.assertGreaterEqual(db.execute(statement).rowcount, 1)
                db.commit()
                db.close()
                self.assertEqual(self.lingdao1.get("/api/figures/" + name).json["value"], before + (100 if name == "fund_budget" else -1))


if __name__ == "__main__":
    unittest.main()
