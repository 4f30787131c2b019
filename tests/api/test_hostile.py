"""Input that is wrong, on purpose or not: each a clear refusal in the reader's language, nothing written, nothing leaked."""
import json
import time
import unittest
import urllib.parse
import uuid

from refusals import Refusals, raw

GOOD = {"topic": "power", "title": "厂区停电", "content": "三号厂房今天上午停电两次,请协调检修线路。", "contact_name": "王小明",
        "contact_phone": "13800138000", "urgency": "normal"}


def body_of(**changes):
    return {"kind": "request", "data": {**GOOD, **changes}}


class Bodies(Refusals):
    def create(self, body, content_type="application/json"):
        headers = {"Content-Type": content_type, "Idempotency-Key": str(uuid.uuid4())}
        return lambda c: c.call("POST", "/api/cases", body, headers)

    def test_not_json(self):
        for body, code in ((b"", "syntax"), (b'{"kind":', "syntax"), (b"kind=request", "syntax"), (b"{} {}", "syntax"),
                           (b"{'kind':1}", "syntax"), (b'{"kind":"request",}', "syntax"), (b'{"a":1e999}', "syntax"),
                           (b'{"a":123456789012345678901234567890}', "syntax"), (b'{"a":"\\ud800"}', "syntax"),
                           (b'{"a\\u0000b":1}', "syntax"), (b'\xef\xbb\xbf{}', "syntax"), (b'{"a":NaN}', "syntax"),
                           (b'{"kind":"request","kind":"request","data":{}}', "syntax"),
                           (b'{"kind":"\xff\xfe","data":{}}', "utf-8"), (b'{"kind":"\xc0\x80"}', "utf-8"),
                           (b'{"kind":"\xed\xa0\x80"}', "utf-8")):
            with self.subTest(body=body):
                said = self.both(self.qiye1, self.create(body), 400, code)
                self.assertNotIn("near", said["detail"], "what a library said is no sentence for a person")

    def test_the_place_of_a_syntax_fault_is_told(self):
        said = self.both(self.qiye1, self.create(b'{\n  "kind": request\n}'), 400, "syntax")
        self.assertEqual(said["line"], 2)

    def test_nested_too_deep(self):
        for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
            body = b'{"kind":"request","data":' + opening * 20000 + b"1" + closing * 20000 + b"}"
            self.both(self.qiye1, self.create(body), 422, "limit")

    def test_too_large(self):
        self.both(self.qiye1, self.create(json.dumps(body_of(content="a" * 300_000)).encode()), 413, "too-large")

    def test_another_type_of_content(self):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp", ""):
            with self.subTest(kind=kind):
                self.both(self.qiye1, self.create(json.dumps(body_of()).encode(), kind), 415, "media-type")

    def test_compressed(self):
        def do(c):
            return c.call("POST", "/api/cases", b"\x1f\x8b" + b"\0" * 20, {"Content-Type": "application/json", "Content-Encoding": "gzip"})
        self.both(self.qiye1, do, 415, "media-type")

    def test_no_object(self):
        for body in (b"[]", b'"request"', b"1", b"null", b"true"):
            with self.subTest(body=body):
                self.both(self.qiye1, self.create(body), 422)

    def test_members_of_the_wrong_type(self):
        good = body_of()
        for field, value in (("kind", 5), ("kind", None), ("kind", ["request"]), ("data", []), ("data", "x"), ("data", None),
                             ("attachments", "1"), ("attachments", [5]), ("attachments", ["x"]), ("attachments", {}),
                             ("channel", {}), ("onBehalf", []), ("onBehalf", "1")):
            with self.subTest(field=field, value=value):
                self.both(self.qiye1, self.create(json.dumps({**good, field: value}).encode()), 422, field=field)

    def test_missing_unknown_and_long_members(self):
        self.both(self.qiye1, self.create(b"{}"), 422, "invalid", "kind")
        self.both(self.qiye1, self.create(b'{"kind":"request"}'), 422, "invalid", "data")
        self.both(self.qiye1, self.create(json.dumps({**body_of(), "title": "x"}).encode()), 422, "invalid", "title")
        self.both(self.qiye1, self.create(json.dumps({**body_of(), "kind": "x" * 65}).encode()), 422, "limit", "kind")
        many = {**body_of(), "attachments": ["1"] * 21}
        self.both(self.qiye1, self.create(json.dumps(many).encode()), 422, "limit", "attachments")
        for nested, field in (({"enterpriseId": "x"}, "onBehalf.enterpriseId"), ({"enterpriseId": 1}, "onBehalf.enterpriseId"),
                              ({}, "onBehalf.enterpriseId"), ({"enterpriseId": "1", "x": 1}, "onBehalf.x")):
            with self.subTest(nested=nested):
                self.both(self.qiye1, self.create(json.dumps({**body_of(), "onBehalf": nested}).encode()), 422, field=field)

    def test_all_faults_at_once(self):
        said = self.both(self.qiye1, self.create(b'{"kind":1,"data":2,"more":3}'), 422)
        self.assertEqual({e["field"] for e in said["errors"]}, {"kind", "data", "more"})

    def test_nobody_says_what_the_engine_decides(self):
        """Mass assignment: neither beside the form nor in it."""
        for field in ("status", "rating", "unit", "number", "id", "enterpriseId", "createdAt", "dueAt", "version", "account_id"):
            with self.subTest(field=field):
                self.both(self.qiye1, self.create(json.dumps({**body_of(), field: "1"}).encode()), 422, "invalid", field)
                self.both(self.qiye1, self.create(json.dumps(body_of(**{field: "1"})).encode()), 422, "invalid", field)

    def test_on_behalf_of_nobody(self):
        officer = self.server.client("shouchu1")
        for behalf in (None, {"enterpriseId": "12345"}):
            body = {**body_of(), "channel": "phone", **({"onBehalf": behalf} if behalf else {})}
            self.both(officer, lambda c: c.call("POST", "/api/cases", body), 422, "invalid", "onBehalf.enterpriseId")
        officer.connection.close()

    def test_bodies_where_none_belongs(self):
        self.both(self.qiye1, lambda c: c.call("GET", "/api/cases", b"{}", {"Content-Type": "application/json"}), 413)


