"""Registers over HTTP: lists, records, versions, changes of one and of many, tables out and in; who may not."""
import csv
import io
import json
import os
import shutil
import sqlite3
import struct
import tempfile
import unittest
import urllib.parse
import zipfile

from junma import ZONE, Server
from refusals import Refusals

NEW = {"number": "T-1", "name": "示例测试项目", "developer": "示例单位", "kind": "industrial", "investment": 123456789,
       "plan_started_on": "2026-01-05", "started_on": "2026-01-04", "signed_on": "2025-12-01",
       "place": {"lon": 115.85, "lat": 28.75}}
RECORDS = "/api/registers/project/records"


def workbook(rows, shared=True, more=(), sheet=None):
    """A small XLSX: texts, numbers, and days (a tuple is one: the days since 1899-12-30)."""
    texts, lines = [], []
    for at, row in enumerate(rows, 1):
        cells = []
        for column, value in enumerate(row):
            ref = f"{chr(65 + column)}{at}"
            if value is None:
                continue
            if isinstance(value, tuple):
                cells.append(f'<c r="{ref}" s="1"><v>{value[0]}</v></c>')
            elif isinstance(value, (int, float)):
                cells.append(f'<c r="{ref}"><v>{value:g}</v></c>')
            elif shared:
                texts.append(value)
                cells.append(f'<c r="{ref}" t="s"><v>{len(texts) - 1}</v></c>')
            else:
                cells.append(f'<c r="{ref}" t="inlineStr"><is><t>{value}</t></is></c>')
        if cells:
            lines.append(f'<row r="{at}">{"".join(cells)}</row>')
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>')
        z.writestr("xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
                                      '<sheets><sheet name="a" sheetId="1" r:id="rId7"/></sheets></workbook>')
        z.writestr("xl/_rels/workbook.xml.rels", '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                                                 '<Relationship Id="rId7" Type="x" Target="worksheets/sheet1.xml"/></Relationships>')
        z.writestr("xl/styles.xml", f'<styleSheet xmlns="{main}"><numFmts><numFmt numFmtId="170" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d"/></numFmts>'
                                    '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>')
        z.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}">' + "".join(f"<si><t>{t[:2]}</t><r><t>{t[2:]}</t></r><rPh><t>x</t></rPh></si>"
                                                                             for t in texts) + "</sst>")
        z.writestr("xl/worksheets/sheet1.xml", sheet or f'<worksheet xmlns="{main}"><sheetData>{"".join(lines)}</sheetData></worksheet>')
        for name, content in more:
            z.writestr(name, content)
    return out.getvalue()


def jpeg(taken, lon, lat):
    """The smallest picture that says when and where: an EXIF block with a time and three rationals each."""
    def entry(tag, kind, count, value):
        return struct.pack("<HHII", tag, kind, count, value)
    times, east = 8 + 2 + 2 * 12 + 4, 0
    exif_at = times
    time_at = exif_at + 2 + 12 + 4
    gps_at = time_at + 20
    east = gps_at + 2 + 4 * 12 + 4
    body = struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<H", 2)
    body += entry(0x8769, 4, 1, exif_at) + entry(0x8825, 4, 1, gps_at) + struct.pack("<I", 0)
    body += struct.pack("<H", 1) + entry(0x9003, 2, 20, time_at) + struct.pack("<I", 0) + taken + b"\0"
    body += struct.pack("<H", 4) + entry(1, 2, 2, ord("N")) + entry(2, 5, 3, east + 24) + entry(3, 2, 2, ord("E"))
    body += entry(4, 5, 3, east) + struct.pack("<I", 0)
    body += b"".join(struct.pack("<II", part, 1) for part in (*lon, *lat))
    block = b"Exif\0\0" + body
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(block) + 2) + block + b"\xff\xd9"


