"""The whole road over HTTP: raised, signed for, suspended, extended, answered, rated, reopened, proved."""
import json
import subprocess
import tempfile
import unittest

from junma import Server


class Road(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.applicant = cls.server.client("qiye1")
        cls.officer = cls.server.client("shouchu1")
        cls.handler = cls.server.client("gongdian1")
        cls.head = cls.server.client("gongdian.fzr")
        cls.leader = cls.server.client("lingdao1")

    @classmethod
    def tearDownClass(cls):
        for c in (cls.applicant, cls.officer, cls.handler, cls.head, cls.leader):
            c.connection.close()
        cls.server.close()

    def raise_case(self, **data):
        reply = self.applicant.create(**data)
        self.assertEqual(reply.status, 201, reply.bytes)
        return reply.json

    def do(self, client, case, verb, **body):
        reply = client.verb(case, verb, **body)
        self.assertEqual(reply.status, 200, f"{verb}: {reply.bytes.decode()}")
        return reply.json

    def refused(self, client, case, verb, status, **body):
        reply = client.verb(case, verb, **body)
        self.assertEqual(reply.status, status, f"{verb}: {reply.bytes.decode()}")
        return reply.json

    def may(self, client, case, verb):
        verbs = {v["verb"]: v for v in client.get(f"/api/cases/{case}").json["verbs"]}
        return verbs.get(verb)

    def test_created_says_what_one_needs_to_know(self):
        made = self.raise_case()
        self.assertRegex(made["number"], r"^Q\d{4}-\d{5}-\d$")
        self.assertEqual(made["unit"]["code"], "POWER")
        answer = [p for p in made["promises"] if p["code"] == "answer"][0]
        self.assertEqual(answer["colour"], "green")
        self.assertIn("供电", made["next"]["zh"])
        self.assertRegex(made["receipt"]["leafHash"], r"^[0-9a-f]{64}$")

    def test_from_raised_to_rated(self):
        case = self.raise_case()["id"]
        self.assertFalse(self.may(self.handler, case, "reply")["allowed"])
        self.assertEqual(self.may(self.handler, case, "reply")["reason"]["zh"], "请先签收")
        signed = self.do(self.handler, case, "sign")
        self.assertEqual([p["state"] for p in signed["promises"] if p["code"] == "sign"], ["met"])
        answered = self.do(self.handler, case, "reply", text="线路已检修完毕,并增设一台变压器。")
        self.assertEqual(answered["status"], "replied")
        self.assertEqual([p["state"] for p in answered["promises"] if p["code"] == "answer"], ["met"])
        seen = self.applicant.get(f"/api/cases/{case}").json
        self.assertIn("变压器", seen["answer"]["text"])
        done = self.do(self.applicant, case, "rate", rating=5)
        self.assertEqual((done["status"], done["rating"]), ("closed", 5))
        titles = [e["title"]["zh"] for e in done["timeline"]]
        self.assertEqual(titles[0], "提交")
        self.assertIn("供电公司答复", titles)

    def test_a_bad_rating_needs_a_reason_and_comes_back(self):
        case = self.raise_case()["id"]
        self.do(self.handler, case, "sign")
        self.do(self.handler, case, "reply", text="已转有关单位。")
        fault = self.refused(self.applicant, case, "rate", 422, rating=1)
        self.assertEqual(fault["field"], "text")
        back = self.do(self.applicant, case, "rate", rating=1, text="没有解决。")
        self.assertEqual((back["status"], back["step"]["node"], back["reopened"]), ("open", "rectify", 1))
        self.do(self.officer, case, "sign")
        again = self.do(self.officer, case, "dispatch", unit="POWER", text="请现场解决。")
        self.assertEqual(again["step"]["node"], "handle")
        self.assertEqual(len([p for p in again["promises"] if p["code"] == "answer"]), 2)
        self.do(self.handler, case, "sign")
        self.do(self.handler, case, "reply", text="已现场更换电缆。")
        self.assertEqual(self.do(self.applicant, case, "rate", rating=4)["status"], "closed")

    def test_suspension_stops_the_clock(self):
        case = self.raise_case()["id"]
        self.do(self.handler, case, "sign")
        stopped = self.do(self.handler, case, "suspend", text="请企业补充用电容量。")
        answer = [p for p in stopped["promises"] if p["code"] == "answer"][0]
        self.assertEqual((answer["state"], answer["colour"], stopped["suspended"]), ("paused", "paused", True))
        self.assertFalse(self.may(self.handler, case, "reply")["allowed"])
        going = self.do(self.handler, case, "resume")
        self.assertEqual([p["state"] for p in going["promises"] if p["code"] == "answer"], ["running"])
        count = self.applicant.get(f"/api/cases/{case}/promises/{answer['id']}/count").json
        self.assertEqual([e["what"] for e in count["events"]], ["start", "pause", "resume"])
        self.assertTrue(count["days"][0]["start"])
        self.assertEqual(count["days"][-1]["total"], count["promise"]["amount"])

    def test_told_and_read(self):
        case = self.raise_case()
        self.do(self.handler, case["id"], "sign")
        before = self.applicant.get("/api/notices").json["unread"]
        self.do(self.handler, case["id"], "suspend", text="请补充用电容量证明。")
        page = self.applicant.get("/api/notices?unread=true&limit=1").json
        told = page["items"][0]
        self.assertEqual((page["unread"], told["kind"], told["caseId"], told["readAt"]),
                         (before + 1, "suspend", case["id"], None))
        self.assertIn("请补充用电容量证明", told["text"]["zh"])
        self.assertIn(case["number"], told["text"]["en"])
        # Nobody else has it, or may say that it was read.
        self.assertNotIn(told["id"], [n["id"] for n in self.handler.get("/api/notices").json["items"]])
        self.assertEqual(self.handler.post(f"/api/notices/{told['id']}/read", {}).status, 404)
        self.assertEqual(self.applicant.post(f"/api/notices/{told['id']}/read", {}).status, 204)
        self.assertEqual(self.applicant.get("/api/notices").json["unread"], before)
        self.assertEqual(self.applicant.post("/api/notices/read", {}).status, 204)
        self.assertEqual(self.applicant.get("/api/notices").json["unread"], 0)
        self.assertEqual(self.applicant.get("/api/notices?in=x").status, 422)

    def test_counted_in_a_sentence_and_by_the_hour(self):
        case = self.raise_case()
        sign = [p for p in case["promises"] if p["code"] == "sign"][0]
        count = self.applicant.get(f"/api/cases/{case['id']}/promises/{sign['id']}/count").json
        self.assertIn(f"{sign['amount']}个工作小时", count["summary"]["zh"])
        minutes = sum(s["minutes"] for d in count["days"] for s in d["segments"])
        self.assertAlmostEqual(minutes, sign["amount"] * 60, delta=len(count["days"]) * 2)
        self.assertIsNone(count["statute"])

    def test_extension_is_approved_by_somebody_else(self):
        case = self.raise_case()["id"]
        self.do(self.handler, case, "sign")
        before = [p for p in self.handler.get(f"/api/cases/{case}").json["promises"] if p["code"] == "answer"][0]
        self.assertEqual(self.refused(self.handler, case, "extend", 422, days=99, text="需要备件")["field"], "days")
        asked = self.do(self.handler, case, "extend", days=2, text="备件两天后到。")
        self.assertEqual(asked["extension"]["days"], 2)
        self.refused(self.handler, case, "approve", 403)
        given = self.do(self.head, case, "approve")
        after = [p for p in given["promises"] if p["code"] == "answer"][0]
        self.assertEqual(after["extendedBy"], 2)
        self.assertGreater(after["dueAt"], before["dueAt"])
        self.assertIsNone(given["extension"])

    def test_returned_dispatched_and_transferred(self):
        case = self.raise_case()["id"]
        returned = self.do(self.handler, case, "return", text="不属于供电公司职责。")
        self.assertEqual((returned["step"]["node"], returned["unit"]["code"]), ("dispatch", "CENTRE"))
        self.refused(self.officer, case, "dispatch", 422, unit="NOWHERE")
        self.assertEqual(self.refused(self.officer, case, "dispatch", 422, unit="ECO", topic="nothing")["field"], "topic")
        sent = self.do(self.officer, case, "dispatch", unit="ECO", topic="expansion", text="请经发局研究。")
        self.assertEqual((sent["unit"]["code"], sent["topic"]), ("ECO", "expansion"))
        eco = self.server.client("jingfa1")
        self.do(eco, case, "transfer", unit="POWER", text="经核实应由供电公司办理。")
        self.assertEqual(self.handler.get(f"/api/cases/{case}").json["unit"]["code"], "POWER")
        eco.connection.close()

    def test_urged_once_a_day_and_supervised(self):
        case = self.raise_case()["id"]
        self.assertEqual(self.do(self.applicant, case, "urge")["urged"], 1)
        self.assertIn("今天", self.refused(self.applicant, case, "urge", 409)["detail"])
        self.assertTrue(self.do(self.leader, case, "supervise", text="请加快。")["supervised"])
        # What leaders order is not for the applicant's eyes.
        verbs = [e["verb"] for e in self.applicant.get(f"/api/cases/{case}").json["timeline"]]
        self.assertNotIn("supervise", verbs)

    def test_withdrawn(self):
        case = self.raise_case()["id"]
        gone = self.do(self.applicant, case, "withdraw", text="已自行解决。")
        self.assertEqual(gone["status"], "withdrawn")
        self.assertEqual({p["state"] for p in gone["promises"]}, {"void"})
        self.assertEqual(self.refused(self.handler, case, "sign", 409)["code"], "not-allowed")

    def test_merged_keeps_a_link(self):
        first, second = self.raise_case(), self.raise_case(title="厂区又停电")
        merged = self.do(self.handler, second["id"], "merge", target=first["number"])
        self.assertEqual(merged["status"], "merged")
        link = self.applicant.get(f"/api/cases/{second['id']}").json["links"][0]
        self.assertEqual((link["relation"], link["number"]), ("merged_into", first["number"]))
        self.assertEqual(self.refused(self.handler, first["id"], "merge", 422, target=first["number"])["field"], "target")

    def test_reopened_once_after_closing(self):
        case = self.raise_case()["id"]
        self.do(self.handler, case, "sign")
        self.do(self.handler, case, "reply", text="已恢复。")
        self.do(self.applicant, case, "rate", rating=5)
        again = self.do(self.applicant, case, "reopen", text="又停电了。")
        self.assertEqual((again["status"], again["unit"]["code"], again["step"]["node"]), ("open", "POWER", "handle"))
        self.assertTrue([p for p in again["promises"] if p["code"] == "answer" and p["state"] == "running"])

    def test_published_answer_is_found(self):
        case = self.raise_case(title="变压器增容怎么办理")["id"]
        self.do(self.handler, case, "sign")
        self.do(self.handler, case, "reply", text="可在线申请增容,五个工作日内勘查。")
        self.assertFalse(self.may(self.officer, case, "publish")["allowed"])
        self.do(self.applicant, case, "rate", rating=5)
        self.do(self.officer, case, "publish", text="企业用电增容怎样申请?")
        public = self.server.client()
        found = public.get("/api/knowledge", q="增容").json["items"]
        public.connection.close()
        self.assertTrue(any("增容" in k["answer"] for k in found))

    def test_receipt_is_verified_offline(self):
        case = self.raise_case()["id"]
        receipt = self.applicant.get(f"/api/cases/{case}/receipt")
        self.assertEqual(receipt.status, 200, receipt.bytes)
        key = self.applicant.get("/api/journal/key").json["vkey"]
        with tempfile.NamedTemporaryFile(suffix=".json") as f:
            f.write(receipt.bytes)
            f.flush()
            good = self.server.command("verify", f.name, "--key", key, check=False)
            self.assertEqual(good.returncode, 0, good.stderr)
            f.seek(0)
            f.write(receipt.bytes.replace("厂区停电".encode(), "厂区停水".encode()))
            f.flush()
            bad = self.server.command("verify", f.name, "--key", key, check=False)
            self.assertEqual(bad.returncode, 1, bad.stdout)

    def test_note_with_a_photograph(self):
        png = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001"
                            "e221bc330000000049454e44ae426082")
        upload = self.applicant.call("POST", "/api/files", png, {"Content-Type": "image/png", "X-File-Name": "%E7%85%A7%E7%89%87.png"})
        self.assertEqual(upload.status, 201, upload.bytes)
        case = self.raise_case()["id"]
        noted = self.do(self.applicant, case, "note", text="补一张现场照片。", attachments=[upload.json["id"]])
        self.assertEqual(noted["attachments"][0]["name"], "照片.png")
        back = self.handler.get("/api/files/" + upload.json["id"])
        self.assertEqual((back.status, back.bytes), (200, png))
        other = self.server.client("qiye2")
        self.assertEqual(other.get("/api/files/" + upload.json["id"]).status, 404)
        fake = self.applicant.call("POST", "/api/files", b"MZ\x90\x00" + b"\0" * 200, {"Content-Type": "application/pdf", "X-File-Name": "a.pdf"})
        self.assertEqual(fake.status, 415, fake.bytes)
        other.connection.close()

    def test_journal_still_verifies(self):
        self.raise_case()
        check = self.server.command("verify", "--journal", "--data", self.server.data, check=False)
        self.assertEqual(check.returncode, 0, check.stdout + check.stderr)


if __name__ == "__main__":
    unittest.main()
