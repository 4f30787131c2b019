"""Old cases: their content goes, what was proved and counted stays."""
import json
import os
import pathlib
import sqlite3
import subprocess
import unittest

from junma import BINARY, Server
from outside import wait_until
from packs import Pack

KEPT = {"case_unit", "case_step", "knowledge", "migration_conflict"}


class Purge(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pack = Pack()
        cls.keep(cls, 6)
        cls.server = Server(requests=120, zone=str(cls.pack.folder))
        cls.admin = cls.server.client("admin")
        cls.leader = cls.server.client("lingdao1")

    @classmethod
    def tearDownClass(cls):
        cls.admin.connection.close()
        cls.leader.connection.close()
        cls.server.close()
        cls.pack.close()

    def keep(self, months):
        file = self.pack.folder / "zone.json"
        zone = json.loads(file.read_text(encoding="utf-8"))
        zone["retention"][0]["months"] = months
        file.write_text(json.dumps(zone, ensure_ascii=False), encoding="utf-8")

    def rows(self, sql, *values):
        db = sqlite3.connect(os.path.join(self.server.data, "junma.db"))
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()

    def due(self, **query):
        return next(k for k in self.admin.get("/api/purges", **query).json["items"] if k["kind"] == "request")

    def figures(self):
        names = [f["name"] for f in self.leader.get("/api/figures").json["items"]]
        self.assertGreater(len(names), 3)
        return {n: self.leader.get("/api/figures/" + n).json["value"] for n in names if "age" not in n}

    def verify(self):
        said = self.server.command("verify", "--journal", "--data", self.server.data, check=False)
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)

    def test_content_goes_and_proofs_and_figures_stay(self):
        kind = self.due()
        self.assertEqual((kind["kind"], kind["months"], kind["running"]), ("request", 6, False))
        self.assertGreater(kind["due"], 10)
        words = ("purge", "--data", self.server.data)
        said = self.server.command(*words, "--dry-run", check=False)
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)
        self.assertIn(str(kind["due"]), said.stdout)
        self.assertNotEqual(self.server.command(*words, check=False).returncode, 0, "a server runs")
        self.assertEqual(self.due()["due"], kind["due"])
        later = self.due(before="2999-01-01")
        self.assertEqual(later["due"], kind["due"], "never before the time by law")
        self.assertEqual(self.leader.get("/api/purges").status, 403)
        due = [i for i, in self.rows("SELECT id FROM cases WHERE status > 1 AND closed_at < ("
                                     "SELECT max(closed_at) FROM cases) ORDER BY closed_at LIMIT 1")]
        case, = due
        words, number = self.rows("SELECT title, number FROM cases WHERE id = ?", case)[0]
        event, = [e for e, in self.rows("SELECT id FROM journal WHERE subject = ? ORDER BY id LIMIT 1", case)]
        held = self.receipt(case, event)
        before, leaves = self.figures(), self.rows("SELECT seq, leaf_hash FROM journal WHERE seq IS NOT NULL ORDER BY seq")
        self.assertEqual(self.admin.post("/api/purges", {"reason": "到期"}).status, 202)
        wait_until(lambda: (now := self.due())["due"] == 0 and not now["running"])
        self.assertEqual(self.figures(), before)
        after = self.rows("SELECT seq, leaf_hash FROM journal WHERE seq IS NOT NULL ORDER BY seq")
        self.assertEqual(after[:len(leaves)], leaves, "no leaf has changed")
        self.gone(kind["due"], case, words)
        self.verify()
        # The receipt that was held proves what it proved; the one of today proves that the entry is there.
        self.holds(held)
        now = self.receipt(case, event)
        self.holds(now)
        self.assertNotIn(words, now)
        told, = self.rows("SELECT event FROM journal WHERE kind = 'case.purge' AND subject = ?", case)
        self.assertEqual(json.loads(told[0])["number"], number)
        self.assertEqual(self.admin.post("/api/purges", {}).status, 409, "nothing is left")

    def gone(self, count, case, words):
        self.assertEqual(self.rows("SELECT count(*) FROM cases WHERE purged_at IS NOT NULL"), [(count,)])
        self.assertEqual(self.rows("SELECT body, data, state, answer, contact_name, contact_phone, account_id FROM cases"
                                   " WHERE id = ?", case), [("", "{}", "", "", "", "", 0)])
        names = [n for n, in self.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE TABLE%'")]
        tables = [n for n in names if any(c[1] == "case_id" for c in self.rows(f"PRAGMA table_info({n})"))]
        self.assertGreater(len(tables), 8)
        for table in tables:
            left = self.rows(f"SELECT count(*) FROM {table} WHERE case_id IN (SELECT id FROM cases WHERE purged_at IS NOT NULL)")
            if table not in KEPT:
                self.assertEqual(left, [(0,)], f"{table} still holds something of a purged case")
        self.assertEqual(self.rows("SELECT count(*) FROM journal WHERE kind <> 'case.purge' AND event IS NOT NULL AND"
                                   " subject IN (SELECT id FROM cases WHERE purged_at IS NOT NULL)"), [(0,)])

    def receipt(self, case, event):
        reply = self.leader.get(f"/api/cases/{case}/receipt?event={event}")
        self.assertEqual(reply.status, 200, reply.bytes)
        return reply.bytes.decode()

    def holds(self, receipt):
        path = pathlib.Path(self.server.data) / "receipt.json"
        path.write_text(receipt, encoding="utf-8")
        key = self.admin.get("/api/journal/key").json["vkey"]
        said = subprocess.run([BINARY, "verify", str(path), "--key", key], capture_output=True, text=True)
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)


if __name__ == "__main__":
    unittest.main()
