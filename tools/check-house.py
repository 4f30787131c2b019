#!/usr/bin/env python3
"""The house rules that a machine can check.

    tools/check-house.py [--self-test]

Prints one line a fault, "file:line: what is wrong", and last "N passed, N failed", one a rule.
Floors are those of docs/architecture.md; a room may include only rooms on floors below its own.
Exceptions stand in the tables below with their reason, nowhere else.
"""
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import tempfile

# Room -> floor. A file directly in src/ belongs to the room of its name.
FLOORS = {
    "base": 0,
    "calendar": 1, "journal": 1, "feel": 1, "store": 1, "http": 1, "fetch": 1, "prose": 1, "print": 1, "seal": 1, "mine": 1,
    "dmn": 2, "bpmn": 2, "form": 2,
    "pack": 3,
    "zone": 4,
    "api": 5,
    "command": 6,
    "main": 7,  # stands on the command floor and only calls it
}

FUNCTION_LINES, FILE_LINES, LINE_COLUMNS = 70, 800, 110

# Function -> what to use instead.
BANNED = {
    "strcpy": "str_copy", "strcat": "struct buf", "strncpy": "str_slice", "strncat": "struct buf",
    "sprintf": "snprintf or str_printf", "vsprintf": "vsnprintf", "gets": "file_read",
    "strtok": "str_split", "strtok_r": "str_split", "atoi": "str_to_int64", "atol": "str_to_int64",
    "atoll": "str_to_int64", "atof": "a checked parser", "scanf": "a checked parser",
    "sscanf": "a checked parser", "system": "nothing: no shell is called",
    "popen": "nothing: no shell is called", "alloca": "an arena", "tmpnam": "mkstemp",
    "mktemp": "mkstemp", "setjmp": "error values", "longjmp": "error values",
    "localtime": "base/tz.h", "gmtime": "base/date.h", "mktime": "base/tz.h",
    "asctime": "date_format", "ctime": "instant_format", "rand": "sys_random",
    "srand": "sys_random", "random": "sys_random", "strdup": "str_copy", "strndup": "str_copy",
}
# Only the ground floor may ask the heap, the clock and the dice.
GROUND_ONLY = {
    "malloc": "an arena", "calloc": "an arena", "realloc": "an arena", "reallocarray": "an arena",
    "free": "an arena", "time": "struct sys", "gettimeofday": "struct sys",
    "clock_gettime": "struct sys", "getrandom": "struct sys",
}

# (rule, file, what is excused, reason)
EXCEPTIONS = [
    ("banned", "src/http/server.c", "clock_gettime",
     "a condition variable waits until an absolute time of its own clock; no time is told"),
    ("banned", "src/store/pool.c", "clock_gettime", "the same"),
]

# Put together so that this file does not find itself.
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")
MACHINE_PATH = re.compile(r"(?<![\w.:/])/(" + "|".join(("wo" + "rk", "ro" + "ot", "tmp/br" + "ief")) + r")/")
ZONE_WORD = re.compile("|".join(("Nan" + "chang", "nan" + "chang", "南" + "昌", "经" + "开", "赣")))

TEXT_SUFFIXES = {".c", ".h", ".def", ".py", ".sh", ".ts", ".vue", ".mjs", ".js", ".md", ".json",
                 ".build", ".css", ".html", ".sql", ".bpmn", ".dmn", ".form", ".txt", ".yml", ""}
C_TYPES = ("gcc", "-std=c17", "-D_GNU_SOURCE", "-fsyntax-only", "-Wall", "-Werror", "-x", "c")


def strip_code(text):
    """C text with comments and literals blanked, lines kept."""
    def blank(match):
        piece = match.group()
        if piece[0] in "\"'":
            return piece[0] + " " * (len(piece) - 2) + piece[0]
        return re.sub(r"[^\n]", " ", piece)
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text,
                  flags=re.S)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


