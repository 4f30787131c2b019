"""The same thing twice, and two people at once: idempotency keys, versions, verbs that race."""
import json
import threading
import unittest
import uuid

from refusals import Refusals


def together(*acts):
    """All acts begin at one moment, each in a thread; their results in order."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(index, act):
        gate.wait()
        results[index] = act()

    threads = [threading.Thread(target=run, args=(i, act)) for i, act in enumerate(acts)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return results


class Racing(Refusals):
    def cloned(self, client, count):
        """More connections of the same session."""
        clones = []
        for _ in range(count):
            clone = self.server.client()
            clone.cookie, clone.csrf = client.cookie, client.csrf
            self.addCleanup(clone.connection.close)
            clones.append(clone)
        return clones

    def cases(self):
        return self.counts()["cases"]


class Keys(Racing):
    logins = ("qiye1", "qiye2")

    def test_the_same_again_is_answered_the_same_and_done_once(self):
        key, before = str(uuid.uuid4()), self.cases()
        first = self.qiye1.create(key)
        self.assertEqual((first.status, first.headers["Location"]), (201, "/api/cases/" + first.json["id"]))
        with self.nothing_written():
            for _ in range(3):
                again = self.qiye1.create(key)
                self.assertEqual((again.status, again.json), (201, first.json))
        self.assertEqual(self.cases(), before + 1)

    def test_the_same_key_for_something_else(self):
        key = str(uuid.uuid4())
        self.assertEqual(self.qiye1.create(key).status, 201)
        self.both(self.qiye1, lambda c: c.create(key, title="另一件事情"), 409, "conflict")

    def test_keys_belong_to_accounts(self):
        key = str(uuid.uuid4())
        first, other = self.qiye1.create(key), self.qiye2.create(key)
        self.assertEqual((first.status, other.status), (201, 201))
        self.assertNotEqual(first.json["id"], other.json["id"])

    def test_a_refusal_uses_no_key_up(self):
        key = str(uuid.uuid4())
        self.assertEqual(self.qiye1.create(key, title="").status, 422)
        self.assertEqual(self.qiye1.create(key).status, 201)

    def test_long_keys_are_not_cut(self):
        """Cut to a common beginning, two keys would be one and the second case lost."""
        self.assertEqual(self.qiye1.create("k" * 100).status, 201)
        self.both(self.qiye1, lambda c: c.create("k" * 101), 422, "limit", "Idempotency-Key")

    def test_keys_of_any_letters(self):
        for key in ("'; DROP TABLE idempotency; --", "%00", " x", '"', "a/b?c"):
            with self.subTest(key=key):
                first, again = self.qiye1.create(key), self.qiye1.create(key)
                self.assertEqual((first.status, again.status), (201, 201))
                self.assertEqual(first.json["id"], again.json["id"])

    def test_eight_at_once_are_one(self):
        for _ in range(5):
            key, before = str(uuid.uuid4()), self.cases()
            clients = self.cloned(self.qiye1, 8)
            replies = together(*(lambda c=c: c.create(key) for c in clients))
            self.assertEqual({r.status for r in replies}, {201}, [r.bytes for r in replies])
            self.assertEqual(len({r.bytes for r in replies}), 1)
            self.assertEqual(self.cases(), before + 1)

    def test_eight_at_once_with_other_words_are_one_and_seven_conflicts(self):
        key, before = str(uuid.uuid4()), self.cases()
        clients = self.cloned(self.qiye1, 8)
        replies = together(*(lambda c=c, i=i: c.create(key, title=f"第{i}件停电") for i, c in enumerate(clients)))
        self.assertEqual(sorted(r.status for r in replies), [201] + [409] * 7)
        self.assertEqual(self.cases(), before + 1)

    def test_numbers_are_given_once(self):
        clients = self.cloned(self.qiye1, 8)
        replies = together(*(lambda c=c: [c.create() for _ in range(10)] for c in clients))
        numbers = [r.json["number"] for many in replies for r in many]
        self.assertEqual(len(set(numbers)), 80)


class Versions(Racing):
    logins = ("qiye1", "shouchu1", "gongdian1", "gongdian2")

    def setUp(self):
        self.case = self.qiye1.create().json["id"]

    def test_a_page_that_is_no_longer_current(self):
        tag = self.gongdian1.get("/api/cases/" + self.case).headers["ETag"]
        version = self.gongdian1.get("/api/cases/" + self.case).json["version"]
        self.assertEqual(self.qiye1.verb(self.case, "urge").status, 200)
        for header in (tag, f'"{version}"'):
            self.both(self.gongdian1, lambda c: c.post(f"/api/cases/{self.case}/verbs/sign", {}, If_Match=header), 412, "precondition-failed")
        for header in ("abc", '"abc"', "7", '""', '"-1"', '"0"', 'W/"1"', '"99999999999999999999"', f'"{version}', "' OR 1=1"):
            with self.subTest(header=header):
                self.both(self.gongdian1, lambda c: c.post(f"/api/cases/{self.case}/verbs/sign", {}, If_Match=header), 412, "precondition-failed")
        current = self.gongdian1.get("/api/cases/" + self.case).headers["ETag"]
        self.assertEqual(self.gongdian1.post(f"/api/cases/{self.case}/verbs/sign", {}, If_Match=current).status, 200)
        self.assertEqual(self.gongdian1.post(f"/api/cases/{self.case}/verbs/note", {"text": "已联系。"}, If_Match="*").status, 200)

    def test_two_officers_sign_at_once(self):
        for _ in range(5):
            case = self.qiye1.create().json["id"]
            replies = together(lambda: self.gongdian1.verb(case, "sign"), lambda: self.gongdian2.verb(case, "sign"))
            self.assertEqual(sorted(r.status for r in replies), [200, 409], [r.bytes for r in replies])
            lost = next(r for r in replies if r.status == 409)
            self.refused(lost, 409, "not-allowed")
            signs = [e for e in self.shouchu1.get("/api/cases/" + case).json["timeline"] if e["verb"] == "sign"]
            self.assertEqual(len(signs), 1)

    def test_an_answer_and_a_withdrawal_at_once(self):
        for _ in range(5):
            case = self.qiye1.create().json["id"]
            self.assertEqual(self.gongdian1.verb(case, "sign").status, 200)
            answer, withdrawal = together(lambda: self.gongdian1.verb(case, "reply", text="已修复。"),
                                          lambda: self.qiye1.verb(case, "withdraw", text="不用了。"))
            self.assertEqual(sorted((answer.status, withdrawal.status)), [200, 409])
            status = self.shouchu1.get("/api/cases/" + case).json["status"]
            self.assertEqual(status, "replied" if answer.status == 200 else "withdrawn")

    def test_one_urge_a_day_however_often_it_is_pressed(self):
        clients = self.cloned(self.qiye1, 6)
        replies = together(*(lambda c=c: c.verb(self.case, "urge") for c in clients))
        self.assertEqual(sorted(r.status for r in replies), [200] + [409] * 5)
        self.assertEqual(self.qiye1.get("/api/cases/" + self.case).json["urged"], 1)

    def test_a_file_belongs_to_one_case(self):
        upload = self.qiye1.call("POST", "/api/files", b"just text\n", {"Content-Type": "text/plain", "X-File-Name": "a.txt"}).json["id"]
        clients = self.cloned(self.qiye1, 2)
        body = {"kind": "request", "data": {"title": "厂区停电", "content": "三号厂房今天上午停电两次。", "urgency": "normal",
                                            "contact_name": "王小明", "contact_phone": "13800138000"}, "attachments": [upload]}
        replies = together(*(lambda c=c: c.call("POST", "/api/cases", body) for c in clients))
        self.assertEqual(sorted(r.status for r in replies), [201, 422], [r.bytes for r in replies])
        self.refused(next(r for r in replies if r.status == 422), 422, "invalid", "attachments")

    def test_the_journal_and_every_row_still_agree(self):
        verified = self.server.command("verify", "--journal", "--data", self.server.data, check=False)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        self.assertTrue(json.loads(self.qiye1.get("/api/session").bytes))


if __name__ == "__main__":
    unittest.main()
