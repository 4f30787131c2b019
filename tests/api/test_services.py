"""Service tasks: what the zone does by itself, what it asks of systems outside, and what is left to a person."""
import json
import os
import pathlib
import tempfile
import unittest

from junma import Server
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
        self.pack.connectors({"code": "credit", "name": {"zh": "信用", "en": "Credit"}, "insecure": True,
                              "url": f"http://{self.outside.authority}/api", "timeout_seconds": 5,
                              "receives": ["paid"]})
        self.draw()
        self.folder = tempfile.TemporaryDirectory(prefix="junma-services-")
        self.services = os.path.join(self.folder.name, "services.json")
        self.configure(allow=[self.outside.authority])
        self.server = Server(zone=str(self.pack.folder), extra=["--services", self.services])
        self.firm, self.power = self.server.client("qiye1"), self.server.client("gongdian1")
        self.admin = self.server.client("admin")

    def draw(self):
        self.pack.between("f_answer", "ask", ASK.format(more=self.more))

    def configure(self, allow):
        pathlib.Path(self.services).write_text(json.dumps({"allow": allow, "connectors": {"credit": {
            "headers": ["Authorization: Bearer the-secret"], "token": "t" * 32}}}), encoding="utf-8")
        os.chmod(self.services, 0o600)

    def tearDown(self):
        for client in (self.firm, self.power, self.admin):
            client.connection.close()
        self.outside.close()
        self.server.close()
        self.pack.close()
        self.folder.cleanup()

    def replied(self):
        """A case that has been answered by its unit: the service task is next."""
        made = self.firm.create()
        self.assertEqual(made.status, 201, made.bytes)
        case = made.json["id"]
        for verb, body in (("sign", {}), ("reply", {"text": "已恢复供电。"})):
            done = self.power.verb(case, verb, **body)
            self.assertEqual(done.status, 200, done.bytes)
        return case

    def status(self, case):
        return self.firm.get("/api/cases/" + case).json["status"]


class Http(Services):
    def test_a_call_goes_out_and_its_answer_moves_the_case_on(self):
        case = self.replied()
        wait_until(lambda: self.status(case) == "replied")
        asked, = self.outside.requests
        self.assertEqual(asked["method"], "POST")
        self.assertRegex(asked["path"], r"^/api/firms/[0-9A-Z]{18}\?kind=request$")
        self.assertEqual(asked["body"], {"title": "厂区停电"})
        self.assertEqual(asked["headers"]["Authorization"], "Bearer the-secret")


if __name__ == "__main__":
    unittest.main()
