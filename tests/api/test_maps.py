"""Maps, coordinates of other systems, walks, draws: over HTTP, and the draw checked again on the command line and in Python."""
import datetime
import hashlib
import hmac
import json
import os
import shutil
import tempfile
import time
import unittest

from junma import ZONE
from refusals import Refusals

DRAWS = "/api/pages/flat_draws_desk/draws"


def shuffled(key, label, items):
    """As docs/draw.md says it, written apart from the engine."""
    items, counter = list(items), 0
    for i in range(len(items) - 1, 0, -1):
        n = i + 1
        while True:
            value = int.from_bytes(hmac.new(key, f"{label} {counter}".encode(), hashlib.sha256).digest()[:8], "big")
            counter += 1
            if value < 2**64 // n * n:
                break
        items[i], items[value % n] = items[value % n], items[i]
    return items


class Maps(Refusals):
    logins = ("qiye1", "shouchu1", "shouchu2", "lingdao1")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server_anyone = cls.server.client()

    @classmethod
    def tearDownClass(cls):
        cls.server_anyone.connection.close()
        super().tearDownClass()

    def test_the_map_is_the_zones_own(self):
        anyone = self.server_anyone
        info = anyone.get("/api/map").json
        self.assertEqual(info["note"]["zh"], "示意图 非测绘成果")
        kinds = set()
        for file in info["files"]:
            features = anyone.get("/api/map/file", path=file["path"]).json["features"]
            kinds |= {f["properties"]["kind"] for f in features}
        self.assertLessEqual({"main", "street", "water", "green", "district"}, kinds)
        self.assertEqual(anyone.get("/api/map/file", path="zone.json").status, 404)

    def test_places_of_other_systems(self):
        anyone = self.server_anyone
        at = lambda **q: anyone.get("/api/map/place", **q)
        moved = at(**{"from": "gcj02", "lon": "115.85", "lat": "28.75"}).json
        self.assertTrue(300 < moved["moved"] < 900, moved)
        self.assertEqual(at(**{"from": "cgcs2000", "lon": "115.85", "lat": "28.75"}).json["moved"], 0)
        self.both(anyone, lambda c: c.get("/api/map/place", **{"from": "mercator", "lon": "1", "lat": "1"}), 422, "invalid", "from")
        self.both(anyone, lambda c: c.get("/api/map/place", **{"from": "gcj02", "lon": "east", "lat": "1"}), 422, "invalid", "lon")

    def test_walks(self):
        path = "/api/pages/walk/coverage"
        self.refused(self.server_anyone.get(path), 401, "unauthenticated", None, "zh")
        found = self.shouchu1.get(path, kind="health").json
        self.assertEqual(found["households"], sum(h["households"] for h in found["homes"]))
        limit = found["minutes"] * found["metresAMinute"]
        covered = sum(h["households"] for h in found["homes"] if h["metres"] is not None and h["metres"] <= limit + 0.5)
        kind = next(k for k in found["kinds"] if k["code"] == "health")
        self.assertEqual(kind["covered"], covered)
        gains = [s["gain"] for s in found["sites"]]
        self.assertEqual(gains, sorted(gains, reverse=True), "each next site adds no more than the one before")
        more = self.shouchu1.get(path, kind="health", minutes=60).json
        self.assertGreater(sum(h["covered"] for h in more["homes"]), sum(h["covered"] for h in found["homes"]))
        # One more place where the first site is: its gain comes true.
        best = found["sites"][0]
        made = self.shouchu1.post("/api/registers/service_place/records", {"data": {
            "number": "T1", "name": "示例", "neighbourhood": "qinghe", "kind": "health", "place": {"lon": best["lon"], "lat": best["lat"]}}})
        self.assertEqual(made.status, 201, made.bytes)
        after = next(k for k in self.shouchu1.get(path, kind="health").json["kinds"] if k["code"] == "health")
        self.assertEqual(after["covered"], covered + best["gain"])
        # The figure is the page's number, soon after the register changed; under it stand the estates.
        share = round(100 * (covered + best["gain"]) / found["households"], 1)
        figure = self.eventually("walk_health", share)
        self.assertEqual(figure["value"], share)
        behind = self.shouchu1.get("/api/figures/walk_health/entries", by="reached", key="步行可达 within a walk", limit=100).json["items"]
        homes = {h["id"]: h for h in self.shouchu1.get(path, kind="health").json["homes"]}
        self.assertEqual({r["id"] for r in behind}, {i for i, h in homes.items() if h["covered"]})
        self.refused(self.shouchu1.get(path, kind="moon"), 422, "invalid", "kind", "zh")

    def test_walks_count_whom_a_service_is_for(self):
        """Meals for the old by old people, a nursery by children; sites are chosen by them; figures agree."""
        path = "/api/pages/walk/coverage"
        estates = {e["id"]: e["data"] for e in self.shouchu1.get("/api/registers/community/records", limit=200).json["items"]}
        for kind, column in (("elder", "elders"), ("child", "children")):
            with self.subTest(kind=kind):
                found = self.shouchu1.get(path, kind=kind).json
                people = lambda homes: sum(estates[h["id"]][column] or 0 for h in homes)
                row = next(k for k in found["kinds"] if k["code"] == kind)
                own = next(p for p in row["people"] if p["own"])
                covered = people(h for h in found["homes"] if h["covered"])
                self.assertEqual((own["code"], own["total"], own["covered"]), (column, people(found["homes"]), covered))
                self.assertEqual(own["share"], round(100 * covered / own["total"], 1))
                self.assertEqual({h["id"]: h["people"] for h in found["homes"]}, {h["id"]: estates[h["id"]][column] for h in found["homes"]})
                self.assertEqual(found["sitesBy"]["en"], {"elders": "People of 60 and over", "children": "Children under 6"}[column])
                self.assertAlmostEqual(found["sites"][0]["share"], 100 * (covered + found["sites"][0]["gain"]) / own["total"], delta=0.06)
                self.assertEqual(self.eventually(f"walk_{kind}_people", own["share"])["value"], own["share"])
                everybody = next(p for p in row["people"] if p["code"] == "residents")
                self.assertFalse(everybody["own"])
        # An estate that does not say is left out, and told.
        one = next(i for i, e in estates.items() if e["elders"])
        before = self.shouchu1.get(path, kind="elder").json
        version = self.shouchu1.get(f"/api/registers/community/records/{one}").json["version"]
        put = lambda value, at: self.shouchu1.call("PATCH", f"/api/registers/community/records/{one}",
                                                   {"data": {"elders": value}, "version": at, "reason": "测试"})
        changed = put(None, version)
        self.assertEqual(changed.status, 200, changed.bytes)
        self.addCleanup(lambda: put(estates[one]["elders"], changed.json["version"]))
        own_of = lambda answer: next(p for k in answer["kinds"] if k["code"] == "elder" for p in k["people"] if p["own"])
        after = own_of(self.shouchu1.get(path, kind="elder").json)
        self.assertEqual((after["unsaid"], after["total"]), (1, own_of(before)["total"] - estates[one]["elders"]))
        self.assertIsNone(next(h for h in self.shouchu1.get(path, kind="elder").json["homes"] if h["id"] == one)["people"])

    def test_what_lies_in_a_box(self):
        """A map asks for what it shows; server-side, page by page."""
        whole = []
        after = {}
        while after is not None:
            page = self.shouchu1.get("/api/registers/work/records", limit=200, **after).json
            whole += page["items"]
            after = {"after": page["next"]} if page["next"] else None
        west, south, east, north = 115.80, 28.70, 115.85, 28.73
        inside = {r["id"] for r in whole if (p := r["data"]["place"]) and west <= p["lon"] <= east and south <= p["lat"] <= north}
        self.assertTrue(10 < len(inside) < len(whole))
        found, after = [], {}
        while after is not None:
            page = self.server_anyone.get("/api/registers/work/records", box=f"{west},{south},{east},{north}", limit=20, **after).json
            self.assertLessEqual(len(page["items"]), 20)
            found += [r["id"] for r in page["items"]]
            after = {"after": page["next"]} if page["next"] else None
        self.assertEqual((len(found), set(found)), (len(inside), inside))
        self.assertEqual(self.server_anyone.get("/api/registers/work/records", box="0,0,1,1").json["items"], [])
        for box in ("1,2,3", "115.9,28.7,115.8,28.8", "a,b,c,d", "0,0,1,91"):
            self.refused(self.shouchu1.get("/api/registers/work/records", box=box), 422, "invalid", "box", "zh")

    def eventually(self, name, value):
        for _ in range(100):
            figure = self.shouchu1.get(f"/api/figures/{name}").json
            if figure["value"] == value:
                break
            time.sleep(0.1)
        return figure

    def test_all_services_within_a_walk(self):
        every = lambda kind: {h["id"]: h for h in self.shouchu1.get("/api/pages/walk/coverage", kind=kind).json["homes"]}
        maps = [every(k) for k in ("party", "culture", "child", "health", "elder", "shop")]
        whole = sum(h["households"] for h in maps[0].values())
        reached = sum(h["households"] for i, h in maps[0].items() if all(m[i]["covered"] for m in maps))
        self.assertEqual(self.eventually("walk_all", round(100 * reached / whole, 1))["value"], round(100 * reached / whole, 1))
        lacking = {i for i in maps[0] if not all(m[i]["covered"] for m in maps)}
        self.assertEqual(self.eventually("walk_missing", len(lacking))["value"], len(lacking))
        behind = self.shouchu1.get("/api/figures/walk_missing/entries", limit=100).json["items"]
        self.assertEqual({r["id"] for r in behind}, lacking)

    def test_a_draw_from_list_to_result(self):
        listed = {d["key"]: d for d in self.shouchu1.get(DRAWS).json["items"]}
        self.assertEqual((listed["D01"]["state"], listed["D02"]["state"]), ("open", "open"))
        # Who would publish sees what that would fix; others do not.
        applicants = [r["data"] for r in self.shouchu1.get("/api/registers/flat_applicant/records", limit=200).json["items"]]
        mine = [a for a in applicants if a["draw"] == self.draw_id("D02") or a["draw"] == "D02"]
        self.assertEqual((listed["D02"]["entries"], listed["D02"]["misfits"], sum(g["entries"] for g in listed["D02"]["groups"])), (14, 0, 14))
        self.assertEqual([g["entries"] for g in listed["D02"]["groups"]],
                         [sum(a["priority"] == group for a in mine) for group in ("elder", "disabled", "ordinary")])
        self.assertGreater(listed["D02"]["lots"], 0)
        for client in (self.lingdao1, self.server_anyone):
            page = "flat_draws" if client is self.server_anyone else "flat_draws_desk"
            row = next(d for d in client.get(f"/api/pages/{page}/draws").json["items"] if d["key"] == "D02")
            self.assertEqual((row["entries"], row["lots"], row["groups"]), (None, None, []))
        # A list that is fixed after the seed can be known proves nothing.
        yesterday = (datetime.date.fromisoformat(listed["D02"]["day"]) - datetime.timedelta(days=1)).isoformat()
        late = self.shouchu1.post("/api/registers/flat_draw/records", {"data": {
            "number": "D98", "name": "示例迟到的摇号", "source": "示例", "draw_on": yesterday}})
        self.assertEqual(late.status, 201, late.bytes)
        self.refused(self.shouchu1.post(DRAWS + "/D98/publish"), 409, "not-allowed", None, "zh")
        self.refused(self.lingdao1.post(DRAWS + "/D02/publish"), 403, "forbidden", None, "zh")
        self.assertEqual(self.shouchu1.get(DRAWS + "/D02").status, 404)
        self.assertEqual(self.shouchu1.post(DRAWS + "/D01/publish").status, 200)
        early = self.shouchu1.post(DRAWS + "/D01/seed", {"seed": "1", "evidence": "x"})
        self.refused(early, 409, "not-allowed", None, "zh")
        published = self.shouchu1.post(DRAWS + "/D02/publish").json
        self.refused(self.shouchu1.post(DRAWS + "/D02/publish"), 409, "not-allowed", None, "zh")
        confirm = lambda who, seed: who.post(DRAWS + "/D02/confirm", {"seed": seed})
        self.refused(confirm(self.shouchu2, "3211.50"), 409, "not-allowed", None, "zh")
        entered = self.shouchu1.post(DRAWS + "/D02/seed", {"seed": "3211.50", "evidence": "示例"}).json
        self.assertEqual((entered["state"], entered["seed"], entered["mine"]), ("proposed", None, True))
        self.assertNotIn("3211.50", json.dumps(self.shouchu2.get(DRAWS).json), "the second looks for himself")
        self.refused(confirm(self.shouchu1, "3211.50"), 409, "not-allowed", None, "zh")
        self.refused(confirm(self.shouchu2, "3211.51"), 422, "invalid", "seed", "zh")
        self.refused(confirm(self.lingdao1, "3211.50"), 403, "forbidden", None, "zh")
        state = {d["key"]: d["state"] for d in self.shouchu2.get(DRAWS).json["items"]}
        self.assertEqual(state["D02"], "proposed", "nothing was drawn")
        drawn = confirm(self.shouchu2, "3211.50").json
        self.assertEqual((drawn["state"], drawn["proposedBy"], drawn["confirmedBy"]), ("drawn", "李晓岚", "张文博"))
        self.assertEqual(drawn["commitment"], published["commitment"])
        self.refused(self.shouchu1.post(DRAWS + "/D02/seed", {"seed": "1", "evidence": "x"}), 409, "not-allowed", None, "zh")
        self.refused(confirm(self.shouchu2, "3211.50"), 409, "not-allowed", None, "zh")
        self.assertIsNone({d["key"]: d for d in self.server_anyone.get("/api/pages/flat_draws/draws").json["items"]}["D02"]["proposedBy"])
        file = self.server_anyone.get("/api/pages/flat_draws/draws/D02").json
        self.check_by_hand(file)
        self.check_registers(file)
        self.check_on_the_command_line(file)

    def test_the_draw_of_the_sample_can_be_checked(self):
        row = next(d for d in self.server_anyone.get("/api/pages/flat_draws/draws").json["items"] if d["key"] == "D03")
        self.assertEqual((row["state"], row["entries"], row["lots"]), ("drawn", 12, 8))
        self.assertLess(row["publishedAt"], row["drawnAt"])
        file = self.server_anyone.get("/api/pages/flat_draws/draws/D03").json
        self.check_by_hand(file)
        self.check_on_the_command_line(file)

    def draw_id(self, number):
        return next(d["id"] for d in self.server_anyone.get("/api/registers/flat_draw/records").json["items"] if d["data"]["number"] == number)

    def check_registers(self, file):
        """Who got which flat stands in both registers, and nowhere else."""
        anyone = self.server_anyone
        ids = {d["data"]["number"]: str(d["id"]) for d in anyone.get("/api/registers/flat_draw/records").json["items"]}
        read = lambda register: [r["data"] for r in anyone.get(f"/api/registers/{register}/records", limit=500).json["items"]]
        of = lambda rows, draw: [r for r in rows if str(r["draw"]) in (ids[draw], draw)]
        flats, people = read("flat"), read("flat_applicant")
        self.assertEqual({f["number"]: f["taken_by"] for f in of(flats, "D02") if f["taken_by"]},
                         {r["lot"]: r["number"] for r in file["result"] if r["lot"]})
        self.assertEqual({p["number"]: (p["place"], p["flat"] or None) for p in of(people, "D02")},
                         {r["number"]: (r["place"], r["lot"]) for r in file["result"]})
        self.assertFalse(any(f["taken_by"] for f in of(flats, "D01")) or any(p["place"] for p in of(people, "D01")))

    def check_by_hand(self, file):
        entries = sorted(file["entries"], key=lambda e: e["number"].encode())
        lots = sorted(file["lots"], key=str.encode)
        text = "".join(f"{line}\n" for line in [
            "junma-draw-1", f"title {file['title']}", f"source {file['source']}", *(f"group {g}" for g in file["groups"]),
            *(f"entry {e['number']} {e['group']}" for e in entries), *(f"lot {lot}" for lot in lots)])
        commitment = hashlib.sha256(text.encode()).hexdigest()
        self.assertEqual(file["commitment"], commitment)
        key = hashlib.sha256(f"{commitment}\n{file['seed']}".encode()).digest()
        order = [e for g in file["groups"] for e in shuffled(key, f"entries {g}", [e for e in entries if e["group"] == g])]
        given = shuffled(key, "lots", lots) + [None] * len(entries)
        self.assertEqual([(r["number"], r["lot"]) for r in file["result"]], [(e["number"], lot) for e, lot in zip(order, given)])

    def check_on_the_command_line(self, file):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "draw.json")
            for change, status in ((lambda f: None, 0), (lambda f: f["lots"].append("9-901"), 1),
                                   (lambda f: f["result"].reverse(), 1), (lambda f: f.update(seed="other"), 1)):
                copy = json.loads(json.dumps(file))
                change(copy)
                with open(path, "w", encoding="utf-8") as out:
                    json.dump(copy, out)
                done = self.server.command("draw", path, "--verify", check=False)
                self.assertEqual(done.returncode, status, done.stdout + done.stderr)

    def test_figures_of_the_report(self):
        wanted = {"roads_renewed": 24, "deadends_opened": 3, "communities_renewed": 2, "parks_made": 1, "parkings_made": 2,
                  "drainage_repaired": 239, "schools_built": 5}
        for name, value in wanted.items():
            self.assertEqual(self.shouchu1.get(f"/api/figures/{name}").json["value"], value, name)

    def test_faults_of_a_map_and_of_what_may_be_reported(self):
        for file, before, after, place, word in (
                ("map/ways.geojson", '"kind":"rail"', '"kind":"monorail"', "ways.geojson:", "monorail"),
                ("map/land.geojson", "[[[115.785,28.69]", "[[[415.785,28.69]", "land.geojson:", "coordinates"),
                ("map/map.json", "115.785", "190", "map.json:", "box"),
                ("works/open311.json", '"topic": "light"', '"topic": "moon"', "open311.json:", "moon"),
                ("works/pages/works.json", '"place": "place"', '"place": "budget"', "works.json:", "money")):
            with self.subTest(file=file), tempfile.TemporaryDirectory() as folder:
                zone = shutil.copytree(ZONE, os.path.join(folder, "zone"))
                path = os.path.join(zone, file)
                with open(path, encoding="utf-8") as f:
                    text = f.read()
                self.assertIn(before, text)
                with open(path, "w", encoding="utf-8") as f:
                    f.write(text.replace(before, after, 1))
                done = self.server.command("check", zone, check=False, env={**os.environ, "LC_ALL": "en_US.UTF-8"})
                self.assertEqual(done.returncode, 1)
                self.assertIn(place, done.stdout + done.stderr)
                self.assertIn(word, done.stdout + done.stderr)

    def test_the_public_sees_what_is_public(self):
        anyone = self.server_anyone
        work = anyone.get("/api/registers/work/records", limit=1).json["items"][0]
        self.assertNotIn("budget", work["data"])
        self.assertNotIn("contractor", work["data"])
        self.assertEqual(anyone.get("/api/pages/works").status, 200)
        self.assertEqual(anyone.get("/api/registers/service_site/records").status, 401)

    def test_coverage_of_organisations_by_the_table(self):
        page = self.shouchu1.get("/api/registers/org_coverage/records", limit=1).json["items"][0]
        path = f"/api/registers/org_coverage/records/{page['id']}"
        for data, wanted in (({"organisation": "Z001", "instructor": True}, ("double", "left")),
                             ({"organisation": "Z001", "instructor": False}, ("org", "noinstructor")),
                             ({"organisation": None, "instructor": True, "party_members": 2, "employees": 50}, ("work", "few")),
                             ({"organisation": None, "instructor": False, "party_members": 3, "employees": 50}, ("none", "ready")),
                             ({"organisation": None, "instructor": False, "party_members": 0, "employees": 50}, ("none", "nomember"))):
            got = self.shouchu1.call("PATCH", path, {"data": data, "reason": "测试"})
            self.assertEqual(got.status, 200, got.bytes)
            self.assertEqual((got.json["data"]["coverage"], got.json["data"]["reason"]), wanted)


if __name__ == "__main__":
    unittest.main()
