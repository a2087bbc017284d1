"""The WACZ of a bundle, checked from within."""

import json
from hashlib import sha256
from typing import BinaryIO

from reporters.bundle.container import Container
from reporters.bundle.findings import Findings
from reporters.bundle.signing import for_web, is_signed_for_web

PACKAGE, DIGEST = "datapackage.json", "datapackage-digest.json"
WACZ = "captures.wacz"


def check(file: BinaryIO, pem: bytes, found: Findings) -> dict[str, str]:
    """Check its manifest, its signature and every file in it; give the hashes of its archives."""
    box = Container(file)
    for where, says in box.walk().items():
        found.wrong(f"{WACZ}: {where}", says)
    about = json.loads(box.read(PACKAGE))
    listed = {one["path"]: one["hash"] for one in about["resources"]}
    for name in listed.keys() | box.hashes.keys() - {PACKAGE, DIGEST}:
        if listed.get(name) != f"sha256:{box.hashes.get(name)}":
            found.wrong(f"{WACZ}: {name}", "this file was changed, added or lost: the WACZ's manifest says otherwise")
    _signature(box, pem, found)
    archives = {name: sha256 for name, sha256 in box.hashes.items() if name.startswith("archive/")}
    found.counted["archives for replaying"] = len(archives)
    return archives


def _signature(box: Container, pem: bytes, found: Findings) -> None:
    digest = json.loads(box.read(DIGEST))
    hashed, signed = f"sha256:{sha256(box.read(PACKAGE)).hexdigest()}", digest["signedData"]
    if not digest["hash"] == signed["hash"] == hashed:
        found.wrong(f"{WACZ}: {DIGEST}", f"it was made for another {PACKAGE}")
    if signed["publicKey"] != for_web(pem):
        found.wrong(f"{WACZ}: {DIGEST}", "the WACZ was signed with another key than the bundle")
    elif not is_signed_for_web(pem, hashed.encode(), signed["signature"]):
        found.wrong(f"{WACZ}: {DIGEST}", "its signature is not that of the bundle's key")
