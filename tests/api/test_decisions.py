"""Why a case went where it went, over HTTP: the rule, the facts, the dated parameters, what is open."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

from junma import BINARY, ZONE, Server

LIMIT = {"parameter": "text_limit", "name": {"zh": "短文本上限", "en": "Limit of a short text"}, "type": "number",
         "unit": {"zh": "字", "en": "characters"},
         "values": [{"from": "2020-01-01", "to": "2024-12-31", "value": 5, "law": {"zh": "旧规第三条", "en": "Old rule, art. 3"}},
                    {"from": "2025-01-01", "value": 8.5, "law": {"zh": "新规第三条", "en": "New rule, art. 3"}}]}


def zone_with_parameter(folder, limit):
    """The sample zone, whose fifth routing rule also asks for a dated parameter."""
    zone = os.path.join(folder, "zone")
    shutil.copytree(ZONE, zone)
    os.mkdir(os.path.join(zone, "parameters"))
    with open(os.path.join(zone, "parameters", "text_limit.json"), "w", encoding="utf-8") as f:
        json.dump(limit, f, ensure_ascii=False)
    path = os.path.join(zone, "requests", "routing.dmn")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    text = text.replace('<decision id="routing"', '<inputData id="in_limit" name="text_limit"><variable name="text_limit" '
                        'typeRef="number" /></inputData><decision id="routing"', 1)
    text = text.replace('<informationRequirement id="routing_needs_topic">',
                        '<informationRequirement><requiredInput href="#in_limit" /></informationRequirement>'
                        '<informationRequirement id="routing_needs_topic">', 1)
    text = text.replace('<outputEntry id="routing_05_o3"><text>"ordinary"</text>',
                        '<outputEntry id="routing_05_o3"><text>if string length(text) &lt; text_limit then "ordinary" else "complex"</text>')
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return zone


class Decisions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.applicant = cls.server.client("qiye1")
        cls.handler = cls.server.client("gongdian1")

    @classmethod
    def tearDownClass(cls):
        for c in (cls.applicant, cls.handler):
            c.connection.close()
        cls.server.close()

    def test_the_rule_and_its_facts(self):
        made = self.applicant.create().json
        items = self.handler.get(f"/api/cases/{made['id']}/decisions").json["items"]
        routing = [d for d in items if d["decision"] == "routing"][0]
        rule = routing["steps"][0]["rules"][0]
        self.assertGreater(rule["number"], 0)
        self.assertTrue(rule["label"]["zh"])
        self.assertNotEqual(rule["label"]["zh"], rule["label"]["en"])
        self.assertTrue(rule["tests"])
        result = {v["name"]: v for v in routing["steps"][0]["result"]}
        self.assertEqual(result["unit"]["value"], made["unit"]["code"])
        self.assertEqual(result["unit"]["shown"], made["unit"]["name"])
        facts = {f["name"]: f for f in routing["facts"]}
        self.assertEqual(facts["topic"]["value"], "power")
        self.assertEqual(facts["topic"]["shown"]["zh"], "用电")
        self.assertTrue(facts["text"]["title"]["en"])
        self.assertTrue(routing["settled"])
        self.assertEqual(routing["open"], [])

    def test_the_applicant_sees_it_too_and_others_do_not(self):
        made = self.applicant.create().json
        self.assertEqual(self.applicant.get(f"/api/cases/{made['number']}/decisions").status, 200)
        other = self.server.client("qiye2")
        self.assertEqual(other.get(f"/api/cases/{made['id']}/decisions").status, 404)
        other.connection.close()

    def test_what_happened_later_does_not_rewrite_it(self):
        made = self.applicant.create().json
        before = self.handler.get(f"/api/cases/{made['id']}/decisions").json
        self.handler.verb(made["id"], "sign")
        self.handler.verb(made["id"], "transfer", unit="WATER", text="属供水范围,请接办。")
        officer = self.server.client("shouchu1")
        self.assertEqual(officer.get(f"/api/cases/{made['id']}/decisions").json, before)
        officer.connection.close()


class DatedParameters(unittest.TestCase):
    def decide(self, limit, text):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(zone=zone_with_parameter(folder, limit))
            client = server.client("qiye1")
            try:
                made = client.create(title="照明用电咨询", content=text).json
                items = client.get(f"/api/cases/{made['id']}/decisions").json["items"]
                return [d for d in items if d["decision"] == "routing"][0]
            finally:
                client.connection.close()
                server.close()

    def test_the_value_of_the_day_with_its_law(self):
        routing = self.decide(LIMIT, "照明用电的咨询问题请答复")
        parameter = routing["parameters"][0]
        self.assertEqual(parameter["value"], 8.5)
        self.assertEqual((parameter["from"], parameter["to"]), ("2025-01-01", None))
        self.assertEqual(parameter["law"]["zh"], "新规第三条")
        self.assertEqual(parameter["unit"]["en"], "characters")
        self.assertNotIn("text_limit", [f["name"] for f in routing["facts"]])
        self.assertEqual({v["name"]: v["value"] for v in routing["steps"][0]["result"]}["difficulty"], "complex")

    def test_on_the_command_line_by_the_day(self):
        """junma decide --zone --on: the value in force on that day, with its law in the trace."""
        with tempfile.TemporaryDirectory() as folder:
            zone = zone_with_parameter(folder, LIMIT)
            words = [BINARY, "decide", os.path.join(zone, "requests", "routing.dmn"), "--decision", "routing", "--zone", zone]
            given = json.dumps({"topic": "power", "text": "咨询用电的事", "industry": None, "urgency": "normal"})

            def decide(*more):
                done = subprocess.run([*words, *more], input=given, capture_output=True, text=True, timeout=60,
                                      env={**os.environ, "JUNMA_LANG": "en"})
                self.assertEqual(done.returncode, 0, done.stderr)
                return json.loads(done.stdout)
            old, new = decide("--trace", "--on", "2024-12-31"), decide("--trace", "--on", "2025-01-01")
            self.assertEqual((old["result"]["difficulty"], new["result"]["difficulty"]), ("complex", "ordinary"))
            self.assertEqual(old["trace"]["parameters"],
                             [{"name": "text_limit", "from": "2020-01-01", "to": "2024-12-31", "law": "Old rule, art. 3"}])
            self.assertEqual(new["trace"]["parameters"][0]["law"], "New rule, art. 3")
            self.assertEqual(decide("--answer", "--on", "2019-12-31")["missing"], ["text_limit"])
            self.assertTrue(decide("--answer", "--on", "2025-01-01")["settled"])

    def test_a_day_without_a_value_is_said(self):
        past = dict(LIMIT, values=LIMIT["values"][:1])
        routing = self.decide(past, "照明用电的咨询问题请答复")
        self.assertFalse(routing["settled"])
        self.assertEqual([m["name"] for m in routing["missing"]], ["text_limit"])
        self.assertEqual(routing["missing"][0]["title"]["zh"], "短文本上限")
        self.assertEqual(routing["parameters"], [])
        self.assertIn("text_limit", [m["name"] for o in routing["open"] for m in o["missing"]])


if __name__ == "__main__":
    unittest.main()
