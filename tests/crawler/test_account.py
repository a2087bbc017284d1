from datetime import UTC, datetime
from typing import Any

import pytest

from casebook.settings import Crawler
from casebook.visits import Visit
from casebook.vocabulary import AddressId
from crawler import account
from crawler.exchange import Exchange
from crawler.page import Failure, Page, Shot
from crawler.spiders.recheck import Look
from crawler.verdict import Finding
from platforms.words import Verdict

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
URL = "https://site.example/a"
LIVE, GONE = Finding(Verdict.LIVE, "r", "it is there"), Finding(Verdict.REMOVED, "r", "it says so")
BLOCKED = Finding(Verdict.BLOCKED, "r", "a wall")


def look(*exchanges: Exchange, **more: Any) -> Look:
    visit = Visit(AddressId(1), URL, b"", None, minor=False, baseline=None, read_whole_at=None)
    return Look(visit, 0.0, exchanges=list(exchanges), page=Page(URL, URL, status=200), **more)


def exchange(**more: Any) -> Exchange:
    return Exchange(URL, 200, AT, AT, b"", b"", b"<p>", **({"ip": "192.0.2.1"} | more))


def test_what_is_whole_needs_no_words() -> None:
    assert account.left_out(look(exchange()), drawn=True) == []


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        pytest.param(look(exchange(ip=None)), account.UNSEEN_SERVER, id="through a proxy"),
        pytest.param(look(exchange(cut="length")), "Of an answer only the first 3 bytes were read; it went on.", id="cut"),
        pytest.param(look(exchange(cut="unspecified")), account.NOT_TEXT, id="a film"),
        pytest.param(look(exchange(), shot=Shot(missing="it was slow")), "Of the picture of the page: it was slow.", id="shot"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(seen: Look, says: str) -> None:
    assert account.left_out(seen, drawn=True) == [says]
    assert set(account.left_out(seen, drawn=False)) == {says, account.NO_BROWSER}


def test_two_looks_differ_only_where_both_tell_something() -> None:
    assert account.differs(LIVE, LIVE) is None
    assert account.differs(LIVE, BLOCKED) is None
    said = account.differs(LIVE, GONE)
    assert said is not None
    assert "at the first it was live" in said
    assert said.endswith("it seemed removed: it says so")


def test_no_answer_is_named() -> None:
    assert "(dns)" in account.no_answer(Page(URL, URL, failure=Failure.DNS))


def test_a_record_holds_no_numbers_but_whole_ones() -> None:
    told = account.facts(look(exchange()), LIVE, Crawler(answer_time_s=0.25), {"source": "x", "synchronised": None})
    assert told["settings"]["answer_time_ms"] == 250
    assert [one for one in [*told.values(), *told["settings"].values()] if isinstance(one, float)] == []
    assert told["hops"] == [{"address": URL, "status": 200, "ip": "192.0.2.1", "certificate_sha256": None}]
