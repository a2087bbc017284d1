"""Cases of captures that the tests of bundles make: real WARCs, drawn pictures, records chained as a home chains them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import UUID

import numpy as np
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from reporters.bundle import writing
from reporters.bundle.contents import (
    ARCHIVE,
    NO_RECORD,
    Addressed,
    Bundle,
    DayView,
    HandledView,
    PartView,
    ProofView,
    RecordView,
)
from reporters.bundle.signing import Signer

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
CASE = "C-7F3K2M"
SIGNER = Signer(ec.derive_private_key(7**40, ec.SECP384R1()))
OTHER = Signer(ec.derive_private_key(11**40, ec.SECP384R1()))
FOR = Addressed(3, CASE, AT + timedelta(days=9), "officer-1", "District Court, Room 4", "complaint 12 of 2026")
PAGE = "<html><title>a tiger</title><p>The page of the tiger &#1662;&#1729;&#1585;&#1575;</p><img src=tiger.png></html>"
URL = "https://pixhaven.example/p/abcd{}"


@cache
def picture(seed: int = 1, side: int = 64) -> bytes:
    drawn = np.random.default_rng(seed).integers(0, 255, (side, side, 3), dtype=np.uint8)
    out = BytesIO()
    Image.fromarray(drawn).save(out, "PNG")
    return out.getvalue()


class Same(WARCWriter):  # type: ignore[misc]
    """Writes archives whose ids and dates are no chance."""

    def __init__(self, out: BytesIO, date: str) -> None:
        super().__init__(out, gzip=True, warc_version="WARC/1.1")
        self._date, self._ids = date, 0

    def curr_warc_date(self) -> str:
        return self._date

    def _make_warc_id(self) -> str:
        self._ids += 1
        return f"<urn:uuid:{UUID(int=self._ids)}>"


def warc(url: str, at: datetime, body: bytes, *, again: bytes | None = None) -> bytes:
    """One visit: the request, the answer, and the picture on the page. `again`: what an earlier archive holds of it."""
    out = BytesIO()
    date = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    writer = Same(out, date)
    about = {"software": "a test", "format": "WARC File Format 1.1"}
    writer.write_record(writer.create_warcinfo_record("archive.warc.gz", about))
    heads = {"WARC-Date": date, "WARC-IP-Address": "192.0.2.7"}
    answer = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], "HTTP/1.1")
    if again is None:
        writer.write_record(
            writer.create_warc_record(
                url, "response", BytesIO(body), http_headers=answer, warc_headers_dict=dict(heads)
            )
        )
    else:
        digest = f"sha1:{again.decode()}"
        writer.write_record(
            writer.create_revisit_record(url, digest, url, date, http_headers=answer, warc_headers_dict=dict(heads))
        )
    shown = StatusAndHeaders("200 OK", [("Content-Type", "image/png")], "HTTP/1.1")
    writer.write_record(
        writer.create_warc_record(
            f"{url}/tiger.png", "response", BytesIO(picture()), http_headers=shown, warc_headers_dict=dict(heads)
        )
    )
    asked = StatusAndHeaders("GET /p/abcd HTTP/1.1", [("Host", "pixhaven.example")], is_http_request=True)
    writer.write_record(writer.create_warc_record(url, "request", http_headers=asked, warc_headers_dict=dict(heads)))
    return out.getvalue()


def part(name: str, media: str, data: bytes) -> PartView:
    return PartView(name, media, len(data), sha256(data).hexdigest(), lambda into: into.write(data) and None)


def facts(number: int, previous: str, parts: Sequence[PartView], **more: Any) -> dict[str, Any]:
    at = AT + timedelta(hours=number)
    return {
        "record": "pehra evidence record 1", "nonce": f"{number:064x}", "case": CASE, "number": number, "previous": previous,
        "kind": "page", "link": 1 + number % 2, "why": "first-seen" if number == 1 else "change",
        "address": URL.format(number % 2), "final_address": URL.format(number % 2) + "?from=a", "status": 200,
        "hops": [{"address": URL.format(number % 2), "status": 200, "ip": "192.0.2.7", "certificate_sha256": "ab" * 32}],
        "started_at": at.strftime("%Y-%m-%dT%H:%M:%S.000000Z"), "ended_at": (at + timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%S.000000Z"),
        "clock": {"source": "the system's clock", "synchronised": True}, "collector": "monitor", "tool": "Pehra", "version": "0.1.0",
        "settings": {"body_bytes": 2000000}, "exit": "own", "rendered": True, "verdict": "live", "rule": "pixhaven.player",
        "because": "the picture's own frame is there and no notice says that it is gone",
        "parts": [{"name": one.name, "type": one.media_type, "bytes": one.bytes, "sha256": one.sha256, "refers_to": None} for one in parts],
        "left_out": [], **more,
    }  # fmt: skip


def canonical(fields: dict[str, Any]) -> bytes:
    return (json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n").encode()


def record(number: int, previous: str, parts: tuple[PartView, ...], **more: Any) -> RecordView:
    data = canonical(facts(number, previous, parts, **more))
    return RecordView(number, sha256(data).hexdigest(), data, parts)


def page_parts(number: int) -> tuple[PartView, ...]:
    at = AT + timedelta(hours=number)
    archive = warc(URL.format(number % 2), at, PAGE.encode() + b"%d" % number)
    return part(ARCHIVE, "application/warc", archive), part("screenshot.png", "image/png", picture(number))


def chained(count: int) -> tuple[RecordView, ...]:
    """So many pages; the last record is of a minor's link, of which nothing is kept."""
    made: list[RecordView] = []
    for number in range(1, count + 1):
        previous = made[-1].sha256 if made else NO_RECORD
        if number == count > 1:
            said = {
                "kind": "none",
                "left_out": ["the link is a minor's: nothing of it is captured"],
                "verdict": None,
                "hops": [],
            }
            made.append(record(number, previous, (), **said))
        else:
            made.append(record(number, previous, page_parts(number)))
    return tuple(made)


