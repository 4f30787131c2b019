"""What every refusal must hold, whatever was wrong: RFC 9457, the reader's language, nothing written, nothing leaked."""
import contextlib
import json
import os
import re
import socket
import sqlite3
import time
import unittest

from junma import Server

CHINESE = re.compile("[\u4e00-\u9fff]")
# What only somebody inside should know: SQL, sources, folders, addresses in memory.
INSIDE = re.compile(r"SELECT |INSERT |UPDATE |DELETE FROM|sqlite|\.c:\d|/src/|/(?:work|tmp|home|root|usr)/|0x[0-9a-f]{6}|libjansson|errno|"
                    r"assert|stack", re.IGNORECASE)


def raw(port, data, wait=10, parts=None):
    """Bytes as they are over a socket; status, headers and body of what comes back, or None when it is cut."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as s:
        s.settimeout(wait)
        for piece in parts or [data]:
            s.sendall(piece)
        got = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := s.recv(65536):
                got += piece
                head, sep, body = got.partition(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: (\d+)", head)
                if sep and length and len(body) >= int(length.group(1)):
                    break
    head, _, body = got.partition(b"\r\n\r\n")
    if not head:
        return None
    lines = head.decode("latin-1").split("\r\n")
    return int(lines[0].split()[1]), dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line), body


class Refusals(unittest.TestCase):
    """A server of one's own with signed-in clients, and the checks."""

    logins = ("qiye1",)
    server_options = {}
    settled = None

    @classmethod
    def setUpClass(cls):
        cls.server = Server(**cls.server_options)
        for login in cls.logins:
            setattr(cls, login, cls.server.client(login))

    @classmethod
    def tearDownClass(cls):
        for login in cls.logins:
            getattr(cls, login).connection.close()
        cls.server.close()

    def problem(self, status, headers, body, lang, quotes=True):
        """The members of RFC 9457, in the language asked for, without anything of the inside."""
        self.assertEqual(headers["content-type"], "application/problem+json")
        self.assertEqual(headers["x-content-type-options"], "nosniff")
        self.assertEqual("www-authenticate" in headers, status == 401)
        said = json.loads(body)
        self.assertEqual(said["status"], status)
        self.assertEqual(said["type"], "urn:junma:error:" + said["code"])
        self.assertTrue(said["title"] and said["detail"] and said["requestId"])
        for text in [said["title"], said["detail"], *(e["message"] for e in said.get("errors", ()))]:
            words = re.sub(r'"[^"]*"|“[^”]*”', "", text) if quotes else text  # what was sent may be quoted in any script
            if lang == "en":
                self.assertIsNone(CHINESE.search(words), text)
            else:
                self.assertIsNotNone(CHINESE.search(words), text)
        self.assertIsNone(INSIDE.search(body.decode()), body.decode())
        return said

    def refused(self, reply, status, code=None, field=None, lang="zh"):
        self.assertEqual(reply.status, status, reply.bytes[:2000])
        said = self.problem(status, {k.lower(): v for k, v in reply.headers.items()}, reply.bytes, lang)
        if code:
            self.assertEqual(said["code"], code, said)
        if field is not None:
            fields = [said.get("field")] + [e.get("field") for e in said.get("errors", ())]
            self.assertIn(field, fields, said)
        return said

    def both(self, client, do, status, code=None, field=None):
        """The same refusal in both languages; nothing written by either."""
        with self.nothing_written():
            for lang in ("zh", "en"):
                was, client.lang = client.lang, lang
                try:
                    said = self.refused(do(client), status, code, field, lang)
                finally:
                    client.lang = was
        return said

    def counts(self):
        """Rows of every table but those of sessions and of what the zone does by itself at night: how far it is,
        the days it has closed, and their entries in the journal."""
        own = ("session", "register_daily", "fund_closing", "journal_node", "checkpoint")
        db = sqlite3.connect(f"file:{os.path.join(self.server.data, 'junma.db')}?mode=ro", uri=True)
        try:
            names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")]
            return {n: db.execute(f'SELECT count(*) FROM "{n}"' + (" WHERE actor <> 'system'" if n == "journal" else "")).fetchone()[0]
                    for n in names if n not in own}
        finally:
            db.close()

    def settle(self):
        """Waits, once a server, for what the zone does by itself when it comes up: reminders of the day, what homes
        reach."""
        before, until = None, time.monotonic() + 60
        while self.settled is not self.server and time.monotonic() < until and before != (before := self.counts()):
            time.sleep(1.2)
        type(self).settled = self.server

    @contextlib.contextmanager
    def nothing_written(self):
        self.settle()
        before = self.counts()
        yield
        after = self.counts()
        self.assertEqual({n: (before[n], after[n]) for n in after if before[n] != after[n]}, {})

    @contextlib.contextmanager
    def stopped(self):
        """The database while no server has it; the server is up again afterwards, on another port."""
        self.server.stop()
        db = sqlite3.connect(os.path.join(self.server.data, "junma.db"))
        try:
            yield db
            db.commit()
        finally:
            db.close()
            self.server.start()
            for login in self.logins:
                client = getattr(self, login)
                client.connection.close()
                client.port = self.server.port
                client.connection = type(client.connection)("127.0.0.1", client.port, timeout=60)
