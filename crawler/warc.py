"""Writes what a visit brought as a web archive: WARC 1.1, each record packed by itself, one visit always one archive.

Heads stand as they went over the wire, byte for byte, with one change: a body is kept without the framing of chunks, so
its `Transfer-Encoding` is called `X-Archive-Orig-Transfer-Encoding`, or readers would look for chunks.
"""

import re
import zlib
from base64 import b32encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any, BinaryIO

from warcio.recordloader import ArcWarcRecord  # type: ignore[import-untyped]  # ships no types
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]
from warcio.utils import Digester  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

from crawler.exchange import Exchange

VERSION = "WARC/1.1"
SAME_BODY = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
CONFORMS_TO = "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"
ANSWER, QUESTION = "application/http; msgtype=response", "application/http; msgtype=request"
FIELDS, HTML = "application/warc-fields", "text/html; charset=utf-8"
LEVEL = 6  # 9, which is usual, takes three times as long for a hundredth less
FRAMING = re.compile(rb"^transfer-encoding(?=[ \t]*:)", re.IGNORECASE | re.MULTILINE)

Named = list[tuple[str, str]]


@dataclass(frozen=True)
class Drawn:
    """A page as a browser showed it once its scripts had run; `cut` where its end is missing."""

    url: str
    html: bytes
    at: datetime
    cut: bool = False


@dataclass(frozen=True)
class Body:
    """A body that an archive holds: its digest (`sha256:` and base32), and the record it stands in."""

    digest: str
    record: str
    url: str
    date: str


@dataclass(frozen=True)
class Written:
    """What an archive holds of the last answer's body: the body, None where it is not whole or only referred to.

    `again`: it is the earlier one, which is referred to.
    """

    body: Body | None = None
    again: bool = False


class _Writer(WARCWriter):  # type: ignore[misc]  # ships no types
    def __init__(self, out: BinaryIO) -> None:
        super().__init__(out, gzip=False, warc_version=VERSION)

    def _write_warc_record(self, out: BinaryIO, record: ArcWarcRecord) -> None:
        super()._write_warc_record(_Packed(out), record)

    @staticmethod
    def _create_digester() -> Digester:
        return Digester("sha256")


class _Packed:
    """Packs one record as a gzip member of its own, so that readers can go to each; without the time gzip may note."""

    def __init__(self, out: BinaryIO) -> None:
        self._out, self._packer = out, zlib.compressobj(LEVEL, zlib.DEFLATED, zlib.MAX_WBITS + 16)

    def write(self, data: bytes) -> None:
        """Take a piece."""
        self._out.write(self._packer.compress(data))

    def flush(self) -> None:
        """End the member."""
        self._out.write(self._packer.flush())


class _Head:
    """A head in the shape that warcio writes headers from, without taking it apart."""

    def __init__(self, raw: bytes) -> None:
        self.headers_buff = raw

    def compute_headers_buffer(self, _: object) -> None:
        """Nothing to compute: these are the bytes."""

    def get_header(self, *_: object) -> None:
        """Say nothing: nobody is to unpack the body."""


def compose(
    out: BinaryIO,
    exchanges: Sequence[Exchange],
    *,
    info: Iterable[tuple[str, str]],
    ids: Iterator[str],
    at: datetime,
    drawn: Drawn | None = None,
    earlier: Body | None = None,
) -> Written:
    """Write the archive of one visit.

    Args:
        out: takes the archive piece by piece; nothing of it touches the disk here.
        exchanges: every hop, in order; the last is the answer.
        info: what the first record says of whoever made this.
        ids: record ids, each `<urn:uuid:…>`.
        at: when the visit began.
        drawn: the page as a browser showed it.
        earlier: the last answer's body in an earlier archive; the same again is not kept twice.
    """
    writer = _Writer(out)
    _write(writer, "warcinfo", _named("", next(ids), at), FIELDS, _fields(info))
    last, written = "", Written()
    for number, one in enumerate(exchanges):
        is_last = number == len(exchanges) - 1
        last, written = _exchange(writer, one, ids, earlier if is_last else None)
    if drawn is not None:
        _draw(writer, drawn, next(ids), last)
    return written


def digest(data: bytes) -> str:
    """Name bytes as the archive names them."""
    return f"sha256:{b32encode(sha256(data).digest()).decode()}"


def moment(at: datetime) -> str:
    """Write a time as a record's date has it: UTC, with microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _exchange(writer: _Writer, one: Exchange, ids: Iterator[str], earlier: Body | None) -> tuple[str, Written]:
    name, payload = next(ids), digest(one.body)
    named = [*_named(one.url, name, one.began), *([("WARC-IP-Address", one.ip)] if one.ip else [])]
    named.append(("WARC-Payload-Digest", payload))
    head = _Head(FRAMING.sub(b"X-Archive-Orig-Transfer-Encoding", one.answered))
    whole = one.cut is None and bool(one.body)
    again = whole and earlier is not None and earlier.digest == payload
    if again and earlier is not None:
        named += [("WARC-Profile", SAME_BODY), ("WARC-Refers-To", earlier.record)]
        named += [("WARC-Refers-To-Target-URI", earlier.url), ("WARC-Refers-To-Date", earlier.date)]
        _write(writer, "revisit", named, ANSWER, b"", head)
    else:
        named += [("WARC-Truncated", one.cut)] if one.cut else []
        _write(writer, "response", named, ANSWER, one.body, head)
    beside = [("WARC-Concurrent-To", name)]
    _write(writer, "request", [*_named(one.url, next(ids), one.began), *beside], QUESTION, b"", _Head(one.asked))
    said = [("receivedAt", moment(one.ended))]
    said += [("certificateSha256", one.certificate)] if one.certificate else []
    _write(writer, "metadata", [*_named(one.url, next(ids), one.began), *beside], FIELDS, _fields(said))
    kept = Body(payload, name, one.url, moment(one.began)) if whole and not again else None
    return name, Written(kept, again)


def _draw(writer: _Writer, drawn: Drawn, name: str, of: str) -> None:
    named = _named(drawn.url, name, drawn.at)
    named += [("WARC-Refers-To", of)] if of else []
    named += [("WARC-Truncated", "length")] if drawn.cut else []
    _write(writer, "conversion", named, HTML, drawn.html)


def _named(url: str, name: str, at: datetime) -> Named:
    return [*([("WARC-Target-URI", url)] if url else []), ("WARC-Date", moment(at)), ("WARC-Record-ID", name)]


def _fields(pairs: Iterable[tuple[str, str]]) -> bytes:
    return "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in pairs).encode()


def _write(writer: _Writer, kind: str, named: Named, media_type: str, block: bytes, head: _Head | None = None) -> None:
    headers: Any = StatusAndHeaders("", [("WARC-Type", kind), *named], protocol=VERSION)
    record = ArcWarcRecord("warc", kind, headers, BytesIO(block), head, media_type, len(block))
    record.payload_length = len(block)
    writer.write_record(record)