class House:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.faults = []  # (rule, file, line, message)
        self.files = self.list_files()
        self.text = {}
        for path in self.files:
            if path.suffix in TEXT_SUFFIXES:
                try:
                    self.text[path] = (self.root / path).read_text(encoding="utf-8")
                except (UnicodeDecodeError, FileNotFoundError):
                    continue
        self.code = {p: strip_code(t) for p, t in self.text.items() if p.suffix in (".c", ".h")}

    def list_files(self):
        """What is or could be in the repository: tracked or new, not ignored."""
        listed = subprocess.run(
            ["git", "-C", str(self.root), "ls-files", "-co", "--exclude-standard", "-z"],
            capture_output=True, check=False)
        if listed.returncode == 0:
            names = [n for n in listed.stdout.decode().split("\0") if n]
        else:
            names = [str(p.relative_to(self.root)) for p in self.root.rglob("*") if p.is_file()]
        return sorted(pathlib.Path(n) for n in set(names))

    def fault(self, rule, path, line, message):
        for excused_rule, file, what, _reason in EXCEPTIONS:
            if rule == excused_rule and str(path) == file and what in message:
                return
        self.faults.append((rule, path, line, message))

    def room(self, path):
        return path.parts[1] if len(path.parts) > 2 else path.stem

    def sources(self, *folders):
        return [(p, c) for p, c in self.code.items() if p.parts[0] in folders]

    # ---- one method a rule; its name is the rule's, its first line what it is about ----

    def check_layers(self):
        """A room calls only rooms on floors below it."""
        for path, _code in self.sources("src"):
            room = self.room(path)
            if room not in FLOORS:
                self.fault("layers", path, 1, f"the room {room} is on no floor; add it to FLOORS")
                continue
            for match in re.finditer(r'^\s*#\s*include\s+"([^"/]+)/', self.text[path], re.M):
                other = match[1]
                if other == room:
                    continue
                if other not in FLOORS:
                    message = f"includes {other}/, which is no room"
                elif FLOORS[other] >= FLOORS[room]:
                    message = (f"{room} (floor {FLOORS[room]}) calls {other} (floor {FLOORS[other]}): "
                               "only floors below may be called")
                else:
                    continue
                self.fault("layers", path, line_of(self.text[path], match.start()), message)

    def check_lengths(self):
        """Functions, files and lines have an end."""
        for path, code in self.sources("src", "tests", "bench"):
            text = self.text[path]
            count = text.count("\n")
            if count > FILE_LINES:
                self.fault("lengths", path, count, f"the file has {count} lines, the limit is {FILE_LINES}")
            for i, line in enumerate(text.splitlines(), 1):
                if len(line) > LINE_COLUMNS:
                    self.fault("lengths", path, i, f"{len(line)} columns, the limit is {LINE_COLUMNS}")
            for name, start, lines in functions(code):
                if lines > FUNCTION_LINES:
                    self.fault("lengths", path, start,
                               f"{name}() has {lines} lines, the limit is {FUNCTION_LINES}")

    def check_banned(self):
        """Calls that are unsafe, or that go round the table of the world."""
        for path, code in self.sources("src"):
            ground = self.room(path) == "base"
            for match in re.finditer(r"(?<![\w.>])(\w+)\s*\(", code):
                name = match[1]
                instead = BANNED.get(name) or (None if ground else GROUND_ONLY.get(name))
                if instead:
                    self.fault("banned", path, line_of(code, match.start()),
                               f"{name}() is banned here; use {instead}")

    def check_openings(self):
        """A file opens with a comment that says what it is for."""
        for path, _code in self.sources("src", "tests", "bench"):
            if not self.text[path].startswith("/*"):
                self.fault("openings", path, 1, "the file does not open with a comment")

    def check_headers(self):
        """Each header compiles alone."""
        flags = subprocess.run(["pkg-config", "--cflags", "libxml-2.0", "jansson", "libmicrohttpd", "pangocairo"],
                               capture_output=True, text=True, check=False).stdout.split()

        def compile_alone(path):
            run = subprocess.run([*C_TYPES, "-I", str(self.root / "src"), *flags, str(self.root / path)],
                                 capture_output=True, text=True, check=False)
            return path, run.returncode, run.stderr
        headers = [p for p, _ in self.sources("src") if p.suffix == ".h"]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for path, status, said in pool.map(compile_alone, headers):
                if status:
                    first = next((x for x in said.splitlines() if "error" in x), said.strip()[:200])
                    self.fault("headers", path, 1, f"does not compile alone: {first.split('error: ')[-1]}")

    def check_finished(self):
        """Nothing is left for later in the text."""
        for path, text in self.text.items():
            for match in UNFINISHED.finditer(text):
                self.fault("finished", path, line_of(text, match.start()), f"says {match[0]}")

    def check_zone_words(self):
        """The engine names no zone."""
        for path, text in self.text.items():
            if path.parts[0] != "src":
                continue
            for match in ZONE_WORD.finditer(text):
                self.fault("zone_words", path, line_of(text, match.start()), f"names a zone: {match[0]}")

    def check_machine_paths(self):
        """No path of one machine."""
        for path, text in self.text.items():
            for match in MACHINE_PATH.finditer(text):
                self.fault("machine_paths", path, line_of(text, match.start()),
                           f"a path of one machine: {match[0]}")

    def check_rooms(self):
        """src/README.md names every room."""
        readme = self.root / "src" / "README.md"
        text = readme.read_text(encoding="utf-8") if readme.exists() else ""
        if not text:
            self.fault("rooms", pathlib.Path("src/README.md"), 1, "there is no drawing of the house")
            return
        for room in sorted({self.room(p) for p, _ in self.sources("src") if len(p.parts) > 2}):
            if not re.search(rf"\b{room}/", text):
                self.fault("rooms", pathlib.Path("src/README.md"), 1, f"the room {room}/ is not named")

    def rules(self):
        return [name for name in dir(self) if name.startswith("check_")]

    def check(self):
        for name in self.rules():
            getattr(self, name)()
        return self.faults


