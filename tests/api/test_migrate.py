"""Running cases to a new version of their procedure: the plan, the conflicts, doing it."""
import sqlite3
import os
import unittest

from junma import Server
from outside import wait_until
from packs import Pack


class Migrate(unittest.TestCase):
    def setUp(self):
        self.pack = Pack()
        self.server = Server(zone=str(self.pack.folder))
        self.sign_in()
        self.old = self.admin.get("/api/pack").json["version"]

    def sign_in(self):
        self.firm, self.power = self.server.client("qiye1"), self.server.client("gongdian1")
        self.admin = self.server.client("admin")

    def sign_out(self):
        for client in (self.firm, self.power, self.admin):
            client.connection.close()

    def tearDown(self):
        self.sign_out()
        self.server.close()
        self.pack.close()

    def redraw(self, *changes):
        """Another version is taken into use: the folder's, at the next start."""
        self.sign_out()
        self.server.stop()
        for change in changes:
            text = self.pack.bpmn.read_text(encoding="utf-8")
            self.pack.bpmn.write_text(change(text), encoding="utf-8")
        self.server.start()
        self.sign_in()

    def raised(self, verbs=()):
        made = self.firm.create()
        self.assertEqual(made.status, 201, made.bytes)
        for verb, body in verbs:
            done = self.power.verb(made.json["id"], verb, **body)
            self.assertEqual(done.status, 200, done.bytes)
        return made.json["id"]

    def plan(self, **more):
        reply = self.admin.post("/api/migrations/plan", {"kind": "request", "from": self.old, **more})
        self.assertEqual(reply.status, 200, reply.bytes)
        return reply.json

    def migrate(self, **more):
        reply = self.admin.post("/api/migrations", {"kind": "request", "from": self.old, "reason": "新流程", **more})
        self.assertEqual(reply.status, 201, reply.bytes)
        run = reply.json["id"]
        return wait_until(lambda: (r := self.admin.get("/api/migrations/" + run).json)["state"] == "done" and r)

    def rows(self, sql, *values):
        db = sqlite3.connect(os.path.join(self.server.data, "junma.db"))
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()

    def tasks(self, what="node"):
        """Of requests: the sample has cases of other kinds under way too."""
        return self.rows(f"SELECT {what} FROM task WHERE case_id IN (SELECT id FROM cases WHERE kind = 'request')")

    def verify(self):
        said = self.server.command("verify", "--journal", "--data", self.server.data, check=False)
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)


def renamed(text):
    return text.replace('"handle"', '"work"')


class Renamed(Migrate):
    def test_a_renamed_step_is_a_conflict_until_it_is_mapped(self):
        first, second = self.raised(), self.raised([("sign", {})])
        before = {r[0]: r[1:] for r in self.tasks("case_id, assignee_id, signed_at, due_at, created_at")}
        self.redraw(renamed)
        plan = self.plan()
        self.assertEqual((plan["total"], plan["tried"], plan["fits"]), (2, 2, 0))
        self.assertEqual([(s["from"]["node"], s["change"]) for s in plan["steps"] if s["from"] and s["change"] == "removed"],
                         [("handle", "removed")])
        position, = plan["positions"]
        self.assertEqual(([s["node"] for s in position["steps"]], position["cases"]), (["handle"], 2))
        self.assertEqual(position["conflicts"][0]["about"], "handle")
        # Without a mapping nothing moves and every case is told.
        run = self.migrate()
        self.assertEqual((run["done"], run["conflicts"], len(run["cases"])), (0, 2, 2))
        plan = self.plan(map={"handle": "work"})
        self.assertEqual((plan["fits"], plan["positions"][0]["conflicts"]), (2, []))
        run = self.migrate(map={"handle": "work"})
        self.assertEqual((run["total"], run["done"], run["conflicts"]), (2, 2, 0))
        # Who has it, since when, until when: as it was.
        after = {r[0]: r[1:] for r in self.tasks("case_id, assignee_id, signed_at, due_at, created_at")}
        self.assertEqual(before, after)
        self.assertEqual({r[0] for r in self.tasks()}, {"work"})
        self.assertEqual(self.plan()["total"], 0)
        # And they go on in the new version.
        self.assertEqual(self.power.verb(first, "sign").status, 200)
        for case in (first, second):
            self.assertEqual(self.power.verb(case, "reply", text="已恢复供电。").status, 200)
            self.assertEqual(self.firm.get("/api/cases/" + case).json["status"], "replied")
        self.verify()

    def test_only_chosen_cases_move(self):
        first, second = self.raised(), self.raised()
        number = self.firm.get("/api/cases/" + second).json["number"]
        self.redraw(renamed)
        run = self.migrate(map={"handle": "work"}, cases=[number])
        self.assertEqual((run["total"], run["done"]), (1, 1))
        self.assertEqual(self.rows("SELECT node FROM task WHERE case_id = ?", int(first)), [("handle",)])
        self.assertEqual(self.rows("SELECT node FROM task WHERE case_id = ?", int(second)), [("work",)])

    def test_by_the_command(self):
        self.raised()
        self.redraw(renamed)
        self.sign_out()
        self.server.stop()
        words = ("migrate", "--data", self.server.data, "--kind", "request", "--from", self.old[:8])
        mapped = (*words, "--map", "handle=work")
        said = self.server.command(*words, "--dry-run", check=False)
        self.assertEqual(said.returncode, 1, said.stdout + said.stderr)
        self.assertIn("✗ handle: 0/1", said.stdout)
        said = self.server.command(*mapped, "--dry-run", check=False)
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)
        self.assertEqual(self.tasks(), [("handle",)], "nothing is changed")
        said = self.server.command(*mapped, "--reason", "新流程", check=False)
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)
        self.assertEqual(self.tasks(), [("work",)])
        self.assertEqual(self.server.command(*mapped, check=False).returncode, 2, "no reason")
        self.verify()
        self.server.start()
        self.sign_in()

    def test_what_is_wrong_is_said(self):
        self.raised()
        self.redraw(renamed)
        for body, status in (({"map": {"handle": "nowhere"}}, 422), ({"map": {"nothing": "work"}}, 422),
                             ({"from": "0" * 64}, 404), ({"kind": "other"}, 404), ({"cases": ["Q2611-99999-9"]}, 404)):
            reply = self.admin.post("/api/migrations/plan", {"kind": "request", "from": self.old, **body})
            self.assertEqual(reply.status, status, (body, reply.bytes))
        reply = self.admin.post("/api/migrations", {"kind": "request", "from": self.old, "map": {}, "reason": " "})
        self.assertEqual(reply.status, 422)
        self.assertEqual(self.power.post("/api/migrations/plan", {"kind": "request", "from": self.old}).status, 403)


