"""A pack changed while the server runs: drafts, checks, trials, comparisons, deployments, the folder; hostile input; races."""
import concurrent.futures
import json
import os
import pathlib
import shutil
import tempfile
import unittest
import urllib.parse

from junma import ZONE, Server
from refusals import Refusals, raw

RULES = "requests/routing.dmn"
FILE = "/api/pack/file?path=" + RULES


class Admin:
    """What an administrator does, in short words."""

    def draft(self, title="测试"):
        reply = self.admin.post("/api/pack/drafts", {"title": title})
        self.assertEqual(reply.status, 201, reply.bytes)
        return reply.json["id"]

    def text(self, draft=None, path=RULES):
        reply = self.admin.get("/api/pack/file", **{"path": path, **({"draft": draft} if draft else {})})
        self.assertEqual(reply.status, 200, reply.bytes)
        return reply.bytes.decode(), reply.headers["ETag"]

    def put(self, draft, text, match="*", path=RULES, client=None):
        headers = {"Content-Type": "text/plain", **({"If-None-Match": "*"} if match is None else {"If-Match": match})}
        body = text if isinstance(text, bytes) else text.encode()
        return (client or self.admin).call("PUT", f"/api/pack/drafts/{draft}/file?path={urllib.parse.quote(path)}", body, headers)

    def check(self, draft):
        reply = self.admin.call("POST", f"/api/pack/drafts/{draft}/check")
        self.assertEqual(reply.status, 200, reply.bytes)
        return reply.json

    def deploy(self, draft, reason="测试", match=None, client=None):
        match = match or self.admin.get(f"/api/pack/drafts/{draft}").headers["ETag"]
        return (client or self.admin).call("POST", f"/api/pack/drafts/{draft}/deploy", {"reason": reason}, {"If-Match": match})

    def changed(self, old, new):
        """A draft with one replacement in the rules; its id."""
        draft = self.draft()
        text, etag = self.text(draft)
        self.assertIn(old, text)
        reply = self.put(draft, text.replace(old, new), etag)
        self.assertEqual(reply.status, 200, reply.bytes)
        return draft

    def back(self, version, reason="改回"):
        return self.admin.post(f"/api/pack/versions/{version}/deploy", {"reason": reason})

    def version(self):
        return self.admin.get("/api/pack").json["version"]


