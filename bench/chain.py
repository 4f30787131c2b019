#!/usr/bin/env python3
"""How long an industry chain takes: 3,000 enterprises and 20,000 purchases on one chain, asked for over HTTP.

    bench/chain.py [--enterprises 3000] [--supplies 20000] [--runs 30]
"""
import argparse
import csv
import io
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "api"))
from junma import Server  # noqa: E402


def table(header, rows):
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(header)
    out.writerows(rows)
    return text.getvalue().encode()


def send(client, register, body):
    reply = client.call("POST", f"/api/registers/{register}/import", body, {"Content-Type": "text/csv"})
    assert reply.status == 200, reply.bytes
    assert not reply.json["faults"], reply.json["faults"][:3]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--enterprises", type=int, default=3000)
    options.add_argument("--supplies", type=int, default=20000)
    options.add_argument("--runs", type=int, default=30)
    asked = options.parse_args()
    server = Server()
    client = server.client("shouchu1")
    links = [link["key"] for link in client.get("/api/pages/chains/chain", chain="nev").json["links"]]
    firms = [(f"B-{n}", f"示例企业{n}", links[n * 7 % len(links)], "示例产品") for n in range(asked.enterprises)]
    send(client, "placement", table(("编号", "企业名称", "所在环节", "主要产品"), firms))
    for begin in range(0, asked.supplies, 5000):
        bought = []
        for n in range(begin, min(begin + 5000, asked.supplies)):
            other = firms[(n * 31 + 1) % len(firms)]
            here = n % 3
            bought.append((firms[n % len(firms)][0], other[2], "示例产品", other[0] if here else "", "" if here else "浙江宁波", n % 900 + 1, 2026))
        send(client, "supply", table(("采购企业", "采购的环节产品", "采购什么", "区内供应企业", "区外来源地", "年采购额", "年份"), bought))
    times = []
    for _ in range(asked.runs):
        begin = time.perf_counter()
        reply = client.get("/api/pages/chains/chain", chain="nev")
        assert reply.status == 200, reply.bytes
        times.append((time.perf_counter() - begin) * 1000)
    total = reply.json["total"]
    print(f"{total['enterprises']} enterprises, {asked.supplies} purchases, {len(links)} links, answer of {len(reply.bytes) // 1024} KiB: "
          f"median {statistics.median(times):.1f} ms, worst {max(times):.1f} ms of {asked.runs}")
    client.connection.close()
    server.close()


if __name__ == "__main__":
    main()