class Registers(Refusals):
    logins = ("qiye1", "shouchu1", "gongdian1", "lingdao1", "admin")

    def new(self, **changes):
        reply = self.shouchu1.post(RECORDS, {"data": {**NEW, **changes}, "reason": "测试"})
        self.assertEqual(reply.status, 201, reply.bytes)
        return reply.json

    def tearDown(self):
        for item in self.shouchu1.get(RECORDS, q="示例测试项目", limit=100).json["items"]:
            self.shouchu1.call("DELETE", f"{RECORDS}/{item['id']}?reason=test")

    def test_a_record_through_its_life(self):
        made = self.new()
        self.assertEqual(made["data"]["sign_to_start_days"], 34)
        self.assertEqual(made["data"]["start_ahead_days"], 1)
        self.assertEqual(made["data"]["stage"], "started")
        self.assertEqual(made["names"]["stage"]["en"], "Started")
        path = f"{RECORDS}/{made['id']}"
        changed = self.shouchu1.call("PATCH", path, {"data": {"capped_on": "2026-03-01"}, "reason": "封顶", "version": 1})
        self.assertEqual(changed.status, 200, changed.bytes)
        self.assertEqual((changed.json["version"], changed.json["data"]["stage"]), (2, "capped"))
        late = self.shouchu1.call("PATCH", path, {"data": {"capped_on": None}, "version": 1})
        self.refused(late, 412, "precondition-failed", None, "zh")
        versions = self.shouchu1.get(path + "/history").json["items"]
        self.assertEqual([v["version"] for v in versions], [2, 1])
        self.assertEqual(versions[0]["reason"], "封顶")
        month = self.shouchu1.post("/api/registers/investment/records",
                                   {"data": {"project": "T-1", "month": "2026-02", "done": 100}})
        self.assertEqual(month.status, 201, month.bytes)
        self.assertIn(("investment", 1), [(r["register"], r["count"]) for r in self.shouchu1.get(path + "/related").json["items"]])
        self.refused(self.shouchu1.call("DELETE", path + "?reason=x"), 409, "conflict", None, "zh")
        self.refused(self.shouchu1.call("DELETE", path), 422, "invalid", "reason", "zh")
        gone = self.shouchu1.call("DELETE", f"/api/registers/investment/records/{month.json['id']}?reason=x")
        self.assertEqual(gone.status, 204)
        self.assertEqual(self.shouchu1.call("DELETE", path + "?reason=x").status, 204)
        self.assertEqual(self.shouchu1.get(path).status, 404)

    def test_what_is_taken_together_and_what_is_raised(self):
        firm = self.shouchu1.get("/api/registers/enterprise/records", limit=1).json["items"][0]
        made = self.new(enterprise=firm["data"]["credit_code"])
        path = f"{RECORDS}/{made['id']}"
        obstacle = {"project": "T-1", "title": "施工用电没有接通", "kind": "power", "weight": "blocking", "found_on": "2026-02-20"}
        body, key = {"data": obstacle}, {"Idempotency-Key": f"o-{made['id']}"}
        one = self.gongdian1.post("/api/registers/obstacle/records", body, **key)
        self.assertEqual(one.status, 201, one.bytes)
        again = self.gongdian1.post("/api/registers/obstacle/records", body, **key)
        self.assertEqual(again.json["id"], one.json["id"])
        self.assertEqual(self.shouchu1.get(path).json["data"]["blocking"], 1)
        self.assertEqual(self.shouchu1.get(path).json["version"], 1)
        self.both(self.shouchu1, lambda c: c.call("PATCH", path, {"data": {"blocking": 0}}), 422, "invalid", "blocking")
        self.both(self.gongdian1, lambda c: c.post("/api/registers/obstacle/records", {"data": {}}, **key), 409)
        at = f"/api/registers/obstacle/records/{one.json['id']}/cases"
        offer = self.gongdian1.get(at).json
        self.assertEqual(offer["items"], [])
        self.assertEqual(offer["actions"][0]["data"]["title"], "示例测试项目:施工用电没有接通")
        self.assertEqual(offer["actions"][0]["applicant"]["id"], firm["id"])
        self.both(self.gongdian1, lambda c: c.post(at, {"action": "request"}), 422, "invalid", "contact_name")
        self.both(self.gongdian1, lambda c: c.post(at, {"action": "nothing"}), 404)
        self.refused(self.lingdao1.post(at, {"action": "request"}), 403, "forbidden", None, "zh")
        self.assertEqual(self.qiye1.get(at).status, 404)
        sent = {"action": "request", "data": {"contact_name": "示例", "contact_phone": "0791-83800000"}}
        first = self.gongdian1.post(at, sent, **{"Idempotency-Key": f"r-{made['id']}"})
        self.assertEqual(first.status, 201, first.bytes)
        self.assertEqual(self.gongdian1.post(at, sent, **{"Idempotency-Key": f"r-{made['id']}"}).json, first.json)
        seen = self.gongdian1.get(at).json["items"]
        self.assertEqual([item["case"]["number"] for item in seen], [first.json["number"]])
        origin = self.shouchu1.get(f"/api/cases/{first.json['id']}/origin").json
        self.assertEqual((origin["register"], origin["id"]), ("obstacle", one.json["id"]))
        self.assertEqual(self.shouchu1.get(f"/api/registers/obstacle/records/{one.json['id']}").json["data"]["requests_open"], 1)
        self.assertEqual(self.shouchu1.call("DELETE", f"/api/registers/obstacle/records/{one.json['id']}?reason=x").status, 204)
        self.assertEqual(self.shouchu1.get(path).json["data"]["blocking"], 0)

    def test_workbooks_come_in(self):
        def send(content, dry=False, client=self.shouchu1, where="", **query):
            path = f"/api/registers/project/import{where}?" + urllib.parse.urlencode({**query, **({"dryRun": "true"} if dry else {})})
            return client.call("POST", path, content,
                               {"Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"})
        rows = [["编号栏", "项目名称", "项目单位名称", "类别", "签约日期", "总投资", "随手记"],
                ["X-1", "示例测试项目甲", "示例单位", "工业项目", (46000,), 1.25e9, "a,b"],
                [],
                ["X-2", "示例测试项目乙", "示例单位", "不存在", (46001,), 5, None],
                ["X-3", "示例测试项目\n丙", "示例\"单位\"", "industrial", "2025/12/9", "1,000.50", None]]
        for shared in (True, False):
            book = workbook(rows, shared)
            seen = send(book, where="/preview").json
            self.assertEqual(seen["columns"], ["", "name", "developer", "kind", "signed_on", "investment", ""])
            self.assertEqual((seen["total"], seen["rows"][0][4], seen["rows"][0][5]), (3, "2025-12-09", "1250000000"))
            self.both(self.shouchu1, lambda c, b=book: send(b, client=c), 422, "invalid")  # 编号栏 is no column
            columns = "number,name,developer,kind,signed_on,investment,"
            tried = send(book, True, columns=columns).json
            self.assertEqual([(f["row"], f["column"]) for f in tried["faults"]], [(4, "kind")], tried)
            self.assertEqual((tried["rows"], tried["accepted"]), (3, 2))
            done = send(book, columns=columns).json
            made = self.shouchu1.get(RECORDS, q="示例测试项目甲", limit=5).json["items"][0]["data"]
            self.assertEqual((made["signed_on"], made["investment"]), ("2025-12-09", 125000000000))
            undone = self.shouchu1.post(f"/api/registers/project/batches/{done['batch']}/undo", {"reason": "撤销"})
            self.assertEqual(undone.json, {"undone": 2, "kept": 0})
        self.both(self.shouchu1, lambda c: send(book, client=c, columns="number,number"), 422, "invalid")

    def test_workbooks_that_are_not_taken(self):
        def send(c, content):
            return c.call("POST", "/api/registers/project/import", content,
                          {"Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"})
        good = workbook([["number"], ["X"]])
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        far = f'<worksheet xmlns="{main}"><sheetData><row r="900000"><c r="A900000"><v>1</v></c></row></sheetData></worksheet>'
        wide = f'<worksheet xmlns="{main}"><sheetData><row r="1"><c r="ZZZ1"><v>1</v></c></row></sheetData></worksheet>'
        entity = f'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet xmlns="{main}"><sheetData><row r="1"><c t="str"><v>&a;</v></c></row></sheetData></worksheet>'
        bomb = f'<worksheet xmlns="{main}"><sheetData>' + " " * (40 << 20) + "</sheetData></worksheet>"
        cases = (("cut", good[:len(good) // 2], "invalid"), ("no archive", b"PK\x03\x04" + b"x" * 400, "invalid"), ("text", b"number\nX\n", "invalid"),
                 ("broken", workbook([], sheet="<worksheet><sheetData>"), "invalid"), ("entity", workbook([], sheet=entity), "invalid"),
                 ("far", workbook([], sheet=far), "limit"), ("wide", workbook([], sheet=wide), "limit"), ("bomb", workbook([], sheet=bomb), "limit"),
                 ("parts", workbook([["number"]], more=[(f"m/{n}", "") for n in range(2100)]), "limit"))
        for what, content, code in cases:
            with self.subTest(what=what), self.nothing_written():
                said = self.problem_of(send(self.shouchu1, content))
                self.assertEqual(said["code"], code, (what, said))
        self.assertEqual(send(self.lingdao1, good).status, 403)

    def problem_of(self, reply):
        self.assertIn(reply.status, (413, 422), reply.bytes)
        return reply.json

    def test_photographs_tell_when_and_where(self):
        def send(client, content, name="p.jpg"):
            return client.call("POST", "/api/files", content, {"Content-Type": "application/octet-stream", "X-File-Name": name})
        photo = send(self.gongdian1, jpeg(b"2026:03:01 14:20:05", (115, 51, 30), (28, 45, 0))).json
        self.assertEqual((photo["type"], photo["takenOn"]), ("image/jpeg", "2026-03-01T14:20:05"))
        self.assertAlmostEqual(photo["lon"], 115.858333, places=5)
        self.assertAlmostEqual(photo["lat"], 28.75, places=5)
        self.new(number="T-9")
        obstacle = {"project": "T-9", "title": "照片", "kind": "road", "weight": "minor", "found_on": "2026-02-20", "photos": [photo["id"]]}
        self.both(self.shouchu1, lambda c: c.post("/api/registers/obstacle/records", {"data": obstacle}), 422, "invalid", "photos")
        made = self.gongdian1.post("/api/registers/obstacle/records", {"data": obstacle})
        self.assertEqual(made.status, 201, made.bytes)
        path = f"/api/registers/obstacle/records/{made.json['id']}"
        other = self.gongdian1.post("/api/registers/obstacle/records", {"data": obstacle})
        self.refused(other, 422, "invalid", "photos", "zh")  # it belongs to the first
        for client, status in ((self.shouchu1, 200), (self.lingdao1, 200), (self.qiye1, 404), (self.admin, 404)):
            self.assertEqual(client.get("/api/files/" + photo["id"]).status, status)
        said = {"caption": "道路未通", "takenOn": "2026-03-02", "lon": 115.9, "lat": 28.7}
        self.assertEqual(self.shouchu1.call("PUT", "/api/files/" + photo["id"], said).status, 204)
        self.refused(self.lingdao1.call("PUT", "/api/files/" + photo["id"], said), 403, "forbidden", None, "zh")
        self.refused(self.qiye1.call("PUT", "/api/files/" + photo["id"], said), 404, "not-found", None, "zh")
        self.both(self.shouchu1, lambda c: c.call("PUT", "/api/files/" + photo["id"], {"takenOn": "tomorrow"}), 422, "invalid", "takenOn")
        files = self.lingdao1.get(path + "/files").json["items"]
        self.assertEqual([(f["caption"], f["takenOn"], f["lon"], f["column"]) for f in files], [("道路未通", "2026-03-02", 115.9, "photos")])
        self.assertEqual(self.shouchu1.call("DELETE", path + "?reason=x").status, 204)
        self.assertEqual(self.shouchu1.get("/api/files/" + photo["id"]).status, 404)

    def test_refusals_name_the_column_in_both_languages(self):
        for field, data in (("kind", {"kind": "moon"}), ("started_on", {"started_on": "2025-11-01", "signed_on": "2025-12-01"}),
                            ("investment", {"investment": -1}), ("stage", {"stage": "above"}), ("place", {"place": {"lon": 999, "lat": 0}}),
                            ("name", {"name": ""}), ("colour", {"colour": "red"}), ("project_code", {"project_code": "2603-360108-04-01-123456"})):
            with self.subTest(field=field):
                self.both(self.shouchu1, lambda c, d=data: c.post(RECORDS, {"data": {**NEW, **d}}), 422, "invalid", field)
        self.both(self.shouchu1, lambda c: c.post(RECORDS, {"data": []}), 422)
        with self.nothing_written():
            tried = self.shouchu1.call("POST", RECORDS + "?dryRun=true", {"data": NEW})
            self.assertEqual(tried.status, 201, tried.bytes)

    def test_who_may_not(self):
        made = self.new(unit="ECO")
        path = f"{RECORDS}/{made['id']}"
        for client in (self.qiye1, self.admin):
            self.assertEqual(client.get(RECORDS).status, 404)
            self.assertEqual(client.get(path).status, 404)
            self.assertEqual(client.post(RECORDS, {"data": NEW}).status, 404)
            self.assertNotIn("project", [r["code"] for r in client.get("/api/registers").json["items"]])
        self.refused(self.lingdao1.post(RECORDS, {"data": NEW}), 403, "forbidden", None, "zh")
        self.refused(self.lingdao1.call("PATCH", path, {"data": {"name": "x"}}), 403, "forbidden", None, "zh")
        self.assertEqual(self.lingdao1.get(path).status, 200)
        anyone = self.server.client()
        self.assertEqual(anyone.get(RECORDS).status, 401)
        self.assertEqual(self.shouchu1.get("/api/registers/nothing").status, 404)

    def test_lists_page_by_page(self):
        seen, after = [], ""
        for _ in range(100):
            page = self.shouchu1.get(RECORDS, list="provincial", limit=7, after=after).json
            seen += [item["data"]["investment"] for item in page["items"]]
            if not page["next"]:
                break
            after = page["next"]
        filled = [v for v in seen if v is not None]
        self.assertEqual(len(seen), 26)
        self.assertEqual(filled, sorted(filled, reverse=True))
        self.assertEqual(seen[len(filled):], [None] * (len(seen) - len(filled)))  # what is empty comes last
        where = json.dumps([{"column": "stage", "compare": "is", "value": "started"}])
        found = self.shouchu1.get(RECORDS, where=where, limit=100).json["items"]
        self.assertTrue(found and all(item["data"]["stage"] == "started" for item in found))
        for query in ({"where": "x"}, {"where": '[{"column":"nothing","compare":"is","value":"1"}]'}, {"sort": "content"}, {"list": "no"},
                      {"after": "q"}, {"box": "1,2,3"}, {"where": json.dumps([{"column": "name", "compare": "is", "value": "1"}] * 13)}):
            with self.subTest(query=query):
                self.both(self.shouchu1, lambda c, q=query: c.get(RECORDS, **q), 422)

    def test_many_at_once_and_back(self):
        ids = [self.new(number=f"T-{n}")["id"] for n in range(3)]
        path = "/api/registers/project/bulk"
        with self.nothing_written():
            tried = self.shouchu1.post(path + "?dryRun=true", {"ids": ids, "data": {"officer": "示例专员"}, "reason": "轮换"})
        self.assertEqual((tried.json["changed"], tried.json["saved"]), (3, False), tried.bytes)
        with self.nothing_written():  # one refusal refuses all
            bad = self.shouchu1.post(path, {"ids": ids, "data": {"number": "T-0"}, "reason": "x"})
        self.assertEqual((bad.json["saved"], len(bad.json["faults"])), (False, 2), bad.bytes)
        done = self.shouchu1.post(path, {"ids": ids, "data": {"officer": "示例专员"}, "reason": "轮换"})
        self.assertTrue(done.json["saved"], done.bytes)
        undone = self.shouchu1.post(f"/api/registers/project/batches/{done.json['batch']}/undo", {"reason": "撤销"})
        self.assertEqual(undone.json, {"undone": 3, "kept": 0})
        self.assertIsNone(self.shouchu1.get(f"{RECORDS}/{ids[0]}").json["data"]["officer"] or None)

    def send(self, text, dry=False):
        return self.shouchu1.call("POST", "/api/registers/project/import" + ("?dryRun=true" if dry else ""), text.encode(),
                                  {"Content-Type": "text/csv"})

    def test_a_table_in_and_out_again(self):
        text = ('项目编号,项目名称,项目单位名称,类别,总投资,签约日期\n'
                'T-1,示例测试项目甲,=1+1,工业项目,"1,234.56",2025/12/1\n'
                'T-2,,乙,工业项目,1,\n'
                'T-3,示例测试项目丙,丙,不存在,x,2022-02-30\n')
        for dry in (True, False):
            reply = self.send(text, dry).json
            self.assertEqual((reply["rows"], reply["accepted"], bool(reply["batch"])), (3, 1, not dry))
            self.assertEqual({(f["row"], f["column"]) for f in reply["faults"]},
                             {(3, "name"), (4, "kind"), (4, "investment"), (4, "signed_on")})
        where = json.dumps([{"column": "number", "compare": "is", "value": "T-1"}])
        out = self.shouchu1.get("/api/registers/project/export", where=where, columns="number,name,developer,kind,investment,signed_on")
        rows = list(csv.reader(io.StringIO(out.bytes.decode("utf-8-sig"))))
        self.assertEqual(rows[1], ["T-1", "示例测试项目甲", "'=1+1", "工业项目", "1234.56", "2025-12-01"])
        again = self.send(out.bytes.decode("utf-8-sig")).json  # what goes out comes in: the next version of the same record
        self.assertEqual((again["accepted"], again["faults"]), (1, []))
        record = self.shouchu1.get(RECORDS, where=where).json["items"][0]
        self.assertEqual((record["version"], record["data"]["developer"]), (2, "=1+1"))
        sheet = self.shouchu1.get("/api/registers/project/export", format="xlsx")
        self.assertEqual(sheet.bytes[:2], b"PK")
        places = self.shouchu1.get("/api/registers/project/export", format="geojson", list="provincial").json
        self.assertEqual(places["type"], "FeatureCollection")
        self.assertTrue(all(f["geometry"]["type"] == "Point" for f in places["features"]))
        self.both(self.shouchu1, lambda c: c.get("/api/registers/investment/export", format="geojson"), 422, "invalid", "format")
        self.both(self.shouchu1, lambda c: c.call("POST", "/api/registers/project/import", b"nothing\n1\n", {"Content-Type": "text/csv"}), 422)

    def test_what_is_masked(self):
        item = self.shouchu1.get("/api/registers/enterprise/records", limit=1).json["items"][0]
        self.assertEqual(item["data"]["contact_phone"], "****")
        path = f"/api/registers/enterprise/records/{item['id']}/reveal"
        self.assertNotIn("****", json.dumps(self.shouchu1.post(path, {"reason": "回访"}).json["data"], ensure_ascii=False))
        self.refused(self.lingdao1.post(path, {"reason": "想看"}), 403, "forbidden", None, "zh")
        out = self.shouchu1.get("/api/registers/enterprise/export", columns="name,contact_phone")
        self.assertNotIn("1540", out.bytes.decode())

    def test_views_are_kept(self):
        path = "/api/registers/project/views"
        made = self.shouchu1.post(path, {"name": "我的", "definition": {"q": "示例"}, "shared": True})
        self.assertEqual(made.status, 201, made.bytes)
        mine = [v for v in self.shouchu1.get(path).json["items"] if v["id"] == made.json["id"]][0]
        self.assertEqual((mine["own"], mine["definition"]), (True, {"q": "示例"}))
        self.assertIn(made.json["id"], [v["id"] for v in self.lingdao1.get(path).json["items"]])
        self.assertEqual(self.lingdao1.call("DELETE", f"{path}/{made.json['id']}").status, 404)
        self.assertEqual(self.shouchu1.call("DELETE", f"{path}/{made.json['id']}").status, 204)

    def test_figures_open_onto_records(self):
        value = self.lingdao1.get("/api/figures/projects_provincial", by="stage").json
        self.assertEqual(value["value"], 26)
        key = value["groups"][0]["key"]
        opened = self.lingdao1.get("/api/figures/projects_provincial/entries", by="stage", key=key).json["items"]
        self.assertEqual(len(opened), value["groups"][0]["count"])
        self.both(self.lingdao1, lambda c: c.get("/api/figures/projects_provincial/records"), 422)
        self.both(self.lingdao1, lambda c: c.get("/api/figures/on_time_rate/entries"), 422)
        self.assertEqual(self.lingdao1.get("/api/figures/projects_provincial", at="2020-01-01").json["value"], 0)
        self.both(self.lingdao1, lambda c: c.get("/api/figures/on_time_rate", at="2020-01-01"), 422, "unsupported")
        self.both(self.lingdao1, lambda c: c.get("/api/figures/projects_provincial", at="yesterday"), 422, "invalid", "at")


CLUE = {"register": "clue", "name": {"zh": "线索", "en": "Clues"}, "label": "title",
        "columns": [{"name": "title", "title": {"zh": "线索", "en": "Clue"}, "type": "text", "required": True}],
        "access": {"read": ["inspector"], "write": ["inspector"], "closed": True}}


class Compartment(unittest.TestCase):
    """A closed register: its roles only, nothing taken along, every look in the journal."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="junma-zone-")
        self.addCleanup(folder.cleanup)
        zone = os.path.join(folder.name, "zone")
        shutil.copytree(ZONE, zone)
        with open(os.path.join(zone, "registers", "clue.json"), "w", encoding="utf-8") as file:
            json.dump(CLUE, file, ensure_ascii=False)
        self.server = Server(zone=zone)
        self.addCleanup(self.server.close)

    def looks(self):
        db = sqlite3.connect(f"file:{os.path.join(self.server.data, 'junma.db')}?mode=ro", uri=True)
        try:
            return db.execute("SELECT count(*) FROM journal WHERE kind = 'record.look'").fetchone()[0]
        finally:
            db.close()

    def test_every_look_leaves_its_trace(self):
        path = "/api/registers/clue/records"
        inspector = self.server.client("jijian1")
        made = inspector.post(path, {"data": {"title": "举报线索"}})
        self.assertEqual(made.status, 201, made.bytes)
        before = self.looks()
        self.assertEqual(len(inspector.get(path).json["items"]), 1)
        self.assertEqual(inspector.get(f"{path}/{made.json['id']}").status, 200)
        self.assertEqual(inspector.get(f"{path}/{made.json['id']}/history").status, 200)
        self.assertEqual(self.looks(), before + 3)
        self.assertEqual(inspector.get("/api/registers/clue/export").status, 403)
        for login in ("admin", "lingdao1", "shouchu1"):
            other = self.server.client(login)
            for place in (path, f"{path}/{made.json['id']}", f"{path}/{made.json['id']}/history", "/api/registers/clue"):
                self.assertEqual(other.get(place).status, 404, (login, place))
        self.assertEqual(self.looks(), before + 3)


if __name__ == "__main__":
    unittest.main()