TIMER = ('<bpmn:boundaryEvent id="{0}" attachedToRef="confirm" cancelActivity="true"><bpmn:outgoing>f_{0}</bpmn:outgoing>'
         '<bpmn:timerEventDefinition><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P30D</bpmn:timeDuration>'
         '</bpmn:timerEventDefinition></bpmn:boundaryEvent>'
         '<bpmn:endEvent id="end_{0}"><bpmn:incoming>f_{0}</bpmn:incoming></bpmn:endEvent>'
         '<bpmn:sequenceFlow id="f_{0}" sourceRef="{0}" targetRef="end_{0}" />')


class Timers(Migrate):
    def test_timers_are_added_kept_and_cancelled(self):
        case = self.raised([("sign", {}), ("reply", {"text": "已恢复供电。"})])
        kept, = self.rows("SELECT number, due_at FROM timer")
        self.redraw(lambda t: t.replace("<bpmn:sequenceFlow ", TIMER.format("later") + "<bpmn:sequenceFlow ", 1))
        plan = self.plan()
        self.assertEqual((plan["fits"], plan["positions"][0]["timersSet"]), (1, 1))
        self.migrate()
        self.assertEqual(len(self.rows("SELECT 1 FROM timer")), 2)
        self.assertIn(kept, self.rows("SELECT number, due_at FROM timer"))
        self.old = self.admin.get("/api/pack").json["version"]
        self.redraw(lambda t: t.replace(TIMER.format("later"), "", 1))
        self.assertEqual(self.plan()["positions"][0]["timersCancelled"], 1)
        self.migrate()
        self.assertEqual(self.rows("SELECT number, due_at FROM timer"), [kept])
        self.assertEqual(self.firm.verb(case, "rate", rating=5).status, 200)
        self.verify()


class Crash(Migrate):
    def test_killed_in_the_middle_it_goes_on_and_moves_each_once(self):
        cases = [self.raised() for _ in range(150)]
        self.redraw(renamed)
        reply = self.admin.post("/api/migrations", {"kind": "request", "from": self.old, "reason": "新流程",
                                                    "map": {"handle": "work"}})
        self.assertEqual(reply.status, 201)
        self.sign_out()
        self.server.kill()
        self.server.start()
        self.sign_in()
        run = reply.json["id"]
        done = wait_until(lambda: (r := self.admin.get("/api/migrations/" + run).json)["state"] == "done" and r)
        self.assertEqual((done["done"], done["conflicts"]), (len(cases), 0))
        self.assertEqual(self.rows("SELECT subject FROM journal WHERE kind = 'case.migrate' GROUP BY subject"
                                   " HAVING count(*) <> 1"), [])
        self.assertEqual(self.rows("SELECT count(*) FROM journal WHERE kind = 'case.migrate'"), [(len(cases),)])
        self.verify()


if __name__ == "__main__":
    unittest.main()
