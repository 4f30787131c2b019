#!/usr/bin/env python3
"""Runs Meson tests and counts the single tests inside them.

    tools/count-tests.py BUILD_FOLDER NAME...

Meson sees programs; people want to know tests. Each program prints TAP (cmocka does when
CMOCKA_MESSAGE_OUTPUT=TAP), which is read from Meson's log. A program that crashed, ran too long or
failed without naming a test counts as one failure more. Prints the failures with their output and
last "N passed, N failed, N skipped".
"""
import json
import os
import pathlib
import re
import subprocess
import sys

SKIP = re.compile(r"^(not )?ok \d+ # SKIP ?(.*)$", re.I)
LINE = re.compile(r"^(not )?ok \d+(?: -)? ?(.*)$")


def read_tap(text):
    """(passed, [failed names], [skipped names]); cmocka 1.1 writes a skip as "not ok"."""
    passed, failed, skipped = 0, [], []
    for line in text.splitlines():
        if match := SKIP.match(line):
            skipped.append(match[2])
        elif match := LINE.match(line):
            if match[1]:
                failed.append(match[2])
            else:
                passed += 1
    return passed, failed, skipped


def tail(text, lines=25):
    """The last lines, where sanitizers and failed asserts speak, without the passes."""
    kept = [line for line in text.splitlines() if not line.startswith("ok ")]
    return "\n".join("    " + line for line in kept[-lines:])


def main():
    folder, names = sys.argv[1], sys.argv[2:]
    if os.environ.get("CMOCKA_MESSAGE_OUTPUT") != "TAP":
        os.environ["CMOCKA_MESSAGE_OUTPUT"] = "TAP"
    log = pathlib.Path(folder, "meson-logs", "testlog.json")
    log.unlink(missing_ok=True)
    run = subprocess.run(
        ["meson", "test", "-C", folder, "--no-rebuild", "--num-processes", "2", *names],
        capture_output=True, text=True, check=False)
    if not log.exists():
        print(run.stdout[-3000:], run.stderr[-3000:])
        sys.exit("Meson ran no test")
    passed = failed = skipped = 0
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        result = json.loads(line)
        name, output = result["name"].split(" / ")[-1], result.get("stdout") or ""
        good, bad, left_out = read_tap(output)
        if result["result"] == "SKIP" and not left_out:
            left_out = ["all of it"]
        if result["result"] not in ("OK", "SKIP") and not bad:
            bad = [f"({result['result'].lower()})"]
        if result["result"] == "OK" and not (good or bad or left_out):
            good = 1  # a program that is one test and speaks no TAP
        passed, failed, skipped = passed + good, failed + len(bad), skipped + len(left_out)
        for test in left_out:
            print(f"skipped {name}: {test}")
        if bad:
            for test in bad:
                print(f"not ok {name}: {test}")
            print(tail(output + "\n" + (result.get("stderr") or "")))
        else:
            print(f"ok {name}: {good} in {result['duration']:.1f} s")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
