"""What must survive: kill -9 under load, a full disk, a disk that cannot be written.

Seeded: JUNMA_FAULT_SEED repeats a run, JUNMA_KILLS says how often the process is killed.
"""
import http.client
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "api"))
from junma import Server  # noqa: E402

KILLS = int(os.environ.get("JUNMA_KILLS", "10"))
SEED = int(os.environ.get("JUNMA_FAULT_SEED", str(random.randrange(1 << 30))))
CLIENTS = 8


class Killed(unittest.TestCase):
    """Every acknowledged create is there, nothing is half written, the journal verifies."""

    def setUp(self):
        self.server = Server(extra=["--write-limit", "0"])
        self.acknowledged = []
        self.lock = threading.Lock()

    def tearDown(self):
        self.server.close()

    def load(self, cookie, csrf, stop):
        client = self.server.client()
        client.cookie, client.csrf = cookie, csrf
        try:
            while not stop.is_set():
                key = str(uuid.uuid4())
                reply = client.create(key=key, title="断电测试 " + key)
                if reply.status == 201:
                    with self.lock:
                        self.acknowledged.append((reply.json["number"], key))
        except (OSError, http.client.HTTPException):
            pass  # the process was killed under this request: it was not acknowledged
        finally:
            client.connection.close()

    def look(self):
        """The database as the next process would find it, read by the sqlite3 library itself."""
        db = sqlite3.connect(os.path.join(self.server.data, "junma.db"))
        try:
            self.assertEqual(db.execute("PRAGMA integrity_check").fetchone()[0], "ok")
            there = {n for (n,) in db.execute("SELECT number FROM cases")}
            missing = [n for n, _ in self.acknowledged if n not in there]
            self.assertEqual(missing, [], f"acknowledged and lost (seed {SEED})")
            for table, what in (("task", "a step"), ("promise", "a promise")):
                lone = db.execute(f"SELECT number FROM cases c WHERE NOT EXISTS (SELECT 1 FROM {table} t"
                                  " WHERE t.zone = c.zone AND t.case_id = c.id)").fetchall()
                self.assertEqual(lone, [], f"a case without {what}")
            self.assertEqual(db.execute("SELECT number FROM cases c WHERE NOT EXISTS (SELECT 1 FROM journal j WHERE"
                                        " j.zone = c.zone AND j.subject = c.id AND j.kind = 'case.create')").fetchall(), [])
            self.assertEqual(db.execute("SELECT count(*) FROM journal WHERE seq IS NULL").fetchone()[0], 0)
            # A number given twice would be a lie about which case is meant.
            self.assertEqual(db.execute("SELECT number FROM cases GROUP BY number HAVING count(*) > 1").fetchall(), [])
        finally:
            db.close()

    def test_kill_nine(self):
        rng = random.Random(SEED)
        print(f"# {KILLS} kills, seed {SEED}", flush=True)
        first = self.server.client("qiye1")
        cookie, csrf = first.cookie, first.csrf
        first.connection.close()
        for _ in range(KILLS):
            stop = threading.Event()
            threads = [threading.Thread(target=self.load, args=(cookie, csrf, stop)) for _ in range(CLIENTS)]
            for t in threads:
                t.start()
            time.sleep(rng.uniform(0.02, 0.8))
            self.server.kill()
            stop.set()
            for t in threads:
                t.join()
            self.look()
            self.server.start()
        self.assertGreater(len(self.acknowledged), KILLS)
        print(f"# {len(self.acknowledged)} acknowledged, all there", flush=True)
        verified = self.server.command("verify", "--journal", "--data", self.server.data, check=False)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        # The same key again gives the same case, also across a crash.
        number, key = self.acknowledged[-1]
        client = self.server.client()
        client.cookie, client.csrf = cookie, csrf
        again = client.create(key=key, title="断电测试 " + key)
        self.assertEqual((again.status, again.json["number"]), (201, number))
        client.connection.close()


def can_mount():
    with tempfile.TemporaryDirectory() as folder:
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True).returncode:
            return False
        subprocess.run(["umount", folder], check=True)
        return True


@unittest.skipUnless(can_mount(), "mounting a small disk is not allowed here")
class Disk(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", self.folder.name], check=True)
        self.server = Server(data=os.path.join(self.folder.name, "data"), extra=["--write-limit", "0"])
        self.client = self.server.client("qiye1")

    def tearDown(self):
        self.client.connection.close()
        self.server.close()
        subprocess.run(["mount", "-o", "remount,rw", self.folder.name], check=False, capture_output=True)
        subprocess.run(["umount", self.folder.name], check=True)
        self.folder.cleanup()

    def fill(self):
        path = os.path.join(self.folder.name, "ballast")
        with open(path, "wb") as f:
            try:
                while True:
                    f.write(b"\0" * 65536)
                    f.flush()
            except OSError:
                pass
        return path

    def test_full_disk_is_said_and_reading_goes_on(self):
        good = self.client.create()
        self.assertEqual(good.status, 201, good.bytes)
        ballast = self.fill()
        statuses = set()
        for _ in range(200):  # the log may have room of its own for a while
            reply = self.client.create()
            statuses.add(reply.status)
            if reply.status != 201:
                break
        self.assertEqual(reply.status, 507, statuses)
        self.assertEqual(reply.json["code"], "disk-full")
        self.assertIn("磁盘", reply.json["detail"] + reply.json["title"])
        self.assertEqual(self.client.get("/api/cases/" + good.json["id"]).status, 200)
        os.remove(ballast)
        self.assertEqual(self.client.create().status, 201, "writes go on once there is room")
        verified = self.server.command("verify", "--journal", "--data", self.server.data, check=False)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def test_read_only_disk_is_said_and_reading_goes_on(self):
        good = self.client.create()
        # Files that are open keep their right to write: the disk must be taken away from a new process.
        self.server.stop()
        subprocess.run(["mount", "-o", "remount,ro", self.folder.name], check=True)
        said = self.server.command("serve", "--zone", "zones/nanchang", "--data", self.server.data, "--port", "0",
                                   check=False, cwd=pathlib.Path(__file__).resolve().parents[2])
        self.assertEqual(said.returncode, 1)
        self.assertTrue("只读" in said.stderr or "权限" in said.stderr, said.stderr)
        shown = self.server.command("figure", "requests_received", "--data", self.server.data, check=False)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        subprocess.run(["mount", "-o", "remount,rw", self.folder.name], check=True)
        self.server.start()
        self.client = self.server.client("qiye1")
        self.assertEqual(self.client.get("/api/cases/" + good.json["id"]).status, 200)


if __name__ == "__main__":
    unittest.main()
