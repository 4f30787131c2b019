#!/usr/bin/env python3
"""Computes again, without any of our code, what a log written by journal_dump claims.

Roots, inclusion and consistency proofs follow the recursive definitions of RFC 9162 clause 2.1
(our C does them iteratively from stored nodes). SHA-256 comes from hashlib, SM3 from hashlib where
it has it and else from the function below, written from GB/T 32905. Ed25519 signatures are checked
by the arithmetic of RFC 8032 in plain integers, SM2 signatures by that of GB/T 32918.2. Nothing
but the standard library is used.

usage: independent.py JOURNAL_DUMP
"""

import base64
import hashlib
import json
import subprocess
import sys

checks = 0


def check(condition, what):
    global checks
    checks += 1
    if not condition:
        sys.exit(f"not ok - {what}")


# --- hashes ---------------------------------------------------------------------------------------

def sm3(data):
    mask = 0xFFFFFFFF

    def rol(x, n):
        n %= 32
        return ((x << n) | (x >> (32 - n))) & mask

    state = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600,
             0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    padded = data + b"\x80" + b"\0" * ((55 - len(data)) % 64) + (len(data) * 8).to_bytes(8, "big")
    for at in range(0, len(padded), 64):
        w = [int.from_bytes(padded[at + 4 * i:at + 4 * i + 4], "big") for i in range(16)]
        for i in range(16, 68):
            x = w[i - 16] ^ w[i - 9] ^ rol(w[i - 3], 15)
            w.append(x ^ rol(x, 15) ^ rol(x, 23) ^ rol(w[i - 13], 7) ^ w[i - 6])
        a, b, c, d, e, f, g, h = state
        for i in range(64):
            t = 0x79CC4519 if i < 16 else 0x7A879D8A
            ss1 = rol((rol(a, 12) + e + rol(t, i)) & mask, 7)
            ss2 = ss1 ^ rol(a, 12)
            ff = a ^ b ^ c if i < 16 else (a & b) | (a & c) | (b & c)
            gg = e ^ f ^ g if i < 16 else (e & f) | (~e & mask & g)
            tt1 = (ff + d + ss2 + (w[i] ^ w[i + 4])) & mask
            tt2 = (gg + h + ss1 + w[i]) & mask
            a, b, c, d = tt1, a, rol(b, 9), c
            e, f, g, h = tt2 ^ rol(tt2, 9) ^ rol(tt2, 17), e, rol(f, 19), g
        state = [x ^ y for x, y in zip(state, (a, b, c, d, e, f, g, h))]
    return b"".join(x.to_bytes(4, "big") for x in state)


def sha256(data):
    return hashlib.sha256(data).digest()


# --- the tree, by definition ----------------------------------------------------------------------

class Tree:
    def __init__(self, leaves, hash_function):
        self.leaves, self.h, self.known = leaves, hash_function, {}

    def root(self, a, b):
        if a == b:
            return self.h(b"")
        if b - a == 1:
            return self.leaves[a]
        if (a, b) not in self.known:
            k = a + split(b - a)
            self.known[a, b] = self.h(b"\1" + self.root(a, k) + self.root(k, b))
        return self.known[a, b]

    def path(self, m, a, b):
        if b - a == 1:
            return []
        k = split(b - a)
        if m < k:
            return self.path(m, a, a + k) + [self.root(a + k, b)]
        return self.path(m - k, a + k, b) + [self.root(a, a + k)]

    def subproof(self, m, a, b, whole):
        if m == b - a:
            return [] if whole else [self.root(a, b)]
        k = split(b - a)
        if m <= k:
            return self.subproof(m, a, a + k, whole) + [self.root(a + k, b)]
        return self.subproof(m - k, a + k, b, False) + [self.root(a, a + k)]


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


# --- curves ---------------------------------------------------------------------------------------

P25519 = 2**255 - 19
L25519 = 2**252 + 27742317777372353535851937790883648493
D25519 = -121665 * pow(121666, -1, P25519) % P25519


def ed_add(p, q):
    (x1, y1), (x2, y2) = p, q
    t = D25519 * x1 * x2 * y1 * y2 % P25519
    x = (x1 * y2 + x2 * y1) * pow(1 + t, -1, P25519) % P25519
    y = (y1 * y2 + x1 * x2) * pow(1 - t, -1, P25519) % P25519
    return x, y


def ed_mul(p, n):
    q = (0, 1)
    while n:
        if n & 1:
            q = ed_add(q, p)
        p, n = ed_add(p, p), n >> 1
    return q


