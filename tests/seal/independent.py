#!/usr/bin/env python3
"""Signed PDFs verified by other programs: pdfsig (Poppler, NSS) as an ordinary reader would, and
openssl's cms against the zone's root certificate. The national profile: openssl verifies the
certificates and the SM2 signature over the signed attributes; that an ordinary reader does not is
said too, so that the documentation stays true.

usage: independent.py SEAL_TEST_PROGRAM
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile


def run(*command, **more):
    done = subprocess.run(command, capture_output=True, check=False, **more)
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


def check(condition, what, said=""):
    if not condition:
        sys.exit(f"not ok - {what}\n{said}")


def parts(pdf):
    a, b, c, d = map(int, re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]", pdf).groups())
    cms = bytes.fromhex(pdf[b + 1:c - 1].decode())
    length = 4 + int.from_bytes(cms[2:4], "big") if cms[1] == 0x82 else 3 + cms[2]
    return pdf[a:b] + pdf[c:c + d], cms[:length]


def openssl_cms(folder, name, content, cms):
    (folder / "content").write_bytes(content)
    (folder / "cms").write_bytes(cms)
    return run("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", folder / "cms",
               "-content", folder / "content", "-CAfile", folder / f"{name}-ca.pem", "-purpose", "any",
               "-out", "/dev/null")


def main():
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        status, said = run(sys.argv[1], str(folder))
        check(status == 0, "the seal's own tests", said)
        content, cms = parts((folder / "international.pdf").read_bytes())
        status, said = openssl_cms(folder, "international", content, cms)
        check(status == 0 and "successful" in said, "openssl verifies the signature and its root", said)
        status, said = openssl_cms(folder, "national", content, cms)
        check(status != 0, "openssl refuses it under another root", said)
        status, said = openssl_cms(folder, "international", content + b" ", cms)
        check(status != 0, "openssl refuses what was altered", said)
        if shutil.which("pdfsig"):
            status, said = run("pdfsig", folder / "international.pdf")
            for line in ("Signature is Valid", "Total document signed", "ETSI.CAdES.detached", "SHA-256"):
                check(line in said, f"pdfsig says: {line}", said)
            data = bytearray((folder / "international.pdf").read_bytes())
            data[data.index(b"/Producer") + 12] ^= 1
            (folder / "altered.pdf").write_bytes(data)
            status, said = run("pdfsig", folder / "altered.pdf")
            check("Signature is Valid" not in said, "pdfsig sees the alteration", said)
            status, said = run("pdfsig", folder / "national.pdf")
            check("Signature is Valid" not in said, "an ordinary reader does not know SM2", said)
        status, said = run("openssl", "verify", "-vfyopt", "distid:1234567812345678", "-CAfile",
                           folder / "national-ca.pem", folder / "national.pem")
        check(status == 0, "openssl verifies the SM2 certificate", said)
        content, cms = parts((folder / "national.pdf").read_bytes())
        start = cms.rindex(bytes.fromhex("300a06082a811ccf55018311a0")) + 12
        length = cms[start + 1] if cms[start + 1] < 128 else None
        head = 2 if length is not None else 3
        length = length if length is not None else cms[start + 2]
        attributes = bytes([0x31]) + cms[start + 1:start + head + length]
        signature = cms[start + head + length + 12:]
        signature = signature[2:]
        (folder / "attributes").write_bytes(attributes)
        (folder / "signature").write_bytes(signature)
        run("openssl", "x509", "-in", folder / "national.pem", "-pubkey", "-noout", "-out", folder / "key.pem")
        status, said = run("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", folder / "key.pem", "-in",
                           folder / "attributes", "-rawin", "-digest", "sm3", "-sigfile",
                           folder / "signature", "-pkeyopt", "distid:1234567812345678")
        check(status == 0, "openssl verifies the SM2 signature", said)
    finally:
        shutil.rmtree(folder)
    print("ok")


main()
