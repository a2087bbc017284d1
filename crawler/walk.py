"""One source on its way through a pass: what is asked for, in what order, and when it is enough."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from casebook.seen import Known
from casebook.settings import Sweeps
from casebook.sources import Outcome, Sweep
from casebook.vocabulary import SourceKind
from crawler.frontier import Bounds, Frontier, Step
from crawler.hops import target_of
from crawler.media import Medium
from crawler.novelty import Novelty
from crawler.page import Page
from crawler.patience import retry_after
from crawler.reading import Reading, Said, read
from crawler.robots import Robots
from crawler.territory import Territory
from crawler.verdict import Baseline, judge
from platforms.registry import Registry
from platforms.words import Verdict

REFUSALS = (401, 403, 407, 429, 451, 503)
ASKED_AT_ONCE = 400  # addresses


@dataclass(frozen=True)
class Picked:
    """One picture or film that was met: its bytes, or what is known of it from before where nothing new came.

    `page` is where it was met, `address` where it lies.
    """

    walk: "Walk"
    page: str
    address: str
    medium: Medium
    body: bytes = field(default=b"", repr=False)
    etag: str | None = None
    last_modified: str | None = None
    known: Known | None = None


@dataclass(frozen=True)
class Spoken:
    """The words of one page."""

    walk: "Walk"
    page: str
    said: tuple[Said, ...] = field(repr=False)


class World(Protocol):
    """What a walk may do: ask for pages and pictures within all rules, and hand over what came."""

    async def page(self, url: str, tags: dict[str, str]) -> Page:
        """Ask for a page."""

    async def medium(self, url: str, medium: Medium, tags: dict[str, str]) -> Page:
        """Ask for a picture or film."""

    def room(self, medium: Medium) -> asyncio.Semaphore:
        """Give what has to be held while a picture or film is in memory: few are at a time, of films one."""

    async def rendered(self, url: str) -> Page | None:
        """Look in a browser that scrolls to the end; None where there is none."""

    async def rules(self, url: str) -> Robots:
        """Give what the host of this address asks of robots."""

    async def barred(self, urls: Sequence[str]) -> set[str]:
        """Give those of these that hold somebody's child."""

    async def known(self, sweep: Sweep, urls: Sequence[str]) -> dict[str, Known]:
        """Give what earlier sweeps know of these."""

    async def hand_over(self, item: Picked | Spoken) -> None:
        """Have it recognised and recorded; returns when that is done."""

    def clock(self) -> datetime:
        """Give the moment."""


