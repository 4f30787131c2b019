#!/usr/bin/env python3
"""First inputs for a fuzz target, made of the project's own files.

    seeds.py TARGET FOLDER          writes them
    seeds.py --replay EXE TARGET    writes them to a folder of its own and runs the replayer

An input's form is told in the target's opening comment.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(__file__).resolve().parents[2]
ZONE = ROOT / "zones" / "nanchang"
SHARED = pathlib.Path(os.environ.get("JUNMA_SHARED", ROOT.parent / "shared"))
BYTES_MAX = 64 * 1024

# Of each kind of literal, operator and function one, so that the fuzzer need not invent them.
FEEL = """1 + 2 * -x ** 2 | if x > 3 then "a" else null | for i in 1..5 return i * i | {a: 1, "b c": [1,2]}.a
some i in [1,2,3] satisfies i > x | every i in [] satisfies false | [1,2,3][item > 1] | [{a: 1},{a: 2}][a = 2].a
@"2026-11-23" + duration("P3D") | date and time("2026-11-23T08:30:00@Asia/Shanghai") | time("23:59:59.999Z")
substring("\\u4e2d文\\U01F600", 2, 1) | split("a;b", ";") | replace("abc", "(b)", "[$1]") | matches("x", "^x$")
function(a: number, b) a + b | (function(n) if n = 0 then 1 else n)(5) | sort([3,1,2], function(a, b) a < b)
x between 1 and 9 | x in (1..9] | x in (<5, >8) | Monthly Salary * 12 | sum([1,2,3]) / count([4]) | mode([1,1,2])
decimal(1/3, 4) | round half even(2.5, 0) | 1e-30 * 1e30 | 0.1 + 0.2 = 0.3 | -9999999999999999999999999999999999
string(12.50) + "x" | number("1 000,5", " ", ",") | years and months duration(@"2024-01-31", @"2026-11-23")
context put({a: 1}, ["a"], 2) | context merge([{a: 1}, {b: 2}]) | get entries({a: 1}) | list replace([1], 1, 2)
before(1, [2..3]) | overlaps([1..5], [3..9]) | range("[1..2]") | instance of | x instance of number | @"PT8H30M"
today() | now() | day of week(@"2026-11-23") | is(1, 1.0) | string join(["a","b"], "-") | ? > 3 | not(< 5, > 9) | -"""


def zone_files(*suffixes):
    return sorted(p for p in ZONE.rglob("*") if p.suffix in suffixes and "sample" not in p.parts)


def small(paths):
    return [p.read_bytes() for p in paths if p.stat().st_size <= BYTES_MAX]


def conformance(suffix, most):
    """A spread of the conformance suites' models where they are at hand."""
    found = sorted((SHARED / "conformance").rglob("*" + suffix)) if (SHARED / "conformance").is_dir() else []
    return small(found[:: max(1, len(found) // most)])


def base_json():
    return small(zone_files(".json")) + [b'{"a":[1,-2.5e3,true,null,"\\u4e2d\\n"],"":{}}', b"0", b'""', b"[[[[]]]]"]


def calendar_year():
    years = sorted((ZONE / "calendar").glob("20*.json"))
    return small(years) + [b"\0".join(small(years[-3:]))]


def feel():
    texts = [t.strip().encode() for t in FEEL.replace("\n", "|").split("|") if t.strip()]
    for path in zone_files(".dmn", ".bpmn"):
        texts += [e.text.strip().encode() for e in xml.parse(path).iter() if e.text and e.text.strip()]
    return [bytes([kind]) + t for t in sorted(set(texts)) for kind in (0, 1)]


def dmn():
    return small(zone_files(".dmn")) + conformance(".dmn", 60)


def bpmn():
    return small(zone_files(".bpmn")) + conformance(".bpmn", 60)


def form():
    answer = json.dumps({"title": "厂区停电", "content": "三号厂房今天上午停电两次。", "contact_name": "王小明",
                         "contact_phone": "13800138000", "urgency": "normal", "place": ""}).encode()
    forms = small(p for p in zone_files(".json") if p.name.endswith(".form.json"))
    every = {"type": "default", "id": "every", "schemaVersion": 18, "components": [
        {"type": "textfield", "id": "a", "key": "a", "label": "A", "validate": {"pattern": "^[a-z]+$", "maxLength": 9}},
        {"type": "number", "id": "b", "key": "b", "label": "B", "validate": {"min": 1, "max": 9}, "decimalDigits": 2},
        {"type": "checkbox", "id": "c", "key": "c", "label": "C", "conditional": {"hide": "=b > 3"}},
        {"type": "select", "id": "d", "key": "d", "label": "D", "values": [{"label": "x", "value": "x"}]},
        {"type": "dynamiclist", "id": "e", "path": "e", "label": "E", "components": [
            {"type": "datetime", "id": "f", "key": "f", "subtype": "date", "dateLabel": "F"}]}]}
    filled = {"a": "abc", "b": 2.5, "c": True, "d": "x", "e": [{"f": "2026-11-23"}]}
    return forms + [f + b"\0" + answer for f in forms] + [json.dumps(every).encode() + b"\0" + json.dumps(filled).encode()]


OF_A_KIND = 4


def pack_file():
    paths = [p for p in zone_files(".json", ".bpmn", ".dmn", ".sql", ".csv")
             if p.parent.name != "calendar" or p.name in ("2026.json", "names.json")]
    # A few of each kind: each run loads the whole pack, and one more figure teaches nothing new.
    kinds = {}
    for p in paths:
        kinds.setdefault((p.parent.name if len(p.relative_to(ZONE).parts) > 2 else p.name, p.suffix), []).append(p)
    paths = [p for alike in kinds.values() for p in alike[::-(-len(alike) // OF_A_KIND)]]
    return [str(p.relative_to(ZONE)).encode() + b"\0" + p.read_bytes() for p in paths if p.stat().st_size <= BYTES_MAX]


def csv():
    texts = small(zone_files(".csv")) + ['\ufeff编号,说明\r\n1,"多行\n""引号"""\r\n\r\n2,\r\n'.encode(), b"a;b\n1;2\n", b'"a"b,c\n']
    texts.append("编号,说明\n1,停电\n".encode("gb18030"))
    return [bytes([how]) + t[:8192] for t in texts for how in (0, 1, 2, 8)]


def http_path():
    paths = [b"/api/cases/Q2611-00001-2/verbs/reply", b"/%E4%B8%AD/%2e%2E/a%2Fb", b"/"]
    queries = [b"q=%E5%81%9C+%E7%94%B5&limit=50&after=1.2", b"a&b=&=c&a=%00"]
    lists = [b"zh-CN,zh;q=0.9,en;q=0.1", b'sid=abc; b="c d"', b'W/"a", "x,y"', b"gzip;q=0, *", b'form-data; name="a"; filename="\xe4\xb8\xad.png"']
    parts = [b"\n--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n"]
    return [bytes([kind]) + t for kind, texts in enumerate((paths, queries, lists, parts)) for t in texts]


def journal(build):
    """A real log, by the journal's own dump program when it is built."""
    program = pathlib.Path(build, "tests", "journal", "journal_dump")
    if not program.exists():
        return {}
    return json.loads(subprocess.run([program, "international", "9", "4"], check=True, capture_output=True).stdout)


def journal_note(build="."):
    log = journal(build)
    plain = ["zone.example/nanchang\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
             "\n— zone.example/nanchang AAAAAAAA\n", "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"]
    texts = plain + log.get("checkpoints", []) + ([log["vkey"]] if log else []) + [r["leaf"] for r in log.get("rows", [])]
    return [bytes([kind]) + t.encode() for t in texts for kind in range(4)]


def journal_receipt(build="."):
    log = journal(build)
    texts = ['{"junma":"receipt","version":1,"leaf":"","proof":[],"checkpoint":""}'] + log.get("receipts", [])
    texts += [log["consistency_document"]] if "consistency_document" in log else []
    return [bytes([kind]) + (t if isinstance(t, str) else json.dumps(t)).encode() for t in texts for kind in range(4)]


MAKERS = {f.__name__: f for f in (base_json, calendar_year, feel, dmn, bpmn, form, pack_file, csv, http_path,
                                  journal_note, journal_receipt)}


def write(target, folder, build="."):
    maker = MAKERS[target]
    seeds = maker(build) if target.startswith("journal") else maker()
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        pathlib.Path(folder, f"seed-{number:04}").write_bytes(seed)
    return len(seeds)


def replay(exe, target):
    with tempfile.TemporaryDirectory() as folder:
        count = write(target, folder, pathlib.Path(exe).resolve().parents[2])
        if target == "pack_file" and not os.environ.get("JUNMA_ALL"):
            # Each is a load of the whole zone; what they are undamaged is loaded by every other test.
            for seed in sorted(pathlib.Path(folder).iterdir())[::2]:
                seed.unlink()
        # The same amount of work for a target with three seeds and one with three hundred.
        mutations = {"pack_file": 100, "csv": 500}.get(target, 3000) // max(1, count)
        return subprocess.run([exe, folder, str(mutations)]).returncode


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "--replay":
        sys.exit(replay(sys.argv[2], sys.argv[3]))
    if len(sys.argv) < 3 or sys.argv[1] not in MAKERS:
        sys.exit(__doc__)
    print(write(sys.argv[1], sys.argv[2], *sys.argv[3:4]), "seeds")
