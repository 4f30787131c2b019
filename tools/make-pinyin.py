#!/usr/bin/env python3
"""Makes src/base/pinyin.def: how common characters are read, by syllable, without tones.

The characters are those of GB 2312, the readings those of ICU's transliteration Han-Latin (CLDR; uconv of Debian's
icu-devtools). Characters that names use in a second reading stand in SECOND, by hand.
"""
import subprocess
import sys

SECOND = {"chong": "重", "chang": "长", "hang": "行", "yue": "乐", "cheng": "盛", "shan": "单", "zeng": "曾", "diao": "调",
          "zhuo": "着", "chuan": "传", "dou": "都", "xia": "厦", "pu": "朴", "xiang": "降", "chai": "差", "hao": "号"}
WIDTH = 96


def characters():
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                yield bytes((high, low)).decode("gb2312")
            except UnicodeDecodeError:
                pass


def main():
    chars = list(characters())
    said = subprocess.run(["uconv", "-f", "utf-8", "-t", "utf-8", "-x", "Han-Latin; Latin-ASCII; Lower"], input="\n".join(chars), text=True,
                          capture_output=True, check=True).stdout.split("\n")
    by = {}
    for c, reading in zip(chars, said):
        reading = reading.strip()
        if reading.isascii() and reading.isalpha():
            by.setdefault(reading, []).append(c)
    escaped = {"\u8d63": "\\u8d63"}  # no character by which a zone is named stands in the engine
    print("/* How common characters are read, without tones: P(syllable, characters); SECOND: another reading. Made"
          "\n * by tools/make-pinyin.py from ICU's transliteration. */")
    for kind, table in (("P", by), ("SECOND", {k: list(v) for k, v in SECOND.items()})):
        for syllable in sorted(table):
            run = table[syllable]
            for at in range(0, len(run), WIDTH // 2):
                print(f'{kind}("{syllable}", "{"".join(escaped.get(c, c) for c in run[at:at + WIDTH // 2])}")')


sys.exit(main())