class Forms(Refusals):
    def wrong(self, field, value, text=None):
        said = self.both(self.qiye1, lambda c: c.create(**{field: value}), 422, field=field)
        if text:
            self.assertIn(text, said["detail"])

    def test_required(self):
        for field in ("title", "content", "contact_name", "contact_phone"):
            with self.subTest(field=field):
                self.wrong(field, "")
                self.wrong(field, "   ")
                self.wrong(field, None)
                data = {k: v for k, v in GOOD.items() if k != field}
                self.both(self.qiye1, lambda c: c.call("POST", "/api/cases", {"kind": "request", "data": data}), 422, field=field)

    def test_lengths(self):
        self.wrong("title", "停" * 61)
        self.wrong("title", "停电")
        self.wrong("content", "停" * 2001)
        self.wrong("place", "路" * 101)
        self.wrong("contact_name", "王" * 31)

    def test_types(self):
        for field in ("title", "content", "topic", "urgency", "contact_phone"):
            for value in (1, True, ["x"], {"zh": "x"}):
                with self.subTest(field=field, value=value):
                    self.wrong(field, value)

    def test_control_characters_and_nul(self):
        for value in ("厂区\u0000停电", "厂区\u0007停电", "厂区\u007f停电", "第一行\n第二行停电"):
            with self.subTest(value=value):
                self.wrong("title", value)
        self.wrong("content", "三号厂房今天上午\u0000停电两次,请协调检修。")

    def test_choices(self):
        self.wrong("topic", "no-such-topic")
        self.wrong("topic", "power' OR '1'='1")
        self.wrong("urgency", "very")
        self.wrong("contact_phone", "123")
        self.wrong("contact_phone", "1380013800a")
        self.wrong("photos", "x")

    def test_kind_and_channel(self):
        for field, value in (("kind", "nothing"), ("kind", "request\u0000x"), ("channel", "pigeon"), ("channel", "web\u0000")):
            with self.subTest(field=field, value=value):
                self.both(self.qiye1, lambda c: c.call("POST", "/api/cases", {**body_of(), field: value}), 422, "invalid", field)

    def test_attachments_that_are_not_there(self):
        self.both(self.qiye1, lambda c: c.call("POST", "/api/cases", {**body_of(), "attachments": ["123"]}), 422, "invalid", "attachments")

    def test_markup_is_text(self):
        evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
        reply = self.qiye1.create(title=evil[:50], content=evil + " ' ; DROP TABLE cases; -- ${7*7} {{7*7}}")
        self.assertEqual(reply.status, 201, reply.bytes)
        shown = self.qiye1.get("/api/cases/" + reply.json["id"])
        self.assertEqual(shown.headers["Content-Type"], "application/json")
        self.assertEqual(shown.headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("default-src", shown.headers["Content-Security-Policy"])
        self.assertEqual(shown.json["title"], evil[:50])
        self.assertTrue(shown.json["text"].startswith(evil))


class Addresses(Refusals):
    logins = ("qiye1", "shouchu1")

    def test_text_that_is_none(self):
        for path, code in (("/api/cases?q=%FF", "utf-8"), ("/api/cases?q=%C0%AF", "utf-8"), ("/api/cases/%FF", "utf-8"),
                           ("/api/cases?q=%00", "syntax"), ("/api/cases/1%00", "syntax"), ("/api/cases?q=%", "syntax"),
                           ("/api/cases?q=%4", "syntax"), ("/api/cases/%zz", "syntax"), ("/api/cases/1%0d%0aX:1", "syntax"),
                           ("/api/../etc/passwd", "syntax"), ("/api/%2e%2e/%2e%2e/etc/passwd", "syntax")):
            with self.subTest(path=path):
                self.both(self.qiye1, lambda c: c.call("GET", path), 400, code)

    def test_headers_that_are_none(self):
        for name in ("X-Request-Id", "Accept-Language", "Cookie", "If-Match"):
            with self.subTest(name=name):
                status, headers, body = raw(self.server.port, f"GET /api/cases HTTP/1.1\r\nHost: x\r\n{name}: ".encode() + b"\xff\xfe\r\n\r\n")
                self.assertEqual(status, 400)
                self.assertEqual(self.problem(status, headers, body, "zh")["code"], "utf-8")

    def test_ids_that_are_none(self):
        for ident in ("abc", "0", "-1", "007", "1.5", "99999999999999999999", "9223372036854775808", "1%20OR%201=1", "'", "%E4%B8%AD"):
            for path in ("/api/cases/{}", "/api/cases/{}/receipt", "/api/cases/{}/similar", "/api/files/{}"):
                with self.subTest(ident=ident, path=path):
                    self.both(self.shouchu1, lambda c: c.get(path.format(ident)), 404, "not-found")
            self.both(self.shouchu1, lambda c: c.verb(ident, "sign"), 404, "not-found")

    def test_numbers_out_of_range(self):
        for value in ("0", "201", "-1", "abc", "1e2", "", "5 ", "٣", "99999999999999999999"):
            for path in ("/api/cases", "/api/tasks"):
                with self.subTest(value=value, path=path):
                    self.both(self.shouchu1, lambda c: c.get(path, limit=value), 422, "invalid", "limit")
        self.both(self.shouchu1, lambda c: c.get("/api/cases", rating="11"), 422, "invalid", "rating")

    def test_cursors(self):
        for value in ("abc", "1", "1.", ".1", "1.x", "1.2.3", "1.-2", "1.0", "' OR 1=1"):
            for path in ("/api/cases", "/api/tasks"):
                with self.subTest(value=value, path=path):
                    self.both(self.shouchu1, lambda c: c.get(path, after=value), 422, "invalid", "after")

    def test_filters_that_are_none(self):
        """A filter that is not understood is refused: else its reader would take everything for the answer."""
        for name, value in (("status", "nonsense"), ("colour", "pink"), ("order", "random"), ("month", "2026"), ("month", "2026-13"),
                            ("month", "2026-1"), ("mine", "perhaps"), ("enterprise", "x"), ("enterprise", "1 OR 1=1")):
            with self.subTest(name=name, value=value):
                self.both(self.shouchu1, lambda c: c.get("/api/cases", **{name: value}), 422, "invalid", name)
        for name, value in (("scope", "world"), ("colour", "pink")):
            with self.subTest(name=name, value=value):
                self.both(self.shouchu1, lambda c: c.get("/api/tasks", **{name: value}), 422, "invalid", name)
        self.both(self.shouchu1, lambda c: c.get("/api/templates", kind="nothing"), 422, "invalid", "kind")
        # These are whatever the records hold: asking for another finds nothing.
        self.qiye1.create()
        for name in ("unit", "topic", "kind", "channel", "number"):
            self.assertEqual(self.shouchu1.get("/api/cases", **{name: "x' OR '1'='1"}).json["items"], [])
        self.assertEqual(self.shouchu1.get("/api/cases", mine="true").json["items"], [])

    def test_parameters_that_nobody_asked_for(self):
        for path in ("/api/cases", "/api/tasks", "/api/zone", "/api/knowledge", "/api/enterprises", "/api/journal/proof"):
            with self.subTest(path=path):
                self.both(self.shouchu1, lambda c: c.get(path, surprise="1"), 422, "invalid", "surprise")
        self.both(self.shouchu1, lambda c: c.call("GET", "/api/cases?limit=1&limit=2"), 422, "invalid", "limit")
        self.both(self.shouchu1, lambda c: c.call("GET", "/api/cases?" + "&".join(f"a{i}=1" for i in range(200))), 422, "limit")

    def test_dry_run_that_is_unclear_does_nothing(self):
        case = self.qiye1.create().json["id"]
        with self.nothing_written():
            self.refused(self.qiye1.call("POST", f"/api/cases/{case}/verbs/urge?dryRun=yes", {}), 422, "invalid", "dryRun")

    def test_figures(self):
        leader = self.server.client("lingdao1")
        for query, field in (({"by": "nothing"}, "by"), ({"surprise": "1"}, "surprise"), ({"from": "yesterday"}, "from"),
                             ({"to": "2026-00"}, "to"), ({"from": "2026-05", "to": "2026-01"}, "from"), ({"unit": "x' OR '1'='1"}, None)):
            with self.subTest(query=query):
                if field:
                    self.both(leader, lambda c: c.get("/api/figures/requests_received", **query), 422, "invalid", field)
                else:
                    self.assertEqual(leader.get("/api/figures/requests_received", **query).json["count"], 0)
        self.both(leader, lambda c: c.get("/api/figures/nothing"), 404, "not-found")
        self.both(leader, lambda c: c.get("/api/figures/requests_received/records", by="unit"), 422, "invalid", "key")
        self.both(self.qiye1, lambda c: c.get("/api/figures/requests_received"), 403, "forbidden")
        leader.connection.close()

    def test_calendar_and_proofs(self):
        for year in ("1", "20260", "abc", "-1"):
            self.both(self.qiye1, lambda c: c.get(f"/api/calendar/{year}"), 422, "invalid")
        self.both(self.qiye1, lambda c: c.get("/api/kinds/nothing"), 404, "not-found")
        self.both(self.qiye1, lambda c: c.get("/api/journal/proof", index=10**9), 422)
        self.both(self.qiye1, lambda c: c.get("/api/journal/proof", index=0, size=10**9), 422)
        self.both(self.qiye1, lambda c: c.get("/api/journal/proof", index=-1), 422, "invalid", "index")
        self.both(self.qiye1, lambda c: c.get("/api/journal/consistency", **{"from": 5, "to": 1}), 422)
        self.assertGreater(self.qiye1.get("/api/journal/consistency", **{"from": 1}).json["to"], 1)
        self.both(self.qiye1, lambda c: c.get("/api/journal/consistency", **{"from": 1, "to": 10**9}), 422)

    def test_searches(self):
        self.qiye1.create(title="厂区停电急")
        for q in ("'", '"', "' OR 1=1 --", '" OR "a', "a AND", "NOT", "NEAR(a b)", "*", "a*", "title:x", "(", ")", "-", "^a", "{a b}",
                  "%", "_", "\\", "停电 OR", "; DROP TABLE cases", "\u200b", "😀", "a" * 200, "停" * 200):
            with self.subTest(q=q), self.nothing_written():
                for path in ("/api/cases", "/api/tasks", "/api/knowledge"):
                    reply = self.shouchu1.get(path, q=q)
                    self.assertEqual(reply.status, 200, reply.bytes)
                self.assertLess(len(self.shouchu1.get("/api/cases", q=q).json["items"]), 2)
        self.assertEqual(len(self.shouchu1.get("/api/cases", q="停电急").json["items"]), 1)

    def test_ten_thousand_characters_to_search_for(self):
        self.both(self.shouchu1, lambda c: c.get("/api/cases", q="a" * 10_000), 414)
        started = time.monotonic()
        for path in ("/api/cases", "/api/tasks", "/api/knowledge", "/api/enterprises"):
            self.both(self.shouchu1, lambda c: c.get(path, q="停电线路检修" * 100), 422, "limit", "q")
        self.assertLess(time.monotonic() - started, 5)

    def test_nothing_there(self):
        for path in ("/api", "/api/", "/api/nothing", "/api/cases/", "//api/cases", "/.git/config", "/etc/passwd", "/api/cases/1/verbs"):
            with self.subTest(path=path):
                self.both(self.qiye1, lambda c: c.call("GET", path), 404, "not-found")

    def test_methods(self):
        for method, path, allow in (("PUT", "/api/cases", "GET, HEAD, POST"), ("DELETE", "/api/cases/1", "GET, HEAD"),
                                    ("POST", "/api/zone", "GET, HEAD"), ("TRACE", "/api/zone", "GET, HEAD"),
                                    ("PATCH", "/healthz", "GET, HEAD")):
            with self.subTest(method=method, path=path):
                self.both(self.qiye1, lambda c: c.call(method, path), 405, "method-not-allowed")
                said = self.qiye1.call(method, path).headers["Allow"]
                self.assertEqual(sorted(said.replace("OPTIONS", "").replace(",", " ").split()), sorted(allow.replace(",", " ").split()))

    def test_verbs(self):
        case = self.qiye1.create().json["id"]
        self.both(self.shouchu1, lambda c: c.verb(case, "explode"), 404, "not-found")
        self.both(self.shouchu1, lambda c: c.verb(case, "sign%00"), 400, "syntax")
        for body, field in (({"text": 5}, "text"), ({"days": "2"}, "days"), ({"days": 1.5}, "days"), ({"rating": "5"}, "rating"),
                            ({"taskId": 5}, "taskId"), ({"public": "yes"}, "public"), ({"attachments": "1"}, "attachments"),
                            ({"status": "closed"}, "status"), ({"unit": "x" * 65}, "unit"), ({"text": "a" * 20001}, "text")):
            with self.subTest(body=body):
                self.both(self.shouchu1, lambda c: c.verb(case, "note", **body), 422, field=field)
        for rating in (0, 6, -1, 10**18):
            self.assertIn(self.qiye1.verb(case, "rate", rating=rating).status, (409, 422))

    def test_note_needs_words(self):
        case = self.qiye1.create().json["id"]
        for text in ("", "   ", "\u3000"):
            self.both(self.qiye1, lambda c: c.verb(case, "note", text=text), 422, "invalid", "text")
        self.both(self.qiye1, lambda c: c.verb(case, "note", text="现场\u0000照片"), 422, "invalid", "text")


class Wire(Refusals):
    """What does not come from a browser."""

    def ask(self, data, **more):
        return raw(self.server.port, data, **more)

    def test_framing_that_two_servers_read_differently(self):
        for head in (b"Content-Length: 5\r\nContent-Length: 6\r\n", b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                     b"Content-Length: -5\r\n", b"Content-Length: 5x\r\n", b"Host: y\r\n", b"Transfer-Encoding: gzip, chunked\r\n",
                     b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"):
            with self.subTest(head=head):
                reply = self.ask(b"POST /api/session HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n12345")
                self.assertTrue(reply is None or reply[0] in (400, 411, 413, 415, 501), reply)

    def test_heads_without_measure(self):
        self.assertIn(self.ask(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 100 + b"\r\n")[0], (400, 431))
        self.assertIn(self.ask(b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 70_000 + b"\r\n\r\n")[0], (400, 413, 431))
        self.assertEqual(self.ask(b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")[0], 414)
        for line in (b"GET\r\n\r\n", b"\x01\x02\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET / HTTP/9.9\r\n\r\n"):
            reply = self.ask(line + b"\r\n\r\n", wait=3)
            self.assertTrue(reply is None or 400 <= reply[0] < 600, (line, reply))

    def test_what_is_echoed_cannot_split_an_answer(self):
        reply = self.ask(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Request-Id: a\tb<script>\r\n\r\n")
        self.assertRegex(reply[1]["x-request-id"], r"^[0-9a-f]{8}-[0-9a-f]+$")
        reply = self.ask(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Request-Id: my-own.id_1\r\n\r\n")
        self.assertEqual(reply[1]["x-request-id"], "my-own.id_1")

    def test_slow_clients_hold_nobody_up(self):
        import socket
        slow = [socket.create_connection(("127.0.0.1", self.server.port)) for _ in range(100)]
        try:
            for s in slow:
                s.sendall(b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Le")
            started = time.monotonic()
            for _ in range(20):
                self.assertEqual(self.qiye1.get("/api/session").status, 200)
            self.assertLess(time.monotonic() - started, 2)
        finally:
            for s in slow:
                s.close()
        self.assertEqual(self.qiye1.get("/api/session").status, 200)

    def test_a_body_that_never_ends_is_cut(self):
        cookie = f"Cookie: junma_session={self.qiye1.cookie}\r\nX-CSRF-Token: {self.qiye1.csrf}\r\n".encode()
        head = b"POST /api/cases HTTP/1.1\r\nHost: x\r\n" + cookie + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        with self.nothing_written():
            try:
                reply = self.ask(None, parts=[head] + [b"4000\r\n" + b" " * 0x4000 + b"\r\n"] * 200)
                self.assertTrue(reply is None or reply[0] == 413, reply)
            except (ConnectionResetError, BrokenPipeError):
                pass  # cut while we were still sending
        self.assertEqual(self.qiye1.get("/api/session").status, 200)

    def test_half_a_request_is_none(self):
        cookie = f"Cookie: junma_session={self.qiye1.cookie}\r\nX-CSRF-Token: {self.qiye1.csrf}\r\n".encode()
        body = json.dumps(body_of()).encode()
        import socket
        with self.nothing_written():
            for part in (0, 1, len(body) // 2, len(body) - 1):
                with socket.create_connection(("127.0.0.1", self.server.port)) as s:
                    s.sendall(b"POST /api/cases HTTP/1.1\r\nHost: x\r\n" + cookie + b"Content-Type: application/json\r\nContent-Length: "
                              + str(len(body)).encode() + b"\r\n\r\n" + body[:part])
            time.sleep(0.3)


class Languages(Refusals):
    def test_the_reader_is_answered_in_their_language(self):
        for header, lang in (("en-US,en;q=0.9,zh;q=0.1", "en"), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en;q=0.2, zh;q=0.7", "zh"),
                             ("fr-FR, de", "zh"), ("*", "zh"), ("", "zh"), ("en", "en"), ("EN-gb", "en"), (";;;,,,q=", "zh"),
                             ("en;q=0", "zh"), ("x" * 4000, "zh")):
            with self.subTest(header=header):
                reply = self.qiye1.call("GET", "/api/cases/abc", headers={"Accept-Language": header})
                self.refused(reply, 404, "not-found", lang=lang)
                self.assertEqual(reply.headers["Content-Language"], "en" if lang == "en" else "zh-CN")


if __name__ == "__main__":
    unittest.main()
