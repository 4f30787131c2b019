"""Unsent writings: kept with their uploads for the account, limited, and cleaned away when nobody goes on with them."""
import glob
import json
import os
import sqlite3
import unittest

from outside import wait_until
from refusals import Refusals

PDF = b"%%PDF-1.4\n%d\ntrailer<</Root 1 0 R>>\n%%%%EOF\n"
DAY = 24 * 3600 * 1000


class Drafts(Refusals):
    logins = ("qiye1", "qiye2")

    def upload(self, client, number):
        return client.call("POST", "/api/files", PDF % number, {"Content-Type": "application/octet-stream", "X-File-Name": "a.pdf"}).json["id"]

    def put(self, client, name, data, files=()):
        return client.call("PUT", "/api/drafts/" + name, {"data": data, "files": list(files)})

    def test_it_is_there_on_another_device_of_the_same_account_only(self):
        first, second = self.upload(self.qiye1, 1), self.upload(self.qiye1, 2)
        self.assertEqual(self.put(self.qiye1, "service.A+B", {"answers": {"area": 80}, "papers": {"lease": [first]}}, [first, second]).status, 204)
        other = self.server.client("qiye1")
        found = other.get("/api/drafts/service.A+B").json
        self.assertEqual((found["data"]["answers"], [f["id"] for f in found["files"]]), ({"area": 80}, [first, second]))
        self.assertEqual(other.get("/api/files/" + first).status, 200)
        other.connection.close()
        self.refused(self.qiye2.get("/api/drafts/service.A+B"), 404, "not-found", None, "zh")
        self.put(self.qiye1, "service.A+B", {"answers": {}}, [second])  # one was taken out
        self.assertEqual([f["id"] for f in self.qiye1.get("/api/drafts/service.A+B").json["files"]], [second])
        self.assertEqual(self.qiye1.call("DELETE", "/api/drafts/service.A+B").status, 204)
        self.assertEqual(self.qiye1.get("/api/drafts/service.A+B").status, 404)

    def test_what_is_refused(self):
        theirs = self.upload(self.qiye2, 3)
        self.refused(self.put(self.qiye1, "x", {}, [theirs]), 422, "invalid", "files", "zh")
        self.refused(self.put(self.qiye1, "x", {"text": "a" * 70000}), 422, "limit", "data", "zh")
        self.refused(self.server.client().call("PUT", "/api/drafts/x", {"data": {}}), 401, "unauthenticated", None, "zh")
        for n in range(20):
            self.assertEqual(self.put(self.qiye2, f"d{n}", {"n": n}).status, 204)
        self.assertEqual(self.put(self.qiye2, "d3", {"n": 99}).status, 204, "one that is there")
        self.refused(self.put(self.qiye2, "d20", {}), 422, "limit", None, "zh")

    def test_what_nobody_goes_on_with_is_cleaned_away(self):
        old, fresh, dropped = (self.upload(self.qiye1, n) for n in (11, 12, 13))
        self.put(self.qiye1, "old", {}, [old, dropped])
        self.put(self.qiye1, "old", {}, [old])
        self.put(self.qiye1, "fresh", {}, [fresh])
        files = lambda: len(glob.glob(os.path.join(self.server.data, "files", "*", "*")))
        before = files()
        self.server.stop()
        db = sqlite3.connect(os.path.join(self.server.data, "junma.db"))
        with db:
            db.execute("UPDATE writing SET at = at - ? WHERE name = 'old'", (31 * DAY,))
            db.execute("UPDATE writing_file SET at = at - ? WHERE file_id IN (?, ?)", (31 * DAY, int(old), int(dropped)))
        db.close()
        for login in self.logins:
            getattr(self, login).connection.close()
        self.server.start()
        for login in self.logins:
            setattr(type(self), login, self.server.client(login))
        wait_until(lambda: self.qiye1.get("/api/drafts/old").status == 404)
        wait_until(lambda: files() == before - 2)
        self.assertEqual([self.qiye1.get("/api/files/" + f).status for f in (old, dropped, fresh)], [404, 404, 200])
        self.assertEqual([f["id"] for f in self.qiye1.get("/api/drafts/fresh").json["files"]], [fresh])

    def test_an_upload_that_is_put_to_nothing_goes_after_the_days_of_the_zone(self):
        old, recent = (self.upload(self.qiye1, n) for n in (21, 22))
        used = self.upload(self.qiye1, 23)
        made = self.qiye1.post("/api/cases", {"kind": "request", "attachments": [used], "data": {
            "topic": "power", "title": "厂区停电", "content": "三号厂房今天上午停电两次。", "urgency": "normal", "contact_name": "王小明",
            "contact_phone": "13800138000", "photos": [used]}})
        self.assertEqual(made.status, 201, made.bytes)
        files = lambda: len(glob.glob(os.path.join(self.server.data, "files", "*", "*")))
        before = files()
        self.server.stop()
        db = sqlite3.connect(os.path.join(self.server.data, "junma.db"))
        with db:
            db.execute("UPDATE attachment SET at = at - ? WHERE id IN (?, ?)", (31 * DAY, int(old), int(used)))
            db.execute("UPDATE attachment SET at = at - ? WHERE id = ?", (29 * DAY, int(recent)))
        db.close()
        for login in self.logins:
            getattr(self, login).connection.close()
        self.server.start()
        for login in self.logins:
            setattr(type(self), login, self.server.client(login))
        wait_until(lambda: self.qiye1.get("/api/files/" + old).status == 404)
        wait_until(lambda: files() == before - 1)
        self.assertEqual([self.qiye1.get("/api/files/" + f).status for f in (recent, used)], [200, 200])
        db = sqlite3.connect(os.path.join(self.server.data, "junma.db"))
        said = [json.loads(event) for (event,) in db.execute("SELECT event FROM journal WHERE kind = 'upload.clean' ORDER BY seq")]
        db.close()
        self.assertEqual((said[-1]["count"], said[-1]["days"]), (1, 30))


if __name__ == "__main__":
    unittest.main()
