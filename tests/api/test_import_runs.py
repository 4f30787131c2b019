"""An import watched from beside: 50,000 rows with their progress, all faults as a file, stopped before and while it writes."""
import csv
import io
import threading
import time
import unittest

from junma import Server
from refusals import Refusals

HEAD = "number,name,developer,kind,investment\n"
RUNS = "/api/registers/project/imports/"


def rows(count, prefix, bad_every=0):
    lines = (f"{prefix}{i:06d},示例导入项目{i},示例单位,{'nothing' if bad_every and i % bad_every == 0 else 'industrial'},{i % 900 + 1}.50\n"
             for i in range(1, count + 1))
    return (HEAD + "".join(lines)).encode()


class Runs(Refusals):
    logins = ("shouchu1",)
    server_options = {"requests": 0}

    def setUp(self):
        self.shouchu1.connection.close()  # one that was still for long is closed by the server; it opens again by itself

    def start(self, run, content, dry=False):
        """Sends it from another connection; the answer comes in box."""
        box = {}
        other = self.server.client("shouchu1")
        other.connection.sock.settimeout(600)
        path = f"/api/registers/project/import?run={run}" + ("&dryRun=true" if dry else "")
        thread = threading.Thread(target=lambda: box.update(reply=other.call("POST", path, content, {"Content-Type": "text/csv"})))
        thread.start()
        return box, thread

    def watch(self, run, until, thread):
        """What was seen of it, until `until` says so or it is over."""
        seen = []
        while thread.is_alive():
            said = self.shouchu1.get(RUNS + run)
            if said.status == 200:
                seen.append(said.json)
                if until(said.json):
                    break
            time.sleep(0.1)
        return seen

    def count(self, prefix):
        found = self.shouchu1.get("/api/registers/project/records", q=prefix, limit=1)
        self.assertEqual(found.status, 200, found.bytes)
        return found.json["total"]

    def test_fifty_thousand_rows_are_watched_and_all_faults_are_a_file(self):
        content = rows(50000, "BIGA", bad_every=10)
        box, thread = self.start("try-1", content, dry=True)
        seen = self.watch("try-1", lambda run: False, thread)
        thread.join()
        said = box["reply"].json
        self.assertEqual((said["rows"], said["accepted"], said["faultCount"], len(said["faults"])), (50000, 45000, 5000, 500))
        self.assertIsNone(said["batch"])
        progress = [run["rows"] for run in seen]
        self.assertTrue(all(run["total"] == 50000 for run in seen))
        self.assertEqual(progress, sorted(progress))
        self.assertGreater(len({n for n in progress if 0 < n < 50000}), 2, "it was told on the way how far it is")
        over = self.shouchu1.get(RUNS + "try-1").json
        self.assertEqual((over["phase"], over["rows"], over["faultCount"]), ("checked", 50000, 5000))
        file = self.shouchu1.get(RUNS + "try-1/faults")
        self.assertEqual((file.status, file.headers["Content-Type"]), (200, "text/csv; charset=utf-8"))
        self.assertIn("attachment", file.headers["Content-Disposition"])
        told = list(csv.reader(io.StringIO(file.bytes.decode("utf-8-sig"))))
        self.assertEqual((told[0], len(told)), (["行", "列", "问题"], 5001))
        self.assertEqual(told[1][:2], ["11", "类别"])
        self.assertEqual([int(row[0]) for row in told[1:]], list(range(11, 50002, 10)), "by row, each once")
        self.assertEqual(self.count("BIGA000001"), 0, "a trial leaves nothing")

        box, thread = self.start("do-1", content)
        self.watch("do-1", lambda run: False, thread)
        thread.join()
        said = box["reply"].json
        self.assertEqual((said["accepted"], said["cancelled"]), (45000, False))
        self.assertEqual(self.shouchu1.get(RUNS + "do-1").json["batch"], said["batch"])
        self.assertEqual(self.count("BIGA000001"), 1)
        self.assertEqual(self.count("BIGA049999"), 1)

    def test_a_batch_larger_than_one_write_is_undone(self):
        said = self.shouchu1.call("POST", "/api/registers/project/import", rows(2500, "SLICE"), {"Content-Type": "text/csv"}).json
        self.assertEqual((said["accepted"], self.count("SLICE002500")), (2500, 1))
        undone = self.shouchu1.post(f"/api/registers/project/batches/{said['batch']}/undo", {"reason": "试导"})
        self.assertEqual(undone.json, {"undone": 2500, "kept": 0})
        self.assertEqual((self.count("SLICE000001"), self.count("SLICE002500")), (0, 0))

    def test_a_trial_is_stopped(self):
        box, thread = self.start("try-2", rows(8000, "STOPA"), dry=True)
        self.watch("try-2", lambda run: run["rows"] > 0, thread)
        self.assertEqual(self.shouchu1.call("DELETE", RUNS + "try-2").status, 202)
        thread.join()
        said = box["reply"].json
        self.assertTrue(said["cancelled"])
        self.assertLess(said["rows"], 8000)
        self.assertEqual(self.shouchu1.get(RUNS + "try-2").json["phase"], "cancelled")

    def test_what_a_stopped_import_wrote_is_undone(self):
        box, thread = self.start("do-2", rows(8000, "STOPB"))
        self.watch("do-2", lambda run: run["rows"] > 0, thread)
        self.assertEqual(self.shouchu1.call("DELETE", RUNS + "do-2").status, 202)
        thread.join()
        said = box["reply"].json
        self.assertEqual((said["cancelled"], said["accepted"], said["batch"]), (True, 0, None))
        self.assertEqual(self.count("STOPB000001"), 0)
        self.both(self.shouchu1, lambda c: c.call("DELETE", RUNS + "do-2"), 409, "conflict")

    def test_a_key_twice_in_a_file_is_undone_as_a_whole(self):
        line = "TWICE1,示例一,示例单位,industrial,1\n"
        path = "/api/registers/project/import"
        said = self.shouchu1.call("POST", path, (HEAD + line + line.replace("示例一", "示例二")).encode(), {"Content-Type": "text/csv"}).json
        self.assertEqual(said["accepted"], 2)
        undone = self.shouchu1.post(f"/api/registers/project/batches/{said['batch']}/undo", {"reason": "试导"}).json
        self.assertEqual((undone, self.count("TWICE1")), ({"undone": 1, "kept": 0}, 0))

    def test_who_may_watch(self):
        self.shouchu2 = self.server.client("shouchu2")  # a connection that was still for long is closed
        self.shouchu1.call("POST", "/api/registers/project/import?run=mine&dryRun=true", rows(3, "MINE"), {"Content-Type": "text/csv"})
        self.assertEqual(self.shouchu1.get(RUNS + "mine").status, 200)
        self.both(self.shouchu2, lambda c: c.get(RUNS + "mine"), 404, "not-found")
        self.both(self.shouchu2, lambda c: c.call("DELETE", RUNS + "mine"), 404, "not-found")
        self.both(self.shouchu2, lambda c: c.get(RUNS + "mine/faults"), 404, "not-found")
        self.assertEqual(self.server.client().get(RUNS + "mine").status, 401)
        self.both(self.shouchu1, lambda c: c.call("POST", "/api/registers/project/import?run=" + "x" * 65, rows(1, "LONG"),
                                                 {"Content-Type": "text/csv"}), 422)


if __name__ == "__main__":
    unittest.main()