def ed_decode(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    xx = (y * y - 1) * pow(D25519 * y * y + 1, -1, P25519) % P25519
    x = pow(xx, (P25519 + 3) // 8, P25519)
    if (x * x - xx) % P25519:
        x = x * pow(2, (P25519 - 1) // 4, P25519) % P25519
    check((x * x - xx) % P25519 == 0, "point of the curve")
    return (P25519 - x if x & 1 != sign else x), y


ED_BASE = ed_decode((4 * pow(5, -1, P25519) % P25519).to_bytes(32, "little"))


def ed25519_verify(public, message, signature):
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashlib.sha512(r + public + message).digest(), "little") % L25519
    right = ed_add(ed_decode(r), ed_mul(ed_decode(public), k))
    return s < L25519 and ed_mul(ED_BASE, s) == right


SM2_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
SM2_A = SM2_P - 3
SM2_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
SM2_N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
SM2_G = (0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
         0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0)


def sm2_add(p, q):
    if p is None or q is None:
        return p or q
    (x1, y1), (x2, y2) = p, q
    if x1 == x2 and (y1 + y2) % SM2_P == 0:
        return None
    if p == q:
        slope = (3 * x1 * x1 + SM2_A) * pow(2 * y1, -1, SM2_P)
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, SM2_P)
    x = (slope * slope - x1 - x2) % SM2_P
    return x, (slope * (x1 - x) - y1) % SM2_P


def sm2_mul(p, n):
    q = None
    while n:
        if n & 1:
            q = sm2_add(q, p)
        p, n = sm2_add(p, p), n >> 1
    return q


def sm2_verify(public, message, signature):
    user = b"1234567812345678"
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    point = int.from_bytes(public[1:33], "big"), int.from_bytes(public[33:], "big")
    parts = (SM2_A, SM2_B, *SM2_G, *point)
    z = sm3((len(user) * 8).to_bytes(2, "big") + user
            + b"".join(v.to_bytes(32, "big") for v in parts))
    e = int.from_bytes(sm3(z + message), "big")
    t = (r + s) % SM2_N
    if not (0 < r < SM2_N and 0 < s < SM2_N and t):
        return False
    x, _ = sm2_add(sm2_mul(SM2_G, s), sm2_mul(point, t))
    return (e + x) % SM2_N == r


# --- notes ----------------------------------------------------------------------------------------

SM2_TYPE = b"\xffjunma/sm2-sm3/v1"


def read_vkey(text):
    name, key_id, body = text.split("+", 2)
    data = base64.b64decode(body, validate=True)
    check(hashlib.sha256(name.encode() + b"\n" + data).digest()[:4].hex() == key_id, "key id")
    if data[0] == 1:
        return name, key_id, data[1:], ed25519_verify
    check(data.startswith(SM2_TYPE), "key type")
    return name, key_id, data[len(SM2_TYPE):], sm2_verify


def open_checkpoint(note, vkey):
    name, key_id, public, verify = read_vkey(vkey)
    text, lines = note.rsplit("\n\n", 1)
    text += "\n"
    dash, signer, data = lines.rstrip("\n").split(" ")
    data = base64.b64decode(data, validate=True)
    check((dash, signer, data[:4].hex()) == ("\u2014", name, key_id), "signature line")
    check(verify(public, text.encode(), data[4:]), "signature")
    check(not verify(public, text.encode() + b"x", data[4:]), "signature of another text fails")
    origin, size, root = text.split("\n")[:3]
    check(origin == name, "origin")
    return int(size), base64.b64decode(root)


def check_leaf(row, h):
    lines = row["leaf"].split("\n")
    check(len(lines) == 8 and lines[0] == "junma-leaf/v1" and lines[7] == "", "seven lines")
    event = h(bytes.fromhex(row["salt"]) + row["event"].encode()).hex()
    check(lines[6] == "event " + event, "event hash")
    check(h(b"\0" + row["leaf"].encode()).hex() == row["hash"], "leaf hash")


def check_receipt(text, log, tree, h):
    r = json.loads(text)
    row = log["rows"][r["index"]]
    size, root = open_checkpoint(r["checkpoint"], log["vkey"])
    check(root == tree.root(0, size), "root of the checkpoint")
    check(r["leaf"] == row["leaf"], "leaf of the receipt")
    proof = [base64.b64decode(x) for x in r["proof"]]
    check(proof == tree.path(r["index"], 0, size), "proof of the receipt")
    if "event" in r:
        check(h(bytes.fromhex(r["salt"]) + r["event"].encode()).hex() in r["leaf"], "content")


def check_tlog(text, log, tree):
    head, checkpoint = text.split("\n\n", 1)
    lines = head.split("\n")
    check(lines[0] == "c2sp.org/tlog-proof@v1", "tlog-proof version")
    check(base64.b64decode(lines[1].removeprefix("extra ")).decode() == log["rows"][0]["leaf"],
          "tlog-proof extra")
    check(lines[2] == "index 0", "tlog-proof index")
    size, root = open_checkpoint(checkpoint, log["vkey"])
    check([base64.b64decode(x) for x in lines[3:]] == tree.path(0, 0, size), "tlog-proof path")
    check(root == tree.root(0, size), "tlog-proof root")


def check_log(log, h):
    for row in log["rows"]:
        check_leaf(row, h)
    tree = Tree([bytes.fromhex(row["hash"]) for row in log["rows"]], h)
    for size, root in enumerate(log["roots"]):
        check(tree.root(0, size).hex() == root, f"root of {size}")
    for p in log["inclusion"]:
        path = [x.hex() for x in tree.path(p["index"], 0, p["size"])]
        check(path == p["proof"], f"inclusion of {p['index']} in {p['size']}")
    for p in log["consistency"]:
        proof = tree.subproof(p["old"], 0, p["new"], True) if p["old"] else []
        check([x.hex() for x in proof] == p["proof"], f"consistency {p['old']} {p['new']}")
    for text in log["receipts"]:
        check_receipt(text, log, tree, h)
    document = json.loads(log["consistency_document"])
    old, new = (open_checkpoint(document[x], log["vkey"]) for x in ("old", "new"))
    check([base64.b64decode(x) for x in document["proof"]]
          == tree.subproof(old[0], 0, new[0], True), "consistency document")
    if "tlog" in log:
        check_tlog(log["tlog"], log, tree)


def main():
    check(sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
          "SM3 of abc")
    for profile, h in (("international", sha256), ("national", sm3)):
        for leaves, seed in ((1, 1), (2, 2), (13, 3), (150, 4)):
            out = subprocess.run([sys.argv[1], profile, str(leaves), str(seed)], check=True,
                                 stdout=subprocess.PIPE).stdout
            check_log(json.loads(out), h)
    print(f"1..1\nok 1 - independent recomputation, {checks} checks")


if __name__ == "__main__":
    main()
