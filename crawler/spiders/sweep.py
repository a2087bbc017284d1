"""Walks watched sources: asks for pages and pictures within bounds, and hands over what came."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.http import Response
from scrapy.http.headers import Headers

from casebook.seen import Known
from casebook.sources import Outcome, Sweep, Trouble
from crawler.browsers import Browsers
from crawler.decoding import ACCEPTED, Undecodable, unpack
from crawler.fetching import failure_of
from crawler.hops import target_of
from crawler.media import Kind, Medium
from crawler.page import Failure, Page
from crawler.robots import BYTES_READ, Robots
from crawler.starts import starts
from crawler.sweepdesk import SweepDesk
from crawler.walk import Picked, Spoken, Walk
from platforms.registry import Registry

log = logging.getLogger(__name__)

MEDIA = ("image/", "video/", "application/octet-stream", "binary/octet-stream", "application/mp4", "application/ogg")
PICTURES_HELD = 8


@dataclass
class Errand:
    """One request on its way: at most so many bytes are taken; of a picture's address only what is called one."""

    most: int
    media: bool = False
    received: int = 0
    refused: bool = False


class Sweeper(Spider):
    """Each source is a walk of its own; walks meet in the slots of hosts, which are asked at their pace."""

    name = "sweep"

    def __init__(self, desk: SweepDesk, registry: Registry, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(**kwargs)
        self.desk, self.registry = desk, registry
        self.limits, self.sweeps = desk.settings.crawler, desk.settings.sweeps
        self._browsers = Browsers(desk.settings.crawler)
        self._robots: dict[str, asyncio.Task[Robots]] = {}
        self._rooms = {Kind.PICTURE: asyncio.Semaphore(PICTURES_HELD), Kind.FILM: asyncio.Semaphore(1)}
        desk.abandoned.append(self._browsers.end)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "Sweeper":  # noqa: ANN401
        """Listen to what arrives, so that reading can stop."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.on_headers, signals.headers_received)
        crawler.signals.connect(spider.on_bytes, signals.bytes_received)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Walk each source that the desk hands out; nothing is asked for but by the walks."""
        held = asyncio.create_task(self.desk.hold())
        try:
            async with asyncio.TaskGroup() as walks:
                async for sweep in self.desk.sources():
                    walks.create_task(self._walk(sweep))
        finally:
            held.cancel()
            with suppress(asyncio.CancelledError):
                await held
            await self._browsers.aclose()
        return
        yield  # an iterator that gives nothing

    async def _walk(self, sweep: Sweep) -> None:
        """Walk one source; one that our own program stumbles over costs its own sweep and no other."""
        walk = Walk(sweep, starts(sweep, self.registry), self, self.sweeps, self.registry)
        try:
            outcome = await walk.run()
        except Exception as error:  # noqa: BLE001  # the edge of a sweep
            kind = type(error).__name__
            log.error("source %s could not be swept (%s)", sweep.source, kind)  # noqa: TRY400  # law 4
            trouble = Trouble("pehra.stumbled", f"Our own program stumbled over this source ({kind}).")
            outcome = Outcome(walk.frontier.pages, walk.frontier.media, walk.new, (trouble,), failed=True)
        try:
            await self.hand_over(Ended(walk, outcome))
        finally:
            self.desk.let_go()

    async def page(self, url: str, tags: dict[str, str]) -> Page:
        """Ask for a page."""
        accept = "text/html,application/xhtml+xml,application/atom+xml,application/rss+xml,*/*;q=0.8"
        return await self._fetch(url, Errand(self.limits.body_bytes), {"Accept": accept, **tags})

    async def medium(self, url: str, medium: Medium, tags: dict[str, str]) -> Page:
        """Ask for a picture or film."""
        most = self.sweeps.film_bytes if medium.kind is Kind.FILM else self.sweeps.picture_bytes
        return await self._fetch(url, Errand(most, media=True), {"Accept": "image/*,video/*;q=0.9,*/*;q=0.5", **tags})

    def room(self, medium: Medium) -> asyncio.Semaphore:
        """Let few pictures be in memory at a time, and of films one, whatever the number of sources."""
        return self._rooms[medium.kind]

    async def rendered(self, url: str) -> Page | None:
        """Look in the browser, scrolling."""
        return await self._browsers.look(url, self.limits.proxy, scrolls=self.sweeps.scrolls)

    async def rules(self, url: str) -> Robots:
        """Ask the host's robots.txt, once in a pass, and go as slowly as it asks."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            self._robots[origin] = asyncio.create_task(self._rules(origin))
        rules = await self._robots[origin]
        self._slow_down(parts.netloc, rules.delay_s)
        return rules

    async def _rules(self, origin: str) -> Robots:
        url = f"{origin}/robots.txt"
        for _ in range(5):  # RFC 9309, section 2.3.1.2
            page = await self._fetch(url, Errand(BYTES_READ), {"Accept": "text/plain,*/*;q=0.5"})
            target = target_of(page)
            if target is None:
                break
            url = target
        return Robots.read(page.status, page.body)

    def _slow_down(self, slot: str, delay_s: float) -> None:
        assert self.crawler.engine is not None  # noqa: S101
        slots = self.crawler.engine.downloader.slots
        if slot in slots and slots[slot].delay < delay_s:
            slots[slot].delay = delay_s

    async def barred(self, urls: Sequence[str]) -> set[str]:
        """Ask which of these hold a child."""
        return await self.desk.barred(urls)

    async def known(self, sweep: Sweep, urls: Sequence[str]) -> dict[str, Known]:
        """Ask what earlier sweeps know."""
        return await self.desk.known(sweep, urls)

    async def hand_over(self, item: "Picked | Spoken | Ended") -> None:
        """Let the pipelines have it, and wait until they are done."""
        assert self.crawler.engine is not None  # noqa: S101
        await self.crawler.engine.scraper.start_itemproc_async(item, response=None)

    def clock(self) -> datetime:
        """Give the moment."""
        return self.desk.clock()

    async def _fetch(self, url: str, errand: Errand, headers: dict[str, str]) -> Page:
        """Ask for one address; whatever goes wrong is told as the page's failure."""
        assert self.crawler.engine is not None  # noqa: S101  # it runs while its walks do
        own = {"User-Agent": self.limits.user_agent, "Accept-Language": "en,ur;q=0.7", "Accept-Encoding": ACCEPTED}
        request = Request(
            url,
            dont_filter=True,
            headers={**own, **headers},
            meta={
                "errand": errand,
                "download_slot": urlsplit(url).netloc,
                "download_timeout": self.limits.visit_time_s if errand.media else self.limits.answer_time_s,
            },
        )
        try:
            return _page(await self.crawler.engine.download_async(request), errand)
        except Exception as error:  # noqa: BLE001  # the edge of a request
            return Page(url=url, final_url=url, failure=failure_of(error))

    def on_headers(self, headers: Headers, request: Request, **_: Any) -> None:  # noqa: ANN401
        """Stop before a body that is not wanted: a page where a picture was, what is too large, a film for a page."""
        errand: Errand = request.meta["errand"]
        kind = (headers.get("Content-Type") or b"").decode("latin-1").strip().lower()
        length = (headers.get("Content-Length") or b"").strip()
        errand.refused = bool(kind) and kind.startswith(MEDIA) != errand.media and not kind.startswith("application/")
        if errand.refused or (length.isdigit() and errand.media and int(length[:15]) > errand.most):
            errand.received = errand.most
            raise StopDownload(fail=False)

    def on_bytes(self, data: bytes, request: Request, **_: Any) -> None:  # noqa: ANN401
        """Stop at the limit."""
        errand: Errand = request.meta["errand"]
        errand.received += len(data)
        if errand.received > errand.most:
            raise StopDownload(fail=False)


@dataclass(frozen=True)
class Ended:
    """A walk that came to its end."""

    walk: Walk
    outcome: Outcome


def _page(response: Response, errand: Errand) -> Page:
    headers = {
        name.decode("latin-1").lower(): values[0].decode("latin-1")
        for name, values in response.headers.items()
        if values
    }
    failure, body, more = None, b"", False
    if not errand.refused or not errand.media:
        try:
            body, more = unpack(response.body, headers.get("content-encoding", ""), errand.most)
        except Undecodable:
            failure = Failure.MALFORMED
    return Page(
        url=response.url,
        final_url=response.url,
        status=response.status,
        headers=headers,
        body=body,
        failure=failure,
        truncated=more
        or errand.received > errand.most
        or ("download_stopped" in response.flags and not errand.refused),
    )
