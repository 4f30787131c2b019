"""Licences over HTTP: issued, changed, suspended, revoked; PDF, credential and codes, verified by strangers; consents."""
import base64
import json
import pathlib
import re
import subprocess
import tempfile
import time
import unittest
import zlib

from outside import wait_until
from refusals import Refusals

DRAIN = {"address": "示例南二路81号", "outlets": 1, "volume": 120, "scope": "化学需氧量≤500mg/L"}
WHY = {"reason": "现场检查发现问题(测试)", "basis": "《行政许可法》第六十九条"}


def unpack(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def pack(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Telephone:
    """A key that stays here; signs as a browser does."""

    def __init__(self):
        self.file = tempfile.NamedTemporaryFile(suffix=".pem")  # pylint: disable=consider-using-with
        self.key = self.file.name
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.key], check=True)
        der = subprocess.run(["openssl", "ec", "-in", self.key, "-pubout", "-outform", "DER"], check=True,
                             capture_output=True).stdout
        self.point = pack(der[-65:])

    def code(self, token, at=None):
        digits, n = "", int(at or time.time())
        while n:
            n, r = divmod(n, 36)
            digits = "0123456789abcdefghijklmnopqrstuvwxyz"[r] + digits
        told = f"{token}.{digits}"
        der = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key], input=told.encode(), check=True,
                             capture_output=True).stdout
        r_length = der[3]
        r, s = der[4:4 + r_length], der[6 + r_length:]
        return told + "." + pack(r[-32:].rjust(32, b"\0") + s[-32:].rjust(32, b"\0"))


