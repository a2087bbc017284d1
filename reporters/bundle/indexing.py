"""The index of a web archive: for each answer its address, its moment, and where in which file it stands (CDXJ).

Source: Webrecorder, "CDXJ" 0.1.0 and "WACZ" 1.1.1.
"""

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from struct import pack
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

INDEXED = ("response", "resource", "revisit")
IN_A_BLOCK = 1000  # lines
STORED = 0xFFFF  # bytes in a block of deflate that is stored as it is
DATE = 14  # digits of 20261128093000


@dataclass(frozen=True)
class Indexed:
    """One answer in an archive."""

    key: str
    at: str
    facts: dict[str, str]

    def line(self) -> str:
        """Write it as CDXJ."""
        return f"{self.key} {self.at} {json.dumps(self.facts)}\n"


def index(archive: bytes, file: str) -> list[Indexed]:
    """Index one WARC.

    Raises:
        ValueError: it is none, or damaged.
    """
    from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]  # ships no types

    try:
        found = list(_indexed(archive, file))
    except (ArchiveLoadFailed, OSError, EOFError, AttributeError, TypeError, UnicodeError, zlib.error) as error:
        raise ValueError("this is no web archive, or a damaged one") from error
    if not found:
        raise ValueError("this archive holds no answer")
    return found


def _indexed(archive: bytes, file: str) -> Iterator[Indexed]:
    from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]  # ships no types

    records = ArchiveIterator(BytesIO(archive))
    for record in records:
        if record.rec_type not in INDEXED:
            continue
        facts = _facts(record)
        records.read_to_end(record)
        start, length = records.get_record_offset(), records.get_record_length()
        digest = sha256(archive[start : start + length]).hexdigest()
        where = {"offset": str(start), "length": str(length), "recordDigest": f"sha256:{digest}", "filename": file}
        date = "".join(one for one in record.rec_headers.get_header("WARC-Date") if one.isdigit())
        yield Indexed(surt(facts["url"]), date[:DATE], facts | where)


def _facts(record: Any) -> dict[str, str]:  # noqa: ANN401  # warcio has no types
    told = {"url": record.rec_headers.get_header("WARC-Target-URI")}
    heads = record.http_headers
    media = (heads or record.rec_headers).get_header("Content-Type")
    told["mime"] = "warc/revisit" if record.rec_type == "revisit" else (media or "unk").split(";")[0].strip()
    if heads is not None:
        told["status"] = heads.get_statuscode()
    digest = record.rec_headers.get_header("WARC-Payload-Digest")
    return told if digest is None else told | {"digest": digest}


def surt(url: str) -> str:
    """Give the key that an address is looked up by: its host from the top, then its path, in small letters."""
    if not url.startswith(("http://", "https://")):
        return url
    split = urlsplit(url.lower())
    host = (split.hostname or "").removeprefix("www.")
    query = urlencode(sorted(parse_qsl(split.query, keep_blank_values=True)))
    port = f":{split.port}" if split.port else ""
    return f"{','.join(reversed(host.split('.')))}{port}){split.path or '/'}{'?' + query if query else ''}"


def blocks(lines: Sequence[Indexed]) -> tuple[bytes, bytes]:
    """Write index.cdx.gz, whose blocks can be read each for itself, and index.idx, which says where they stand."""
    data, summary = b"", '!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n'
    ordered = sorted(lines, key=lambda one: (one.key, one.at, one.facts["filename"], int(one.facts["offset"])))
    for start in range(0, len(ordered), IN_A_BLOCK):
        block = ordered[start : start + IN_A_BLOCK]
        packed = gzipped("".join(one.line() for one in block).encode())
        about = {"offset": len(data), "length": len(packed), "digest": f"sha256:{sha256(packed).hexdigest()}"}
        summary += f"{block[0].key} {block[0].at} {json.dumps(about | {'filename': 'index.cdx.gz'})}\n"
        data += packed
    return data, summary.encode()


def gzipped(data: bytes) -> bytes:
    """Wrap bytes as gzip without compressing them, so that every version of zlib gives the same.

    Source: RFC 1951, section 3.2.4; RFC 1952.
    """
    cuts = range(0, max(len(data), 1), STORED)
    body = b"".join(_stored(data[one : one + STORED], last=one == cuts[-1]) for one in cuts)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + body + pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def _stored(data: bytes, *, last: bool) -> bytes:
    return pack("<BHH", last, len(data), len(data) ^ 0xFFFF) + data