def bundle(count: int = 4, **more: Any) -> Bundle:
    records = made(count)
    chain = tuple((one.number, one.sha256) for one in records)
    custody = [
        HandledView(
            10 + one.number, AT + timedelta(hours=one.number), "monitor", "evidence.capture", f"{CASE}/{one.number}"
        )
        for one in records
    ]
    custody.append(HandledView(9999, FOR.at, "officer-1", "evidence.export", f"{CASE}/3"))
    return replace(Bundle(FOR, records, chain, tuple(custody)), **more)


@cache
def made(count: int) -> tuple[RecordView, ...]:
    return chained(count)


def day_of(records: Sequence[RecordView], day: str = "2026-03-01") -> DayView:
    """A day's tree over these records and three of other cases, worked out by hand for its shape."""
    leaves = [bytes.fromhex(one.sha256) for one in records] + [bytes([one]) * 32 for one in range(3)]
    root, paths = tree([sha256(b"\0" + one).digest() for one in leaves])
    proofs = tuple(ProofView(one.number, one.sha256, tuple(paths[place])) for place, one in enumerate(records))
    return DayView(day, root.hex(), 120, proofs)


def tree(nodes: list[bytes]) -> tuple[bytes, list[list[tuple[str, str]]]]:
    """RFC 6962, section 2.1, as it is written there."""
    if len(nodes) == 1:
        return nodes[0], [[]]
    half = 1 << (len(nodes) - 1).bit_length() - 1
    (left, lefts), (right, rights) = tree(nodes[:half]), tree(nodes[half:])
    paths = [[*one, ("right", right.hex())] for one in lefts] + [[*one, ("left", left.hex())] for one in rights]
    return sha256(b"\1" + left + right).digest(), paths


def written(what: Bundle, signer: Signer = SIGNER) -> bytes:
    out = BytesIO()
    writing.write(what, out, signer)
    return out.getvalue()
