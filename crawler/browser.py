"""Chromium for pages that scripts decide: it sees text only, through the guarding proxy, and never for too long."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, Error, Playwright, async_playwright

from crawler.chromium import BLIND, FLAGS, find_browser
from crawler.guards import Guard
from crawler.page import Failure, Page
from crawler.processes import Processes
from crawler.proxy import GuardingProxy
from crawler.rendering import Rendering, failed

log = logging.getLogger(__name__)

__all__ = ["Browser", "find_browser"]

LAUNCH_S = 30.0
CLOSE_S = 5.0
WATCHED_EVERY_S = 1.0
TABS = 4
TRIES = 3


@dataclass(eq=False)
class _Running:
    """One Chromium; `ended` once somebody has killed it."""

    chromium: Chromium
    processes: Processes
    home: "TemporaryDirectory[str]"
    looks: int = 0
    in_hand: int = 0
    ended: bool = False

    @property
    def works(self) -> bool:
        return not self.ended and self.chromium.is_connected()


class Browser:
    """One Chromium, started at need, looking at a few pages at a time, each in a context of its own.

    `recycle_after` pages a new process takes over. A look that takes longer than `time_s` ends with the process
    killed; those beside it are made again, the last time alone. `upstream` is an http or SOCKS5 proxy that the guarding
    proxy goes on to. One that is `sighted` lets pictures through and gives a picture of the page, for sealed captures.

    Raises:
        playwright.async_api.Error: on entering, when Chromium does not start.
    """

    def __init__(
        self,
        path: Path,
        guard: Guard,
        *,
        user_agent: str,
        recycle_after: int = 50,
        time_s: float = 20.0,
        tabs: int = TABS,
        upstream: str | None = None,
        sighted: bool = False,
    ) -> None:
        self._path, self._user_agent, self._sighted = path, user_agent, sighted
        self._recycle_after, self._time_s, self._tabs = recycle_after, time_s, tabs
        self._proxy = GuardingProxy(guard, upstream)
        self._stack = AsyncExitStack()
        self._room = asyncio.Semaphore(tabs)
        self._queue = asyncio.Lock()
        self._starting = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._running: _Running | None = None

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._proxy)
            self._playwright = await stack.enter_async_context(async_playwright())
            stack.push_async_callback(self._close)
            await self._started()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def end(self) -> None:
        """Kill what runs, in the middle of looks too, and leave nothing of it behind."""
        running = self._running
        if running is not None:
            self._kill(running)
            await self._stop(running)

    async def look(self, url: str, *, scrolls: int = 0) -> Page:
        """Render one address; whatever goes wrong is told as the page's failure.

        Args:
            url: where to look.
            scrolls: how often it scrolls to the end, as long as the page grows by it.
        """
        if urlsplit(url).scheme not in ("http", "https"):  # a file of this machine is no page
            return failed(url, Failure.MALFORMED)
        for turn in range(1, TRIES + 1):
            async with self._place(self._tabs if turn == TRIES else 1):
                page = await self._try(url, scrolls, alone=turn == TRIES)
            if page is not None:
                return page
        return failed(url, Failure.DROPPED)

    @asynccontextmanager
    async def _place(self, many: int) -> AsyncIterator[None]:
        """Wait for a place among the looks, or for all of them."""
        taken = 0
        try:
            async with self._queue:  # two that want all places would wait for each other
                while taken < many:
                    await self._room.acquire()
                    taken += 1
            yield
        finally:
            for _ in range(taken):
                self._room.release()

    async def _try(self, url: str, scrolls: int, *, alone: bool) -> Page | None:
        """Look once; None where another's page, and not this one, ended the browser."""
        try:
            running = await self._started()
        except Error:
            return failed(url, Failure.DROPPED) if alone else None
        running.in_hand += 1
        watching = asyncio.create_task(_watch(running))
        try:
            async with asyncio.timeout(self._time_s):
                return await self._visit(running, url, scrolls)
        except TimeoutError:
            if running.ended:
                return None
            self._kill(running)
            return failed(url, Failure.TIMEOUT)
        except Error:
            if running.ended or not (running.works or alone):
                return None
            return failed(url, Failure.DROPPED)
        except BaseException:
            self._kill(running)
            raise
        finally:
            watching.cancel()
            running.in_hand -= 1
            if running is not self._running and not running.in_hand:
                await self._stop(running)

    async def _visit(self, running: _Running, url: str, scrolls: int) -> Page:
        running.looks += 1
        context = await running.chromium.new_context(
            user_agent=self._user_agent, accept_downloads=False, service_workers="block"
        )
        try:
            rendering = Rendering(url, self._proxy, self._time_s, scrolls=scrolls, sighted=self._sighted)
            page = await rendering.read(context)
        except Error:
            await self._leave(running, context)
            raise
        await self._leave(running, context)
        return page

    async def _leave(self, running: _Running, context: BrowserContext) -> None:
        """Close what a look was made in; a page that does not let it is killed with all that runs."""
        try:
            async with asyncio.timeout(CLOSE_S):
                await context.close()
        except TimeoutError:
            self._kill(running)
        except Error:  # it went with its tab
            return

    async def _started(self) -> _Running:
        async with self._starting:
            running = self._running
            if running is not None and running.works and running.looks < self._recycle_after:
                return running
            self._running = None
            if running is not None and not running.in_hand:  # else the last look in it does that
                await self._stop(running)
            self._running = await self._launch()
            return self._running

    async def _launch(self) -> _Running:
        assert self._playwright is not None, "use `async with Browser(...)`"  # noqa: S101  # a caller's mistake
        home = TemporaryDirectory(prefix="pehra-browser-", ignore_cleanup_errors=True)
        left_out = BLIND if self._sighted else ()
        try:
            chromium = await self._playwright.chromium.launch(
                executable_path=self._path,
                headless=True,
                args=[
                    *(flag for flag in FLAGS if flag not in left_out),
                    f"--proxy-server={self._proxy.url}",
                    *(["--no-sandbox"] if os.geteuid() == 0 else []),
                ],
                ignore_default_args=["--disable-popup-blocking", *left_out],
                env={**os.environ, "TMPDIR": home.name},
                timeout=LAUNCH_S * 1000,
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
            return _Running(chromium, Processes(await _pid(chromium)), home)
        except BaseException:
            home.cleanup()
            raise

    def _kill(self, running: _Running) -> None:
        """Kill one that may no longer listen, at once; whoever looks beside looks again."""
        running.ended = True
        running.processes.kill()
        if self._running is running:
            self._running = None

    async def _stop(self, running: _Running) -> None:
        """Close Chromium, kill what does not answer, and see that nothing is left; Playwright sweeps its profile."""
        with suppress(TimeoutError, Error):
            async with asyncio.timeout(CLOSE_S):
                await running.chromium.close()
        running.ended = True
        if not await running.processes.end():
            log.error("a process of the browser stays, beyond all signals")
        running.home.cleanup()

    async def _close(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            await self._stop(running)


async def _watch(running: _Running) -> None:
    """See to it that no page takes the machine's memory."""
    while True:
        await asyncio.sleep(WATCHED_EVERY_S)
        running.processes.kill_hoarders()


async def _pid(chromium: Chromium) -> int:
    session = await chromium.new_browser_cdp_session()
    told = await session.send("SystemInfo.getProcessInfo")
    await session.detach()
    return int(next(process["id"] for process in told["processInfo"] if process["type"] == "browser"))
