"""The document at /api/openapi.json: well formed, complete, and true of every answer along a whole road."""
import json
import pathlib
import re
import unittest
import urllib.parse

import schema
from junma import ROOT, Client
from refusals import Refusals

METHODS = {"get", "post", "put", "patch", "delete"}


class Described(Client):
    """A client that holds every answer against the document."""

    document, problems, seen = None, [], set()

    def operation(self, method, path):
        asked = urllib.parse.urlsplit(path).path
        for template, operations in self.document["paths"].items():
            pattern = "^" + re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template)) + "$"
            if re.match(pattern, asked) and method.lower() in operations:
                # A template with fewer parameters fits better: /api/figures before /api/{x}.
                yield template.count("{"), template, operations[method.lower()]

    def call(self, method, path, body=None, headers=None):
        reply = super().call(method, path, body, headers)
        found = sorted(self.operation(method, path), key=lambda o: o[0])
        if not found:
            Described.problems.append(f"{method} {path} is not in the document")
            return reply
        self.hold(f"{method} {found[0][1]}", found[0][2], reply)
        return reply

    def hold(self, name, operation, reply):
        said = operation["responses"].get(str(reply.status)) or (operation["responses"]["default"] if reply.status >= 400 else None)
        if said is None:
            Described.problems.append(f"{name}: {reply.status} is not described")
            return
        self.seen.add((operation["operationId"], reply.status))
        kind = (reply.headers["Content-Type"] or "").split(";")[0]
        content = said.get("content", {})
        if not reply.bytes and not content:
            return
        if kind not in content and "*/*" not in content:
            Described.problems.append(f"{name}: {reply.status} {kind} is not among {sorted(content)}")
        elif kind in ("application/json", "application/problem+json"):
            wrong = schema.faults(self.document, content[kind]["schema"], json.loads(reply.bytes))
            Described.problems += [f"{name} {reply.status} {w}" for w in wrong[:5]]


class Document(Refusals):
    def setUp(self):
        self.text = self.qiye1.get("/api/openapi.json")
        self.document = self.text.json

    def operations(self):
        for path, operations in self.document["paths"].items():
            for method, operation in operations.items():
                self.assertIn(method, METHODS, path)
                yield path, method, operation

    def test_head(self):
        self.assertEqual((self.text.status, self.text.headers["Content-Type"]), (200, "application/json"))
        self.assertRegex(self.document["openapi"], r"^3\.1\.\d+$")
        self.assertTrue(self.document["info"]["title"] and self.document["info"]["version"])
        self.assertEqual(set(self.document) - {"openapi", "info", "paths", "components", "servers", "tags", "security"}, set())

    def test_the_command_prints_what_is_served(self):
        printed = self.server.command("openapi").stdout
        self.assertEqual(printed.strip(), self.text.bytes.decode().strip())

    def test_the_face_was_made_from_it(self):
        copy = pathlib.Path(ROOT, "web", "src", "api", "openapi.json")
        self.assertEqual(json.loads(copy.read_text()), self.document, "renew it: junma openapi > web/src/api/openapi.json")

    def test_operations(self):
        ids = set()
        for path, method, operation in self.operations():
            with self.subTest(path=path, method=method):
                self.assertRegex(operation["operationId"], r"^[a-z][A-Za-z]+$")
                self.assertNotIn(operation["operationId"], ids)
                ids.add(operation["operationId"])
                self.assertTrue(operation["summary"] and operation["tags"])
                named = re.findall(r"\{(\w+)\}", path)
                given = [p["name"] for p in operation["parameters"] if p["in"] == "path"]
                self.assertEqual(named, given)
                self.assertTrue(all(p["required"] for p in operation["parameters"] if p["in"] == "path"))
                names = [(p["in"], p["name"]) for p in operation["parameters"]]
                self.assertEqual(len(names), len(set(names)))
                self.assertTrue(all("schema" in p for p in operation["parameters"]))
                self.assertEqual("requestBody" in operation and method in ("get", "delete"), False)
                self.assertIn("default", operation["responses"])
                self.assertTrue(any(status.startswith("2") for status in operation["responses"]))
                for response in operation["responses"].values():
                    self.assertTrue(response["description"])

    def test_schemas(self):
        """Every reference leads somewhere, every schema is used, every keyword is one that is known."""
        used = set()

        def walk(node, at):
            if isinstance(node, dict):
                if "$ref" in node:
                    schema.resolve(self.document, node["$ref"])
                    used.add(node["$ref"].rsplit("/", 1)[1])
                for key, value in node.items():
                    walk(value, f"{at}/{key}")
            elif isinstance(node, list):
                for i, value in enumerate(node):
                    walk(value, f"{at}/{i}")

        walk(self.document, "#")
        self.assertEqual(set(self.document["components"]["schemas"]) - used, set(), "described but never used")
        for name, described in self.document["components"]["schemas"].items():
            with self.subTest(name=name):
                self.assertEqual(described["type"], "object")
                self.assertIs(described["additionalProperties"], False)
                self.assertEqual(set(described["required"]) - set(described["properties"]), set())
                self.assertFalse([f for f in schema.faults(self.document, described, {}) if "not known here" in f])

    def test_every_route_of_the_program_is_there(self):
        """The routes as the sources have them."""
        written = set()
        for source in sorted(pathlib.Path(ROOT, "src", "api").glob("*.c")):
            written |= set(re.findall(r'\{ "(GET|POST|PUT|PATCH|DELETE)", "(/[^"]*)"', source.read_text()))
        self.assertGreater(len(written), 30)
        self.assertEqual({(m.upper(), p) for p, m, _ in self.operations()}, written)

    def test_who_must_be_signed_in(self):
        """Without a session: 401 exactly where the document asks for one, and perhaps where it may be asked for."""
        anybody = self.server.client()
        for path, method, operation in self.operations():
            concrete = re.sub(r"\{(\w+)\}", lambda m: {"year": "2026", "kind": "request"}.get(m.group(1), "1"), path)
            reply = anybody.call(method.upper(), concrete, None if method == "get" else {})
            asked = operation.get("security", [])
            with self.subTest(path=path, method=method):
                if {} in asked:
                    self.assertIn(reply.status, (200, 401))
                    continue
                self.assertEqual(reply.status == 401 and concrete != "/api/session" or "security" in operation and reply.status == 401,
                                 "security" in operation, reply.status)
        anybody.connection.close()

    def test_each_parameter_is_taken(self):
        """What the document offers the server does not refuse as unknown."""
        officer = self.server.client("shouchu1")
        for path, method, operation in self.operations():
            if method != "get" or path == "/api/events":
                continue
            concrete = re.sub(r"\{(\w+)\}", lambda m: {"year": "2026", "kind": "request", "name": "requests_received"}.get(m.group(1), "1"), path)
            for parameter in operation["parameters"]:
                if parameter["in"] == "query":
                    with self.subTest(path=path, parameter=parameter["name"]):
                        reply = officer.get(concrete, **{parameter["name"]: ""})
                        self.assertNotIn("没有参数", reply.bytes.decode())
        officer.connection.close()