class Licences(Refusals):
    logins = ("qiye1", "qiye2", "chengguan1", "chengguan.fzr", "jianguan1", "jianguan.fzr", "shouchu1", "admin")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer, cls.head = getattr(cls, "chengguan1"), getattr(cls, "chengguan.fzr")
        cls.stranger = cls.server.client()

    def firm(self):
        """An enterprise without the licence."""
        for item in self.shouchu1.get("/api/registers/enterprise/records", limit=20).json["items"]:
            held = self.officer.get("/api/licences", type="drainage", holder=item["id"], holderRegister="enterprise").json
            if not [x for x in held["items"] if x["status"] in ("valid", "suspended")]:
                return item
        raise AssertionError("all have one")

    def issue(self, **more):
        firm = self.firm()
        reply = self.officer.post("/api/licences", {"type": "drainage", "holderId": firm["id"], "data": DRAIN, **more})
        self.assertEqual(reply.status, 201, reply.bytes)
        return reply.json

    def act(self, who, licence, verb, **body):
        return who.post(f"/api/licences/{licence['id']}/acts/{verb}", body)

    def mine(self, kind="drainage"):
        for item in self.qiye1.get("/api/licences/mine").json["items"]:
            if item["type"] == kind and item["status"] == "valid":
                return item
        raise AssertionError("none held")

    def verdict(self, code):
        reply = self.stranger.get("/api/licences/verify", code=code)
        self.assertEqual(reply.status, 200, reply.bytes)
        return reply.json

    def test_there_are_35_types_and_all_are_in_use(self):
        types = self.stranger.get("/api/licences/types").json["items"]
        self.assertEqual(len(types), 36)  # and the certificate of training, which people hold
        self.assertEqual(len({t["code"] for t in types}), 36)
        for t in types:
            self.assertEqual(len(t["code"]), 21)

    def test_a_licence_through_its_life(self):
        made = self.issue()
        self.assertEqual((made["status"], made["version"], made["operation"]), ("valid", 1, "01"))
        path = f"/api/licences/{made['id']}"
        whole = self.officer.get(path).json
        self.assertIn("change", [v["verb"] for v in whole["verbs"] if v["allowed"]])
        self.assertNotIn("revoke", [v["verb"] for v in whole["verbs"]])  # the head's
        changed = self.act(self.officer, made, "change", data={"outlets": 2}, reason="新增排水口", basis="条例")
        self.assertEqual(changed.status, 200, changed.bytes)
        new = changed.json
        self.assertEqual((new["version"], new["number"], new["beforeId"]), (2, made["number"], made["id"]))
        self.assertEqual(new["identifier"].split(".")[8], "002")
        old = self.officer.get(path).json["licence"]
        self.assertEqual((old["status"], old["nextId"], old["operation"]), ("lapsed", new["id"], "09"))
        self.refused(self.act(self.officer, made, "change", data={}), 409, "not-allowed", None, "zh")
        self.refused(self.act(self.head, new, "suspend", reason="x"), 422, "invalid", "basis", "zh")
        self.assertEqual(self.act(self.head, new, "suspend", **WHY).json["status"], "suspended")
        self.assertEqual(self.verdict(new["identifier"])["result"], "suspended")
        self.assertEqual(self.verdict(made["identifier"])["result"], "replaced")
        self.assertEqual(self.act(self.head, new, "resume", **WHY).json["status"], "valid")
        self.assertEqual(self.verdict(new["identifier"])["result"], "valid")
        self.assertEqual(self.act(self.head, new, "revoke", **WHY).json["status"], "revoked")
        self.assertEqual(self.verdict(new["identifier"])["result"], "revoked")
        history = self.officer.get(f"/api/licences/{new['id']}").json["history"]
        self.assertEqual([h["verb"] for h in history], ["issue", "change", "suspend", "resume", "revoke"])
        self.refused(self.head.get(f"/api/licences/{new['id']}/pdf"), 409, "not-allowed", None, "zh")

    def test_who_may_not(self):
        mine = self.mine()
        self.refused(self.qiye2.get(f"/api/licences/{mine['id']}"), 404, "not-found", None, "zh")
        self.refused(self.jianguan1.get(f"/api/licences/{mine['id']}"), 404, "not-found", None, "zh")  # another unit
        self.refused(self.qiye1.get("/api/licences"), 403, "forbidden", None, "zh")
        self.refused(self.stranger.get("/api/licences/mine"), 401, "unauthenticated", None, "zh")
        body = {"type": "drainage", "holderKey": mine["holder"]["key"], "data": DRAIN}
        self.refused(self.jianguan1.post("/api/licences", body), 403, "forbidden", None, "zh")
        self.refused(self.qiye1.post("/api/licences", body), 403, "forbidden", None, "zh")
        self.refused(self.officer.post("/api/licences", body), 409, "conflict", None, "zh")  # held once
        self.refused(self.act(self.officer, mine, "revoke", **WHY), 403, "forbidden", None, "zh")
        self.refused(self.act(self.head, mine, "explode", **WHY), 404, "not-found", None, "zh")

    def test_bad_input(self):
        both = lambda body, *rest: self.both(self.officer, lambda c: c.post("/api/licences", body), *rest)
        firm = self.firm()["id"]
        both({"type": "nothing", "holderId": firm}, 422, "invalid", "type")
        both({"type": "drainage", "holderKey": "91360100MA00000000"}, 422, "invalid", "holder")
        both({"type": "drainage", "holderId": firm, "data": {**DRAIN, "outlets": 0}}, 422, "invalid", "outlets")
        both({"type": "drainage", "holderId": firm, "data": {**DRAIN, "scope": None}}, 422, "invalid", "scope")
        both({"type": "drainage", "holderId": firm, "data": {**DRAIN, "colour": "red"}}, 422, "invalid", "colour")

    def test_renewal(self):
        mine = self.mine()
        self.assertIsNotNone(mine["renewBy"])
        asked = self.act(self.qiye1, mine, "apply")
        self.assertEqual(asked.status, 200, asked.bytes)
        self.assertIsNotNone(asked.json["renewalAt"])
        self.refused(self.act(self.qiye1, mine, "apply"), 409, "not-allowed", None, "zh")
        self.refused(self.act(self.qiye2, mine, "apply"), 404, "not-found", None, "zh")
        self.assertIsNone(self.act(self.officer, mine, "refuse", **WHY).json["renewalAt"])
        self.act(self.qiye1, mine, "apply")
        renewed = self.act(self.officer, mine, "renew").json
        self.assertEqual((renewed["version"], renewed["operation"]), (mine["version"] + 1, "02"))
        self.assertGreater(renewed["validTo"], mine["validTo"])
        self.assertEqual(renewed["firstIssuedOn"], mine["firstIssuedOn"])

    def test_pdf(self):
        mine = self.mine("food_business")
        reply = self.qiye1.get(f"/api/licences/{mine['id']}/pdf")
        self.assertEqual(reply.status, 200, reply.bytes[:200])
        pdf = reply.bytes
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "licence.pdf")
            file.write_bytes(pdf)
            said = subprocess.run(["pdfsig", file], capture_output=True, text=True, check=False).stdout
            self.assertIn("Signature is Valid", said)
            self.assertIn("Total document signed", said)
            text = subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=False).stdout
            self.assertIn(mine["holder"]["name"], text.replace("\n", ""))
        check = lambda body: self.stranger.call("POST", "/api/licences/verify", body,
                                                {"Content-Type": "application/pdf"})
        good = check(pdf).json
        self.assertEqual((good["result"], good["how"], good["licence"]["identifier"]), ("valid", "pdf", mine["identifier"]))
        altered = bytearray(pdf)
        altered[3000] ^= 1
        self.assertEqual(check(bytes(altered)).json["result"], "altered")
        self.assertEqual(check(pdf + b"\n% more").json["result"], "altered")
        self.assertEqual(check(b"MZ\x90 a program named licence.pdf").json["text"]["zh"], "这不是 PDF 文件")
        self.assertEqual(check(b"%PDF-1.4 unsigned").json["result"], "foreign")

    def test_code_of_a_telephone(self):
        mine, phone = self.mine("food_business"), Telephone()
        path = f"/api/licences/{mine['id']}/pass"
        token = self.qiye1.post(path, {"device": phone.point}).json["token"]
        good = self.verdict(phone.code(token))
        self.assertEqual((good["result"], good["present"]), ("valid", True))
        self.assertEqual(self.verdict(token)["result"], "stale")  # without the telephone
        self.assertEqual(self.verdict(phone.code(token, time.time() - 1000))["result"], "stale")
        self.assertEqual(self.verdict(Telephone().code(token))["result"], "stale")  # another telephone
        code = phone.code(token)
        self.assertEqual(self.verdict(code[:30] + ("A" if code[30] != "A" else "B") + code[31:])["result"], "altered")
        short = self.qiye1.post(path, {}).json["token"]
        self.assertEqual(self.verdict("https://zone.example/v/" + short)["result"], "valid")
        self.refused(self.qiye1.post(path, {"device": "abc"}), 422, "invalid", "device", "zh")
        self.refused(self.qiye2.post(path, {}), 404, "not-found", None, "zh")
        self.assertEqual(self.verdict("1.2.156.3005.2.X")["result"], "foreign")
        self.assertEqual(self.verdict(mine["identifier"][:-1] + ("A" if mine["identifier"][-1] != "A" else "B"))["result"],
                         "foreign")
        looks = self.qiye1.get(f"/api/licences/{mine['id']}").json["looks"]
        self.assertIn("code", {x["how"] for x in looks})

    def test_figures_open_onto_licences(self):
        leader = self.server.client("lingdao1")
        for name in ("licences_valid", "licences_by_status", "licence_types_live"):
            found = leader.get(f"/api/figures/{name}/licences", limit=5).json["items"]
            self.assertTrue(found and all(one["identifier"] and one["holder"]["name"] for one in found), name)
        valid = leader.get("/api/figures/licences_valid/licences", by="type", key="business", limit=20).json["items"]
        self.assertEqual({(one["type"], one["status"]) for one in valid}, {("business", "valid")})
        self.refused(leader.get("/api/figures/licences_valid/rows"), 422, "invalid", "name", "zh")
        listed = {f["name"]: f["records"] for f in leader.get("/api/figures").json["items"]}
        self.assertEqual((listed["licences_valid"], listed["service_received"], listed["items_online"]), ("licences", "records", "rows"))
        leader.connection.close()

    def test_more_than_a_page_is_refused_by_field_and_length(self):
        long = self.issue(data={**DRAIN, "scope": "限\n" * 480})
        reply = self.officer.get(f"/api/licences/{long['id']}/pdf")
        self.refused(reply, 422, "limit", None, "zh")
        found = re.search("“主要污染物项目及限值”过长,一页排不下:现有 (\\d+) 字,这份证照上最多 (\\d+) 字", reply.json["detail"])
        self.assertTrue(found, reply.json["detail"])
        had, most = int(found[1]), int(found[2])
        self.assertTrue(50 < most < had <= 960, (had, most))
        fits = self.issue(data={**DRAIN, "scope": ("限\n" * 480)[:most - 1]})
        self.assertEqual(self.officer.get(f"/api/licences/{fits['id']}/pdf").status, 200)

    def test_what_is_wrong_at_the_doors_is_said(self):
        """A program called .pdf, somebody else's licence, one that has lapsed, a wrong number."""
        # Verifications of one address are limited: the others of this class may have used them up for a second.
        answered = lambda ask: wait_until(lambda: (lambda reply: reply.json if reply.status == 200 else None)(ask()))
        program = answered(lambda: self.stranger.call("POST", "/api/licences/verify", b"MZ\x90\x00" + bytes(300), {"Content-Type": "application/pdf"}))
        self.assertEqual((program["result"], program["text"]["zh"]), ("foreign", "这不是 PDF 文件"))
        mine = self.issue()
        self.refused(self.qiye2.get("/api/licences/" + mine["id"]), 404, "not-found", None, "zh")
        self.refused(self.qiye2.get(f"/api/licences/{mine['id']}/pdf"), 404, "not-found", None, "zh")
        self.refused(self.qiye2.post(f"/api/licences/{mine['id']}/pass", {}), 404, "not-found", None, "zh")
        self.refused(self.qiye2.post("/api/licences/consents", {"licenceId": mine["id"], "purpose": "试"}), 422, "invalid", "licenceId", "zh")
        number = mine["identifier"][:-1] + ("A" if mine["identifier"][-1] != "A" else "B")
        self.assertEqual(answered(lambda: self.stranger.get("/api/licences/verify", code=number))["result"], "foreign")

    def test_strangers_see_public_fields_only(self):
        mine = self.mine("construction")
        seen = self.verdict(mine["identifier"])["licence"]
        names = {f["name"] for f in seen["fields"]}
        self.assertIn("project", names)
        self.assertNotIn("price", names)
        self.assertNotIn("manager", names)
        self.assertNotIn("holder", seen)

    def test_credential_and_list_of_states(self):
        mine = self.mine("food_business")
        jwt = self.qiye1.get(f"/api/licences/{mine['id']}/credential").bytes.decode()
        header, payload = (json.loads(unpack(p)) for p in jwt.split(".")[:2])
        self.assertEqual((header["alg"], header["typ"]), ("ES256", "vc+jwt"))
        self.assertEqual(payload["type"], ["VerifiableCredential", "ElectronicLicence"])
        keys = self.stranger.get("/api/licences/keys").json
        self.assertEqual(keys["keys"][0]["kid"], header["kid"])
        self.assertEqual(self.verdict(jwt)["result"], "valid")
        self.refused(self.officer.get(f"/api/licences/{mine['id']}/credential"), 404, "not-found", None, "zh")
        other = next(x for x in self.qiye2.get("/api/licences/mine").json["items"]
                     if x["type"] == "construction" and x["status"] == "valid")
        theirs = self.qiye2.get(f"/api/licences/{other['id']}/credential").bytes.decode()
        states = json.loads(unpack(theirs.split(".")[1]))["credentialStatus"]
        index = {e["statusPurpose"]: int(e["statusListIndex"]) for e in states}

        def bit(purpose):
            listed = self.stranger.get(f"/api/licences/status/{purpose}/0").bytes.decode()
            packed = json.loads(unpack(listed.split(".")[1]))["credentialSubject"]["encodedList"]
            bits = zlib.decompress(unpack(packed[1:]), 31)
            self.assertEqual(len(bits), 16384)
            return bits[index[purpose] // 8] >> (7 - index[purpose] % 8) & 1
        head = getattr(self, "jianguan.fzr")
        self.assertEqual((bit("revocation"), bit("suspension")), (0, 0))
        self.act(head, other, "suspend", **WHY)
        self.assertEqual((bit("revocation"), bit("suspension")), (0, 1))
        self.act(head, other, "revoke", **WHY)
        self.assertEqual((bit("revocation"), bit("suspension")), (1, 0))
        self.assertEqual(self.verdict(theirs)["result"], "revoked")

    def test_consent(self):
        mine = self.mine("food_business")
        body = {"type": "food_business", "purpose": "办理示例事项", "item": "sample-item", "unit": "CITY"}
        self.refused(self.qiye1.post("/api/licences/consents", {**body, "purpose": " "}), 422, "invalid", "purpose", "zh")
        self.refused(self.qiye1.post("/api/licences/consents", {**body, "type": "radiation"}), 422, "invalid", "type", "zh")
        given = self.qiye1.post("/api/licences/consents", body)
        self.assertEqual(given.status, 201, given.bytes)
        self.assertTrue(given.json["inForce"])
        self.assertEqual(given.json["licenceId"], mine["id"])
        path = f"/api/licences/consents/{given.json['id']}"
        self.refused(self.qiye2.call("DELETE", path), 404, "not-found", None, "zh")
        self.assertEqual(self.qiye1.call("DELETE", path).status, 204)
        listed = self.qiye1.get("/api/licences/consents").json["items"]
        self.assertFalse(next(k for k in listed if k["id"] == given.json["id"])["inForce"])

    def test_too_often(self):
        asked = [self.stranger.get("/api/licences/verify", code="x").status for _ in range(90)]
        self.assertIn(429, asked)


if __name__ == "__main__":
    unittest.main()