def functions(code):
    """(name, first line, lines) of every function: a brace alone at the left edge, or after the
    parameters, up to the brace that closes at the left edge."""
    lines = code.splitlines()
    start = None
    for i, line in enumerate(lines):
        if line.startswith("{") or re.match(r"^\w[^;=]*\)\s*\{$", line):
            start = i
            while start > 0 and lines[start - 1].strip() and not re.search(r"[;}]\s*$|^\s*#", lines[start - 1]):
                start -= 1
            names = re.findall(r"(\w+)\s*\(", " ".join(lines[start:i + 1]))
            names = [n for n in names if n not in ("__attribute__", "format", "MUST_USE")]
        elif line.startswith("}") and start is not None:
            yield (names[0] if names else "?"), start + 1, i - start + 1
            start = None


# ---- the checks, checked ----

GOOD = {
    "src/README.md": "base/ feel/ zone/\n",
    "src/base/base.h": "/* Ground. */\n#include <stddef.h>\nsize_t base_size(void);\n",
    "src/feel/feel.c": '/* Uses the ground: malloc() in words. */\n#include "base/base.h"\n'
                       'static const char *s = "malloc(1)";\nint f(void);\nint f(void)\n{\n    return s[0];\n}\n',
    "src/zone/zone.c": '/* Zone. */\n#include "feel/x.def"\n',
}
BAD = [  # (rule, file, text, part of the message)
    ("layers", "src/feel/up.c", '/* . */\n#include "zone/zone.h"\n', "floor 4"),
    ("layers", "src/feel/side.c", '/* . */\n#include "store/store.h"\n', "floor 1"),
    ("layers", "src/feel/odd.c", '/* . */\n#include "attic/attic.h"\n', "no room"),
    ("layers", "src/attic/attic.c", "/* . */\n", "on no floor"),
    ("lengths", "src/feel/long.c", "/* . */\nint f(int a,\n    int b)\n{\n" + "    a++;\n" * 68 + "}\n",
     "f() has 72 lines"),
    ("lengths", "src/feel/file.c", "/* . */\n" + "\n" * 800, "801 lines"),
    ("lengths", "src/feel/wide.c", "/* " + "x" * 110 + " */\n", "columns"),
    ("banned", "src/feel/copy.c", "/* . */\nint f(char *a)\n{\n    strcpy(a, a);\n}\n", "strcpy()"),
    ("banned", "src/feel/heap.c", "/* . */\nvoid *p = malloc (3);\n", "malloc()"),
    ("banned", "src/feel/clock.c", "/* . */\nlong t = time(0);\n", "time()"),
    ("openings", "src/feel/bare.c", "int x;\n", "comment"),
    ("headers", "src/feel/alone.h", "/* . */\nsize_t f(void);\n", "compile alone"),
    ("finished", "docs/later.md", "one line\nTO" + "DO: more\n", "TO" + "DO"),
    ("zone_words", "src/feel/name.c", "/* Nan" + "chang */\n", "names a zone"),
    ("zone_words", "src/feel/name2.c", "/* 南" + "昌 */\n", "names a zone"),
    ("machine_paths", "docs/path.md", "see /wo" + "rk/main\n", "path of one machine"),
    ("rooms", "src/pack/pack.c", "/* . */\n", "pack/"),
]


def self_test():
    """Every rule finds what it should, where it should, and nothing in a good house."""
    failed = 0

    def house(files):
        with tempfile.TemporaryDirectory() as root:
            for name, text in files.items():
                path = pathlib.Path(root, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return House(root).check()

    def expect(name, good, saw):
        nonlocal failed
        if not good:
            failed += 1
            print(f"not ok {name}: {saw}")

    expect("a good house", (found := house(GOOD)) == [], found)
    tested = set()
    for rule, file, text, part in BAD:
        found = house(GOOD | {file: text})
        where = file if rule != "rooms" else "src/README.md"
        hit = [f for f in found if f[0] == rule and str(f[1]) == where and part in f[3]]
        others = [f for f in found if f[0] not in (rule, "rooms")]
        expect(f"{rule}: {file}", len(hit) >= 1 and not others, found)
        tested.add("check_" + rule)
    untested = set(name for name in dir(House) if name.startswith("check_")) - tested
    expect("every rule has a bad example", not untested, untested)
    total = len(BAD) + 2
    print(f"{total - failed} passed, {failed} failed")
    return failed == 0


def main():
    if "--self-test" in sys.argv[1:]:
        sys.exit(0 if self_test() else 1)
    house = House(pathlib.Path(__file__).resolve().parent.parent)
    faults = house.check()
    for _rule, path, line, message in sorted(faults, key=lambda f: (str(f[1]), f[2])):
        print(f"{path}:{line}: {message}")
    rules, broken = len(house.rules()), len({f[0] for f in faults})
    print(f"{rules - broken} passed, {broken} failed")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
