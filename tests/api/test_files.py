"""Uploads and the face's files: by content, within limits, under names that lead nowhere."""
import os
import pathlib
import sqlite3
import struct
import tempfile
import time
import unittest
import zlib

from refusals import Refusals, raw

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001"
                    "e221bc330000000049454e44ae426082")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def png(width, height, rows=None):
    """A picture of one colour."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    lines = (b"\0" + b"\x20\x60\xa0" * width) * (height if rows is None else rows)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))


def size_of(jpeg):
    """Width and height out of the frame's head, and which application segments there are."""
    at, segments = 2, []
    while True:
        marker, length = jpeg[at + 1], struct.unpack(">H", jpeg[at + 2:at + 4])[0]
        if 0xE0 <= marker <= 0xEF:
            segments.append(marker)
        if marker in (0xC0, 0xC1, 0xC2):
            height, width = struct.unpack(">HH", jpeg[at + 5:at + 9])
            return (width, height), segments
        at += 2 + length


def with_exif(jpeg, orientation):
    """The same held otherwise, and taken at 28°N 115°E."""
    entries = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0) + struct.pack(">HHII", 0x8825, 4, 1, 38)
    gps = b"".join((struct.pack(">HHI4s", 1, 2, 2, b"N"), struct.pack(">HHII", 2, 5, 3, 92),
                    struct.pack(">HHI4s", 3, 2, 2, b"E"), struct.pack(">HHII", 4, 5, 3, 116)))
    body = (b"MM\0*" + struct.pack(">IH", 8, 2) + entries + struct.pack(">I", 0) + struct.pack(">H", 4) + gps + struct.pack(">I", 0)
            + struct.pack(">6I", 28, 1, 0, 1, 0, 1) + struct.pack(">6I", 115, 1, 0, 1, 0, 1))
    block = b"Exif\0\0" + body
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:]


