#!/usr/bin/env python3
"""Turns one year's list of days off and make-up days into a year document of the calendar.

    tools/calendar-year.py 2027.json --number 国办发明电〔2026〕9号 > zones/ZONE/calendar/2027.json

The input is JSON: {"year", "papers": [address of each notice], "days": [{"name", "date",
"isOffDay"}]}, one entry a day, as public lists of the State Council's notices give it. The output
is the form described in src/calendar/calendar.h. --number names the notices in the order of
"papers"; where it is unknown, leave it out rather than guess ("-" skips one).

A day listed as worked that is a Monday to Friday and off by nothing is left out: it is an ordinary
working day (some lists mention the day on which work starts again).
"""
import argparse
import datetime
import json
import re
import sys


def spans(dates):
    """Sorted dates as "a" or "a..b" with neighbours joined."""
    out = []
    for day in sorted(dates):
        if out and day - out[-1][1] == datetime.timedelta(days=1):
            out[-1][1] = day
        else:
            out.append([day, day])
    return [str(a) if a == b else f"{a}..{b}" for a, b in out]


def convert(source, numbers):
    off, work = {}, {}
    named_off = {d["date"] for d in source["days"] if d["isOffDay"]}
    for entry in source["days"]:
        day = datetime.date.fromisoformat(entry["date"])
        name = entry["name"].replace("“", "").replace("”", "")
        if entry["isOffDay"]:
            off.setdefault(name, []).append(day)
        elif day.isoweekday() > 5 or entry["date"] in named_off:
            work.setdefault(name, []).append(day)
        else:
            print(f"left out: {day} ({name}) is an ordinary working day", file=sys.stderr)
    notices = []
    for i, address in enumerate(source["papers"]):
        found = re.search(r"content_\d+", address)
        if not found:
            sys.exit(f"no document identifier (content_…) in {address}")
        number = numbers[i] if i < len(numbers) and numbers[i] != "-" else None
        notices.append(({"number": number} if number else {}) | {"document": found.group()})
    if not notices or not off:
        sys.exit(f"the year {source['year']} is not published yet: no notice or no day off")
    return {
        "year": source["year"],
        "notices": notices,
        "off": {name: spans(days) for name, days in off.items()},
        "work": {name: spans(days) for name, days in work.items()},
    }


def write(document, out):
    """One line a notice and a holiday, so that a change of one reads as a change of one."""
    def text(value):
        return json.dumps(value, ensure_ascii=False)

    out.write(f'{{\n  "year": {document["year"]},\n')
    notices = ",\n".join(f"    {text(n)}" for n in document["notices"])
    out.write(f'  "notices": [\n{notices}\n  ],\n')
    for member, end in (("off", ","), ("work", "")):
        lines = ",\n".join(f"    {text(k)}: {text(v)}" for k, v in document[member].items())
        out.write(f'  "{member}": {{' + (f"\n{lines}\n  " if lines else "") + f"}}{end}\n")
    out.write("}\n")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n")[0], epilog="The form is described in src/calendar/calendar.h.")
    parser.add_argument("source")
    parser.add_argument("--number", action="append", default=[])
    arguments = parser.parse_args()
    with open(arguments.source, encoding="utf-8") as file:
        write(convert(json.load(file), arguments.number), sys.stdout)


if __name__ == "__main__":
    main()
