"""The browsers of one pass: one for each exit, and one more that sees pictures; started when a page first wants it."""

import asyncio
import logging
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from casebook.settings import Crawler
from crawler.chromium import find_browser
from crawler.guards import Guard
from crawler.page import Page

if TYPE_CHECKING:
    from crawler.browser import Browser

log = logging.getLogger(__name__)

LOOKS_AT_ONCE = 4  # of all exits together, which bounds memory


class Browsers:
    """Looks at pages that scripts decide, as long as a browser starts here."""

    def __init__(self, settings: Crawler) -> None:
        self._settings = settings
        self._path = find_browser(settings.browser)
        self._open: dict[tuple[str | None, bool], Browser] = {}
        self._opening = asyncio.Lock()
        self._room = asyncio.Semaphore(LOOKS_AT_ONCE)
        self._stack = AsyncExitStack()

    @property
    def any(self) -> bool:
        """Whether there is a browser, as far as is known."""
        return self._path is not None

    async def look(self, url: str, upstream: str | None, *, scrolls: int = 0, sighted: bool = False) -> Page | None:
        """Look through the proxy `upstream`, or straight; None where there is no browser, or it does not start.

        Args:
            url: where to look.
            upstream: an http or SOCKS5 proxy.
            scrolls: how often it scrolls to the end, as long as the page grows by it.
            sighted: let pictures through, and give a picture of the page.
        """
        async with self._room:
            if self._path is None:
                return None
            from playwright.async_api import Error as BrowserError  # heavy: most passes want no browser

            try:
                browser = await self._get(upstream, sighted=sighted)
            except BrowserError:
                log.warning("the browser does not start; pages that only scripts can show stay unclear")
                self._path = None
                return None
            return await browser.look(url, scrolls=scrolls)

    async def _get(self, upstream: str | None, *, sighted: bool) -> "Browser":
        async with self._opening:
            if (upstream, sighted) not in self._open:
                from crawler.browser import Browser

                assert self._path is not None  # noqa: S101
                self._open[upstream, sighted] = await self._stack.enter_async_context(
                    Browser(
                        self._path,
                        Guard(self._settings.allow_networks),
                        user_agent=self._settings.user_agent,
                        recycle_after=self._settings.browser_recycle_after,
                        time_s=self._settings.browser_time_s,
                        upstream=upstream,
                        sighted=sighted,
                    )
                )
            return self._open[upstream, sighted]

    async def end(self) -> None:
        """Kill those that run: the pass is abandoned in the middle of a look."""
        self._path = None
        for browser in self._open.values():
            await browser.end()

    async def aclose(self) -> None:
        """Close them all."""
        await self._stack.aclose()
