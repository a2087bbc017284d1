"""Archives are read back with warcio, which checks every digest."""

import gzip
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import count
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler import warc
from crawler.exchange import Exchange
from crawler.warc import Body, Drawn, Written, compose

AT = datetime(2026, 3, 1, 9, 0, 0, 1234, tzinfo=UTC)
URL = "https://site.example/a?b=c#d"
ASKED = b"GET /a?b=c HTTP/1.1\r\nUser-Agent: x\r\nHost: site.example\r\n\r\n"
HEAD = b"HTTP/1.1 200 Fine\r\nX-Odd:   \xd9\x84\xff two  \r\nx-odd: again\r\nContent-Type: text/html\r\n\r\n"
PAGE = b"<p>A ferry crossed the bay.</p>" * 50
DATE = "2026-03-01T09:00:00.001234Z"


def ids() -> Iterator[str]:
    return (f"<urn:uuid:00000000-0000-4000-8000-{number:012}>" for number in count(1))


def exchange(body: bytes = PAGE, **other: Any) -> Exchange:
    later = AT + timedelta(seconds=1)
    made = Exchange(URL, 200, AT, later, ASKED, HEAD, body, ip="192.0.2.1", certificate="ab" * 32)
    return replace(made, **other)


def written(*exchanges: Exchange, **other: Any) -> tuple[bytes, Written]:
    out = BytesIO()
    told = compose(out, exchanges, info=[("software", "Pehra/0")], ids=ids(), at=AT, **other)
    return out.getvalue(), told


def read(data: bytes) -> list[tuple[str, Any, bytes]]:
    archive = ArchiveIterator(BytesIO(data), check_digests="raise")
    return [(one.rec_type, one.rec_headers, one.content_stream().read()) for one in archive]


def test_a_visit_is_told_whole_in_records_that_every_reader_knows() -> None:
    records = read(written(exchange(), drawn=Drawn(URL, b"<p>drawn", AT))[0])
    assert [kind for kind, _, _ in records] == ["warcinfo", "response", "request", "metadata", "conversion"]
    _, answer, body = records[1]
    assert body == PAGE
    assert (answer["WARC-Target-URI"], answer["WARC-IP-Address"], answer["WARC-Date"]) == (URL, "192.0.2.1", DATE)
    assert all(one["WARC-Concurrent-To"] == answer["WARC-Record-ID"] for _, one, _ in records[2:4])
    assert f"certificateSha256: {'ab' * 32}\r\n".encode() in records[3][2]
    assert (records[4][2], records[4][1]["WARC-Refers-To"]) == (b"<p>drawn", answer["WARC-Record-ID"])


def test_heads_stand_byte_for_byte() -> None:
    plain = gzip.decompress(written(exchange())[0])
    assert HEAD + PAGE in plain
    assert ASKED in plain


def test_a_body_without_its_chunks_does_not_say_that_it_has_them() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Of: transfer-encoding: x\r\n\r\n"
    data, _ = written(exchange(answered=head))
    assert head.replace(b"Transfer-Encoding", b"X-Archive-Orig-Transfer-Encoding") in gzip.decompress(data)
    assert read(data)[1][2] == PAGE


def test_a_packed_body_stays_packed_in_the_archive() -> None:
    packed = gzip.compress(PAGE, mtime=0)
    data, _ = written(exchange(packed, answered=HEAD.replace(b"x-odd: again", b"Content-Encoding: gzip")))
    assert packed in gzip.decompress(data)
    assert read(data)[1][2] == PAGE


@pytest.mark.parametrize("cut", ["length", "disconnect", "unspecified"])
def test_a_body_that_is_not_whole_says_so_and_is_never_referred_to(cut: str) -> None:
    data, told = written(exchange(cut=cut))
    assert read(data)[1][1]["WARC-Truncated"] == cut
    assert told == Written()
    known = Body(warc.digest(PAGE), "<urn:uuid:1>", URL, DATE)
    assert written(exchange(cut=cut), earlier=known)[1] == Written()


def test_the_same_body_again_is_referred_to_and_not_repeated() -> None:
    first, told = written(exchange())
    assert told.body == Body(warc.digest(PAGE), "<urn:uuid:00000000-0000-4000-8000-000000000002>", URL, DATE)
    second, again = written(exchange(), earlier=told.body)
    assert again == Written(None, again=True)
    kind, headers, body = read(second)[1]
    assert (kind, body) == ("revisit", b"")
    assert headers["WARC-Profile"] == warc.SAME_BODY
    assert headers["WARC-Refers-To"] == read(first)[1][1]["WARC-Record-ID"]
    assert (headers["WARC-Refers-To-Target-URI"], headers["WARC-Refers-To-Date"]) == (URL, DATE)
    assert HEAD in gzip.decompress(second)


def test_another_body_is_kept_and_only_the_last_hop_is_compared() -> None:
    known = Body(warc.digest(PAGE), "<urn:uuid:1>", URL, DATE)
    other, told = written(exchange(b"other"), earlier=known)
    assert (read(other)[1][0], told.again) == ("response", False)
    hops, _ = written(exchange(), exchange(b"end"), earlier=known)
    assert [kind for kind, _, _ in read(hops)].count("revisit") == 0


def test_the_same_visit_gives_the_same_bytes() -> None:
    assert written(exchange(), exchange(b""))[0] == written(exchange(), exchange(b""))[0]


def test_nothing_that_is_told_breaks_out_of_its_line() -> None:
    data, _ = written(exchange(certificate="x\r\nsoftware: other"))
    assert b"certificateSha256: x software: other\r\n" in read(data)[3][2]
