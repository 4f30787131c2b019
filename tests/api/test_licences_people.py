"""A licence whose holder is a person: issued, in that person's wallet alone, verified by anyone, and what is masked stays so."""
import json

from junma import Server
from packs import Pack
from refusals import Refusals, unittest

NUMBER = "11010519491231002X"


class People(Refusals):
    logins = ("qiye1", "qiye2", "shouchu1", "renshe1", "lingdao1")

    @classmethod
    def setUpClass(cls):
        cls.pack = Pack()
        file = cls.pack.folder / "training" / "types" / "training_certificate.json"
        kind = json.loads(file.read_text(encoding="utf-8"))
        kind["fields"].append({"name": "id_number", "title": {"zh": "公民身份号码", "en": "Citizen number"}, "type": "text", "bytes_max": 18,
                               "check": "citizen-number", "masked": True})
        kind["layout"]["lines"].append({"label": {"zh": "公民身份号码", "en": "Citizen number"}, "text": "{id_number}"})
        file.write_text(json.dumps(kind, ensure_ascii=False), encoding="utf-8")
        cls.server = Server(zone=str(cls.pack.folder))
        for login in cls.logins:
            setattr(cls, login, cls.server.client(login))
        cls.stranger = cls.server.client()

    @classmethod
    def tearDownClass(cls):
        cls.stranger.connection.close()
        super().tearDownClass()
        cls.pack.close()

    def issue(self, number, client, **data):
        person = {"number": number, "name": "示例居民", "phone": "15400007777", "account": client.me["id"]}
        reply = self.shouchu1.post("/api/registers/learner/records", {"data": person})
        self.assertEqual(reply.status, 201, reply.bytes)
        return self.renshe1.post("/api/licences", {"type": "training_certificate", "holderId": reply.json["id"], "data": {
            "course": "示例课程", "attended": 3, "held": 3, "ended_on": "2026-11-02", **data}})

    def test_from_issue_to_a_stranger(self):
        self.refused(self.issue("R-0", self.qiye1, id_number="110105194912310021"), 422, "invalid", "id_number", "zh")
        reply = self.issue("R-1", self.qiye1, id_number=NUMBER)
        self.assertEqual(reply.status, 201, reply.bytes)
        licence = reply.json
        self.assertEqual((licence["holder"]["name"], licence["holder"]["key"]), ("示例居民", "R-1"))
        # In that person's wallet, and in nobody else's, be they of the same enterprise or not.
        mine = [x["id"] for x in self.qiye1.get("/api/licences/mine").json["items"]]
        self.assertIn(licence["id"], mine)
        self.assertNotIn(licence["id"], [x["id"] for x in self.qiye2.get("/api/licences/mine").json["items"]])
        self.refused(self.qiye2.get("/api/licences/" + licence["id"]), 404, "not-found", None, "zh")
        self.refused(self.qiye2.get(f"/api/licences/{licence['id']}/pdf"), 404, "not-found", None, "zh")
        # Masked for everybody but the holder; never in what a stranger sees.
        own = self.qiye1.get("/api/licences/" + licence["id"]).json["licence"]
        self.assertEqual(own["data"]["id_number"], NUMBER)
        desk = self.lingdao1.get("/api/licences/" + licence["id"])
        self.assertEqual((desk.status, desk.json["licence"]["data"]["id_number"]), (200, "****"))
        self.assertNotIn(NUMBER, self.lingdao1.get("/api/licences", type="training_certificate").bytes.decode())
        code = self.qiye1.post(f"/api/licences/{licence['id']}/pass", {}).json["token"]
        for asked in (licence["identifier"], code):
            said = self.stranger.get("/api/licences/verify", code=asked)
            self.assertEqual((said.status, said.json["result"]), (200, "valid"), said.bytes)
            self.assertNotIn(NUMBER, said.bytes.decode())
            self.assertNotIn("15400007777", said.bytes.decode())
        pdf = self.qiye1.get(f"/api/licences/{licence['id']}/pdf")
        whole = self.stranger.call("POST", "/api/licences/verify", pdf.bytes, {"Content-Type": "application/pdf"})
        self.assertEqual((pdf.status, whole.json["result"]), (200, "valid"))
        self.assertNotIn(NUMBER, whole.bytes.decode())
        # Each of these looks is seen by the person.
        looks = self.qiye1.get("/api/licences/" + licence["id"]).json["looks"]
        self.assertTrue({"number", "code", "pdf"} <= {look["how"] for look in looks}, looks)


if __name__ == "__main__":
    unittest.main()
