"""docs/verbs.md: each block marked `case` is done, line by line, and must end as the page says."""
import re
import unittest

from junma import ROOT, Server

LOGINS = {"applicant": "qiye1", "officer": "shouchu1", "handler": "gongdian1", "head": "gongdian.fzr", "other": "jingfa1", "leader": "lingdao1",
          "steward": "liucheng1"}
TEXT = "请核实处理,并按时办结。"


def blocks():
    text = (ROOT / "docs" / "verbs.md").read_text()
    section = ""
    for part in re.finditer(r"^## ([^\n]*)$|^```case\n(.*?)^```$", text, re.M | re.S):
        if part.group(1):
            section = part.group(1)
        else:
            yield section, part.group(2).strip().split("\n")


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.people = {name: cls.server.client(login) for name, login in LOGINS.items()}

    @classmethod
    def tearDownClass(cls):
        for client in cls.people.values():
            client.connection.close()
        cls.server.close()

    def signers(self, names):
        for name in names.split(","):
            name, _, weight = name.partition("*")
            me = self.people[name].me
            yield {"unit": me["unit"], "assignee": me["id"], **({"weight": int(weight)} if weight else {})}

    def body(self, who, case, verb, words):
        body = {"text": TEXT}
        if verb == "delegate":
            body.update(next(self.signers(words[0])))
        elif verb == "countersign":
            body.update(mode=words[0], signers=list(self.signers(words[1])))
        elif verb == "add_signer":
            body.update(position=words[0], signers=list(self.signers(words[1])))
        elif verb == "copy":
            body.update(signers=list(self.signers(words[0])))
        elif verb == "opinion":
            body.update(vote=words[0])
        elif verb in ("extend", "supervise"):
            body.update(days=int(words[0]))
        elif verb in ("transfer", "dispatch"):
            body.update(unit=words[0])
        elif verb in ("return", "jump") and words:
            body.update(node=words[0], **({"straight": True} if "straight" in words else {}))
        elif verb == "remove_signer":
            tasks = self.people[who].get(f"/api/cases/{case}").json["tasks"]
            body.update(signer=[t["id"] for t in tasks if t["parentId"] and t["state"] in ("open", "waiting")][0])
        return body

    def state(self, case):
        seen = self.people["officer"].get(f"/api/cases/{case}").json
        open_tasks = sorted(f"{t['relation'] or t['node']} {t['unit']['code'] if t['unit'] else '-'}" for t in seen["tasks"]
                            if t["state"] in ("open", "suspended"))
        return open_tasks, sorted(p["code"] for p in seen["promises"] if p["state"] in ("running", "paused"))

    def line(self, case, line):
        done, _, expected = line.partition("|") if "|" in line else line.partition("!")
        who, verb, *words = done.split()
        reply = self.people[who].verb(case, verb, **self.body(who, case, verb, words))
        if "!" in line and "|" not in line:
            self.assertGreaterEqual(reply.status, 400, line)
            self.assertIn(expected.strip(), reply.json["detail"], line)
            return
        self.assertEqual(reply.status, 200, f"{line}: {reply.bytes.decode()}")
        if "|" not in line:
            return
        tasks, _, clocks = expected.partition(";")
        found = self.state(case)
        self.assertEqual(found[0], sorted(t.strip() for t in tasks.split(",") if t.strip()), line)
        if clocks:
            self.assertEqual(found[1], sorted(c.strip() for c in clocks.split(",")), line)

    def test_every_case(self):
        seen = 0
        for section, lines in blocks():
            case = self.people["applicant"].create(title="供电问题请协调处理").json["id"]
            with self.subTest(section=section, first=lines[0]):
                for line in lines:
                    self.line(case, line)
            seen += 1
        self.assertGreater(seen, 15)

    def test_every_verb_has_its_place(self):
        text = (ROOT / "docs" / "verbs.md").read_text()
        words = re.findall(r'^V\(\w+, "(\w+)", "([^"]+)"', (ROOT / "src" / "zone" / "verbs.def").read_text(), re.M)
        self.assertGreater(len(words), 30)
        for word, _ in words:
            self.assertRegex(text, rf"\b{word}\b", f"docs/verbs.md does not name {word}")


if __name__ == "__main__":
    unittest.main()
