"""One WACZ over all captures, as web archives are opened with: WARCs, their index, the list of pages, signed.

Source: Webrecorder, "Web Archive Collection Zipped (WACZ)" 1.1.1 and "WACZ Signing and Verification" 0.1.0.
"""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from reporters.bundle.contents import ARCHIVE, Addressed, RecordView, moment, plainly, software
from reporters.bundle.indexing import blocks
from reporters.bundle.opening import Archived
from reporters.bundle.packing import Hashed, Package
from reporters.bundle.signing import Signer, for_web

VERSION = "1.1.1"
HEAD = {"format": "json-pages-1.0", "id": "pages", "title": "All pages"}


def write(out: Hashed, export: Addressed, archives: Sequence[Archived], signer: Signer) -> None:
    """Write it; archives are opened one after the other."""
    with Package(out, export.at) as package:
        for one in archives:
            package.add(f"archive/{one.file}", one.read())
        data, summary = blocks([line for one in archives for line in one.index])
        package.add("indexes/index.cdx.gz", data)
        package.add("indexes/index.idx", summary)
        package.add("pages/pages.jsonl", pages([one.record for one in archives]))
        about = datapackage(export, archives[0].record, package.entries)
        package.add("datapackage.json", about)
        package.add("datapackage-digest.json", digest(about, export, signer))


def pages(records: Sequence[RecordView]) -> bytes:
    """List each capture as a page, by the address that was visited."""
    rows: list[dict[str, Any]] = [HEAD]
    for one in records:
        title = f"record {one.number}: {one.facts.get('verdict') or one.facts.get('kind')}"
        url, at = one.facts.get("address"), one.facts.get("started_at")
        rows.append({"id": f"record-{one.number:04}", "url": url, "ts": at, "title": title})
    return "".join(json.dumps(one) + "\n" for one in rows).encode()


def datapackage(export: Addressed, first: RecordView, entries: dict[str, Hashed]) -> bytes:
    """Write the manifest."""
    resources = [
        {"name": name.rsplit("/", 1)[-1].lower(), "path": name, "hash": f"sha256:{one.sha256}", "bytes": one.bytes}
        for name, one in entries.items()
    ]
    return plainly(
        {
            "profile": "data-package",
            "wacz_version": VERSION,
            "title": f"Captures of case {export.case}, export {export.number}",
            "description": f"For {export.to}. Each archive is `{ARCHIVE}` of the record of the same number.",
            "created": moment(export.at),
            "software": software(),
            "mainPageUrl": first.facts.get("address"),
            "mainPageDate": first.facts.get("started_at"),
            "resources": resources,
        }
    )


def digest(about: bytes, export: Addressed, signer: Signer) -> bytes:
    """Write the manifest's hash and the signature over it, in the form that names no domain."""
    name, _, release = software().partition(" ")
    hashed = f"sha256:{sha256(about).hexdigest()}"
    signed = {
        "hash": hashed,
        "created": moment(export.at),
        "software": name,
        "version": release,
        "signature": signer.sign_for_web(hashed.encode()),
        "publicKey": for_web(signer.pem),
    }
    return plainly({"path": "datapackage.json", "hash": hashed, "signedData": signed})
