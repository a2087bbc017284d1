"""From a page to the record: judged, looked at again in a browser where only scripts can tell, written."""

import asyncio
import logging
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Self

from playwright.async_api import Error as BrowserError
from scrapy.crawler import Crawler

from casebook.children import allowance
from casebook.visits import Baseline, Seen, Visit
from crawler import verdict
from crawler.browser import Browser, find_browser
from crawler.desk import Desk
from crawler.guards import Guard
from crawler.likeness import Print
from crawler.missing import Ask, MissingPages
from crawler.page import Page
from crawler.spiders.recheck import Look, Recheck
from crawler.verdict import Finding, judge
from platforms.registry import Registry
from platforms.words import Verdict

log = logging.getLogger(__name__)

PATIENCE_MAX_S = 86_400
BROWSERS_AT_ONCE = 2


class Judging:
    """Turns a look into a finding."""

    def __init__(self, registry: Registry, desk: Desk, ask: Ask) -> None:
        self._registry = registry
        self._settings = desk.settings.crawler
        self._clock = desk.clock
        self._missing = MissingPages(desk, ask, self._rendered_beside)
        self._open = AsyncExitStack()
        self._room = asyncio.Semaphore(BROWSERS_AT_ONCE)
        self._browser: Browser | None = None
        self._path = find_browser(self._settings.browser)
        self._opening = asyncio.Lock()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take what the pass was given."""
        spider: Recheck = crawler.spider  # type: ignore[assignment]
        return cls(crawler.settings["PEHRA_REGISTRY"], spider.desk, spider.ask)

    async def process_item(self, item: Look) -> tuple[Look, Finding]:
        """Judge; a page that our own program stumbles over costs its own visit and no other."""
        try:
            return item, await self._judged(item)
        except Exception as error:  # noqa: BLE001  # the edge of a visit
            kind = type(error).__name__
            log.error("address %s could not be judged (%s)", item.visit.address, kind)  # noqa: TRY400  # law 4
            because = f"Our own program stumbled over this page ({kind}), so it tells nothing."
            return item, Finding(Verdict.UNCLEAR, "pehra.stumbled", because)

    async def _judged(self, item: Look) -> Finding:
        """Judge, with a second look in the browser where the first could not tell."""
        finding = await self._compared(item)
        if finding.needs_browser and allowance(item.visit, self._settings).browser:
            page = await self._rendered(item.visit.url)
            if page is not None:
                item.page = page
                finding = await self._compared(item)
        return finding

    async def _compared(self, item: Look) -> Finding:
        """Judge, and where the verdict hangs on it, learn first what the site answers when something is missing."""
        page, visit = item.page, item.visit
        assert page is not None  # noqa: S101
        sheet = self._registry.sheet(visit.platform) if visit.platform else None
        known = _known(visit)
        judged = partial(judge, page, sheet, known, engines=self._registry.engines)
        finding = judged()
        if finding.needs_missing:
            arrived = self._clock()
            missing = await self._missing.beside(visit, page, arrived)
            finding = judged(missing=missing)
            if finding.verdict is Verdict.LIVE and finding.print is not None:
                now = await self._missing.beside(visit, page, arrived, first=True)
                finding = finding if now is missing else judged(missing=now)
                if finding.verdict is Verdict.LIVE and not now.proved:
                    await self._missing.prove(visit, page, finding.print or Print())
        verdict.let_go(page)
        return finding

    async def _rendered_beside(self, visit: Visit, url: str) -> Page | None:
        return await self._rendered(url) if allowance(visit, self._settings).browser else None

    async def _rendered(self, url: str) -> Page | None:
        """Look in the browser; None where there is none, or where it does not start."""
        async with self._room:
            if self._path is None:
                return None
            try:
                browser = await self._get_browser()
            except BrowserError:
                log.warning("the browser does not start; pages that only scripts can show stay unclear")
                self._path = None
                return None
            return await browser.look(url)

    async def _get_browser(self) -> Browser:
        async with self._opening:
            if self._browser is None:
                assert self._path is not None  # noqa: S101
                self._browser = await self._open.enter_async_context(
                    Browser(
                        self._path,
                        Guard(self._settings.allow_networks),
                        user_agent=self._settings.user_agent,
                        recycle_after=self._settings.browser_recycle_after,
                        time_s=self._settings.browser_time_s,
                        upstream=self._settings.proxy,
                    )
                )
            return self._browser

    async def close_spider(self) -> None:
        """Close the browser."""
        await self._open.aclose()


class Recording:
    """Hands findings to the desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._writer: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take what the pass was given."""
        return cls(crawler.spider.desk)  # type: ignore[union-attr]

    async def open_spider(self) -> None:
        """Write steadily from now on."""
        self._writer = asyncio.create_task(self._desk.write_steadily())

    async def process_item(self, item: tuple[Look, Finding]) -> tuple[Look, Finding]:
        """Hand one finding over."""
        look, finding = item
        await self._desk.take(seen(look, finding, self._desk.clock()))
        return item

    async def close_spider(self) -> None:
        """Write the rest."""
        if self._writer is not None:
            self._writer.cancel()
            with suppress(asyncio.CancelledError):
                await self._writer
        await self._desk.write()


def seen(look: Look, finding: Finding, at: datetime) -> Seen:
    """Put a look and its finding into the casebook's form."""
    page = look.page
    assert page is not None  # noqa: S101
    whole = finding.verdict is Verdict.LIVE and page.status == 200 and not page.rendered
    took_s = asyncio.get_running_loop().time() - look.began
    return Seen(
        address=look.visit.address,
        at=at,
        verdict=finding.verdict,
        rule=finding.rule,
        because=finding.because,
        status=page.status,
        rendered=page.rendered,
        took_ms=int(took_s * 1000),
        baseline=_noted(look, finding, whole=whole),
        read_whole=whole,
        retry_after=_retry_after(page, at),
    )


def _known(visit: Visit) -> verdict.Baseline:
    noted = visit.baseline.print if visit.baseline else None
    return verdict.Baseline(print=Print.read(noted) if noted else None)


def _noted(look: Look, finding: Finding, *, whole: bool) -> Baseline | None:
    """Say what is noted of a page that was found live: its validators, and what it is known by later."""
    page, before = look.page, look.visit.baseline
    if finding.verdict is not Verdict.LIVE or page is None or page.status == 304:
        return None
    tags = page.headers if whole and not look.hops else {}
    known = finding.print.kept() if finding.print else before.print if before else None
    noted = Baseline(tags.get("etag"), tags.get("last-modified"), known)
    return noted if noted != Baseline() else None


def _retry_after(page: Page, at: datetime) -> datetime | None:
    """When the host asked us to come back, at most a day ahead."""
    value = page.headers.get("retry-after", "").strip()
    if page.status not in (429, 503) or not value:
        return None
    if value.isascii() and value.isdigit():
        wait_s = float(value[:9])
    else:
        try:
            when = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        wait_s = ((when if when.tzinfo else when.replace(tzinfo=UTC)) - at).total_seconds()
    return at + timedelta(seconds=min(max(wait_s, 0.0), PATIENCE_MAX_S))
