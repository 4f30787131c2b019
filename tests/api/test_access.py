"""Who may see and do what: other enterprises, other units, administrators; sessions, CSRF, lock-out; live changes."""
import contextlib
import http.client
import json
import socket
import statistics
import time
import unittest

from junma import PASSWORD
from refusals import Refusals

MINUTE = 60_000


class Others(Refusals):
    """What belongs to somebody else answers exactly as what does not exist."""

    logins = ("qiye1", "qiye2", "shouchu1", "gongdian1", "jingfa1", "lingdao1", "admin")
    SECRET = "保密工艺专用变压器"

    def setUp(self):
        made = self.qiye1.create(title=self.SECRET, contact_name="钱机密", contact_phone="13912345678")
        self.assertEqual(made.status, 201, made.bytes)
        self.case, self.number = made.json["id"], made.json["number"]
        self.promise = made.json["promises"][0]["id"]
        self.nobody = "12345"  # a well-formed identifier of nothing

    def same_as_nothing(self, client, method, path, body=None):
        """By id, by number, and of something that is not there: the same words."""
        answers = []
        for ident in (self.case, self.number, self.nobody, "Q2601-99999-9"):
            reply = client.call(method, path.format(ident), body)
            said = reply.json
            said.pop("requestId", None)
            self.assertNotIn(self.SECRET, reply.bytes.decode())
            answers.append((reply.status, json.dumps(said, sort_keys=True, ensure_ascii=False)))
        self.assertEqual(answers[0], answers[2], path)
        self.assertEqual(answers[1], answers[3], path)
        self.assertIn(answers[0][0], (403, 404))

    def test_another_enterprise_another_unit_an_administrator(self):
        with self.nothing_written():
            for client in (self.qiye2, self.jingfa1, self.admin):
                for path in ("/api/cases/{}", "/api/cases/{}/receipt", "/api/cases/{}/similar",
                             "/api/cases/{}/promises/" + self.promise + "/count"):
                    self.same_as_nothing(client, "GET", path)
                for verb in ("sign", "reply", "rate", "withdraw", "urge", "note", "supervise", "merge", "publish", "approve"):
                    body = {"text": "x", "unit": "ECO", "rating": 5, "days": 1, "target": self.number}
                    self.same_as_nothing(client, "POST", "/api/cases/{}/verbs/" + verb, body)
                    self.same_as_nothing(client, "POST", "/api/cases/{}/verbs/" + verb + "?dryRun=true", body)
                self.same_as_nothing(client, "POST", "/api/cases/{}/reveal", {"field": "contact_phone", "reason": "想看"})

    def test_not_in_any_list(self):
        for client in (self.qiye2, self.jingfa1):
            for query in ({}, {"q": self.SECRET}, {"q": self.number}, {"number": self.number}, {"unit": "POWER"}, {"topic": "power"},
                          {"enterprise": self.qiye1.me["enterprise"]["id"]}, {"status": "all"}, {"order": "newest"}, {"mine": "true"}):
                with self.subTest(query=query):
                    reply = client.get("/api/cases", **query)
                    self.assertEqual(reply.status, 200, reply.bytes)
                    self.assertNotIn(self.case, [c["id"] for c in reply.json["items"]])
                    self.assertNotIn(self.SECRET, reply.bytes.decode())
            for scope in ("mine", "unit", "all"):
                self.assertNotIn(self.SECRET, client.get("/api/tasks", scope=scope).bytes.decode())
        self.refused(self.admin.get("/api/cases"), 403, "forbidden")
        self.refused(self.admin.get("/api/tasks"), 403, "forbidden")

    def test_not_as_a_similar_case(self):
        other = self.qiye2.create(title="变压器增容", content=self.SECRET + "需要增容,请协调。")
        self.assertNotIn(self.number, other.bytes.decode())
        similar = self.qiye2.get(f"/api/cases/{other.json['id']}/similar")
        self.assertEqual([c for c in similar.json["items"] if c["enterprise"]["id"] != self.qiye2.me["enterprise"]["id"]], [])

    def test_a_promise_of_another_case(self):
        own = self.qiye2.create().json["id"]
        self.refused(self.qiye2.get(f"/api/cases/{own}/promises/{self.promise}/count"), 404, "not-found")

    def test_an_event_of_another_case(self):
        event = self.qiye1.get(f"/api/cases/{self.case}").json["timeline"][0]["event"]
        own = self.qiye2.create().json["id"]
        self.refused(self.qiye2.get(f"/api/cases/{own}/receipt", event=event), 404, "not-found")
        self.refused(self.qiye2.get(f"/api/cases/{own}/receipt", event="x"), 404, "not-found")

    def test_what_applicants_may_not_ask(self):
        with self.nothing_written():
            for path in ("/api/enterprises", "/api/enterprises/1", "/api/officers", "/api/figures", "/api/figures/requests_received",
                         "/api/figures/requests_received/records", "/api/accounts"):
                self.both(self.qiye1, lambda c: c.get(path), 403, "forbidden")
            mine = self.qiye1.me["enterprise"]["id"]
            self.assertEqual(self.qiye1.get("/api/enterprises/" + mine).status, 200)
            self.both(self.qiye2, lambda c: c.get("/api/enterprises/" + mine), 403, "forbidden")
            account = {"login": "hacker", "name": "x", "role": "admin", "password": PASSWORD}
            for client in (self.qiye1, self.gongdian1, self.shouchu1, self.lingdao1):
                self.both(client, lambda c: c.call("POST", "/api/accounts", account), 403, "forbidden")
                self.both(client, lambda c: c.call("PATCH", "/api/accounts/" + self.admin.me["id"], {"disabled": True}), 403, "forbidden")
            self.qiye1.lang = "en"
            self.assertNotRegex(self.qiye1.get("/api/accounts").json["detail"], "[\u4e00-\u9fff]")
            self.qiye1.lang = "zh"
            behalf = {"kind": "request", "data": {}, "onBehalf": {"enterpriseId": self.qiye1.me["enterprise"]["id"]}}
            self.both(self.qiye2, lambda c: c.call("POST", "/api/cases", behalf), 403, "forbidden")
            self.both(self.gongdian1, lambda c: c.create(), 403, "forbidden")

    def test_contact_data_is_masked_until_a_look_is_recorded(self):
        seen = self.gongdian1.get("/api/cases/" + self.case)
        self.assertNotIn("13912345678", seen.bytes.decode())
        self.assertEqual(seen.json["contact"], {"name": "钱机密", "phone": "139****5678", "masked": True})
        for reason in ("", "  ", "\u3000"):
            self.both(self.gongdian1, lambda c: c.post(f"/api/cases/{self.case}/reveal", {"field": "contact_phone", "reason": reason}),
                      422, "invalid", "reason")
        for field in ("password", "contact_name", "data"):
            self.both(self.gongdian1, lambda c: c.post(f"/api/cases/{self.case}/reveal", {"field": field, "reason": "核实"}),
                      422, "invalid", "field")
        self.both(self.lingdao1, lambda c: c.post(f"/api/cases/{self.case}/reveal", {"field": "contact_phone", "reason": "核实"}), 403)
        before = self.counts()["journal"]
        shown = self.gongdian1.post(f"/api/cases/{self.case}/reveal", {"field": "contact_phone", "reason": "上门核实"})
        self.assertEqual((shown.status, shown.json), (200, {"value": "13912345678"}))
        self.assertEqual(self.counts()["journal"], before + 1)
        looks = [e for e in self.shouchu1.get("/api/cases/" + self.case).json["timeline"] if e["verb"] == "reveal"]
        self.assertEqual(looks[0]["text"], "上门核实")
        self.assertFalse([e for e in self.qiye1.get("/api/cases/" + self.case).json["timeline"] if e["verb"] == "reveal"])

    def test_the_masked_number_is_nowhere_else(self):
        for client in (self.gongdian1, self.shouchu1, self.lingdao1):
            for path in (f"/api/cases/{self.case}", f"/api/cases/{self.case}/receipt", "/api/cases?q=" + self.number,
                         "/api/tasks?scope=all", f"/api/cases/{self.case}/similar"):
                with self.subTest(login=client.me["login"], path=path):
                    self.assertNotIn("13912345678", client.get(path).bytes.decode())

    def test_internal_notes_and_their_files_stay_inside(self):
        self.gongdian1.verb(self.case, "sign")
        upload = self.gongdian1.call("POST", "/api/files", "内部研判意见".encode(), {"Content-Type": "text/plain", "X-File-Name": "n.txt"})
        self.assertEqual(upload.status, 201, upload.bytes)
        noted = self.gongdian1.verb(self.case, "note", text="内部研判:该企业曾欠费", attachments=[upload.json["id"]])
        self.assertEqual(noted.status, 200, noted.bytes)
        theirs = self.qiye1.get("/api/cases/" + self.case)
        self.assertNotIn("内部研判", theirs.bytes.decode())
        self.assertEqual(theirs.json["attachments"], [])
        self.refused(self.qiye1.get("/api/files/" + upload.json["id"]), 404, "not-found")
        self.assertEqual(self.shouchu1.get("/api/files/" + upload.json["id"]).status, 200)
        event = [e for e in noted.json["timeline"] if e["verb"] == "note"][0]["event"]
        self.refused(self.qiye1.get(f"/api/cases/{self.case}/receipt", event=event), 404, "not-found")
        self.assertNotIn("内部研判", self.qiye1.get(f"/api/cases/{self.case}/receipt").bytes.decode())

    def test_a_merged_case_tells_nothing_of_the_other_enterprise(self):
        other = self.qiye2.create(title="另一家也停电")
        self.assertEqual(self.gongdian1.verb(other.json["id"], "merge", target=self.number).status, 200)
        shown = self.qiye2.get("/api/cases/" + other.json["id"])
        self.assertEqual((shown.json["links"][0]["number"], shown.json["links"][0]["id"]), (self.number, None))
        self.assertNotIn(self.SECRET, shown.bytes.decode())
        self.assertEqual(self.qiye1.get("/api/cases/" + self.case).json["links"], [])


