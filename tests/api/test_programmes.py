"""Programmes of recurring actions: who has done what in the period of a day."""
import unittest

from refusals import Refusals

MATRIX = "/api/pages/programmes/matrix"


class Programmes(Refusals):
    logins = ("qiye1", "shouchu1", "lingdao1", "admin")

    def put(self, register, **data):
        reply = self.shouchu1.post(f"/api/registers/{register}/records", {"data": data, "reason": "测试"})
        self.assertEqual(reply.status, 201, reply.bytes)
        return reply.json

    def test_done_due_and_overdue(self):
        self.put("programme", number="T1", name="示例测试活动")
        for key, recurs in (("T1-1", "monthly"), ("T1-2", "quarterly"), ("T1-3", "once")):
            self.put("programme_item", number=key, name=key, programme="T1", recurs=recurs)
        branch = self.put("organisation", number="T-1", name="示例测试支部", kind="branch", field="enterprise", members=5)
        done = self.put("programme_action", branch="T-1", item="T1-1", done_on="2026-02-28", who="示例")
        self.put("programme_action", branch="T-1", item="T1-2", done_on="2026-01-02", who="示例")
        self.put("programme_action", branch="T-1", item="T1-2", done_on="2026-03-31", who="示例")

        def states(on):
            matrix = self.lingdao1.get(MATRIX, group="T1", on=on).json
            self.assertEqual([i["key"] for i in matrix["items"]], ["T1-1", "T1-2", "T1-3"])
            row = next(r for r in matrix["rows"] if r["id"] == branch["id"])
            self.assertEqual(row["done"], sum(c["state"] == "done" for c in row["cells"]))
            return matrix, row["cells"]
        matrix, cells = states("2026-02-10")
        self.assertEqual([c["state"] for c in cells], ["done", "done", "due"])
        self.assertEqual((cells[0]["record"], cells[0]["on"]), (done["id"], "2026-02-28"))
        self.assertEqual((cells[1]["count"], cells[1]["on"]), (2, "2026-03-31"))
        self.assertEqual([(i["from"], i["to"]) for i in matrix["items"]],
                         [("2026-02-01", "2026-02-28"), ("2026-01-01", "2026-03-31"), (None, None)])
        self.assertEqual([c["state"] for c in states("2026-03-10")[1]], ["overdue", "done", "due"])
        self.assertEqual([c["state"] for c in states("2026-04-10")[1]], ["overdue", "overdue", "due"])
        self.put("programme_action", branch="T-1", item="T1-3", done_on="2025-06-01", who="示例")
        self.assertEqual([c["state"] for c in states("2026-04-10")[1]], ["overdue", "overdue", "done"])
        self.assertEqual(matrix["cells"], 3 * len(matrix["rows"]))

    def test_groups_and_refusals(self):
        matrix = self.shouchu1.get(MATRIX).json
        self.assertEqual(matrix["groups"][0]["name"]["zh"], "“一领三红”延时服务")
        self.assertIn("“四联一融入”", [g["name"]["zh"] for g in matrix["groups"]])
        self.assertEqual(len(self.shouchu1.get(MATRIX, group="H9").json["items"]), 9)
        self.assertEqual(self.shouchu1.get(MATRIX, group="none").json["items"], [])
        self.both(self.shouchu1, lambda c: c.get(MATRIX, on="today"), 422, "invalid", "on")
        for client in (self.qiye1, self.admin):
            self.assertEqual(client.get(MATRIX).status, 404)
        twice = {"branch": "Z001", "item": "H9-7", "done_on": "2026-01-05", "who": "示例"}
        self.assertEqual(self.shouchu1.post("/api/registers/programme_action/records", {"data": twice}).status, 201)
        self.assertEqual(self.shouchu1.post("/api/registers/programme_action/records", {"data": twice}).status, 409)

    def test_what_needs_evidence_has_some(self):
        path = "/api/registers/programme_action/records"
        done = {"branch": "Z001", "item": "H4-1", "done_on": "2026-01-06", "who": "示例"}
        self.both(self.shouchu1, lambda c: c.post(path, {"data": done}), 422, "invalid", "photos")
        self.both(self.shouchu1, lambda c: c.post(path, {"data": {**done, "photos": []}}), 422, "invalid", "photos")
        photo = self.shouchu1.call("POST", "/api/files", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(64), {"Content-Type": "image/jpeg", "X-File-Name": "a.jpg"})
        self.assertEqual(photo.status, 201, photo.bytes)
        made = self.shouchu1.post(path, {"data": {**done, "photos": [photo.json["id"]]}})
        self.assertEqual(made.status, 201, made.bytes)
        self.refused(self.shouchu1.call("PATCH", f"{path}/{made.json['id']}", {"data": {"photos": []}, "reason": "改"}), 422, "invalid", "photos", "zh")


if __name__ == "__main__":
    unittest.main()