class Road(Admin, Refusals):
    logins = ("admin", "qiye1", "shouchu1", "gongdian1")
    server_options = {"requests": 200, "extra": ("--write-limit", "100000")}

    def setUp(self):
        self.first = self.version()

    def tearDown(self):
        for draft in self.admin.get("/api/pack/drafts").json["items"]:
            self.admin.call("DELETE", f"/api/pack/drafts/{draft['id']}")
        if self.version() != self.first:
            self.assertEqual(self.back(self.first).status, 200)

    def unit(self, **data):
        made = self.qiye1.create(topic="policy", content="申报技改补助,请告知条件。", **data)
        self.assertEqual(made.status, 201, made.bytes)
        return made.json["unit"]["code"], made.json["id"]

    def test_the_whole_road(self):
        code, old_case = self.unit()
        self.assertEqual(code, "ECO")
        draft = self.changed('"ECO"', '"POWER"')
        self.assertEqual([f["path"] for f in self.admin.get(f"/api/pack/drafts/{draft}").json["files"]], [RULES])
        checked = self.check(draft)
        self.assertTrue(checked["ok"], checked)
        self.assertEqual(self.unit()[0], "ECO")  # a draft moves nobody
        reply = self.deploy(draft, "供电公司代收")
        self.assertEqual(reply.status, 200, reply.bytes)
        self.assertEqual(reply.json["version"], checked["version"])
        self.assertEqual(reply.json["use"]["reason"], "供电公司代收")
        self.assertEqual(reply.json["use"]["previous"], self.first)
        self.assertEqual(reply.json["use"]["files"], [{"path": RULES, "change": "changed"}])
        self.assertEqual(reply.json["folder"]["state"], "older")
        self.assertEqual(self.unit()[0], "POWER")
        self.assertEqual(self.admin.get(f"/api/pack/drafts/{draft}").status, 404)
        uses = self.admin.get("/api/pack/versions").json["items"]
        self.assertEqual([u["version"] for u in uses][:2], [checked["version"], self.first])
        # The case under way keeps its rules: it is still moved by the version it began with.
        self.assertEqual(self.shouchu1.get(f"/api/cases/{old_case}").status, 200)
        self.assertEqual(self.back(self.first).json["version"], self.first)
        self.assertEqual(self.unit()[0], "ECO")

    def test_it_is_in_use_after_a_restart_and_in_the_journal(self):
        version = self.check(draft := self.changed('"ECO"', '"POWER"'))["version"]
        self.assertEqual(self.deploy(draft).status, 200)
        draft = self.draft("留着")
        self.put(draft, "半截", None, "requests/half.dmn")
        self.server.stop()
        self.server.start()
        for login in self.logins:
            setattr(self, login, self.server.client(login))
            setattr(type(self), login, getattr(self, login))
        state = self.admin.get("/api/pack").json
        self.assertEqual((state["version"], state["folder"]["state"]), (version, "older"))
        self.assertEqual(self.unit()[0], "POWER")
        kept = self.admin.get("/api/pack/drafts").json["items"]
        self.assertEqual([(d["title"], [f["change"] for f in d["files"]]) for d in kept], [("留着", ["added"])])
        event = self.row("SELECT event FROM journal WHERE kind = 'pack.deploy' ORDER BY id DESC LIMIT 1")
        said = json.loads(event)
        self.assertEqual((said["data"] if "data" in said else said)["version"], version)

    def row(self, sql):
        import sqlite3
        with sqlite3.connect(f"file:{self.server.data}/junma.db?mode=ro", uri=True) as db:
            return db.execute(sql).fetchone()[0]

    def test_faults_have_their_place(self):
        draft = self.changed('matches(?, "泄漏|爆炸|着火|起火|坍塌|中毒")', 'nosuch(?)')
        said = self.check(draft)
        self.assertFalse(said["ok"])
        fault = said["faults"][0]
        self.assertEqual((fault["file"], fault["element"]), (RULES, "routing_01_i2"))
        self.assertGreater(fault["line"], 1)
        self.assertTrue(fault["message"]["zh"] and fault["message"]["en"])
        reply = self.deploy(draft)
        self.refused(reply, 422, None)
        self.assertEqual(self.version(), self.first)
        # A unit that does not exist is a fault of the whole, not of the file.
        text, etag = self.text(draft)
        self.put(draft, text.replace('nosuch(?)', '-').replace('"ECO"', '"NOBODY"'), etag)
        self.assertIn("NOBODY", json.dumps(self.check(draft)["faults"]))

    def test_what_the_records_need(self):
        draft = self.draft()
        text, etag = self.text(draft, "roles.json")
        roles = json.loads(text)
        roles["roles"] = [r for r in roles["roles"] if r["code"] != "inspector"]
        self.put(draft, json.dumps(roles, ensure_ascii=False), etag, "roles.json")
        said = self.check(draft)
        self.assertFalse(said["ok"])
        self.assertIn("inspector", json.dumps(said["faults"]))
        self.admin.call("POST", f"/api/pack/drafts/{draft}/revert?path=roles.json")
        text, etag = self.text(draft, "zone.json")
        self.put(draft, text.replace('"zone": "', '"zone": "x'), etag, "zone.json")
        self.assertIn("zone.json", [f["file"] for f in self.check(draft)["faults"]])
        self.refused(self.deploy(draft), 422, None)

    def test_try(self):
        body = {"file": RULES, "decision": "routing", "inputs": {"topic": "power", "text": "停电", "industry": "C39", "urgency": "normal"}}
        said = self.admin.post("/api/pack/try", body).json
        self.assertEqual(said["result"]["unit"], "POWER")
        self.assertTrue(said["answer"]["settled"])
        rules = said["tables"][0]["rules"]
        matched = [r for r in rules if r["matched"]]
        self.assertEqual(len(matched), 1)
        self.assertTrue(all(c["holds"] for c in matched[0]["cells"]))
        self.assertTrue(all(any(c["holds"] is False for c in r["cells"]) for r in rules[:matched[0]["index"] - 1]))
        body["inputs"] = {"topic": "power"}
        said = self.admin.post("/api/pack/try", body).json
        self.assertFalse(said["answer"]["settled"])
        self.assertIn("text", said["answer"]["missing"])
        body["inputs"] = {"nothing": 1}
        self.refused(self.admin.post("/api/pack/try", body), 422, None)
        body["inputs"] = {"topic": 5}
        self.refused(self.admin.post("/api/pack/try", body), 422, None)
        body.update(inputs={}, decision="nobody")
        self.refused(self.admin.post("/api/pack/try", body), 404, "not-found")
        body.update(file="requests/request.bpmn")
        self.refused(self.admin.post("/api/pack/try", body), 404, "not-found")

    def test_feel(self):
        good = self.admin.post("/api/pack/feel", {"expression": 'staff > 10 and starts with(name, "A")'}).json
        self.assertTrue(good["ok"])
        bad = self.admin.post("/api/pack/feel", {"expression": "1 +\n* 2"}).json
        self.assertFalse(bad["ok"])
        self.assertEqual(bad["faults"][0]["line"], 2)
        self.assertTrue(self.admin.post("/api/pack/feel", {"expression": "[1..5], > 7", "tests": True}).json["ok"])

    def compare(self, client, draft, **more):
        pages, after = [], ""
        while after is not None:
            reply = client.get("/api/pack/compare", file=RULES, decision="routing", draft=draft, after=after,
                               **{"from": "2000-01-01", "to": "2100-01-01", "limit": 70, **more})
            self.assertEqual(reply.status, 200, reply.bytes)
            pages.append(reply.json)
            after = reply.json["next"]
        return pages

    def test_compare(self):
        draft = self.changed('"ECO"', '"POWER"')
        pages = self.compare(self.admin, draft)
        self.assertGreater(len(pages), 2)
        sums = {k: sum(p[k] for p in pages) for k in ("scanned", "same", "different", "failed")}
        self.assertEqual(sums["failed"], 0)
        self.assertGreater(sums["different"], 0)
        self.assertEqual(sums["scanned"], pages[0]["total"])
        import sqlite3
        with sqlite3.connect(f"file:{self.server.data}/junma.db?mode=ro", uri=True) as db:
            requests, = db.execute("SELECT count(*) FROM cases WHERE kind = 'request'").fetchone()
        self.assertEqual(sums["same"] + sums["different"], requests)
        moved = [c for p in pages for c in p["changes"]]
        self.assertEqual(sum(c["count"] for c in moved), sums["different"])
        self.assertTrue(all(c["before"]["unit"] == "ECO" and c["after"]["unit"] == "POWER" for c in moved))
        cases = [c for p in pages for c in p["cases"]]
        self.assertEqual(len(cases), sums["different"])
        # Who may see cases opens them.
        theirs = [c for p in self.compare(self.shouchu1, draft) for c in p["cases"]]
        self.assertEqual([c["number"] for c in theirs], [c["number"] for c in cases])
        self.assertEqual(self.shouchu1.get(f"/api/cases/{theirs[0]['id']}").json["title"], theirs[0]["title"])
        # An administrator may not see cases: numbers only. And nothing at all without a change.
        self.assertTrue(all(c["id"] is None and c["title"] is None for c in cases))
        self.put(draft, self.text()[0])
        self.assertEqual(sum(p["different"] for p in self.compare(self.admin, draft)), 0)
        self.assertEqual(sum(p["same"] for p in self.compare(self.admin, draft, to="2001-01-01")), 0)

    def test_compare_says_what_was_routed(self):
        """The version in use over a case decides as it did when the case was raised."""
        code, case = self.unit()
        draft = self.changed('"ECO"', '"POWER"')
        number = self.qiye1.get(f"/api/cases/{case}").json["number"]
        self.shouchu1.verb(case, "sign")
        cases = {c["number"]: c for p in self.compare(self.admin, draft) for c in p["cases"]}
        self.assertEqual((cases[number]["before"]["unit"], cases[number]["after"]["unit"]), (code, "POWER"))

    def test_who_may(self):
        self.refused(self.shouchu1.post("/api/pack/drafts", {"title": "x"}), 403, "forbidden")  # reads, and no more
        self.refused(self.shouchu1.post(f"/api/pack/versions/{self.first}/deploy", {"reason": "x"}), 403, "forbidden")
        for client in (self.qiye1, self.gongdian1):
            for method, path, body in (("GET", "/api/pack", None), ("GET", FILE, None), ("GET", "/api/pack/drafts", None),
                                       ("POST", "/api/pack/drafts", {"title": "x"}), ("GET", "/api/pack/decisions", None),
                                       ("POST", f"/api/pack/versions/{self.first}/deploy", {"reason": "x"}),
                                       ("POST", "/api/pack/feel", {"expression": "1"})):
                self.refused(client.call(method, path, body), 403, "forbidden")
        nobody = self.server.client()
        self.refused(nobody.get("/api/pack"), 401, "unauthenticated")

    def test_two_do_not_overwrite_each_other(self):
        other = self.server.client("admin")
        draft = self.draft()
        text, etag = self.text(draft)
        self.assertEqual(self.put(draft, text.replace('"ECO"', '"POWER"'), etag).status, 200)
        self.refused(self.put(draft, text.replace('"ECO"', '"WATER"'), etag, client=other), 412, "precondition-failed")
        self.assertIn('"POWER"', self.text(draft)[0])
        self.refused(other.call("PUT", f"/api/pack/drafts/{draft}/file?path={RULES}", b"x", {"Content-Type": "text/plain"}), 412,
                     "precondition-failed")
        seen = self.admin.get(f"/api/pack/drafts/{draft}").headers["ETag"]
        self.put(draft, text.replace('"ECO"', '"GAS"'))
        self.refused(self.deploy(draft, match=seen), 412, "precondition-failed")

    def test_the_same_file_deployed_meanwhile(self):
        mine, theirs = self.changed('"ECO"', '"POWER"'), self.changed('"ECO"', '"WATER"')
        quiet = self.draft("别的文件")
        text, etag = self.text(quiet, "requests/templates.json")
        self.put(quiet, text + " ", etag, "requests/templates.json")
        self.assertEqual(self.deploy(theirs).status, 200)
        self.assertTrue(self.check(quiet)["ok"])  # carried over: another file
        self.assertEqual(self.admin.get(f"/api/pack/drafts/{mine}").json["conflicts"], 1)
        self.assertEqual(self.check(mine)["faults"][0]["code"], "conflict")
        self.refused(self.deploy(mine), 409, "conflict")
        self.admin.call("POST", f"/api/pack/drafts/{mine}/keep?path={RULES}")
        self.assertTrue(self.check(mine)["ok"])
        self.assertEqual(self.deploy(mine).status, 200)
        self.assertEqual(self.unit()[0], "POWER")

    def test_one_of_many_deployments_wins(self):
        targets = ["POWER", "WATER", "GAS", "INV", "ENV", "MKT"]
        drafts = [self.changed('"ECO"', f'"{t}"') for t in targets]
        clients = [self.server.client("admin") for _ in drafts]
        tags = [self.admin.get(f"/api/pack/drafts/{d}").headers["ETag"] for d in drafts]
        with concurrent.futures.ThreadPoolExecutor(len(drafts)) as pool:
            done = list(pool.map(lambda i: self.deploy(drafts[i], match=tags[i], client=clients[i]).status, range(len(drafts))))
        self.assertEqual(done.count(200), 1, done)
        self.assertTrue(all(s in (200, 409) for s in done), done)
        self.assertEqual(self.unit()[0], targets[done.index(200)])

    def test_no_create_fails_while_versions_change(self):
        draft = self.changed('"ECO"', '"POWER"')
        second = self.deploy(draft).json["version"]
        made, stop = [], False

        def raise_cases(n):
            client = self.server.client("qiye1")
            while not stop:
                reply = client.create(topic="policy", content="申报技改补助,请告知条件。")
                made.append((reply.status, reply.json))
                if len(made) > 400:
                    return

        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            jobs = [pool.submit(raise_cases, n) for n in range(3)]
            for i in range(12):
                self.assertEqual(self.back(self.first if i % 2 == 0 else second).status, 200)
            stop = True
            for job in jobs:
                job.result()
        self.assertEqual({status for status, _ in made}, {201})
        self.assertEqual({case["unit"]["code"] for _, case in made} | {"ECO", "POWER"}, {"ECO", "POWER"})
        # Each case is of one version, and was routed by that one.
        import sqlite3
        with sqlite3.connect(f"file:{self.server.data}/junma.db?mode=ro", uri=True) as db:
            rows = dict(db.execute("SELECT number, pack_version FROM cases").fetchall())
        for _, case in made:
            self.assertEqual(rows[case["number"]], self.first if case["unit"]["code"] == "ECO" else second)

    def test_hostile(self):
        draft = self.draft()
        for path in ("../zone.json", "/etc/passwd", "requests/../zone.json", "requests/x.exe", "a" * 300 + ".json", "requests/sample/x.json",
                     ".git/config.json", "requests//x.json", "x.md", "规则.dmn", "", "a/b/c/d/e/f/g/h/i/j.json"):
            with self.subTest(path=path):
                self.refused(self.put(draft, "{}", None, path), 422, None)
        body = b"x" * (5 << 20)
        head = (f"PUT /api/pack/drafts/{draft}/file?path={RULES} HTTP/1.1\r\nHost: x\r\nCookie: junma_session={self.admin.cookie}\r\n"
                f"X-CSRF-Token: {self.admin.csrf}\r\nIf-Match: *\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n").encode()
        self.assertEqual(raw(self.server.port, head)[0], 413)  # before a byte of it is sent
        self.refused(self.put(draft, b"\xff\xfe", None, "requests/a.json"), 400, "utf-8")
        self.refused(self.put(draft, b"a\0b", None, "requests/a.json"), 400, "utf-8")
        for text in ("<broken", "", "<a/>", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "<a>" * 5000, "{}"):
            with self.subTest(text=text[:20]):
                self.assertEqual(self.put(draft, text).status, 200)
                said = self.check(draft)
                self.assertFalse(said["ok"])
                self.assertEqual(said["faults"][0]["file"], RULES)
                self.admin.get("/api/pack/decisions", draft=draft)
                self.refused(self.admin.post(f"/api/pack/try?draft={draft}", {"file": RULES, "decision": "routing", "inputs": {}}), 422, None)
        self.refused(self.put("12345", "x"), 404, "not-found")
        self.refused(self.admin.post("/api/pack/versions/" + "0" * 64 + "/deploy", {"reason": "x"}), 404, "not-found")
        self.refused(self.admin.post(f"/api/pack/versions/{self.first}/deploy", {"reason": "x"}), 409, "conflict")
        self.refused(self.admin.post(f"/api/pack/versions/{self.first}/deploy", {"reason": " "}), 422, None)
        self.refused(self.admin.get("/api/pack/compare", file=RULES, decision="routing", draft=draft, **{"from": "x", "to": "y"}), 422, None)

    def test_a_rule_that_loops_is_stopped(self):
        loop = ('<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:d"><decision id="x" name="x">'
                '<variable name="x"/><literalExpression><text>sum(for a in 1..100000, b in 1..100000 return a * b)</text></literalExpression>'
                "</decision></definitions>")
        draft = self.draft()
        self.assertEqual(self.put(draft, loop, None, "requests/loop.dmn").status, 200)
        self.refused(self.admin.post(f"/api/pack/try?draft={draft}", {"file": "requests/loop.dmn", "decision": "x", "inputs": {}}), 422, None)
        self.assertEqual(self.unit()[0], "ECO")

    def test_files_added_and_removed(self):
        draft = self.draft()
        self.refused(self.put(draft, "x", None), 412, "precondition-failed")  # there is one of that name
        _, etag = self.text(draft, "requests/templates.json")
        reply = self.admin.call("DELETE", f"/api/pack/drafts/{draft}/file?path=requests/templates.json", None, {"If-Match": etag})
        self.assertEqual(reply.json["files"][0]["change"], "removed")
        self.assertFalse(self.check(draft)["ok"])
        self.assertNotIn("requests/templates.json", [f["path"] for f in self.admin.get("/api/pack/files", draft=draft).json["items"]])
        self.assertEqual(self.admin.get("/api/pack/changes", draft=draft).json["items"], [{"path": "requests/templates.json", "change": "removed"}])
        reply = self.admin.call("POST", f"/api/pack/drafts/{draft}/revert?path=requests/templates.json")
        self.assertEqual(reply.json["files"], [])
        self.assertTrue(self.check(draft)["ok"])
        self.refused(self.deploy(draft), 409, "conflict")  # nothing to change


