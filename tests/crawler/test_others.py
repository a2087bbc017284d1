"""Whether a site still serves its other pages: they are found, asked for, and no more often than has to be."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from casebook import visits
from casebook.settings import Crawler
from casebook.visits import Visit
from casebook.vocabulary import AddressId
from crawler.others import Witnesses, links_like
from crawler.page import Page
from crawler.siblings import is_alike
from crawler.verdict import Missing, Others, Way, learn
from tests.casebook.conftest import START
from tests.crawler.test_unknown import HOST, NEXT, URL, closed, first_page, nothing, shown, words

VISIT = Visit(AddressId(1), URL, bytes(32), None, minor=False, baseline=None, read_whole_at=None)
LISTED = [f"{HOST}/album/kx{n}" for n in range(82, 89)]
SENT_HOME = learn(first_page(NEXT))


def listing(urls: list[str], page: Page) -> Page:
    """A page with links, after those of a menu."""
    menu = ["/terms", "/album/new", "/login", "mailto:a@b.example", "https://else.example/album/kx99", "http://[", URL]
    body = "".join(f'<a href="{url}">{words(n, 2)}</a>' for n, url in enumerate([*menu, *urls]))
    return replace(page, body=page.body + body.encode())


def item(url: str) -> Page:
    return shown(words(len(url) + ord(url[-1]), 3), f"<p>{words(ord(url[-1]), 60)}</p>", url=url)


def gone(url: str) -> Page:
    return replace(nothing(url), status=404)


class Site:
    """A site that answers by a function, a clock, and the addresses that are watched there."""

    def __init__(self, answers: Callable[[str], Page], monkeypatch: pytest.MonkeyPatch, watched: list[str]) -> None:
        self.answers, self.urls, self.now = answers, list[str](), START
        monkeypatch.setattr(visits, "live_on", lambda *_, **__: watched)
        crawler = SimpleNamespace(crawler=Crawler())
        desk: Any = SimpleNamespace(book=None, clock=self.clock, settings=crawler)
        self.witnesses = Witnesses(desk, self.fetch, self.fetch)

    def clock(self) -> datetime:
        return self.now

    async def fetch(self, _visit: Visit, url: str) -> Page:
        self.urls.append(url)
        return self.answers(url)

    def told(self, page: Page, missing: Missing = SENT_HOME) -> Others:
        return asyncio.run(self.witnesses.beside(VISIT, page, missing))


def root(then: Callable[[str], Page]) -> Callable[[str], Page]:
    return lambda url: listing(LISTED, first_page(url)) if url == f"{HOST}/" else then(url)


HOME_LISTS, HOME_BARE = listing(LISTED, first_page()), listing([], first_page())


@pytest.mark.parametrize(
    ("page", "answers", "watched", "others", "asked"),
    [
        pytest.param(HOME_LISTS, item, [], "served", 2, id="two that the first page lists are there"),
        pytest.param(HOME_LISTS, first_page, [], "alike", 3, id="what it lists is sent home too"),
        pytest.param(HOME_LISTS, closed, [], "unknown", 3, id="a wall that is the same for all, at their addresses"),
        pytest.param(HOME_LISTS, gone, [], "unknown", 3, id="what it lists is gone"),
        pytest.param(HOME_BARE, item, [], "unknown", 0, id="nothing is listed"),
        pytest.param(HOME_BARE, item, LISTED[:1], "served", 1, id="the only one that is watched there is there"),
        pytest.param(HOME_BARE, first_page, LISTED[:1], "unknown", 1, id="the only one that is watched is sent home"),
        pytest.param(HOME_BARE, lambda u: Page(u, u), LISTED, "unknown", 3, id="nothing answers"),
        pytest.param(HOME_BARE, item, [f"{HOST}/terms", f"{HOST}/album/new"], "unknown", 0, id="pages of another kind"),
    ],
)  # fmt: skip
def test_what_becomes_of_the_others(
    page: Page, answers: Any, watched: list[str], others: str, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(answers, monkeypatch, watched)
    assert site.told(page) == others
    assert len(site.urls) == asked
    assert URL not in site.urls


def test_where_the_visit_ended_at_no_list_the_first_page_is_asked_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for then, others in ((item, Others.SERVED), (nothing, Others.ALIKE)):
        site = Site(root(then), monkeypatch, [])
        assert site.told(nothing(), learn(nothing(NEXT))) == others
        assert site.urls[0] == f"{HOST}/"


def test_what_they_said_is_good_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(item, monkeypatch, [])
    counts = []
    for seconds in (0, 30, 61):
        site.now = START + timedelta(seconds=seconds)
        site.told(HOME_LISTS)
        counts.append(len(site.urls))
    assert counts == [2, 2, 4]


def test_links_of_the_same_kind_are_found_once_each_in_order() -> None:
    page = listing([*LISTED, LISTED[0] + "#comments", "kx90"], first_page())
    assert links_like(URL, page) == LISTED
    assert links_like(URL, replace(page, final_url=URL)) == [*LISTED, f"{HOST}/album/kx90"]


@pytest.mark.parametrize(
    ("url", "other", "alike"),
    [
        pytest.param("/p/12", "/p/9", True, id="two numbers"),
        pytest.param("/p/0a1b2c3d", "/p/ff00ff00", True, id="two digests"),
        pytest.param("/view.php?id=3", "/view.php?id=4", True, id="two numbers in a query"),
        pytest.param("/t/my-cat-7", "/t/a-dog-9", True, id="two names with numbers"),
        pytest.param("/my-cat-7", "/terms-of-service", False, id="a name and a page of the house"),
        pytest.param("/p/12", "/p/12", False, id="itself"),
        pytest.param("/p/12", "/q/12", False, id="another directory"),
        pytest.param("/p/12", "/p/new", False, id="a number and a word"),
        pytest.param("/", "/", False, id="first pages"),
    ],
)
def test_which_addresses_are_of_one_kind(url: str, other: str, alike: bool) -> None:
    assert is_alike(HOST + url, HOST + other) is alike


def test_nothing_is_read_from_a_missing_page_that_was_not_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Site(item, monkeypatch, []).told(HOME_LISTS, Missing(Way.HOME)) is Others.SERVED
