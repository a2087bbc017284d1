"""What a walk asks for, in which order, and what it hands over; the web is a table."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from casebook.seen import Known
from casebook.settings import Sweeps
from casebook.sources import Outcome, Sweep
from casebook.vocabulary import MediaKind, SourceKind
from crawler.media import Medium
from crawler.page import Failure, Page
from crawler.robots import Robots
from crawler.starts import starts
from crawler.walk import Picked, Spoken, Walk
from platforms.registry import Registry

SITE = "https://kites.example"
HTML = {"content-type": "text/html; charset=utf-8"}
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
REGISTRY = Registry.load()


class World:
    """Answers by address; `asked` are the addresses that were asked for, `handed` what was handed over."""

    def __init__(self, answers: Mapping[str, str | bytes | int], **other: Any) -> None:
        self.answers, self.asked, self.handed = answers, list[str](), list[Picked | Spoken]()
        self.rendering: dict[str, str] = other.get("rendering", {})
        self.children: set[str] = set(other.get("children", ()))
        self.seen: dict[str, Known] = other.get("seen", {})
        self.robots: dict[str, bytes] = other.get("robots", {})
        self.tags: dict[str, dict[str, str]] = {}

    def _answer(self, url: str, kind: dict[str, str]) -> Page:
        self.asked.append(url.removeprefix(SITE))
        found = self.answers.get(url.removeprefix(SITE), 404)
        if isinstance(found, int):
            return Page(url, url, found)
        if isinstance(found, str) and found.startswith("->"):
            return Page(url, url, 302, {"location": found[2:]})
        return Page(url, url, 200, kind, found.encode() if isinstance(found, str) else found)

    async def page(self, url: str, tags: dict[str, str]) -> Page:
        self.tags[url] = tags
        return self._answer(url, HTML)

    async def medium(self, url: str, _medium: Medium, tags: dict[str, str]) -> Page:
        self.tags[url] = tags
        return self._answer(url, {"content-type": "image/jpeg", "etag": '"1"'})

    def room(self, _medium: Medium) -> asyncio.Semaphore:
        return asyncio.Semaphore()

    async def rendered(self, url: str) -> Page | None:
        found = self.rendering.get(url.removeprefix(SITE))
        return None if found is None else Page(url, url, 200, HTML, found.encode(), rendered=True)

    async def rules(self, url: str) -> Robots:
        return Robots.read(200, self.robots.get(url.split("/")[2], b""))

    async def barred(self, urls: Sequence[str]) -> set[str]:
        return {url for url in urls if url.removeprefix(SITE) in self.children}

    async def known(self, _sweep: Sweep, urls: Sequence[str]) -> dict[str, Known]:
        return {url: self.seen[url.removeprefix(SITE)] for url in urls if url.removeprefix(SITE) in self.seen}

    async def hand_over(self, item: Picked | Spoken) -> None:
        self.handed.append(item)

    def clock(self) -> datetime:
        return AT

    @property
    def pictures(self) -> list[str]:
        return [one.address.removeprefix(SITE) for one in self.handed if isinstance(one, Picked)]


def walk(world: World, url: str = f"{SITE}/", kind: SourceKind = SourceKind.PAGE, **other: Any) -> Outcome:
    made = Sweep(1, 1, kind, url, **{"obeys_robots": True, "depth": 1, "pages": 9, "names": (), "memory": {}, **other})
    return asyncio.run(Walk(made, starts(made, REGISTRY), world, Sweeps(), REGISTRY).run())


def img(*paths: str) -> str:
    return "".join(f'<img src="{path}">' for path in paths)


def test_a_list_is_walked_to_its_end_and_then_the_pages_of_its_pictures() -> None:
    world = World({
        "/": img("/1.jpg") + '<a href="/photo/1"><img src="/2.jpg"></a><a rel=next href="?p=2">next</a><a href="/about">about</a>',
        "/?p=2": img("/3.jpg"), "/photo/1": img("/4.jpg") + '<a href="/photo/9"><img src="/5.jpg"></a>',
        **{f"/{n}.jpg": b"x" for n in range(1, 6)},
    })  # fmt: skip
    outcome = walk(world)
    assert [path for path in world.asked if not path.endswith(".jpg")] == ["/", "/?p=2", "/photo/1"]
    assert sorted(world.pictures) == ["/1.jpg", "/2.jpg", "/3.jpg", "/4.jpg", "/5.jpg"]
    assert (outcome.pages, outcome.media, outcome.troubles, outcome.failed) == (3, 5, (), False)


def test_where_the_file_fails_its_thumbnail_is_asked_for() -> None:
    world = World({"/": '<a href="/full.jpg"><img src="/thumb.jpg"></a>', "/thumb.jpg": b"x"})
    walk(world)
    assert world.asked == ["/", "/full.jpg", "/thumb.jpg"]


def test_what_was_met_before_is_not_asked_for_again_until_its_time() -> None:
    def known(age: timedelta, etag: str | None) -> Known:
        return Known(MediaKind.PICTURE, etag, None, b"", None, AT - age)

    world = World(
        {"/": img("/new.jpg", "/old.jpg", "/1.jpg"), "/1.jpg": b"x", "/old.jpg": 304},
        seen={"/new.jpg": known(timedelta(hours=1), None), "/old.jpg": known(timedelta(days=30), '"t"')},
    )
    outcome = walk(world)
    assert world.asked == ["/", "/old.jpg", "/1.jpg"]
    assert world.tags[f"{SITE}/old.jpg"] == {"If-None-Match": '"t"'}
    assert sorted(world.pictures) == ["/1.jpg", "/new.jpg", "/old.jpg"]
    assert outcome.media == 1


def test_a_list_that_scripts_lengthen_is_read_as_the_browser_shows_it() -> None:
    page = img("/1.jpg") + '<div class="infinite-scroll"></div>'
    world = World({"/": page, "/1.jpg": b"x", "/2.jpg": b"y"}, rendering={"/": page + img("/2.jpg")})
    assert walk(world).troubles == ()
    assert world.pictures == ["/1.jpg", "/2.jpg"]


def test_where_no_browser_looks_it_is_said() -> None:
    world = World({"/": img("/1.jpg") + '<div class="infinite-scroll"></div>', "/1.jpg": b"x"})
    assert [one.rule for one in walk(world).troubles] == ["sweep.scripts"]
    assert world.pictures == ["/1.jpg"]


def test_the_first_page_may_move_to_another_site_and_a_later_one_may_not() -> None:
    world = World({
        "/": "->https://moved.example/", "https://moved.example/": img("/1.jpg") + '<a rel=next href="/2">next</a>',
        "https://moved.example/2": "->https://elsewhere.example/", "https://moved.example/1.jpg": b"x",
    })  # fmt: skip
    walk(world)
    assert world.asked == ["/", "https://moved.example/", "https://moved.example/1.jpg", "https://moved.example/2"]


def test_children_and_what_robots_may_not_see_are_left_out_and_said() -> None:
    world = World(
        {"/": img("/child.jpg", "/private/1.jpg", "/1.jpg"), "/1.jpg": b"x"},
        children=["/child.jpg"],
        robots={"kites.example": b"User-agent: *\nDisallow: /private"},
    )
    assert [one.rule for one in walk(world).troubles] == ["sweep.robots"]
    assert world.asked == ["/", "/1.jpg"]


def test_a_feed_that_did_not_change_is_not_read_again() -> None:
    world = World({"/": 304})
    outcome = walk(world, kind=SourceKind.FEED, memory={"tags": {"If-None-Match": '"7"'}})
    assert world.tags[f"{SITE}/"] == {"If-None-Match": '"7"'}
    assert (outcome.pages, outcome.failed, outcome.memory) == (1, False, None)


def test_a_search_asks_for_every_name_escaped() -> None:
    world = World({})
    walk(world, f"{SITE}/s?q={{name}}&x=1", SourceKind.SEARCH, names=("amna q", "آمنہ"))
    assert world.asked == ["/s?q=amna%20q&x=1", "/s?q=%D8%A2%D9%85%D9%86%DB%81&x=1"]


def test_a_search_without_a_name_says_that_there_is_nothing_to_ask() -> None:
    outcome = walk(World({}), f"{SITE}/s?q={{name}}", SourceKind.SEARCH)
    assert [one.rule for one in outcome.troubles] == ["sweep.no-start"]
    assert not outcome.failed


def test_of_a_handle_only_profiles_that_are_up_are_read() -> None:
    world = World({})
    outcome = walk(world, "amna_q", SourceKind.HANDLE)
    assert len(world.asked) >= 5
    assert all("amna_q" in url.lower() for url in world.asked)
    assert world.handed == []
    assert not [one for one in outcome.troubles if one.rule != "sweep.no-start"]


def test_a_page_that_is_a_picture_itself_is_matched() -> None:
    class Bare(World):
        async def page(self, url: str, _tags: dict[str, str]) -> Page:
            return Page(url, url, 200, {"content-type": "image/jpeg"})

    world = Bare({"/1.jpg": b"x"})
    walk(world, f"{SITE}/1.jpg")
    assert world.pictures == ["/1.jpg"]


@pytest.mark.parametrize("status", [429, 503])
def test_who_turns_us_away_is_left_alone_for_as_long_as_they_say(status: int) -> None:
    class Busy(World):
        async def page(self, url: str, _tags: dict[str, str]) -> Page:
            self.asked.append(url)
            return Page(url, url, status, {"retry-after": "7200"})

    world = Busy({})
    outcome = walk(world)
    assert outcome.retry_after == AT + timedelta(hours=2)
    assert (len(world.asked), outcome.failed) == (1, True)


def test_one_that_never_answers_fails() -> None:
    class Dead(World):
        async def page(self, url: str, _tags: dict[str, str]) -> Page:
            return Page(url, url, failure=Failure.TIMEOUT)

    outcome = walk(Dead({}))
    assert outcome.failed
    assert [one.because for one in outcome.troubles] == ["A page could not be read: it did not answer (timeout)."]