class Sessions(Refusals):
    logins = ("qiye1", "qiye2", "shouchu1", "admin")

    def test_nobody(self):
        anybody = self.server.client()
        with self.nothing_written():
            for method, path in (("GET", "/api/session"), ("GET", "/api/cases"), ("GET", "/api/cases/1"), ("GET", "/api/tasks"),
                                 ("POST", "/api/cases"), ("POST", "/api/cases/1/verbs/sign"), ("GET", "/api/events"), ("POST", "/api/files"),
                                 ("GET", "/api/files/1"), ("GET", "/api/figures"), ("GET", "/api/accounts"), ("DELETE", "/api/session"),
                                 ("POST", "/api/session/password"), ("POST", "/api/imports"), ("GET", "/api/officers")):
                with self.subTest(method=method, path=path):
                    self.both(anybody, lambda c: c.call(method, path, None if method == "GET" else {}), 401, "unauthenticated")
        anybody.connection.close()

    def test_tokens_that_are_none(self):
        anybody = self.server.client()
        for token in ("x", "0" * 64, "00", self.qiye1.cookie[:-2], self.qiye1.cookie + "00", "%00", "' OR 1=1", "a=b", "é".encode().decode("latin-1")):
            with self.subTest(token=token):
                reply = anybody.call("GET", "/api/session", headers={"Cookie": "junma_session=" + token})
                self.assertIn(reply.json["code"], ("unauthenticated", "session-expired"))
                self.assertEqual(reply.status, 401)
        anybody.connection.close()

    def test_the_cookie_is_kept_from_scripts_and_other_sites(self):
        client = self.server.client()
        cookie = client.sign_in("qiye1").headers["Set-Cookie"]
        self.assertIn("HttpOnly", cookie)
        self.assertIn("SameSite=Strict", cookie)
        self.assertRegex(cookie, r"junma_session=[0-9a-f]{64};")
        self.assertIn("Max-Age=0", client.call("DELETE", "/api/session").headers["Set-Cookie"])
        self.refused(client.get("/api/session"), 401, "session-expired")
        client.connection.close()

    def test_csrf(self):
        good = self.qiye1.csrf
        with self.nothing_written():
            for token in (None, "", "0" * 32, good[:-1], good + "0", good.upper() + "X", self.qiye2.csrf):
                with self.subTest(token=token):
                    self.qiye1.csrf = token
                    try:
                        for method, path in (("POST", "/api/cases"), ("DELETE", "/api/session"), ("POST", "/api/files"),
                                             ("POST", "/api/session"), ("POST", "/api/session/password")):
                            self.both(self.qiye1, lambda c: c.call(method, path, {}), 403, "csrf")
                    finally:
                        self.qiye1.csrf = good
        self.assertEqual(self.qiye1.get("/api/session").status, 200)

    def age(self, sql):
        with self.stopped() as db:
            db.execute(sql)

    def test_idle_and_old_sessions_end(self):
        client = self.server.client("qiye2")
        now = time.time_ns() // 1_000_000
        self.age(f"UPDATE session SET seen_at = {now - 29 * MINUTE} WHERE account_id = {client.me['id']}")
        client.connection, client.port = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60), self.server.port
        self.assertEqual(client.get("/api/session").status, 200)
        self.age(f"UPDATE session SET seen_at = {now - 31 * MINUTE} WHERE account_id = {client.me['id']}")
        client.connection, client.port = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60), self.server.port
        self.both(client, lambda c: c.get("/api/cases"), 401, "session-expired")
        self.both(client, lambda c: c.create(), 401, "session-expired")
        self.assertEqual(client.get("/api/zone").status, 200, "what is public stays so")
        client.cookie = client.csrf = None
        client.sign_in("qiye2")
        self.age(f"UPDATE session SET expires_at = {now - 1} WHERE account_id = {client.me['id']}")
        client.connection, client.port = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60), self.server.port
        self.both(client, lambda c: c.get("/api/cases"), 401, "session-expired")
        client.connection.close()
        self.qiye2.cookie = self.qiye2.csrf = None
        self.qiye2.sign_in("qiye2")

    def test_reading_counts_as_being_there(self):
        now = time.time_ns() // 1_000_000
        client = self.server.client("qiye2")
        self.age(f"UPDATE session SET seen_at = {now - 20 * MINUTE} WHERE account_id = {client.me['id']}")
        client.connection, client.port = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60), self.server.port
        self.assertEqual(client.get("/api/cases").status, 200)
        time.sleep(2.2)  # a tick
        with self.stopped() as db:
            seen = db.execute(f"SELECT max(seen_at) FROM session WHERE account_id = {client.me['id']}").fetchone()[0]
        self.assertGreater(seen, now - MINUTE)
        client.connection.close()

    def account(self, login, role="handler", unit="ECO", **more):
        body = {"login": login, "name": "测试", "role": role, "unit": unit, "password": PASSWORD, **more}
        reply = self.admin.call("POST", "/api/accounts", body)
        self.assertEqual(reply.status, 201, reply.bytes)
        return reply.json["id"]

    def test_a_disabled_account_is_out_at_once(self):
        ident = self.account("tingyong")
        client = self.server.client("tingyong")
        self.assertEqual(self.admin.call("PATCH", "/api/accounts/" + ident, {"disabled": True}).status, 200)
        self.both(client, lambda c: c.get("/api/cases"), 401, "session-expired")
        client.cookie = client.csrf = None
        reply = client.call("POST", "/api/session", {"login": "tingyong", "password": PASSWORD})
        self.refused(reply, 403, "forbidden")
        self.assertIn("停用", reply.json["detail"])
        # Who does not know the password learns nothing of it.
        self.refused(client.call("POST", "/api/session", {"login": "tingyong", "password": "Wrong-2026"}), 401, "unauthenticated")
        self.assertEqual(self.admin.call("PATCH", "/api/accounts/" + ident, {"disabled": False}).status, 200)
        self.assertEqual(client.sign_in("tingyong").status, 200)
        client.connection.close()

    def test_accounts_that_cannot_be(self):
        good = {"login": "xinren", "name": "新人", "role": "handler", "unit": "ECO", "password": PASSWORD}
        for field, value in (("login", "A"), ("login", "有空 格"), ("login", "x" * 65), ("name", " "), ("role", "god"), ("unit", "NOWHERE"),
                             ("unit", ""), ("password", "short"), ("password", "alllowercase"), ("password", "x" * 2000),
                             ("enterpriseId", "12345"), ("enterpriseId", 5), ("sample", True), ("permissions", ["case.read"])):
            with self.subTest(field=field, value=value):
                self.both(self.admin, lambda c: c.call("POST", "/api/accounts", {**good, field: value}), 422, field=field)
        self.both(self.admin, lambda c: c.call("POST", "/api/accounts", {**good, "role": "contact", "unit": ""}), 422, field="enterpriseId")
        self.both(self.admin, lambda c: c.call("POST", "/api/accounts", {**good, "login": "qiye1"}), 409, "conflict", "login")
        self.both(self.admin, lambda c: c.call("PATCH", "/api/accounts/12345", {"disabled": True}), 404, "not-found")

    def test_a_new_password_ends_all_sessions(self):
        self.account("mima")
        first, second = self.server.client("mima"), self.server.client("mima")
        for old, new, field in (("Wrong-2026", "Another-2026", "old"), (PASSWORD, "short", "new"), (PASSWORD, "alllowercase", "new")):
            self.both(first, lambda c: c.post("/api/session/password", {"old": old, "new": new}), 422, "invalid", field)
        self.assertEqual(first.post("/api/session/password", {"old": PASSWORD, "new": "Another-2026"}).status, 204)
        for client in (first, second):
            self.refused(client.get("/api/session"), 401, "session-expired")
            client.connection.close()
        again = self.server.client()
        self.assertEqual(again.sign_in("mima", "Another-2026").status, 200)
        again.connection.close()

    def test_guessing_the_present_password_is_slowed_down(self):
        self.account("caimi")
        client = self.server.client("caimi")
        statuses = [client.post("/api/session/password", {"old": f"Wrong-{i}-Aa", "new": "Another-2026"}).status for i in range(25)]
        self.assertEqual(set(statuses), {422, 429})
        client.connection.close()


