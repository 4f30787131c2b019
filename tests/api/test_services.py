"""Service tasks: what the zone does by itself, what it asks of systems outside, and what is left to a person."""
import json
import os
import pathlib
import sqlite3
import ssl
import subprocess
import tempfile
import unittest

from junma import BINARY, Server
from outside import Outside, wait_until
from packs import Pack

ASK = ('<bpmn:serviceTask id="ask" name="查询信用" junma:nameEn="Ask for the credit" junma:handler="http"'
       ' junma:connector="credit" junma:path="&quot;/firms/&quot; + credit_code" junma:query="{{kind: kind}}"'
       ' junma:body="{{title: title}}" junma:result="response.body.score" junma:resultVariable="score"'
       ' junma:backoff="PT0.1S" {more}/>')


class Services(unittest.TestCase):
    more, answer = "", staticmethod(lambda n, r: (200, {"score": 7}, {}))

    def setUp(self):
        self.outside = Outside(lambda n, r: self.answer(n, r))
        self.pack = Pack()
        self.connect(f"http://{self.outside.authority}/api")
        self.draw()
        self.folder = tempfile.TemporaryDirectory(prefix="junma-services-")
        self.services = os.path.join(self.folder.name, "services.json")
        self.configure(allow=[self.outside.authority])
        self.server = Server(zone=str(self.pack.folder), extra=["--services", self.services])
        self.firm, self.power = self.server.client("qiye1"), self.server.client("gongdian1")
        self.admin = self.server.client("admin")

    def draw(self):
        self.pack.between("f_answer", "ask", ASK.format(more=self.more))

    def connect(self, url):
        self.pack.connectors({"code": "credit", "name": {"zh": "信用", "en": "Credit"}, "insecure": True,
                              "url": url, "timeout_seconds": 5, "bytes_max": 65536, "receives": ["paid"]})

    def configure(self, allow, **more):
        pathlib.Path(self.services).write_text(json.dumps({"allow": allow, "connectors": {"credit": {
            "headers": ["Authorization: Bearer the-secret"], "token": "t" * 32, **more}}}), encoding="utf-8")
        os.chmod(self.services, 0o600)

    def tearDown(self):
        for client in (self.firm, self.power, self.admin):
            client.connection.close()
        self.outside.close()
        self.server.close()
        self.pack.close()
        self.folder.cleanup()

    def replied(self, **data):
        """A case that has been answered by its unit: the service task is next."""
        made = self.firm.create(**data)
        self.assertEqual(made.status, 201, made.bytes)
        case = made.json["id"]
        for verb, body in (("sign", {}), ("reply", {"text": "已恢复供电。"})):
            done = self.power.verb(case, verb, **body)
            self.assertEqual(done.status, 200, done.bytes)
        return case

    def status(self, case):
        return self.firm.get("/api/cases/" + case).json["status"]

    def incidents(self):
        return self.admin.get("/api/incidents").json["items"]

    def rows(self, sql, *values):
        db = sqlite3.connect(os.path.join(self.server.data, "junma.db"))
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()

    def events(self, kind):
        return [json.loads(e) for e, in self.rows("SELECT event FROM journal WHERE kind = ?", kind)]


CAUGHT = ('<bpmn:boundaryEvent id="caught" attachedToRef="ask"><bpmn:outgoing>f_caught</bpmn:outgoing>'
          '<bpmn:errorEventDefinition errorRef="e_unknown" /></bpmn:boundaryEvent>'
          '<bpmn:endEvent id="end_caught"><bpmn:incoming>f_caught</bpmn:incoming></bpmn:endEvent>'
          '<bpmn:sequenceFlow id="f_caught" sourceRef="caught" targetRef="end_caught" />')


