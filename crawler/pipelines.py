"""From a page to the record: judged, looked at again in a browser where only scripts can tell, written."""

import asyncio
import logging
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Self

from playwright.async_api import Error as BrowserError
from scrapy.crawler import Crawler

from casebook.children import allowance
from casebook.settings import Settings
from casebook.visits import Baseline, Seen
from crawler.browser import Browser, find_browser
from crawler.desk import Desk
from crawler.guards import Guard
from crawler.page import Page
from crawler.spiders.recheck import Look
from crawler.verdict import Finding, judge
from platforms.registry import Registry
from platforms.sheet import Sheet
from platforms.words import Verdict

log = logging.getLogger(__name__)

PATIENCE_MAX_S = 86_400
BROWSERS_AT_ONCE = 2


class Judging:
    """Turns a look into a finding."""

    def __init__(self, registry: Registry, settings: Settings) -> None:
        self._registry = registry
        self._settings = settings.crawler
        self._open = AsyncExitStack()
        self._room = asyncio.Semaphore(BROWSERS_AT_ONCE)
        self._browser: Browser | None = None
        self._path = find_browser(self._settings.browser)
        self._opening = asyncio.Lock()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take what the pass was given."""
        desk: Desk = crawler.spider.desk  # type: ignore[union-attr]
        return cls(crawler.settings["PEHRA_REGISTRY"], desk.settings)

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
        assert item.page is not None  # noqa: S101
        sheet = self._registry.sheet(item.visit.platform) if item.visit.platform else None
        finding = judge(item.page, sheet)
        if finding.needs_browser and allowance(item.visit, self._settings).browser:
            page = await self._rendered(item.visit.url)
            if page is not None:
                item.page = page
                finding = judge(page, sheet)
        return await self._confirmed(item, finding, sheet)

    async def _confirmed(self, item: Look, finding: Finding, sheet: Sheet | None) -> Finding:
        """Look once more in a browser before a takedown is confirmed; what the two see must be one thing."""
        assert item.page is not None  # noqa: S101
        allowed = self._path is not None and allowance(item.visit, self._settings).browser
        if finding.verdict is not Verdict.REMOVED or item.page.rendered or not allowed:
            return finding
        item.confirms = False
        page = await self._rendered(item.visit.url) if item.visit.confirming else None
        if page is None:
            item.confirms = self._path is None
            return finding
        rendered = judge(page, sheet)
        item.page, item.confirms = page, True
        if rendered.verdict is Verdict.REMOVED:
            return rendered
        because = (
            f"Two looks differ. Without scripts it seemed removed: {finding.because} "
            f"In a browser it seemed {rendered.verdict}: {rendered.because}"
        )
        return Finding(Verdict.UNCLEAR, "pehra.looks-differ", because)

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
        if look.control is None:
            await self._desk.take(seen(look, finding, self._desk.clock()), look.visit.platform)
        elif self._desk.eyes is not None:
            self._desk.eyes.answered(look.control, finding.verdict)
        return item

    async def close_spider(self) -> None:
        """Write the rest."""
        if self._writer is not None:
            self._writer.cancel()
            with suppress(asyncio.CancelledError):
                await self._writer
        await self._desk.write(last=True)


def seen(look: Look, finding: Finding, at: datetime) -> Seen:
    """Put a look and its finding into the casebook's form."""
    page = look.page
    assert page is not None  # noqa: S101
    whole = finding.verdict is Verdict.LIVE and page.status == 200 and not page.rendered
    baseline = None
    if whole and not look.hops and (page.headers.get("etag") or page.headers.get("last-modified")):
        baseline = Baseline(page.headers.get("etag"), page.headers.get("last-modified"))
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
        baseline=baseline,
        read_whole=whole,
        retry_after=_retry_after(page, at),
        confirms=look.confirms,
    )


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
