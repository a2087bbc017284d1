"""A site is asked for what cannot exist when a verdict hangs on it, and no more often than it has to be."""

import asyncio
import random
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from casebook.settings import Crawler
from casebook.visits import Visit
from casebook.vocabulary import AddressId
from crawler.likeness import Print
from crawler.missing import MissingPages
from crawler.page import Page
from crawler.verdict import Way, judge
from tests.books import new_book
from tests.casebook.conftest import START
from tests.crawler.test_unknown import URL, closed, content, nothing

VISIT = Visit(AddressId(1), URL, bytes(32), None, minor=False, baseline=None, read_whole_at=None)


class Asked:
    """A site that is asked, a clock, and a book that stays when a worker ends."""

    def __init__(self, folder: Path) -> None:
        self.urls: list[str] = []
        self.now = START
        self.answers = nothing
        self.book = new_book(folder / "book.sqlite3")

    async def fetch(self, _visit: Visit, url: str) -> Page:
        self.urls.append(url)
        await asyncio.sleep(0)
        return self.answers(url)

    def clock(self) -> datetime:
        return self.now

    def pages(self) -> MissingPages:
        desk: Any = SimpleNamespace(
            book=self.book,
            clock=self.clock,
            chance=random.Random(1).random,
            settings=SimpleNamespace(crawler=Crawler()),
        )
        return MissingPages(desk, self.fetch, self.fetch)


@pytest.fixture
def site(tmp_path: Path) -> Asked:
    return Asked(tmp_path)


def test_once_a_day_and_it_survives_the_worker(site: Asked) -> None:
    async def story() -> list[int]:
        counts = []
        pages = site.pages()
        await asyncio.gather(*(pages.beside(VISIT, content(), site.now) for _ in range(9)))
        counts.append(len(site.urls))
        pages = site.pages()
        for hours in (1, 23, 24.5, 30):
            site.now = START + timedelta(hours=hours)
            assert (await pages.beside(VISIT, content(), site.now)).way is Way.STAYED
            counts.append(len(site.urls))
        return counts

    assert asyncio.run(story()) == [1, 1, 1, 2, 2]
    assert all(url.startswith(URL.rpartition("/")[0]) and url != URL for url in site.urls)


def test_a_first_look_that_would_end_in_live_asks_in_the_same_minute(site: Asked) -> None:
    async def story() -> list[int]:
        pages, counts = site.pages(), []
        for seconds in (0, 30, 300):
            site.now = START + timedelta(seconds=seconds)
            await pages.beside(VISIT, content(), site.now)
            await pages.beside(VISIT, content(), site.now, first=True)
            counts.append(len(site.urls))
        return counts

    assert asyncio.run(story()) == [1, 1, 2]


def test_a_proof_outlives_a_day_on_which_the_site_is_closed(site: Asked) -> None:
    async def story() -> list[bool]:
        pages, proved = site.pages(), []
        missing = await pages.beside(VISIT, content(), site.now)
        note = judge(content(), missing=missing).print
        assert isinstance(note, Print)
        await pages.prove(VISIT, content(), note)
        for hours, answers in ((1, nothing), (30, closed), (60, nothing)):
            site.now, site.answers = START + timedelta(hours=hours), answers
            proved.append((await site.pages().beside(VISIT, content(), site.now)).proved)
        return proved

    assert asyncio.run(story()) == [True, False, True]


def test_where_nothing_can_be_asked_nothing_is(site: Asked) -> None:
    page = replace(content(), url="https://pixhaven.example.org/", final_url="https://pixhaven.example.org/")
    home = replace(VISIT, url=page.url)
    assert asyncio.run(site.pages().beside(home, page, site.now)).way is None
    assert site.urls == []
