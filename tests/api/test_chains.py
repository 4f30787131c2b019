"""Industry chains over HTTP: what the records say of a chain, and how a record changes it."""
import unittest

from refusals import Refusals

CHAIN = "/api/pages/chains/chain"


class Chains(Refusals):
    logins = ("qiye1", "shouchu1", "lingdao1", "admin")

    def put(self, register, **data):
        reply = self.shouchu1.post(f"/api/registers/{register}/records", {"data": data, "reason": "测试"})
        self.assertEqual(reply.status, 201, reply.bytes)
        self.addCleanup(self.shouchu1.call, "DELETE", f"/api/registers/{register}/records/{reply.json['id']}?reason=x")
        return reply.json

    def link(self, chain, key):
        return next(n for n in chain["links"] if n["key"] == key)

    def test_verdicts_follow_the_records(self):
        before = self.lingdao1.get(CHAIN, chain="nev").json
        self.assertEqual((self.link(before, "N-SEP")["verdict"], self.link(before, "N-SEP")["enterprises"]), ("missing", 0))
        self.assertIn("N-CELL", [before["links"][e["to"]]["key"] for e in before["edges"]
                                 if before["links"][e["from"]]["key"] == "N-SEP"])
        self.assertEqual(self.link(before, "N-CAR")["anchors"], ["江铃集团新能源汽车有限公司"])
        self.assertIn("示例隔膜科技", [c["label"] for c in before["candidates"] if before["links"][c["link"]]["key"] == "N-SEP"])
        cell = self.put("placement", number="T-1", name="示例测试电芯", link="N-CELL", product="电芯")
        self.put("placement", number="T-2", name="示例测试隔膜", link="N-SEP", product="隔膜")
        bought = self.put("supply", buyer="T-1", link="N-SEP", product="湿法隔膜", place="浙江宁波", amount=12345600, year=2026)
        after = self.lingdao1.get(CHAIN, chain="nev").json
        film = self.link(after, "N-SEP")
        self.assertEqual((film["verdict"], film["enterprises"], film["buyers"], film["bought"], film["outside"]), ("weak", 1, 1, 12345600, 12345600))
        self.assertEqual(film["places"], [{"name": "浙江宁波", "amount": 12345600}])
        pair = next(p for p in after["pairs"] if p["id"] == bought["id"])
        self.assertEqual((pair["buyer"]["id"], pair["place"], pair["product"], pair["amount"], pair["neighbours"], [m["label"] for m in pair["makers"]]),
                         (cell["id"], "浙江宁波", "湿法隔膜", 12345600, 1, ["示例测试隔膜"]))
        self.assertEqual(after["total"]["held"], before["total"]["held"] + 1)
        self.assertEqual(after["total"]["needed"], before["total"]["needed"])
        self.assertEqual(after["total"]["enterprises"], before["total"]["enterprises"] + 2)

    def test_the_first_chain_and_the_others(self):
        first = self.shouchu1.get(CHAIN).json
        self.assertEqual(first["chain"], "nev")
        self.assertEqual([c["code"] for c in first["chains"]], ["nev", "electronics", "medicine", "equipment", "materials", "aviation"])
        levels = {s["code"]: s["level"] for s in first["stages"]}
        self.assertEqual(sorted(levels.values()), list(range(7)))
        for link in first["links"]:
            self.assertEqual(link["level"], levels[link["stage"]])
        for code in levels and [c["code"] for c in first["chains"]][1:]:
            chain = self.shouchu1.get(CHAIN, chain=code).json
            self.assertTrue(chain["links"] and chain["edges"], code)
            self.assertTrue(all(0 <= e["from"] < len(chain["links"]) and 0 <= e["to"] < len(chain["links"]) for e in chain["edges"]))

    def test_rules_of_the_registers(self):
        self.put("placement", number="T-3", name="示例测试甲", link="N-CELL", product="电芯")
        good = {"buyer": "T-3", "link": "N-SEP", "product": "隔膜", "amount": 100, "year": 2026}
        for field, data in (("place", good), ("place", {**good, "place": "上海", "supplier": "T-3"}), ("supplier", {**good, "supplier": "T-3"}),
                            ("buyer", {**good, "place": "上海", "buyer": "T-9"})):
            with self.subTest(field=field, data=data):
                self.both(self.shouchu1, lambda c, d=data: c.post("/api/registers/supply/records", {"data": d}), 422, "invalid", field)
        self.both(self.shouchu1, lambda c: c.post("/api/registers/placement/records", {"data": {
            "number": "T-4", "name": "示例测试乙", "link": "N-CELL", "product": "电芯", "capacity": 3}}), 422, "invalid", "capacity_unit")

    def test_refusals(self):
        self.both(self.shouchu1, lambda c: c.get(CHAIN, chain="moon"), 422, "invalid", "chain")
        self.assertEqual(self.server.client().get(CHAIN).status, 401)
        for client in (self.qiye1, self.admin):
            self.assertEqual(client.get(CHAIN).status, 404)
        self.assertEqual(self.shouchu1.get("/api/pages/projects/chain").status, 404)

    def test_figures(self):
        groups = {g["key"]: g["value"] for g in self.lingdao1.get("/api/figures/chain_links_empty", by="chain").json["groups"]}
        self.assertGreaterEqual(groups["nev"], 6)


if __name__ == "__main__":
    unittest.main()
