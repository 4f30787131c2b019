"""A calendar of one's deadlines and days at a secret address: read without signing in, renewed, ended; RFC 5545 in form."""
import datetime
import re
import unittest

from packs import Pack
from refusals import Refusals

PROPERTY = re.compile(r"^([A-Z-]+)((?:;[A-Z-]+=[^;:]+)*):(.*)$")
ONCE = {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE", "LAST-MODIFIED", "TRANSP", "DESCRIPTION"}
ESCAPED = re.compile(r"\\([\\;,nN])")


def parse(content):
    """RFC 5545 read strictly: octets a line, folding, properties, escapes. The events as dictionaries."""
    assert content.endswith(b"\r\n") and b"\n" not in content.replace(b"\r\n", b""), "lines end with CRLF and nothing else"
    for line in content.split(b"\r\n"):
        assert len(line) <= 75, line
        line.decode()  # a letter is never cut
    events, stack, calendar = [], [], {}
    for line in content.decode().replace("\r\n ", "").split("\r\n")[:-1]:
        found = PROPERTY.match(line)
        assert found, line
        name, parameters, value = found.groups()
        if name == "BEGIN":
            stack.append(value)
            if value == "VEVENT":
                events.append({})
        elif name == "END":
            assert stack.pop() == value
        elif stack == ["VCALENDAR"]:
            calendar[name] = value
        else:
            assert stack == ["VCALENDAR", "VEVENT"] and name in ONCE and name not in events[-1], line
            if name in ("SUMMARY", "DESCRIPTION"):
                assert not re.search(r"(?<!\\)[;,]", value), value
                value = ESCAPED.sub(lambda m: "\n" if m.group(1) in "nN" else m.group(1), value)
            events[-1][name] = (parameters, value)
    assert not stack and calendar["VERSION"] == "2.0" and calendar["PRODID"]
    for event in events:
        assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE"} <= set(event), event
        assert re.fullmatch(r"\d{8}T\d{6}Z", event["DTSTAMP"][1]), event
        assert int(event["SEQUENCE"][1]) >= 0
        whole = event["DTSTART"][0] == ";VALUE=DATE"
        datetime.datetime.strptime(event["DTSTART"][1], "%Y%m%d" if whole else "%Y%m%dT%H%M%SZ")
    assert len({event["UID"][1] for event in events}) == len(events), "each once"
    return events


class Feeds(Refusals):
    logins = ("shouchu1", "gongdian1", "jingfa1", "jingfa2", "jijian1", "zhaoshang1")
    server_options = {"requests": 60}

    def read(self, address):
        return self.server.client().get(address)

    def test_deadlines_of_an_account(self):
        self.assertIsNone(self.shouchu1.get("/api/calendar-feed").json["madeAt"])
        made = self.shouchu1.post("/api/calendar-feed")
        self.assertEqual(made.status, 201, made.bytes)
        found = self.read(made.json["address"])
        self.assertEqual((found.status, found.headers["Content-Type"]), (200, "text/calendar; charset=utf-8"))
        text = found.bytes.decode()
        lines = text.split("\r\n")
        self.assertEqual((lines[0], lines[-2:]), ("BEGIN:VCALENDAR", ["END:VCALENDAR", ""]))
        self.assertTrue(all(len(line.encode()) <= 75 for line in lines))
        due = [t for t in self.shouchu1.get("/api/tasks", scope="mine", limit=100).json["items"] if t.get("dueAt")]
        self.assertGreaterEqual(text.count("BEGIN:VEVENT"), min(1, len(due)))
        events = parse(found.bytes)
        self.assertEqual(sum(e["SUMMARY"][1].startswith("到期:") for e in events), sum("promise-" in e["UID"][1] for e in events))

    def feed(self, login, lang="zh"):
        address = getattr(self, login).post("/api/calendar-feed").json["address"]
        return parse(self.server.client(lang=lang).get(address).bytes)

    def of(self, events, register):
        return {e["UID"][1].split("-")[1]: e for e in events if e["UID"][1].startswith(register + "-")}

    def test_days_of_records_stand_in_the_calendars_of_those_they_concern(self):
        open_ones = {i["id"]: i["data"] for i in self.jingfa1.get("/api/registers/visit/records", list="my_open", limit=500).json["items"]}
        self.assertGreater(len(open_ones), 2)
        found = self.of(self.feed("jingfa1"), "visit")
        near = {id for id, data in open_ones.items()
                if abs((datetime.date.fromisoformat(data["due_on"]) - datetime.date.today()).days) < 30}
        self.assertTrue(near and near <= set(found) <= set(open_ones))
        for id, event in found.items():
            self.assertEqual(event["DTSTART"], (";VALUE=DATE", open_ones[id]["due_on"].replace("-", "")))
            self.assertEqual(event["SUMMARY"][1], "最迟走访:" + open_ones[id]["title"])
            self.assertEqual(event["TRANSP"][1], "TRANSPARENT")
        self.assertFalse(set(found) & set(self.of(self.feed("jingfa2"), "visit")), "another has his own")
        self.assertEqual(self.of(self.feed("jijian1"), "visit"), {})
        english = self.of(self.feed("jingfa1", "en"), "visit")
        self.assertTrue(all(e["SUMMARY"][1].startswith("Visit by today: ") for e in english.values()))
        self.assertGreater(len(self.of(self.feed("zhaoshang1"), "course_session")), 0, "trainings are everybody's")
        parts = [p["register"] for p in self.jingfa1.get("/api/calendar-feed").json["parts"]]
        self.assertIn("visit", parts)
        self.assertNotIn("discipline_clue", parts)

    def test_a_change_is_told_by_its_sequence_and_what_is_done_is_gone(self):
        mine = self.jingfa2.get("/api/registers/visit/records", list="my_open", limit=5).json["items"][0]
        id, data = mine["id"], mine["data"]
        first = self.of(self.feed("jingfa2"), "visit")[id]
        day = (datetime.date.today() + datetime.timedelta(days=9)).isoformat()
        title = data["title"] + ",二期;东\\西" + "很长的名字" * 5
        head = self.server.client("shouchu1")
        said = head.call("PATCH", f"/api/registers/visit/records/{id}", {"data": {"due_on": day, "title": title}})
        self.assertEqual(said.status, 200, said.bytes)
        then = self.of(self.feed("jingfa2"), "visit")[id]
        self.assertEqual(then["UID"], first["UID"])
        self.assertEqual(int(then["SEQUENCE"][1]), int(first["SEQUENCE"][1]) + 1)
        self.assertEqual((then["DTSTART"][1], then["SUMMARY"][1]), (day.replace("-", ""), "最迟走访:" + title))
        self.jingfa2.post("/api/registers/visit_note/records", {"data": {
            "visit": data["number"], "visited_on": datetime.date.today().isoformat(), "how": "site", "mood": "good", "about": "去过了"}})
        self.assertNotIn(id, self.of(self.feed("jingfa2"), "visit"))

    def test_what_a_pack_may_not_put_into_calendars(self):
        broken = (("visits/registers/visit.json", '"on": "due_on"', '"on": "title"', "/calendar/0/on: 应是类型为 date 或 instant 的列"),
                  ("visits/registers/visit.json", '"on": "due_on"', '"on": "nothing"', "nothing"),
                  ("visits/registers/visit.json", '{"list": "my_open"', '{"list": "ours"', "本登记表没有列表 “ours”"),
                  ("rectification/registers/discipline_clue.json", '"lists": [', '"calendar": [{"list": "open", "on": "received_on", "name": '
                   '{"zh": "线索", "en": "Clue"}}],\n  "lists": [', "封闭的登记表(closed)不能进入日历"))
        for file, old, new, told in broken:
            pack = Pack()
            self.addCleanup(pack.close)
            pack.change(file, old, new)
            said = self.server.command("check", str(pack.folder), check=False)
            self.assertEqual(said.returncode, 1)
            self.assertRegex(said.stdout + said.stderr, rf"{file}:\d+")
            self.assertIn(told, said.stdout + said.stderr)

    def test_a_renewed_address_ends_the_old_and_none_is_none(self):
        old = self.gongdian1.post("/api/calendar-feed").json["address"]
        new = self.gongdian1.post("/api/calendar-feed").json["address"]
        self.assertEqual((self.read(old).status, self.read(new).status), (404, 200))
        self.assertEqual(self.gongdian1.call("DELETE", "/api/calendar-feed").status, 204)
        self.assertEqual(self.read(new).status, 404)
        self.assertEqual(self.server.client().post("/api/calendar-feed").status, 401)
        self.both(self.server.client(), lambda c: c.get("/api/calendar-feeds/00"), 404, "not-found")


if __name__ == "__main__":
    unittest.main()
