"""Bulletins: live, published, frozen, verified, and what shows when somebody changes the past."""
import json
import shutil
import sqlite3
import subprocess
import tempfile
import time
import unittest

from junma import BINARY
from refusals import Refusals

PATH = "/api/bulletins/operation"


def numbers(content):
    return {n["hole"]: n for n in content["numbers"]}


class Bulletins(Refusals):
    logins = ("shouchu1", "lingdao1", "gongdian1", "qiye1")

    def publish(self):
        time.sleep(1.1)  # what was written less than a second ago is not in an issue yet
        reply = self.lingdao1.post(PATH + "/issues", {"reason": "季度发布"})
        self.assertEqual(reply.status, 201, reply.bytes)
        return reply.json

    def test_a_live_bulletin_follows_the_records(self):
        before = self.lingdao1.get(PATH).json
        self.assertEqual(before["period"]["zh"], "2022年1—9月")
        self.assertEqual(numbers(before)["figure projects_provincial"]["text"], "26")
        project = self.shouchu1.get("/api/registers/project/records", list="provincial", limit=1).json["items"][0]
        path = f"/api/registers/project/records/{project['id']}"
        self.assertEqual(self.shouchu1.call("PATCH", path, {"data": {"provincial": False}}).status, 200)
        self.assertEqual(numbers(self.lingdao1.get(PATH).json)["figure projects_provincial"]["text"], "25")
        self.assertEqual(self.shouchu1.call("PATCH", path, {"data": {"provincial": True}}).status, 200)

    def test_an_issue_stays_as_it_was_and_holds(self):
        issue = self.publish()
        name = issue["issue"]["name"]
        self.assertTrue(name.startswith("operation-"))
        project = self.shouchu1.get("/api/registers/project/records", list="provincial", limit=1).json["items"][0]
        path = f"/api/registers/project/records/{project['id']}"
        self.assertEqual(self.shouchu1.call("PATCH", path, {"data": {"provincial": False}}).status, 200)
        anyone = self.server.client()
        frozen = anyone.get("/api/issues/" + name).json["content"]
        self.assertEqual(numbers(frozen)["figure projects_provincial"]["text"], "26")
        self.assertEqual(numbers(frozen)["figure projects_provincial"]["records"]["count"], 26)
        check = anyone.get(f"/api/issues/{name}/check").json
        self.assertTrue(check["holds"], check)
        self.assertIn("same", [n["verdict"] for n in check["numbers"]])
        self.assertGreaterEqual(check["recordsChecked"], 26)
        number = numbers(frozen)["figure projects_provincial"]
        then = self.lingdao1.get("/api/figures/projects_provincial/entries", limit=200, **number["query"]).json["items"]
        self.assertEqual(len(then), 26)
        receipt = anyone.get(f"/api/issues/{name}/receipt").json
        self.assertEqual(receipt["event"]["content"] if isinstance(receipt["event"], dict) else
                         json.loads(receipt["event"])["content"], anyone.get("/api/issues/" + name).json["digest"])
        self.assertEqual(self.shouchu1.call("PATCH", path, {"data": {"provincial": True}}).status, 200)
        run = self.server.command("bulletin", "verify", name, "--data", self.server.data, check=False)
        self.assertEqual(run.returncode, 0, run.stdout)

    def tampered(self, name, *statements):
        """A copy of the data, changed behind the program's back, and what verify says of it."""
        for login in self.logins:  # they stand idle for long while copies are made and checked
            getattr(self, login).connection.close()
        with tempfile.TemporaryDirectory() as folder:
            copy = folder + "/data"
            shutil.copytree(self.server.data, copy)
            db = sqlite3.connect(copy + "/junma.db")
            for statement in statements:
                self.assertGreater(db.execute(statement).rowcount, 0, statement)
            db.commit()
            db.close()
            return subprocess.run([BINARY, "bulletin", "verify", name, "--data", copy], capture_output=True, text=True, timeout=60)

    def test_tampering_shows(self):
        name = self.publish()["issue"]["name"]
        plain = self.tampered(name, "UPDATE bulletin_issue SET bulletin = bulletin")
        self.assertEqual(plain.returncode, 0, plain.stdout)
        text = self.tampered(name, "UPDATE bulletin_issue SET content = replace(content, '\"text\":\"26\"', '\"text\":\"27\"')")
        self.assertEqual(text.returncode, 1)
        self.assertIn("✗ 内容与日志中登记的摘要一致", text.stdout)
        history = self.tampered(name, "UPDATE register_project_history SET data = replace(data, '\"provincial\":true', "
                                "'\"provincial\":false') WHERE id = (SELECT max(id) FROM register_project WHERE provincial = 1)")
        self.assertEqual(history.returncode, 1)
        self.assertIn("按当时的记录重新计算为 25", history.stdout)
        quiet = self.tampered(name, "UPDATE register_project_history SET data = replace(data, '\"officer\":\"', '\"officer\":\"别') "
                              "WHERE id = (SELECT max(id) FROM register_project WHERE provincial = 1)")
        self.assertEqual(quiet.returncode, 1)
        self.assertRegex(quiet.stdout, "与日志不符 [1-9]")
        event = self.tampered(name, "UPDATE journal SET event = replace(event, '季度发布', '别的事由') WHERE kind = 'bulletin.publish'")
        self.assertEqual(event.returncode, 1)
        self.assertIn("✗ 发布事件在签名的日志中", event.stdout)

    def test_records_of_an_import_are_checked_too(self):
        orders = "number,exporter,goods,kind,destination,quantity,note\n" + "".join(
            f"T-{i},示例进出口有限公司,整车,vehicle,以色列,0,第{i}批\n" for i in range(20))
        took = self.shouchu1.call("POST", "/api/registers/export_order/import", orders.encode(), {"Content-Type": "text/csv"})
        self.assertEqual((took.status, took.json["accepted"]), (200, 20), took.bytes)
        name = self.publish()["issue"]["name"]
        self.assertEqual(self.tampered(name, "UPDATE bulletin_issue SET bulletin = bulletin").returncode, 0)
        one = "WHERE id = (SELECT max(id) FROM register_export_order)"
        for change in ("data = replace(data, '第19批', '第20批')", "batch = batch + 1"):
            with self.subTest(change):
                run = self.tampered(name, f"UPDATE register_export_order_history SET {change} {one}")
                self.assertEqual(run.returncode, 1, run.stdout)
                self.assertRegex(run.stdout, "与日志不符 [1-9]")

    def test_who_may_not(self):
        anyone = self.server.client()
        self.assertEqual(anyone.get(PATH).status, 401)
        self.both(self.qiye1, lambda c: c.get(PATH), 403, "forbidden")
        self.both(self.gongdian1, lambda c: c.post(PATH + "/issues", {"reason": "x"}), 403, "forbidden")
        self.both(self.lingdao1, lambda c: c.post(PATH + "/issues", {"reason": " "}), 422, "invalid", "reason")
        self.both(self.lingdao1, lambda c: c.get(PATH, month="2026-01"), 422, "invalid", "month")
        self.both(self.lingdao1, lambda c: c.get("/api/bulletins/nothing"), 404, "not-found")
        self.assertEqual(anyone.get("/api/issues/operation-1999-1").status, 404)
        self.assertEqual([i["public"] for i in anyone.get("/api/issues").json["items"] if not i["public"]], [])
        self.assertEqual(self.lingdao1.get("/api/bulletins").json["items"][0]["publishable"], True)


if __name__ == "__main__":
    unittest.main()