class Uploads(Refusals):
    logins = ("qiye1", "qiye2", "gongdian1")

    def upload(self, content, name="a.png", client=None, **headers):
        sent = {"Content-Type": "application/octet-stream", "X-File-Name": name, **{k.replace("_", "-"): v for k, v in headers.items()}}
        return (client or self.qiye1).call("POST", "/api/files", content, {k: v for k, v in sent.items() if v is not None})

    def test_what_it_is_its_content_says(self):
        for content, name, kind in ((PNG, "a.exe", "image/png"), (PDF, "a.png", "application/pdf"), ("说明文字\n".encode(), "a.html", "text/plain")):
            with self.subTest(name=name):
                reply = self.upload(content, name)
                self.assertEqual((reply.status, reply.json["type"]), (201, kind), reply.bytes)
                back = self.qiye1.get("/api/files/" + reply.json["id"])
                self.assertEqual((back.status, back.bytes, back.headers["Content-Type"]), (200, content, kind))
                self.assertEqual(back.headers["X-Content-Type-Options"], "nosniff")
                shown = back.headers["Content-Disposition"].startswith("inline")
                self.assertEqual(shown, kind in ("image/png", "application/pdf"))

    def test_kinds_that_are_not_taken(self):
        zipped = b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + b"\0" * 16 + b"\x05\x00\x00\x00a.exe" + zlib.compress(b"\0" * 100_000)
        for what, content in (("program", b"\x7fELF\x02\x01\x01" + b"\0" * 60), ("windows", b"MZ\x90\x00" + b"\0" * 200), ("zip", zipped),
                              ("gzip", b"\x1f\x8b\x08\x00" + b"\0" * 20), ("page", b"<!DOCTYPE html><html><script>alert(1)</script></html>"),
                              ("drawing", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
                              ("script", b"#!/bin/sh\nrm -rf /\n"), ("shapeless", bytes(range(256)) * 4)):
            with self.subTest(what=what):
                said = self.both(self.qiye1, lambda c: self.upload(content, client=c), 415, "media-type")
                self.assertNotIn("field", said, "the name is not at fault")
        self.assertEqual(self.stray_files(), [])

    def stray_files(self):
        """What lies in the folder of files without a row that speaks of it."""
        db = sqlite3.connect(f"file:{self.server.data}/junma.db?mode=ro", uri=True)
        known = {s for (s,) in db.execute("SELECT sha256 FROM attachment")}
        db.close()
        return [f.name for f in pathlib.Path(self.server.data, "files").rglob("*") if f.is_file() and f.name.removesuffix(".small") not in known]

    def test_empty_and_too_large(self):
        self.both(self.qiye1, lambda c: self.upload(b"", client=c), 422, "invalid")
        reply = raw(self.server.port, None, parts=[
            f"POST /api/files HTTP/1.1\r\nHost: x\r\nCookie: junma_session={self.qiye1.cookie}\r\nX-CSRF-Token: {self.qiye1.csrf}\r\n"
            f"X-File-Name: a.png\r\nContent-Length: {21 << 20}\r\n\r\n".encode()])
        self.assertEqual(self.problem(*reply, "zh")["code"], "too-large")
        largest = PNG + b"\0" * ((20 << 20) - len(PNG))
        self.assertEqual(self.upload(largest).status, 201)

    def test_names(self):
        for name in ("", "/", "a%2Fb", "..%2F..%2Fetc%2Fpasswd", "%2e%2e", ".", "a%5Cb", "a%00.png", "a%0d%0aX-Evil:1", "%FF", "%", "a" * 256, None):
            with self.subTest(name=name):
                self.both(self.qiye1, lambda c: self.upload(PNG, name, client=c), 422 if name in (
                    "", "/", "a%2Fb", "..%2F..%2Fetc%2Fpasswd", "%2e%2e", ".", "a%5Cb", "a" * 256, None) else 400, field="X-File-Name")
        for name in ("%E7%85%A7%E7%89%87%281%29.png", "a%22b%3Bc.png", "%3Cscript%3E.png", "a%25b.png", "%E2%80%AEgnp.exe", "CON", ".htaccess"):
            with self.subTest(name=name):
                reply = self.upload(PNG, name)
                self.assertEqual(reply.status, 201, reply.bytes)
                said = self.qiye1.get("/api/files/" + reply.json["id"]).headers["Content-Disposition"]
                self.assertRegex(said, r"^inline; filename\*=UTF-8''[A-Za-z0-9!#$&+\-.^_`|~%]+$")
        inside = {p.name for p in pathlib.Path(self.server.data).iterdir()}
        self.assertLessEqual(inside, {"junma.db", "junma.db-wal", "junma.db-shm", "files", "journal.key", "junma.db.lock",
                                      "seal-ca.key", "seal-ca.pem", "seal.key", "seal.pem"}, inside)

    def small(self, content, client=None, name="a.png"):
        id = self.upload(content, name).json["id"]
        return (client or self.qiye1).get(f"/api/files/{id}/thumbnail")

    def test_small_pictures(self):
        made = self.small(png(1200, 600))
        self.assertEqual((made.status, made.headers["Content-Type"]), (200, "image/jpeg"), made.bytes)
        self.assertEqual(size_of(made.bytes)[0], (320, 160))
        self.assertEqual(size_of(self.small(png(10, 8)).bytes)[0], (10, 8), "what is small stays as it is")
        held = with_exif(made.bytes, 6)
        id = self.upload(held, "b.jpg").json
        self.assertEqual((round(id["lat"]), round(id["lon"])), (28, 115))
        turned = self.qiye1.get(f"/api/files/{id['id']}/thumbnail")
        self.assertEqual(size_of(turned.bytes)[0], (160, 320), "as the camera was held")
        self.assertNotIn(b"Exif", turned.bytes)
        again = self.qiye1.call("GET", f"/api/files/{id['id']}/thumbnail", headers={"If-None-Match": turned.headers["ETag"]})
        self.assertEqual(again.status, 304)
        self.assertEqual(self.qiye1.get(f"/api/files/{id['id']}/thumbnail").bytes, turned.bytes)
        self.both(self.qiye2, lambda c: c.get(f"/api/files/{id['id']}/thumbnail"), 404, "not-found")

    def test_what_has_no_small_picture(self):
        begun = time.monotonic()
        for what, content in (("paper", PDF), ("too many pixels", png(50000, 50000, rows=1)), ("no head", b"\xff\xd8\xff\xe0" + b"\0" * 40)):
            with self.subTest(what=what):
                id = self.upload(content, "a.jpg").json["id"]
                self.both(self.qiye1, lambda c: c.get(f"/api/files/{id}/thumbnail"), 415, "media-type")
        whole = self.small(png(400, 300)).bytes
        self.assertIn(self.small(whole[:len(whole) // 2], name="half.jpg").status, (200, 415), "what is there, or nothing")
        self.assertLess(time.monotonic() - begun, 20)

    def test_the_public_is_not_told_where_it_was(self):
        """Photographs of works are public: upright, without place, camera and who took them."""
        jpeg = with_exif(self.small(png(600, 300)).bytes, 6)
        officer = self.server.client("shouchu1")
        file = self.upload(jpeg, "c.jpg", client=officer).json["id"]
        work = officer.get("/api/registers/work/records", limit=1).json["items"][0]
        said = officer.call("PATCH", f"/api/registers/work/records/{work['id']}", {"data": {"photos": [file]}})
        self.assertEqual(said.status, 200, said.bytes)
        self.assertEqual(officer.get("/api/files/" + file).bytes, jpeg, "inside it is as it was sent")
        files = f"/api/registers/work/records/{work['id']}/files"
        inside, = [f for f in officer.get(files).json["items"] if f["id"] == file]
        self.assertEqual((round(inside["lat"]), bool(inside["by"])), (28, True))
        for client in (self.server.client(), self.qiye1):
            shown = client.get("/api/files/" + file)
            self.assertEqual(shown.status, 200, shown.bytes)
            self.assertEqual(size_of(shown.bytes)[0], size_of(jpeg)[0])
            self.assertNotEqual(shown.bytes, jpeg)
            self.assertEqual(shown.bytes.count(b"Exif"), 1, "how it was held, and nothing else")
            self.assertLess(len(shown.bytes), len(jpeg) - 80)
            again = self.upload(shown.bytes, "d.jpg").json
            self.assertIsNone(again["lat"])
            self.assertEqual(size_of(self.qiye1.get(f"/api/files/{again['id']}/thumbnail").bytes)[0], (160, 320), "upright")
            outside, = [f for f in client.get(files).json["items"] if f["id"] == file]
            self.assertEqual((outside["lat"], outside["lon"], outside["by"]), (None, None, None))
            self.assertEqual(client.get(f"/api/files/{file}/thumbnail").status, 200)

    def test_whose_it_is(self):
        upload = self.upload(PNG).json["id"]
        for client in (self.qiye2, self.gongdian1):
            self.both(client, lambda c: c.get("/api/files/" + upload), 404, "not-found")
        case = self.qiye2.create().json["id"]
        with self.nothing_written():
            self.refused(self.qiye2.verb(case, "note", text="别人的附件", attachments=[upload]), 422, "invalid", "attachments")
        self.refused(self.qiye2.call("POST", "/api/cases", {"kind": "request", "data": {
            "title": "厂区停电", "content": "三号厂房今天上午停电两次。", "urgency": "normal", "contact_name": "王小明",
            "contact_phone": "13800138000"}, "attachments": [upload]}), 422, "invalid", "attachments")

    def test_the_same_file_sent_with_a_case_is_seen_by_those_who_see_the_case(self):
        upload = self.upload(PDF, "%E8%AF%B4%E6%98%8E.pdf").json["id"]
        made = self.qiye1.call("POST", "/api/cases", {"kind": "request", "attachments": [upload], "data": {
            "topic": "power", "title": "厂区停电", "content": "三号厂房今天上午停电两次。", "urgency": "normal", "contact_name": "王小明",
            "contact_phone": "13800138000", "photos": [upload]}})
        self.assertEqual(made.status, 201, made.bytes)
        self.assertEqual(self.gongdian1.get("/api/files/" + upload).status, 200)
        self.assertEqual([f["name"] for f in self.gongdian1.get("/api/cases/" + made.json["id"]).json["attachments"]], ["说明.pdf"])
        self.refused(self.qiye2.get("/api/files/" + upload), 404, "not-found")
        again = self.qiye1.get("/api/files/" + upload)
        cached = self.qiye1.call("GET", "/api/files/" + upload, headers={"If-None-Match": again.headers["ETag"]})
        self.assertEqual((cached.status, cached.bytes), (304, b""))
        # A tag is no key: who may not see the file learns nothing by naming its hash.
        self.refused(self.qiye2.call("GET", "/api/files/" + upload, headers={"If-None-Match": again.headers["ETag"]}), 404)

    def test_a_file_that_is_gone_from_the_disk(self):
        upload = self.upload(b"will be removed\n", "r.txt").json
        path = pathlib.Path(self.server.data, "files", upload["sha256"][:2], upload["sha256"])
        os.remove(path)
        said = self.refused(self.qiye1.get("/api/files/" + upload["id"]), 500, "io")
        self.assertNotIn(upload["sha256"], str(said))


class Face(Refusals):
    """The folder of the face, and nothing beside it."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        root = pathlib.Path(cls.folder.name)
        web = root / "web"
        (web / "assets").mkdir(parents=True)
        (web / "index.html").write_text("<!doctype html><title>Junma</title>")
        (web / "assets" / "app-1.js").write_text("export {}")
        (web / ".env").write_text("hidden")
        (root / "secret.txt").write_text("outside")
        (web / "link.txt").symlink_to(root / "secret.txt")
        cls.server_options = {"extra": ["--web", str(web)]}
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.folder.cleanup()

    def test_pages(self):
        for path in ("/", "/hall", "/hall/cases/17", "/desk", "/login", "/index.html"):
            reply = self.qiye1.call("GET", path)
            self.assertEqual((reply.status, reply.headers["Content-Type"]), (200, "text/html; charset=utf-8"), path)
            self.assertIn("frame-ancestors 'none'", reply.headers["Content-Security-Policy"])
            head = self.qiye1.call("HEAD", path)
            self.assertEqual((head.status, head.bytes, head.headers["Content-Length"]), (200, b"", reply.headers["Content-Length"]))
        asset = self.qiye1.call("GET", "/assets/app-1.js")
        self.assertEqual(asset.headers["Content-Type"], "text/javascript; charset=utf-8")
        self.assertIn("immutable", asset.headers["Cache-Control"])

    def test_a_person_who_lost_the_way(self):
        lost = self.qiye1.call("GET", "/no/such/page", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
        self.assertEqual((lost.status, lost.headers["Content-Type"]), (404, "text/html; charset=utf-8"))
        self.refused(self.qiye1.call("DELETE", "/hall"), 405, "method-not-allowed")

    def test_nothing_outside(self):
        for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/../../secret.txt", "/assets/..%2f..%2fsecret.txt",
                     "/%2e%2e%2fsecret.txt", "/..\\secret.txt", "/%5c..%5csecret.txt", "//etc/passwd", "/etc/passwd", "/.env", "/%2eenv",
                     "/link.txt", "/assets", "/assets/", "/assets/missing.js", "/index.html/", "/index.html%00.js", "/hallway", "/C:/x",
                     "/index.html::$DATA", "file:///etc/passwd", "/....//secret.txt", "/%252e%252e/secret.txt"):
            with self.subTest(path=path):
                reply = raw(self.server.port, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                self.assertIn(reply[0], (400, 404), reply)
                self.assertNotIn(b"outside", reply[2])
                self.assertNotIn(b"hidden", reply[2])
                self.problem(*reply, "zh")


if __name__ == "__main__":
    unittest.main()
