"""Open311 GeoReport v2: discovery, services, requests as XML and JSON, keys, tokens, what is refused, what is hidden."""
import base64
import json
import struct
import unittest
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET
import zlib

from refusals import Refusals

V2 = "/open311/v2"
# Elements of public servers' answers (Toronto, Giessen, and the list fixtures of open311status, MIT).
REQUEST_XML = ["service_request_id", "status", "status_notes", "service_name", "service_code", "description", "agency_responsible",
               "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address", "address_id", "zipcode",
               "long", "lat", "media_url"]
REQUEST_JSON = ["service_request_id", "status", "service_name", "service_code", "agency_responsible", "requested_datetime",
                "updated_datetime", "address", "lat", "long"]
SERVICE = ["service_code", "service_name", "description", "metadata", "type", "keywords", "group"]
HOLE = {"service_code": "pothole", "lat": "28.72", "long": "115.83", "attribute[size]": "large",
        "description": "坑很深,电话 1540000 0123", "address_string": "示例路口", "first_name": "示例", "phone": "15400000124"}


def png(width=3, height=2, more=b""):
    """A picture; `more` are chunks between its head and its data."""
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + b"\x80" * 3 * width for _ in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + more
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def told(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


class Open311(Refusals):
    logins = ("admin", "jianguan1", "shouchu1", "huanbao1", "lingdao1")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.base = f"http://127.0.0.1:{cls.server.port}"
        cls.anyone = cls.server.client()

    @classmethod
    def tearDownClass(cls):
        cls.anyone.connection.close()
        super().tearDownClass()

    def setUp(self):
        self.key = self.admin.post("/api/open311/keys", {"name": "示例应用"}).json["key"]  # each has its own limit

    def send(self, fields, path=V2 + "/requests.json", key=True):
        body = urllib.parse.urlencode({**fields, **({"api_key": self.key} if key else {})}).encode()
        request = urllib.request.Request(self.base + path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        try:
            with urllib.request.urlopen(request) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def read(self, path, **query):
        address = self.base + path + ("?" + urllib.parse.urlencode(query) if query else "")
        try:
            with urllib.request.urlopen(address) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def report(self, **changes):
        status, text = self.send({**HOLE, **changes})
        self.assertEqual(status, 201, text)
        return json.loads(text)[0]["service_request_id"]

    def test_discovery(self):
        status, text = self.read("/open311/discovery.xml")
        self.assertEqual(status, 200)
        root = ET.fromstring(text)
        self.assertEqual(root.tag, "discovery")
        self.assertEqual([e.tag for e in root], ["changeset", "contact", "key_service", "endpoints"])
        endpoint = root.find("endpoints/endpoint")
        self.assertEqual([e.tag for e in endpoint], ["specification", "url", "changeset", "type", "formats"])
        self.assertEqual(endpoint.find("url").text, self.base + V2)
        self.assertEqual([e.text for e in endpoint.find("formats")], ["text/xml", "application/json"])
        self.assertEqual(json.loads(self.read("/open311/discovery.json")[1])["endpoints"][0]["type"], "test")

    def test_services(self):
        root = ET.fromstring(self.read(V2 + "/services.xml")[1])
        self.assertEqual(root.tag, "services")
        self.assertEqual({e.tag for e in root}, {"service"})
        self.assertEqual([e.tag for e in root[0]], SERVICE)
        listed = json.loads(self.read(V2 + "/services.json")[1])
        self.assertEqual(list(listed[0]), SERVICE)
        self.assertEqual([s["service_code"] for s in listed], [e.find("service_code").text for e in root])
        holes = ET.fromstring(self.read(V2 + "/services/pothole.xml")[1])
        self.assertEqual(holes.tag, "service_definition")
        first = holes.find("attributes/attribute")
        self.assertEqual([e.tag for e in first], ["variable", "code", "datatype", "required", "datatype_description", "order",
                                                  "description", "values"])
        self.assertEqual([e.tag for e in first.find("values/value")], ["key", "name"])
        self.assertEqual(self.read(V2 + "/services/moon.xml")[0], 404)
        self.assertEqual(json.loads(self.read(V2 + "/services/moon.json")[1])[0]["code"], 404)

    def test_a_report_through_its_life(self):
        number = self.report()
        root = ET.fromstring(self.read(f"{V2}/requests/{number}.xml")[1])
        self.assertEqual(root.tag, "service_requests")
        self.assertEqual(sorted(e.tag for e in root[0]), sorted(REQUEST_XML))
        self.assertEqual(root.find("request/status").text, "open")
        one = json.loads(self.read(f"{V2}/requests/{number}.json")[1])[0]
        self.assertLessEqual(set(REQUEST_JSON), set(one))
        self.assertEqual((one["lat"], one["long"], one["address"]), (28.72, 115.83, "示例路口"))
        self.assertIn("****", one["description"])
        self.assertNotIn("1540000", json.dumps(one), "phones are covered, contacts are not shown")
        self.assertRegex(one["requested_datetime"], r"\+08:00$")
        self.assertTrue(one["expected_datetime"])
        # The unit answers; the answer is public and the request closed.
        case = self.shouchu1.get("/api/cases", q=number).json["items"][0]
        self.assertEqual(case["kind"], "report")
        full = self.shouchu1.get(f"/api/cases/{case['id']}").json
        self.assertEqual(full["unit"]["code"], "CON")
        for verb, body in (("sign", {}), ("reply", {"text": "已修补,联系人电话 0791-12345678。"})):
            done = self.jianguan1.post(f"/api/cases/{case['id']}/verbs/{verb}", body)
            self.assertEqual(done.status, 200, done.bytes)
        one = json.loads(self.read(f"{V2}/requests/{number}.json")[1])[0]
        self.assertEqual(one["status"], "closed")
        self.assertEqual(one["status_notes"], "已修补,联系人电话 ****。")

    def page(self, picture=None, **changes):
        """A report from the Hall's page, by somebody who is not signed in."""
        body = {"service": "pothole", "lon": 115.83, "lat": 28.72, "attributes": {"size": "large"}, "description": "坑", **changes}
        if picture is not None:
            body["picture"] = base64.b64encode(picture).decode()
        return self.anyone.post("/api/reports", body)

    def media(self, number):
        return json.loads(self.read(f"{V2}/requests/{number}.json")[1])[0]["media_url"]

    def fetch(self, address):
        try:
            with urllib.request.urlopen(address) as reply:
                return reply.status, reply.read(), reply.headers["Content-Type"]
        except urllib.error.HTTPError as error:
            return error.code, error.read(), None

    def test_a_picture_is_looked_at_before_it_is_public(self):
        secret = "拍摄者 115.83".encode()
        number = self.page(png(more=told(b"tEXt", b"Comment\0" + secret)) + b"behind the end").json["number"]
        self.assertIsNone(self.media(number), "nobody has looked at it yet")
        item = next(r for r in self.jianguan1.get("/api/reports", waiting="true").json["items"] if r["number"] == number)
        self.assertEqual((item["pictureState"], item["status"], item["unit"]["zh"]), ("waits", "open", "建设管理局"))
        kept = self.jianguan1.get(f"/api/files/{item['picture']}")
        self.assertEqual((kept.status, kept.bytes), (200, png()), "what the picture tells beside itself is left out")
        self.refused(self.anyone.get(f"/api/files/{item['picture']}"), 401, "unauthenticated", None, "zh")
        review = lambda client, **body: client.post(f"/api/reports/{item['id']}/review", body)
        self.refused(review(self.lingdao1, of="picture", shown=True), 403, "forbidden", None, "zh")
        self.refused(review(self.jianguan1, of="picture", shown=False), 422, "invalid", "reason", "zh")
        self.refused(review(self.jianguan1, of="title", shown=True), 422, "invalid", "of", "zh")
        self.refused(review(self.huanbao1, of="picture", shown=True), 404, "not-found", None, "zh")
        self.assertEqual(review(self.jianguan1, of="picture", shown=True).status, 204)
        address = self.media(number)
        self.assertTrue(address.startswith(self.base + "/open311/media/"), address)
        self.assertEqual(self.fetch(address), (200, png(), "image/png"))
        self.assertEqual(ET.fromstring(self.read(f"{V2}/requests/{number}.xml")[1]).find("request/media_url").text, address)
        # Taken back: no longer named, and no longer given out under its old address.
        self.assertEqual(review(self.jianguan1, of="picture", shown=False, reason="拍到车牌").status, 204)
        self.assertIsNone(self.media(number))
        self.assertEqual(self.fetch(address)[0], 404)

    def test_a_report_kept_from_the_public(self):
        number = self.page(png()).json["number"]
        item = next(r for r in self.jianguan1.get("/api/reports").json["items"] if r["number"] == number)
        review = lambda **body: self.jianguan1.post(f"/api/reports/{item['id']}/review", body).status
        self.assertEqual(review(of="picture", shown=True), 204)
        address = self.media(number)
        self.assertEqual(review(of="report", shown=False, reason="恶意上报"), 204)
        self.assertEqual(self.read(f"{V2}/requests/{number}.json")[0], 404)
        self.assertNotIn(number, self.read(V2 + "/requests.xml")[1])
        self.assertEqual(self.fetch(address)[0], 404)
        self.assertEqual(next(r for r in self.jianguan1.get("/api/reports").json["items"] if r["number"] == number)["withheld"], "恶意上报")
        self.assertEqual(review(of="report", shown=True), 204)
        self.assertEqual(self.read(f"{V2}/requests/{number}.json")[0], 200)

    def test_pictures_that_are_refused(self):
        before = len(self.jianguan1.get("/api/reports").json["items"])
        wide = png().replace(struct.pack(">II", 3, 2), struct.pack(">II", 30000, 30000))
        for status, picture in ((415, b"%PDF-1.4 no picture"), (415, png()[:40]), (415, b"\xff\xd8\xff\xd9"), (422, wide)):
            with self.subTest(picture=picture[:12]):
                self.assertEqual(self.page(picture).status, status)
        self.refused(self.anyone.post("/api/reports", {"service": "light", "lon": 115.8, "lat": 28.7, "picture": "§§"}),
                     422, "invalid", "picture", "zh")
        self.assertEqual(len(self.jianguan1.get("/api/reports").json["items"]), before, "with its picture, or not at all")

    def test_a_private_report_shows_nothing(self):
        made = self.page(png(), service="parking", attributes={}).json
        self.assertFalse(made["isPublic"])
        item = next(r for r in self.shouchu1.get("/api/reports", service="parking").json["items"] if r["number"] == made["number"])
        self.assertTrue(item["isPrivate"])
        self.assertEqual(self.shouchu1.post(f"/api/reports/{item['id']}/review", {"of": "picture", "shown": True}).status, 204)
        self.assertEqual(self.read(f"{V2}/requests/{made['number']}.json")[0], 404)

    def test_the_samples_reports(self):
        listed = json.loads(self.read(V2 + "/requests.json")[1])
        answered = [r for r in listed if r["status"] == "closed" and r["media_url"]]
        self.assertGreater(len(answered), 5)
        self.assertTrue(all(r["status_notes"] for r in answered))
        status, content, kind = self.fetch(answered[0]["media_url"])
        self.assertEqual((status, kind, content[:3]), (200, "image/jpeg", b"\xff\xd8\xff"))
        days = sorted(r["requested_datetime"] for r in listed)
        middle = days[len(days) // 2]
        early = [r["requested_datetime"] for r in json.loads(self.read(V2 + "/requests.json", end_date=middle)[1])]
        late = [r["requested_datetime"] for r in json.loads(self.read(V2 + "/requests.json", start_date=middle)[1])]
        self.assertTrue(all(d < middle for d in early) and all(d >= middle for d in late))
        self.assertEqual(sorted(early + late), days)
        several = [r["service_code"] for r in json.loads(self.read(V2 + "/requests.json", service_code="light,drain", status="closed")[1])]
        self.assertEqual(set(several), {"light", "drain"})
        both = ET.fromstring(self.read(V2 + "/requests.xml", service_code="light", status="open,closed")[1])
        self.assertEqual({e.find("service_code").text for e in both}, {"light"})

    def test_filters(self):
        a, b = self.report(), self.report(service_code="light", description="灯不亮")
        ids = lambda **q: [r["service_request_id"] for r in json.loads(self.read(V2 + "/requests.json", **q)[1])]
        self.assertLessEqual({a, b}, set(ids()))
        self.assertEqual(set(ids(service_request_id=f"{a},{b}", service_code="tree")), {a, b}, "ids override the rest")
        self.assertIn(b, ids(service_code="light"))
        self.assertNotIn(a, ids(service_code="light"))
        self.assertIn(a, ids(status="open"))
        self.assertNotIn(a, ids(status="closed"))
        self.assertEqual(ids(start_date="2001-01-01T00:00:00Z"), [], "ninety days from the start that is given")
        self.assertEqual(ids(end_date="2001-01-01T00:00:00Z"), [])
        self.assertEqual(self.read(V2 + "/requests.json", status="half")[0], 400)
        self.assertEqual(self.read(V2 + "/requests.json", start_date="yesterday")[0], 400)
        self.assertEqual(self.read(V2 + "/requests.xml", jurisdiction_id="elsewhere")[0], 404)
        self.assertEqual(self.read(V2 + "/requests/B0000-00000-0.xml")[0], 404)

    def test_tokens_and_private_services(self):
        status, text = self.send({**HOLE, "service_code": "noise"}, V2 + "/requests.xml")
        self.assertEqual(status, 201, text)
        request = ET.fromstring(text)[0]
        self.assertEqual([e.tag for e in request], ["token", "service_notice", "account_id"])
        token = ET.fromstring(self.read(f"{V2}/tokens/{request[0].text}.xml")[1])[0]
        self.assertEqual([e.tag for e in token], ["service_request_id", "token"])
        self.assertEqual(self.read(f"{V2}/requests/{token[0].text}.xml")[0], 200)
        self.assertEqual(self.read(f"{V2}/tokens/none.json")[0], 404)
        hidden = self.report(service_code="parking")
        self.assertEqual(self.read(f"{V2}/requests/{hidden}.json")[0], 404, "a private service shows nothing")
        self.assertNotIn(hidden, self.read(V2 + "/requests.json", service_code="parking")[1])

    def test_refusals(self):
        for status, fields in ((400, {"service_code": ""}), (404, {"service_code": "moon"}), (400, {"attribute[size]": ""}),
                               (400, {"attribute[size]": "gigantic"}), (400, {"lat": "91"}), (400, {"lat": "x"}),
                               (400, {"lat": "", "long": "", "address_string": ""}), (400, {"description": "字" * 4001}),
                               (400, {"media_url": "javascript:x"}), (404, {"jurisdiction_id": "elsewhere"})):
            with self.subTest(fields=fields):
                got, text = self.send({**HOLE, **fields})
                self.assertEqual(got, status, text)
                self.assertEqual([sorted(e) for e in json.loads(text)], [["code", "description"]])
        got, text = self.send(HOLE, V2 + "/requests.xml", key=False)
        self.assertEqual(got, 403)
        self.assertEqual([e.tag for e in ET.fromstring(text)[0]], ["code", "description"])
        self.assertEqual(self.send({**HOLE, "api_key": "wrong"}, key=False)[0], 403)
        self.assertEqual(self.read(V2 + "/services.pdf")[0], 404)
        self.assertEqual(ET.fromstring(self.read(V2 + "/nothing.xml")[1]).tag, "errors")

    def test_keys(self):
        made = self.admin.post("/api/open311/keys", {"name": "另一个应用"}).json
        listed = self.admin.get("/api/open311/keys").json["items"]
        self.assertIn("另一个应用", [k["name"] for k in listed])
        self.assertNotIn(made["key"], json.dumps(listed), "a key is shown once")
        self.assertEqual(self.send({**HOLE, "api_key": made["key"]}, key=False)[0], 201)
        row = lambda: next(k for k in self.admin.get("/api/open311/keys").json["items"] if k["id"] == made["id"])
        self.assertEqual((row()["used"], row()["usedToday"], row()["createdBy"]), (1, 1, "管理员"))
        self.assertEqual(self.send({**HOLE, "api_key": made["key"], "lat": "x"}, key=False)[0], 400)
        self.assertEqual(row()["used"], 1, "what was refused is not counted")
        limit = lambda client, n: client.call("PATCH", f"/api/open311/keys/{made['id']}", {"aDay": n})
        self.assertEqual(limit(self.admin, 2).status, 204)
        self.refused(limit(self.admin, -1), 422, "invalid", "aDay", "zh")
        self.refused(limit(self.shouchu1, 5), 403, "forbidden", None, "zh")
        self.assertEqual([self.send({**HOLE, "api_key": made["key"]}, key=False)[0] for _ in range(2)], [201, 429])
        self.assertEqual((row()["used"], row()["aDay"]), (2, 2))
        self.assertEqual(self.admin.call("DELETE", f"/api/open311/keys/{made['id']}").status, 204)
        self.assertEqual(self.send({**HOLE, "api_key": made["key"]}, key=False)[0], 403)
        self.refused(self.shouchu1.post("/api/open311/keys", {"name": "x"}), 403, "forbidden", None, "zh")
        self.refused(self.shouchu1.get("/api/open311/keys"), 403, "forbidden", None, "zh")

    def test_keys_of_nobody(self):
        for verb, path, body in (("PATCH", "/api/open311/keys/1", {"aDay": 1}), ("DELETE", "/api/open311/keys/1", None)):
            self.refused(self.admin.call(verb, path, body), 404, "not-found", None, "zh")
        self.refused(self.admin.post("/api/open311/keys", {"name": " "}), 422, "invalid", "name", "zh")

    def test_markup_stays_text(self):
        number = self.report(description="<b>&\"'</b> ]]> 坑")
        root = ET.fromstring(self.read(f"{V2}/requests/{number}.xml")[1])
        self.assertEqual(root.find("request/description").text, "<b>&\"'</b> ]]> 坑")

    def test_zone_limits_reports(self):
        got = [self.send({**HOLE, "api_key": "f" * 32}, key=False)[0] for _ in range(25)]
        self.assertEqual(got[0], 403)
        self.assertEqual(got[-1], 429)


if __name__ == "__main__":
    unittest.main()
