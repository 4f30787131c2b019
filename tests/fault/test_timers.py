"""Many timers due at one instant, and the process killed while they are worked off: each fires exactly once."""
import os
import pathlib
import random
import sqlite3
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "api"))
from junma import Server  # noqa: E402
from outside import wait_until  # noqa: E402
from packs import Pack  # noqa: E402

KILLS = int(os.environ.get("JUNMA_KILLS", "3"))
SEED = int(os.environ.get("JUNMA_FAULT_SEED", str(random.randrange(1 << 30))))
CASES, CLIENTS = 60 * max(KILLS, 4), 6


class Timers(unittest.TestCase):
    def setUp(self):
        self.pack = Pack()
        self.pack.remind()
        self.server = Server(zone=str(self.pack.folder), extra=["--write-limit", "0"])

    def tearDown(self):
        self.server.close()
        self.pack.close()

    def rows(self, sql, *values):
        db = sqlite3.connect(os.path.join(self.server.data, "junma.db"), timeout=30)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()

    def raise_some(self, cookie, csrf, count):
        client = self.server.client()
        client.cookie, client.csrf = cookie, csrf
        for _ in range(count):
            assert client.create().status == 201
        client.connection.close()

    def all_due_now(self):
        db = sqlite3.connect(os.path.join(self.server.data, "junma.db"))
        db.execute("UPDATE timer SET due_at = ?", (int(time.time() * 1000),))
        db.commit()
        db.close()

    def test_each_fires_once_though_killed(self):
        rng = random.Random(SEED)
        print(f"# {KILLS} kills, seed {SEED}", flush=True)
        first = self.server.client("qiye1")
        cookie, csrf = first.cookie, first.csrf
        first.connection.close()
        threads = [threading.Thread(target=self.raise_some, args=(cookie, csrf, CASES // CLIENTS)) for _ in range(CLIENTS)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.server.stop()
        wanted, = self.rows("SELECT count(*) FROM timer")[0]
        self.assertEqual(wanted, CASES // CLIENTS * CLIENTS)
        self.all_due_now()
        for _ in range(KILLS):
            self.server.start()
            time.sleep(rng.uniform(0, 0.08))
            self.server.kill()
        self.server.start()
        wait_until(lambda: self.rows("SELECT count(*) FROM timer") == [(0,)])
        self.assertEqual(self.rows("SELECT count(*), count(DISTINCT subject) FROM journal WHERE kind = 'case.timer'"),
                         [(wanted, wanted)])
        said = self.server.command("verify", "--journal", "--data", self.server.data, check=False)
        self.assertEqual(said.returncode, 0, said.stdout + said.stderr)


if __name__ == "__main__":
    unittest.main()