class SignIn(Refusals):
    """Each test has a server of its own, since tries are counted by address."""

    logins = ("admin",)

    def setUp(self):
        for login in ("suo1", "suo2"):
            self.admin.call("POST", "/api/accounts", {"login": login, "name": "锁", "role": "handler", "unit": "ECO", "password": PASSWORD})
        self.anybody = self.server.client()

    def tearDown(self):
        self.anybody.connection.close()

    def attempt(self, login, password="Wrong-2026"):
        return self.anybody.call("POST", "/api/session", {"login": login, "password": password})

    def forget_address(self):
        """A good sign-in sets the counter of the address back."""
        client = self.server.client("admin")
        client.connection.close()

    def test_five_failures_lock_and_time_releases(self):
        for _ in range(4):
            self.refused(self.attempt("suo1"), 401, "unauthenticated")
        self.refused(self.attempt("suo1"), 429, "locked-out")
        said = self.refused(self.attempt("suo1", PASSWORD), 429, "locked-out")
        self.assertIn("30", said["detail"])
        self.anybody.lang = "en"
        self.refused(self.attempt("suo1", PASSWORD), 429, "locked-out", lang="en")
        self.anybody.lang = "zh"
        with self.stopped() as db:
            db.execute("UPDATE account SET locked_until = ? WHERE login = 'suo1'", (time.time_ns() // 1_000_000 - 1,))
        self.anybody.connection.close()
        self.anybody = self.server.client()
        self.assertEqual(self.attempt("suo1", PASSWORD).status, 200)
        self.refused(self.attempt("suo1"), 401, "unauthenticated")  # counted anew
        self.forget_address()

    def test_a_good_sign_in_sets_the_count_back(self):
        for _ in range(2):
            for _ in range(4):
                self.refused(self.attempt("suo2"), 401, "unauthenticated")
            self.assertEqual(self.attempt("suo2", PASSWORD).status, 200)

    def test_logins_cannot_be_told_apart(self):
        """A login that exists and one that does not: the same words, also when locked, in about the same time."""
        self.forget_address()
        self.admin.call("POST", "/api/accounts", {"login": "zhenren", "name": "真", "role": "handler", "unit": "ECO", "password": PASSWORD})
        said, times = {}, {"zhenren": [], "jiaren": []}
        for _ in range(7):
            for login in times:
                started = time.perf_counter()
                reply = self.attempt(login)
                times[login].append(time.perf_counter() - started)
                body = reply.json
                del body["requestId"]
                said.setdefault(login, []).append((reply.status, body))
        self.assertEqual(said["zhenren"], said["jiaren"])
        self.assertEqual([status for status, _ in said["jiaren"]], [401] * 4 + [429] * 3)
        real, made_up = statistics.median(times["zhenren"]), statistics.median(times["jiaren"])
        self.assertLess(abs(real - made_up), 0.5 * max(real, made_up), times)
        self.forget_address()

    def test_failures_are_journalled_whoever_was_meant(self):
        for login in ("suo2", "no-such-login", "admin' --", "SUO2"):
            before = self.counts()["journal"]
            self.refused(self.attempt(login), 401, "unauthenticated")
            self.assertEqual(self.counts()["journal"], before + 1, login)
        self.forget_address()

    def test_many_tries_from_one_address(self):
        self.forget_address()
        statuses = [self.attempt(f"user{i}").status for i in range(25)]
        self.assertEqual(statuses[:20], [401] * 20)
        self.assertIn(429, statuses[20:])
        reply = self.attempt("admin", PASSWORD)
        self.refused(reply, 429, "too-many-requests")
        self.assertGreater(int(reply.headers["Retry-After"]), 0)


class Live(Refusals):
    """Server-sent events."""

    logins = ("qiye1", "qiye2", "gongdian1", "jingfa1", "lingdao1", "admin")

    def watch(self, client):
        watching = socket.create_connection(("127.0.0.1", self.server.port), timeout=5)
        watching.sendall(f"GET /api/events HTTP/1.1\r\nHost: x\r\nCookie: junma_session={client.cookie}\r\n\r\n".encode())
        head = watching.recv(4096).decode()
        self.assertIn(" 200 ", head.split("\r\n")[0])
        self.assertIn("text/event-stream", head)
        return watching

    def heard(self, watching, seconds=1.0):
        """What arrives within that time."""
        text, until = b"", time.monotonic() + seconds
        watching.settimeout(0.1)
        while time.monotonic() < until:
            with contextlib.suppress(TimeoutError):
                piece = watching.recv(65536)
                if not piece:
                    break
                text += piece
        return text.decode()

    def test_each_hears_what_they_may_see(self):
        watching = {c.me["login"]: self.watch(c) for c in (self.qiye1, self.qiye2, self.gongdian1, self.jingfa1, self.lingdao1, self.admin)}
        number = self.qiye1.create().json["number"]
        heard = {login: self.heard(w) for login, w in watching.items()}
        for login in ("qiye1", "gongdian1", "lingdao1"):
            self.assertIn(number, heard[login], login)
        for login in ("qiye2", "jingfa1", "admin"):
            self.assertNotIn(number, heard[login], login)
        for one in watching.values():
            one.close()

    def test_what_is_internal_is_heard_inside_only(self):
        case = self.qiye1.create().json["id"]
        applicant, officer = self.watch(self.qiye1), self.watch(self.gongdian1)
        self.assertEqual(self.lingdao1.verb(case, "supervise", text="请加快。").status, 200)
        self.assertEqual(self.gongdian1.verb(case, "note", text="内部研判。").status, 200)
        self.assertEqual(self.gongdian1.verb(case, "sign").status, 200)
        heard = self.heard(applicant)
        self.assertIn('"verb":"sign"', heard)
        self.assertNotIn("supervise", heard)
        self.assertNotIn('"verb":"note"', heard)
        self.assertIn("supervise", self.heard(officer, 0.3))
        applicant.close()
        officer.close()

    def test_signing_out_ends_the_stream(self):
        client = self.server.client("gongdian1")
        watching = self.watch(client)
        self.heard(watching, 0.3)
        self.assertEqual(client.call("DELETE", "/api/session").status, 204)
        number = self.qiye1.create().json["number"]
        self.assertNotIn(number, self.heard(watching, 1))
        watching.close()
        client.connection.close()

    def test_nobody_takes_all_the_streams(self):
        greedy = self.server.client("shouchu2")
        several = [self.watch(greedy) for _ in range(8)]
        self.both(greedy, lambda c: c.call("GET", "/api/events"), 429, "too-many-requests")
        self.watch(self.jingfa1).close()
        several.pop().close()
        for _ in range(50):  # the server notices by and by that the reader has gone
            time.sleep(0.1)
            watching = socket.create_connection(("127.0.0.1", self.server.port), timeout=5)
            watching.sendall(f"GET /api/events HTTP/1.1\r\nHost: x\r\nCookie: junma_session={greedy.cookie}\r\n\r\n".encode())
            again = watching.recv(4096)
            watching.close()
            if b" 200 " in again.split(b"\r\n")[0]:
                break
        self.assertIn(b" 200 ", again.split(b"\r\n")[0])
        for one in several:
            one.close()
        greedy.connection.close()

    def test_nobody_hears_nothing(self):
        anybody = self.server.client()
        self.both(anybody, lambda c: c.call("GET", "/api/events"), 401, "unauthenticated")
        anybody.connection.close()


if __name__ == "__main__":
    unittest.main()