class Road(Refusals):
    """Every answer of a request's whole life, and of what is asked beside it, is what the document says."""

    server_options = {"requests": 150}
    logins = ("qiye1", "shouchu1", "gongdian1", "lingdao1", "admin")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Described.document = cls.qiye1.get("/api/openapi.json").json
        Described.problems, Described.seen = [], set()
        head = cls.server.client("gongdian.fzr")
        cls.people = {}
        for login in cls.logins:
            cls.people[login] = cls.described(getattr(cls, login))
        cls.people["head"] = cls.described(head)
        head.connection.close()
        cls.people["anybody"] = Described(cls.server.port)

    @classmethod
    def described(cls, client):
        twin = Described(cls.server.port)
        twin.cookie, twin.csrf, twin.me = client.cookie, client.csrf, client.me
        return twin

    @classmethod
    def tearDownClass(cls):
        for client in cls.people.values():
            client.connection.close()
        super().tearDownClass()

    def tearDown(self):
        found, Described.problems = sorted(set(Described.problems)), []
        self.assertEqual(found, [])

    def test_life_of_a_request(self):
        applicant, officer, handler, head, leader = (self.people[n] for n in ("qiye1", "shouchu1", "gongdian1", "head", "lingdao1"))
        upload = applicant.call("POST", "/api/files", b"some text\n", {"Content-Type": "text/plain", "X-File-Name": "a.txt"}).json["id"]
        made = applicant.call("POST", "/api/cases", {"kind": "request", "attachments": [upload], "data": {
            "topic": "power", "title": "厂区停电", "content": "三号厂房今天上午停电两次,请协调。", "urgency": "normal", "contact_name": "王小明",
            "contact_phone": "13800138000"}})
        self.assertEqual(made.status, 201, made.bytes)
        case = made.json["id"]
        other = applicant.create(title="厂区又停电").json
        for client, verb, body in (
                (handler, "sign", {}), (leader, "supervise", {"text": "请加快。"}), (applicant, "urge", {}),
                (handler, "suspend", {"text": "等备件。"}), (handler, "resume", {}), (handler, "extend", {"days": 1, "text": "备件未到。"}),
                (head, "approve", {}), (handler, "note", {"text": "已联系。", "public": True}), (handler, "reply", {"text": "已修复。"}),
                (applicant, "rate", {"rating": 5, "text": "好。"}), (officer, "publish", {"text": "停电怎么办?"}),
                (applicant, "reopen", {"text": "又停了。"})):
            for dry in (True, False):
                reply = client.call("POST", f"/api/cases/{case}/verbs/{verb}" + ("?dryRun=true" if dry else ""), body)
                self.assertEqual(reply.status, 200, f"{verb}: {reply.bytes.decode()}")
            for reader in (applicant, officer, handler, leader):
                self.assertEqual(reader.get("/api/cases/" + case).status, 200)
        self.assertEqual(handler.verb(other["id"], "merge", target=made.json["number"]).status, 200)
        self.assertEqual(applicant.get("/api/cases/" + other["id"]).json["links"][0]["relation"], "merged_into")
        for promise in applicant.get("/api/cases/" + case).json["promises"]:
            self.assertEqual(applicant.get(f"/api/cases/{case}/promises/{promise['id']}/count").status, 200)
        self.assertEqual(applicant.get(f"/api/cases/{case}/receipt").status, 200)
        self.assertEqual(officer.get(f"/api/cases/{case}/similar").status, 200)
        self.assertEqual(officer.post(f"/api/cases/{case}/reveal", {"field": "contact_phone", "reason": "回访"}).status, 200)
        self.assertEqual(applicant.get("/api/files/" + upload).status, 200)

    def test_lists_and_figures(self):
        officer, leader, admin, anybody = (self.people[n] for n in ("shouchu1", "lingdao1", "admin", "anybody"))
        for query in ({"limit": 200}, {"status": "active"}, {"order": "newest", "limit": 3}, {"q": "停电"}):
            page = officer.get("/api/cases", **query).json
            if page["next"]:
                self.assertEqual(officer.get("/api/cases", after=page["next"], **query).status, 200)
        for case in officer.get("/api/cases", limit=40).json["items"]:
            self.assertEqual(officer.get("/api/cases/" + case["id"]).status, 200)
        for scope in ("mine", "unit", "all"):
            officer.get("/api/tasks", scope=scope)
        for path in ("/api/officers?unit=ECO", "/api/enterprises?q=公司", "/api/templates?kind=request", "/api/session"):
            self.assertEqual(officer.get(urllib.parse.quote(path, safe="/?=&")).status, 200, path)
        enterprise = officer.get("/api/enterprises").json["items"][0]["id"]
        self.assertEqual(officer.get("/api/enterprises/" + enterprise).status, 200)
        for figure in leader.get("/api/figures").json["items"]:
            for by in [None, *figure["dimensions"]]:
                value = leader.get("/api/figures/" + figure["name"], **({"by": by} if by else {}))
                self.assertEqual(value.status, 200, value.bytes)
            leader.get(f"/api/figures/{figure['name']}/records", limit=5)
        leader.get("/api/figures/requests_received", **{"from": "2026-01", "to": "2026-06"})
        for path in ("/api/zone", "/api/kinds/request", "/api/units", "/api/calendar/2026", "/api/knowledge", "/api/openapi.json", "/healthz",
                     "/readyz", "/metrics", "/api/journal/key", "/api/journal/checkpoint", "/api/journal/proof?index=3",
                     "/api/journal/consistency?from=2&to=5"):
            self.assertEqual(anybody.get(path).status, 200, path)
        self.assertEqual(admin.get("/api/accounts").status, 200)

    def test_accounts_and_sessions(self):
        admin, anybody = self.people["admin"], self.people["anybody"]
        body = {"login": "xinren", "name": "新人", "role": "handler", "unit": "ECO", "password": "Junma-2026"}
        ident = admin.call("POST", "/api/accounts", body).json["id"]
        self.assertEqual(admin.call("PATCH", "/api/accounts/" + ident, {"disabled": False}).status, 200)
        anybody.sign_in("xinren")
        self.assertEqual(anybody.post("/api/session/password", {"old": "Junma-2026", "new": "Another-2026"}).status, 204)
        anybody.cookie = anybody.csrf = None
        anybody.sign_in("xinren", "Another-2026")
        self.assertEqual(anybody.call("DELETE", "/api/session").status, 204)
        anybody.cookie = anybody.csrf = None

    def test_refusals(self):
        applicant, anybody = self.people["qiye1"], self.people["anybody"]
        for client, method, path, body in ((anybody, "GET", "/api/cases", None), (applicant, "GET", "/api/cases/1", None),
                                           (applicant, "POST", "/api/cases", {"kind": 1, "more": 2}), (applicant, "GET", "/api/cases?limit=x", None),
                                           (applicant, "GET", "/api/figures", None), (applicant, "POST", "/api/cases/1/verbs/sign", {}),
                                           (applicant, "POST", "/api/imports", b"x")):
            self.assertGreaterEqual(client.call(method, path, body).status, 400)

    def test_import(self):
        officer = self.people["shouchu1"]
        csv = "编号,标题\n".encode()
        reply = officer.call("POST", "/api/imports?kind=request&dryRun=true", csv, {"Content-Type": "text/csv"})
        self.assertIn(reply.status, (200, 422), reply.bytes)


if __name__ == "__main__":
    unittest.main()
