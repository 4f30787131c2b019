"""Runs the program on folders of its own. Standard library only."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("JUNMA_SHARED", ROOT.parent / "shared"))
BINARY = os.environ.get("JUNMA", str(ROOT / "build" / "junma"))
ZONE = str(ROOT / "zones" / "nanchang")
CASEWORK = SHARED / "data" / "casework" / "nyc_council_cases_2023.csv"
RECEIPT = SHARED / "data" / "event-logs" / "receipt.csv"

sys.path.insert(0, str(ROOT / "tests" / "api"))


def need(path):
    """Skips, with a line that says so, when a shared file is not here."""
    if not path.exists():
        raise unittest.SkipTest(f"{path.name} is not here (../shared)")


class Place:
    """A temporary folder with a pack that has the figures of docs/import, and a data folder."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="junma-golden-")
        self.zone = os.path.join(self.folder, "zone")
        self.data = os.path.join(self.folder, "data")
        shutil.copytree(ZONE, self.zone)
        for figure in (ROOT / "docs" / "import" / "figures").glob("*.sql"):
            shutil.copy(figure, os.path.join(self.zone, "requests", "figures"))

    def close(self):
        shutil.rmtree(self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.path(name), "wb") as f:
            f.write(content if isinstance(content, bytes) else content.encode())
        return self.path(name)

    def run(self, *words, lang="en", stdin="", **more):
        env = dict(os.environ, JUNMA_LANG=lang)
        return subprocess.run([BINARY, *map(str, words)], input=stdin, capture_output=True, text=True, timeout=300,
                              env=env, **more)

    def import_file(self, csv, mapping, *words, **more):
        if isinstance(mapping, dict):
            mapping = self.write("mapping.json", json.dumps(mapping))
        return self.run("import", csv, "--mapping", mapping, "--zone", self.zone, "--data", self.data, *words, **more)

    def figure(self, name, *words):
        r = self.run("figure", name, "--data", self.data, "--json", *words)
        assert r.returncode == 0, r.stderr
        return json.loads(r.stdout)

    def groups(self, name, by, *words):
        return {g["key"]: (g["value"], g["count"]) for g in self.figure(name, "--by", by, *words)["groups"]}

    def verify(self):
        return self.run("verify", "--journal", "--data", self.data)