class Folder(Admin, unittest.TestCase):
    """The folder and the pages: which wins at start, and the commands for a zone kept in git."""

    def setUp(self):
        self.tree = tempfile.TemporaryDirectory(prefix="junma-zone-")
        self.zone = os.path.join(self.tree.name, "zone")
        shutil.copytree(ZONE, self.zone)
        self.server = Server(zone=self.zone)
        self.admin = self.server.client("admin")

    def tearDown(self):
        self.server.close()
        self.tree.cleanup()

    def edit(self, old, new):
        path = pathlib.Path(self.zone, RULES)
        path.write_text(path.read_text().replace(old, new))

    def restart(self):
        self.server.stop()
        self.server.start()
        self.admin = self.server.client("admin")
        return self.admin.get("/api/pack").json

    def test_the_folder_leads_until_the_pages_do(self):
        first = self.version()
        self.edit('"ECO"', '"POWER"')
        second = self.restart()
        self.assertNotEqual(second["version"], first)
        self.assertEqual((second["folder"]["state"], second["use"]["origin"]), ("same", "folder"))
        third = self.deploy(self.changed('"POWER"', '"WATER"')).json
        self.assertEqual(self.restart()["version"], third["version"])
        self.edit('"POWER"', '"GAS"')
        state = self.restart()
        self.assertEqual((state["version"], state["folder"]["state"]), (third["version"], "changed"))
        # It is said at start, and can be taken into use as any version.
        reply = self.back(state["folder"]["version"], "以文件夹为准")
        self.assertEqual((reply.status, reply.json["folder"]["state"]), (200, "same"))
        self.edit('"GAS"', '"INV"')
        reply = self.admin.call("POST", "/api/pack/folder")  # without a restart
        self.assertEqual((reply.status, reply.json["folder"]["state"]), (200, "changed"))
        self.assertEqual(self.back(reply.json["folder"]["version"]).status, 200)
        self.edit('"INV"', '"nobody"')
        reply = self.admin.call("POST", "/api/pack/folder")
        self.assertEqual(reply.status, 422)
        self.assertIn("nobody", reply.bytes.decode())

    def test_commands(self):
        first = self.version()
        second = self.deploy(self.changed('"ECO"', '"POWER"'), "改由供电公司").json["version"]
        listed = self.server.command("pack", "list", "--data", self.server.data).stdout
        self.assertIn(second[:12], listed)
        self.assertIn("改由供电公司", listed)
        out = os.path.join(self.tree.name, "out")
        self.server.command("pack", "export", out, "--data", self.server.data)
        self.assertIn('"POWER"', pathlib.Path(out, RULES).read_text())
        self.assertIn(second[:12], self.server.command("check", out).stdout)
        again = self.server.command("pack", "export", out, "--data", self.server.data, check=False)
        self.assertEqual(again.returncode, 1)  # not over what is there
        self.server.command("pack", "export", out + "1", "--version", first[:12], "--data", self.server.data)
        self.assertIn('"ECO"', pathlib.Path(out + "1", RULES).read_text())
        busy = self.server.command("pack", "deploy", out + "1", "--reason", "x", "--data", self.server.data, check=False)
        self.assertEqual(busy.returncode, 1)  # the server has it
        self.server.stop()
        self.assertEqual(self.server.command("pack", "deploy", out + "1", "--data", self.server.data, check=False).returncode, 2)
        self.server.command("pack", "deploy", out + "1", "--reason", "退回", "--data", self.server.data)
        shutil.rmtree(self.zone)
        shutil.copytree(out + "1", self.zone)
        self.server.start()
        self.admin = self.server.client("admin")
        state = self.admin.get("/api/pack").json
        self.assertEqual((state["version"], state["use"]["reason"], state["folder"]["state"]), (first, "退回", "same"))


if __name__ == "__main__":
    unittest.main()
