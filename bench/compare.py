#!/usr/bin/env python3
"""Compare a running junma with the bare limit: bench/compare.py --help.

The limit (build/bench/baseline: the same rows, the same durability, nothing else) is started here,
in a folder of its own; the product is already running and named by --product. They are asked in
turns, so that a slow minute of the machine hits both; medians count. Without
--product only the limit is measured.
"""
import argparse
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--build", default="build", help="build folder")
    p.add_argument("--folder", help="where the limit keeps its database (default: a temporary one)")
    p.add_argument("--port", type=int, default=8197, help="of the limit")
    p.add_argument("--threads", type=int, default=2, help="HTTP threads of the limit")
    p.add_argument("--rows", default="", help="rows of one case: cases=1,task=2,...")
    p.add_argument("--fill", type=int, default=5000, help="cases that are there before")
    p.add_argument("--connections", type=int, default=16)
    p.add_argument("--seconds", type=float, default=4)
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--product", help="ADDRESS:PORT of a running junma")
    p.add_argument("--header", action="append", default=[], help="sent to the product")
    p.add_argument("--create", nargs=2, metavar=("PATH", "BODY"), help="body is a file")
    p.add_argument("--list", metavar="PATH")
    p.add_argument("--show", metavar="PATH")
    return p.parse_args()


def ask(args, address, path, body, headers):
    """Requests a second and the line that says so."""
    command = [str(pathlib.Path(args.build) / "bench/http_load"), address, path,
               "--connections", str(args.connections), "--seconds", str(args.seconds)]
    if body:
        command += ["--body", str(body)]
    for header in headers:
        command += ["--header", header]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    match = re.match(r"(\d+) requests/s, (\d+) wrong", done.stdout)
    if not match or done.returncode != 0:
        sys.exit(f"{address}{path}: {done.stdout}{done.stderr}")
    return int(match[1]), done.stdout.strip()


def start_limit(args, folder):
    command = [str(pathlib.Path(args.build) / "bench/baseline"), folder, "--port", str(args.port),
               "--threads", str(args.threads), "--fill", str(args.fill)]
    if args.rows:
        command += ["--rows", args.rows]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    if server.stdout.readline().strip() != "ready":
        shutil.rmtree(folder)
        sys.exit("the limit did not start")
    return server


def measure(args, folder):
    """In turns, so that a slow minute hits both; medians of the rounds and of their ratios."""
    small = pathlib.Path(folder) / "body.json"
    small.write_text('{"number":"%n"}')
    limit = f"127.0.0.1:{args.port}"
    kinds = [("create", "/rows", small, args.create), ("list 50", "/list", None, args.list),
             ("show", "/row?id=1000100", None, args.show)]
    for name, path, body, asked in kinds:
        limits, ours, ratios = [], [], []
        for _ in range(args.rounds):
            limits.append(ask(args, limit, path, body, []))
            if args.product and asked:
                theirs, their_body = asked if name == "create" else (asked, None)
                headers = args.header + (["Content-Type: application/json"] if their_body else [])
                ours.append(ask(args, args.product, theirs, their_body, headers))
                ratios.append(ours[-1][0] / limits[-1][0])
        print(f"{name:8} limit  {sorted(limits)[len(limits) // 2][1]}")
        if ours:
            print(f"{name:8} junma  {sorted(ours)[len(ours) // 2][1]}")
            print(f"{name:8} ratio  {statistics.median(ratios):.2f}"
                  f"  ({min(ratios):.2f} to {max(ratios):.2f})", flush=True)


def main():
    args = arguments()
    folder = tempfile.mkdtemp(prefix="junma-bench-", dir=args.folder)
    server = start_limit(args, folder)
    try:
        measure(args, folder)
    finally:
        server.stdin.close()
        server.wait(timeout=60)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