class Http(Services):
    """One server, several cases: what the outside answers decides what becomes of each."""
    more = 'junma:errors="404=unknown 410=nobody-catches-it" '

    def draw(self):
        self.pack.root('<bpmn:error id="e_unknown" name="unknown" errorCode="unknown" />')
        self.pack.between("f_answer", "ask", ASK.format(more=self.more) + CAUGHT)

    def test_what_comes_of_a_call(self):
        for part in (self.moves_on, self.tried_again, self.to_a_person, self.redirected, self.error_caught,
                     self.error_not_caught, self.asked_to_wait, self.too_long, self.killed, self.not_allowed,
                     self.not_trusted):
            with self.subTest(part.__name__):
                self.outside.requests.clear()
                part()
        said = self.server.command("verify", "--journal", "--data", self.server.data, check=False)
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)

    def moves_on(self):
        case = self.replied()
        wait_until(lambda: self.status(case) == "replied")
        asked, = self.outside.requests
        self.assertEqual(asked["method"], "POST")
        self.assertRegex(asked["path"], r"^/api/firms/[0-9A-Z]{18}\?kind=request$")
        self.assertEqual(asked["body"], {"title": "厂区停电"})
        self.assertEqual(asked["headers"]["Authorization"], "Bearer the-secret")

    def tried_again(self):
        self.answer = lambda n, r: "drop" if n == 1 else (503, {}, {}) if n == 2 else (200, {"score": 1}, {})
        case = self.replied()
        wait_until(lambda: self.status(case) == "replied")
        self.assertEqual(len(self.outside.requests), 3)
        self.assertEqual(len(set(self.outside.keys())), 1, "the same key each time")

    def to_a_person(self):
        self.answer = lambda n, r: (400, {"no": "such"}, {})
        case = self.replied()
        incident, = wait_until(self.incidents)
        self.assertEqual(len(self.outside.requests), 1, "trying again would not help")
        self.assertIn("400", incident["reason"]["zh"])
        self.assertEqual((incident["node"], incident["connector"]), ("ask", "credit"))
        self.assertEqual(self.power.get("/api/incidents").status, 403)
        self.answer = lambda n, r: (200, {"score": 3}, {})
        self.assertEqual(self.admin.call("POST", f"/api/incidents/{incident['id']}/retry").status, 204)
        wait_until(lambda: self.status(case) == "replied")
        self.assertEqual(self.incidents(), [])
        self.assertEqual(self.admin.call("POST", f"/api/incidents/{incident['id']}/retry").status, 404)

    def redirected(self):
        elsewhere = Outside()
        self.addCleanup(elsewhere.close)
        self.answer = lambda n, r: (302, {}, {"Location": f"http://{elsewhere.authority}/elsewhere"})
        case = self.replied()
        incident, = wait_until(self.incidents)
        self.assertIn("302", incident["reason"]["en"])
        self.assertEqual(elsewhere.requests, [], "no redirect is followed")
        path = f"/api/incidents/{incident['id']}/skip"
        self.assertEqual(self.admin.post(path, {"reason": " "}).status, 422)
        self.assertEqual(self.admin.post(path, {"reason": "对方已停用", "data": {"score": 0}}).status, 204)
        self.assertEqual(self.status(case), "replied")
        self.assertEqual([e["text"] for e in self.events("case.incident-skip")], ["对方已停用"])

    def error_caught(self):
        self.answer = lambda n, r: (404, {}, {})
        case = self.replied()
        wait_until(lambda: self.status(case) not in ("open", "replied"))
        self.assertEqual(len(self.outside.requests), 1)
        self.assertEqual(self.incidents(), [])
        self.assertEqual([e["error"] for e in self.events("case.service") if e.get("error")], ["unknown"])

    def error_not_caught(self):
        """Nobody in the drawing knows what to do: a person does."""
        self.answer = lambda n, r: (410, {}, {})
        case = self.replied()
        incident, = wait_until(self.incidents)
        self.assertIn("nobody-catches-it", incident["reason"]["en"])
        self.settle(case, incident)

    def asked_to_wait(self):
        """Retry-After counts, not the 0.1 s of the drawing."""
        self.answer = lambda n, r: (429, {}, {"Retry-After": "7200"}) if n == 1 else (200, {"score": 1}, {})
        self.replied()
        waits, = wait_until(lambda: self.rows(
            "SELECT due_at - (SELECT max(at) FROM journal), attempts FROM job WHERE state = 0 AND attempts = 1"))
        self.assertGreater(waits[0], 7100 * 1000)
        self.assertLessEqual(waits[0], 7201 * 1000)
        self.assertEqual(len(self.outside.requests), 1)

    def too_long(self):
        self.answer = lambda n, r: (200, {"score": "7" * 70000}, {})
        case = self.replied()
        incident, = wait_until(self.incidents)
        self.assertIn("65536", incident["reason"]["en"])
        self.assertEqual(len(self.outside.requests), 1, "trying again would not help")
        self.settle(case, incident)

    def not_allowed(self):
        """The pack may name what it likes: the server's own file decides."""
        self.again(allow=["other.example"])
        case = self.replied()
        incident, = wait_until(self.incidents)
        self.assertIn(self.outside.authority, incident["reason"]["en"])
        self.assertEqual(self.outside.requests, [])
        self.settle(case, incident)

    def not_trusted(self):
        """A certificate that nobody vouches for: nothing is said to whoever shows it."""
        key, certificate = (os.path.join(self.folder.name, n) for n in ("key.pem", "cert.pem"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
                        "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        secure = Outside(lambda n, r: (200, {"score": 4}, {}))
        self.addCleanup(secure.close)
        secure.server.socket = context.wrap_socket(secure.server.socket, server_side=True)
        self.connect(f"https://{secure.authority}/api")
        self.again(allow=[secure.authority])
        case = self.replied()
        incident, = wait_until(self.incidents)
        self.assertIn("certificate", incident["reason"]["en"])
        self.assertEqual(secure.requests, [])
        # Told to trust it, the same job goes through.
        self.again(allow=[secure.authority], ca_file=certificate)
        self.assertEqual(self.admin.call("POST", f"/api/incidents/{incident['id']}/retry").status, 204)
        wait_until(lambda: self.status(case) == "replied")
        self.assertEqual(len(secure.requests), 1)

    def settle(self, case, incident):
        path = f"/api/incidents/{incident['id']}/skip"
        self.assertEqual(self.admin.post(path, {"reason": "不再查询", "data": {"score": 0}}).status, 204)
        self.assertEqual(self.status(case), "replied")

    def again(self, **configuration):
        for client in (self.firm, self.power, self.admin):
            client.connection.close()
        self.server.stop()
        self.configure(**configuration)
        self.server.start()
        self.firm, self.power = self.server.client("qiye1"), self.server.client("gongdian1")
        self.admin = self.server.client("admin")

    def killed(self):
        """kill -9 while calls are out: after the restart each goes out again, with its own key."""
        self.answer = lambda n, r: "hang" if n <= 3 else (200, {"score": 2}, {})
        cases = [self.replied() for _ in range(3)]
        wait_until(lambda: len(self.outside.requests) == 3)
        self.server.kill()
        for client in (self.firm, self.power, self.admin):
            client.connection.close()
        self.server.start()
        self.firm, self.power = self.server.client("qiye1"), self.server.client("gongdian1")
        self.admin = self.server.client("admin")
        wait_until(lambda: all(self.status(c) == "replied" for c in cases))
        self.assertEqual(sorted(self.outside.keys()[:3]), sorted(self.outside.keys()[3:]))
        done = [e["number"] for e in self.events("case.service")]
        self.assertEqual(len(done), len(set(done)), "no case was moved on twice")


class Licence(Services):
    """A step of a procedure that issues a licence out of the case's variables; what cannot be issued is an incident."""

    def draw(self):
        self.pack.between("f_answer", "grant", (
            '<bpmn:serviceTask id="grant" name="发证" junma:nameEn="Grant" junma:handler="licence" junma:licence="radiation"'
            ' junma:fields="{legal_person: contact_name, address: title, scope: &quot;使用Ⅲ类射线装置&quot;}"'
            ' junma:reason="&quot;准予许可&quot;" junma:resultVariable="licence" />'))

    def test_a_licence_is_issued_by_the_step(self):
        case = self.replied()
        held = wait_until(lambda: [x for x in self.firm.get("/api/licences/mine").json["items"] if x["type"] == "radiation"])
        self.assertEqual((len(held), held[0]["status"], held[0]["reason"]), (1, "valid", "准予许可"))
        self.assertEqual(held[0]["caseId"], self.firm.get("/api/cases/" + case).json["id"])
        issued, = self.events("licence.issue")[-1:]
        self.assertEqual(issued["identifier"], held[0]["identifier"])
        self.replied()  # a second one: held once only
        found = wait_until(self.incidents)
        self.assertIn("已有这类证照", json.dumps(found, ensure_ascii=False))


class Inside(Services):
    """Records and messages: in the transaction that moves the case on."""

    def draw(self):
        self.pack.root('<bpmn:message id="m_paid" name="paid" />')
        self.pack.between("f_answer", "note", (
            '<bpmn:serviceTask id="note" name="登记" junma:nameEn="Note" junma:handler="record"'
            ' junma:register="enterprise" junma:key="credit_code" junma:values="{contact_phone: contact_phone}"'
            ' junma:reason="&quot;诉求办结&quot;"'
            ' junma:ifVersion="if title = &quot;另一版本&quot; then 99 else if title = &quot;应为新登记&quot; then 0 else null" />'))
        self.pack.between("f_answer_2", "pay", (
            '<bpmn:receiveTask id="pay" name="等待缴费" junma:nameEn="Wait for the payment" messageRef="m_paid"'
            ' junma:correlation="title" />'))

    def send(self, client=None, key=None, token="t" * 32, **body):
        """By the connector's token, or by one who is signed in."""
        headers = {"Idempotency-Key": key} if key else {}
        if client:
            return client.call("POST", "/api/messages", {"message": "paid", **body}, headers)
        system = self.server.client()
        reply = system.call("POST", "/api/messages", {"message": "paid", **body},
                            {"Authorization": "Bearer " + token, **headers})
        system.connection.close()
        return reply

    def test_a_record_is_changed_and_a_message_taken(self):
        case = self.replied()
        put, = wait_until(lambda: [e for e in self.events("record.put") if e.get("reason") == "诉求办结"])
        self.assertEqual(put["register"], "enterprise")
        wait_until(lambda: self.firm.get("/api/cases/" + case).json["status"] == "open"
                   and self.waits(case))
        self.assertEqual(self.send().status, 422, "neither number nor key")
        self.assertEqual(self.post("k1", number="Q").status, 422, "both")
        self.assertEqual(self.send(client=self.firm, number="Q").status, 403)
        self.assertEqual(self.send(token="wrong", number="Q").status, 401)
        self.assertEqual(self.send(message="other", number="Q").status, 403)
        body = {"data": {"paid": 12}}
        first = self.post("k2", **body)
        again = self.post("k2", **body)
        self.assertEqual((first.status, first.json["delivered"], again.json), (200, True, first.json))
        self.assertEqual(self.status(case), "replied")
        self.assertEqual(self.post("k3", **body).status, 404, "nobody waits any more")
        # One that comes early is kept for the case that will wait for it.
        kept = self.post("k4", keepMinutes=5)
        self.assertEqual((kept.status, kept.json["delivered"]), (200, False))
        later = self.replied()
        wait_until(lambda: self.status(later) == "replied")
        self.assertEqual(self.incidents(), [])
        self.other_version()

    def other_version(self):
        """A record that somebody changed meanwhile is not overwritten."""
        puts = len(self.events("record.put"))
        for title, wanted in (("另一版本", "99"), ("应为新登记", "0")):
            self.replied(title=title)
            incident, = wait_until(self.incidents)
            self.assertEqual(incident["node"], "note")
            self.assertRegex(incident["reason"]["en"], rf"version \d+ by now, not {wanted}$")
            done = self.admin.post(f"/api/incidents/{incident['id']}/skip", {"reason": "不必登记", "data": {}})
            self.assertEqual(done.status, 204, done.bytes)
        self.assertEqual(len(self.events("record.put")), puts)

    def post(self, idempotency, **body):
        system = self.server.client()
        reply = system.call("POST", "/api/messages", {"message": "paid", "key": "厂区停电", **body},
                            {"Authorization": "Bearer " + "t" * 32, "Idempotency-Key": idempotency})
        system.connection.close()
        return reply

    def waits(self, case):
        db = sqlite3.connect(os.path.join(self.server.data, "junma.db"))
        try:
            return db.execute("SELECT 1 FROM waiting WHERE case_id = ?", (int(case),)).fetchall()
        finally:
            db.close()


class Refused(unittest.TestCase):
    """What cannot be done is refused before it is taken into use, with its file and line."""

    def test_by_name(self):
        for attributes, words in ((ASK.format(more="").replace('"http"', '"licence"'), "licence"),
                                  (ASK.format(more="").replace('"http"', '"ftp"'), "ftp"),
                                  (ASK.format(more="").replace("junma:path", "junma:values"), "junma:values"),
                                  (ASK.format(more='junma:errors="4=no"'), "4=no"),
                                  ('<bpmn:serviceTask id="ask" name="谁办" />', "junma:handler"),
                                  (ASK.format(more=""), "credit")):
            pack = Pack()
            try:
                pack.between("f_answer", "ask", attributes)
                said = subprocess.run([BINARY, "check", str(pack.folder)], capture_output=True, text=True)
                self.assertEqual(said.returncode, 1, said.stdout)
                self.assertIn(words, said.stdout)
                self.assertRegex(said.stdout, r"request\.bpmn:\d+: ask: ")
            finally:
                pack.close()


if __name__ == "__main__":
    unittest.main()
