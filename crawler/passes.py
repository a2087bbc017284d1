"""One pass: a spider, its pipelines and Scrapy's engine, from the first visit to the last record."""

import asyncio
import gc
import logging
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess

from casebook.settings import Crawler
from crawler.desk import Desk
from crawler.settings import scrapy_settings
from crawler.spiders.recheck import Recheck
from crawler.sweepdesk import SweepDesk
from platforms.registry import Registry

GRACE_S = 4.0
TIDY_S = 1.5
SWEEPING = {"crawler.noting.Recognising": 100, "crawler.noting.Noting": 200}


def run(desk: Desk, registry: Registry, *, abandon: Callable[[], None]) -> None:
    """Visit what the desk hands out; returns when it hands out no more. Once per process: a reactor starts once.

    SIGTERM and SIGINT end the pass early: visits on their way have `GRACE_S` to come back, what is judged is
    written, and `abandon` is called for the rest; it is expected to end the process.

    Raises:
        CasebookError: the casebook could not be read or written; what is on record stays.
    """
    settings = {**scrapy_settings(desk.settings.crawler), "PEHRA_REGISTRY": registry}
    _run(settings, Recheck, {"desk": desk}, desk, desk.write, abandon)


def sweep(desk: SweepDesk, registry: Registry, *, abandon: Callable[[], None]) -> None:
    """Sweep the sources that the desk hands out, as `run` visits; sources on their way are due again.

    Raises:
        CasebookError: the casebook could not be read or written; what is on record stays.
    """
    from crawler.spiders.sweep import Sweeper  # with the matchers, which a recheck does without

    crawler: Crawler = desk.settings.crawler

    async def nothing() -> None:
        pass

    given = {"desk": desk, "registry": registry}
    _run(scrapy_settings(crawler, SWEEPING), Sweeper, given, desk, nothing, abandon)


def _run(
    settings: dict[str, Any],
    spider: type[Spider],
    given: dict[str, Any],
    desk: Desk | SweepDesk,
    write: Callable[[], Awaitable[None]],
    abandon: Callable[[], None],
) -> None:
    process = AsyncCrawlerProcess(settings)
    logging.getLogger("scrapy").setLevel(logging.WARNING)  # its lines for every visit hold addresses, and cost time
    crawler = process.create_crawler(spider)
    crawling = process.crawl(crawler, **given)
    loop = asyncio.get_event_loop()
    tasks: set[asyncio.Task[None]] = set()

    async def leave() -> None:
        await asyncio.sleep(GRACE_S)
        await write()
        with suppress(TimeoutError):
            async with asyncio.timeout(TIDY_S):
                for end in desk.abandoned:
                    await end()
        abandon()

    def stop() -> None:
        if not desk.stopped:
            desk.stop()
            tasks.add(loop.create_task(leave()))
            tasks.add(loop.create_task(crawler.stop_async()))

    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stop)
    gc.freeze()  # what is loaded by now stays; to look through it again and again costs a twentieth of the time
    process.start(install_signal_handlers=False)
    if not crawling.cancelled() and (failed := crawling.exception()) is not None:
        raise failed
    if desk.fault is not None:
        raise desk.fault