class Walk:
    """Walks one source, page by page; the pictures of each before the next page."""

    def __init__(self, sweep: Sweep, begins: Sequence[str], world: World, settings: Sweeps, registry: Registry) -> None:
        self.sweep, self._world, self._settings, self._registry = sweep, world, settings, registry
        self.frontier = Frontier(
            Bounds(sweep.pages, sweep.depth, settings.media, settings.barren_pages, settings.alike, settings.time_s)
        )
        self.frontier.add(begins, 0)
        self.new = 0
        self.lost = False  # whether the source is another's by now, or ended
        self._territory = Territory(begins)
        self._begins = set(begins)
        self._asked: set[str] = set()
        self._novelty = Novelty()
        self._began = world.clock()
        self._read = self._rendered = 0
        self._retry_after: datetime | None = None
        self._memory: dict[str, Any] = {}
        self._turn = asyncio.Semaphore(settings.media_at_once)

    async def run(self) -> Outcome:
        """Walk to the end, or to a bound."""
        if not self._begins:
            self.frontier.say(
                "sweep.no-start", "There is nothing to ask for: no name to search for, or no such profile."
            )
        while not self.lost and (step := self.frontier.take(after_s=self._age_s())) is not None:
            page = await self._page(step)
            if page is not None and not await self._take_in(page, step):
                break
        return Outcome(
            pages=self._read,
            media=self.frontier.media,
            sightings=self.new,
            troubles=tuple(self.frontier.troubles),
            failed=self._read == 0 and bool(self._begins),
            retry_after=self._retry_after,
            memory=self._memory or None,
        )

    def _age_s(self) -> float:
        return (self._world.clock() - self._began).total_seconds()

    async def _page(self, step: Step) -> Page | None:
        """Fetch one page, hop by hop; each hop has to be allowed, and to stay on the site."""
        url = step.url
        for _ in range(8):
            if not await self._may(url):
                return None
            page = await self._world.page(url, self._tags(url))
            target = target_of(page)
            if target is None:
                return page
            if step.url in self._begins:
                self._territory.add(target)
            elif not self._territory.holds(target):
                return None
            url = target
        return None

    async def _may(self, url: str) -> bool:
        if await self._world.barred([self._canonical(url)]):
            self.frontier.say("sweep.child", "An address that holds a child was left alone.")
            return False
        return await self._allowed(url)

    async def _allowed(self, url: str) -> bool:
        """Ask the host's robots.txt, unless the source says otherwise."""
        if not self.sweep.obeys_robots:
            return True
        rules = await self._world.rules(url)
        if rules.closed:
            self.frontier.say("sweep.silent", "The site failed, or did not answer, when asked for its robots.txt.")
        elif not rules.allows(url):
            self.frontier.say("sweep.robots", "The site asks robots to stay out of some of it; that was left out.")
        return rules.allows(url)

    def _canonical(self, url: str) -> str:
        return self._registry.identify(url).canonical

    async def _take_in(self, page: Page, step: Step) -> bool:
        """Take a page in; tells whether to go on."""
        if page.status == 304:
            self._read += 1
            return True
        if self.sweep.kind is SourceKind.HANDLE:
            shown = await self._profile(page)
            if shown is None:
                return True
            page = shown
        if page.failure is not None or page.status is None or page.status >= 400:
            return self._failed(page)
        self._read += 1
        self._note_tags(page, step)
        reading = read(page, self.sweep.kind)
        if reading.scripts and self._rendered < self._settings.rendered_pages:
            reading = await self._with_scripts(page, reading)
        fresh = await self._media(page.final_url, reading.media)
        words = self._novelty.adds(" ".join(one.words for one in reading.said))
        if reading.said:
            await self._world.hand_over(Spoken(self, page.final_url, self._heard(page, reading)))
        self._follow(reading, step)
        self.frontier.read(new=fresh or (words and bool(self.sweep.names)))
        return True

    async def _profile(self, page: Page) -> Page | None:
        """Give a handle's page where it is up; many platforms answer 200 and name the handle where there is none."""
        known = self._registry.identify(page.url)
        sheet = self._registry.sheet(known.platform) if known.platform else None
        finding = judge(page, sheet, Baseline(), engines=self._registry.engines)
        if finding.needs_browser and (rendered := await self._world.rendered(page.url)) is not None:
            page, finding = rendered, judge(rendered, sheet, Baseline(), engines=self._registry.engines)
        self._read += 0 if finding.verdict is Verdict.LIVE else 1
        return page if finding.verdict is Verdict.LIVE else None

    def _heard(self, page: Page, reading: Reading) -> tuple[Said, ...]:
        """Give what a page says; of a handle's own page its address says most."""
        return (Said("title", page.final_url), *reading.said) if self.sweep.kind is SourceKind.HANDLE else reading.said

    def _failed(self, page: Page) -> bool:
        if page.status in REFUSALS:
            self.frontier.say("sweep.refused", f"The site turned us away ({page.status}).")
            self._retry_after = retry_after(page, self._world.clock())
            return page.status not in (429, 503)
        why = f"it answered {page.status}" if page.failure is None else f"it did not answer ({page.failure.value})"
        self.frontier.say("sweep.failed", f"A page could not be read: {why}.")
        return True

    async def _with_scripts(self, page: Page, reading: Reading) -> Reading:
        """Read the page as a browser shows it after scrolling, beside what it showed without."""
        self._rendered += 1
        rendered = await self._world.rendered(page.final_url)
        if rendered is None or rendered.failure is not None or not self._territory.holds(rendered.final_url):
            self.frontier.say("sweep.scripts", "Some pages go on only in a browser, and none looked.")
            return reading
        return reading.joined(read(rendered, self.sweep.kind))

    def _follow(self, reading: Reading, step: Step) -> None:
        self.frontier.add([url for url in reading.following if self._territory.holds(url)], step.depth)
        self.frontier.add([url for url in reading.deeper if self._territory.holds(url)], step.depth + 1)

    async def _media(self, page: str, media: Sequence[Medium]) -> bool:
        """Fetch and hand over what a page shows; tells whether any of it was not met before in this sweep."""
        wanted = [one for one in media if self._territory.serves(one.addresses[0], embedded=one.embedded)]
        new = [one for one in wanted if one.addresses[0] not in self._asked]
        for start in range(0, len(wanted), ASKED_AT_ONCE):
            some = wanted[start : start + ASKED_AT_ONCE]
            spellings = {url: self._canonical(url) for one in some for url in one.addresses}
            barred = await self._world.barred(list(spellings.values()))
            known = await self._world.known(self.sweep, list(spellings))
            jobs = [
                self._one(page, one, known) for one in some if barred.isdisjoint(spellings[u] for u in one.addresses)
            ]
            await asyncio.gather(*jobs)
        return bool(new)

    async def _one(self, page: str, medium: Medium, known: dict[str, Known]) -> None:
        async with self._turn, self._world.room(medium):
            for url in medium.addresses:
                if self.lost or not self.frontier.may_go_on(after_s=self._age_s()):
                    return
                if await self._got(page, url, medium, known.get(url)):
                    return

    async def _got(self, page: str, url: str, medium: Medium, known: Known | None) -> bool:
        """Ask for one address of a picture, unless it was met before; tells whether the picture is settled."""
        if url in self._asked or self._is_fresh(known):
            self._asked.add(url)
            await self._world.hand_over(Picked(self, page, url, medium, known=known))
            return True
        self._asked.add(url)
        if not self._territory.serves(url, embedded=medium.embedded):
            return False
        if not await self._allowed(url):
            return False
        answer = await self._world.medium(url, medium, _tags_of(known))
        if answer.status == 304 and known is not None:
            await self._world.hand_over(Picked(self, page, url, medium, known=known, etag=known.etag))
            return True
        if answer.status == 200 and answer.truncated:
            self.frontier.say("sweep.too-large", "Pictures or films larger than are fetched were left out.")
            return False
        if answer.status != 200 or not answer.body:
            return False
        self.frontier.media += 1
        tags = answer.headers.get("etag"), answer.headers.get("last-modified")
        await self._world.hand_over(Picked(self, page, url, medium, answer.body, *tags))
        return True

    def _is_fresh(self, known: Known | None) -> bool:
        again = timedelta(seconds=self._settings.again_s)
        return known is not None and self._world.clock() - known.last_seen_at < again

    def _tags(self, url: str) -> dict[str, str]:
        """Say what is known of a feed, so that one that did not change need not come again."""
        noted = self.sweep.memory.get("tags") if self.sweep.kind is SourceKind.FEED else None
        return dict(noted) if isinstance(noted, dict) and url in self._begins else {}

    def _note_tags(self, page: Page, step: Step) -> None:
        if self.sweep.kind is SourceKind.FEED and step.url in self._begins:
            names = {"If-None-Match": "etag", "If-Modified-Since": "last-modified"}
            self._memory = {"tags": {name: page.headers[own] for name, own in names.items() if own in page.headers}}


def _tags_of(known: Known | None) -> dict[str, str]:
    if known is not None and known.etag:
        return {"If-None-Match": known.etag}
    if known is not None and known.last_modified:
        return {"If-Modified-Since": known.last_modified}
    return {}
