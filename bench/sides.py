"""The two sides of the comparison, each in a process of its own.

    python bench/sides.py shipped ADDRESSES.json     Scrapy alone, as it ships: fetches, and does nothing with what comes
    python bench/sides.py bare ADDRESSES.json        the same with every setting of Pehra's worker
    python bench/sides.py pehra HOME                 a worker's whole pass: lease, visit, judge, record
    python bench/sides.py unsealed HOME              the same with seals that are none, in a home made so

prints one JSON object about itself.
"""

import json
import os
import re
import resource
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SHARED = (
    "CONCURRENT_REQUESTS", "CONCURRENT_REQUESTS_PER_DOMAIN", "DOWNLOAD_DELAY", "DOWNLOAD_TIMEOUT", "LOG_ENABLED",
    "TWISTED_REACTOR",
)  # fmt: skip


def peak_mb() -> float:
    """The most memory this process held so far, in millions of bytes."""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    except OSError:
        found = None
    kib = int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kib * 1024 / 1e6


class Watch:
    """Notes when work began and when it last got on."""

    def __init__(self) -> None:
        self._began = self._ended = (0.0, 0.0)

    def begin(self) -> None:
        if self._began == (0.0, 0.0):
            self._began = (time.perf_counter(), time.process_time())

    def move(self) -> None:
        self._ended = (time.perf_counter(), time.process_time())

    def told(self, done: int, requests: int) -> dict[str, Any]:
        wall, cpu = (end - start for start, end in zip(self._began, self._ended, strict=True))
        return {"done": done, "requests": requests, "wall_s": wall, "cpu_s": cpu, "peak_mb": peak_mb()}


def bare(addresses: list[str], *, as_shipped: bool) -> dict[str, Any]:
    """Scrapy alone, with a callback that does nothing.

    As shipped: its defaults, with the worker's numbers for concurrency and delay, and no log. Otherwise: every setting of
    the worker, so no middlewares and no extensions; redirects, which nobody follows then, are asked for by the callback.
    """
    from urllib.parse import urljoin

    from scrapy import Request, Spider
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.http import Response

    from casebook.settings import Settings
    from crawler.settings import scrapy_settings

    watch, counted = Watch(), {"done": 0, "requests": 0}

    class Bare(Spider):
        name = "bare"

        async def start(self) -> AsyncIterator[Request]:
            watch.begin()
            for url in addresses:
                yield Request(url, callback=self.answered, dont_filter=True)

        def answered(self, response: Response) -> Request | None:
            counted["requests"] += 1 + response.meta.get("redirect_times", 0)
            location = response.headers.get("Location")
            if location is not None:
                return Request(urljoin(response.url, location.decode()), callback=self.answered, dont_filter=True)
            counted["done"] += 1
            watch.move()
            return None

    ours = scrapy_settings(Settings.load(ROOT / "config.yaml", dict(os.environ)).crawler)
    kept = SHARED if as_shipped else ours.keys() - {"DOWNLOAD_HANDLERS", "ITEM_PIPELINES"}
    process = AsyncCrawlerProcess({**{name: ours[name] for name in kept}, "HTTPERROR_ALLOW_ALL": True})
    process.crawl(Bare)
    process.start()
    return watch.told(**counted)


def pehra(folder: Path) -> dict[str, Any]:
    """`python -m scheduler.workers` itself, with a clock at the desk's two doors."""
    import crawler.desk
    from casebook.visits import Seen, Visit
    from scheduler import workers

    watch, done = Watch(), 0

    class Timed(crawler.desk.Desk):
        def _lease(self, most: int) -> list[Visit]:
            watch.begin()
            return super()._lease(most)

        def _record(self, batch: list[Seen]) -> int:
            nonlocal done
            recorded = super()._record(batch)
            done += recorded
            watch.move()
            return recorded

    crawler.desk.Desk = Timed  # type: ignore[misc]
    sys.argv[1:] = ["--home", str(folder), "--config", str(ROOT / "config.yaml"), "--owner", "bench"]
    code = workers.main()
    if code:
        sys.exit(code)
    return watch.told(done, 0)


def no_seal(_vault: object, _column: str, text: str) -> bytes:
    """As long as a seal, and none."""
    return bytes(13) + text.encode() + bytes(16)


def no_unseal(_vault: object, _column: str, sealed: bytes) -> str:
    return sealed[13:-16].decode()


def unsealed(folder: Path) -> dict[str, Any]:
    from casebook.vault import Vault

    Vault.seal, Vault.unseal = no_seal, no_unseal  # type: ignore[method-assign]
    return pehra(folder)


if __name__ == "__main__":
    side, what = sys.argv[1], Path(sys.argv[2])
    if side == "unsealed":
        print(json.dumps(unsealed(what)))
    elif side == "pehra":
        print(json.dumps(pehra(what)))
    else:
        print(json.dumps(bare(json.loads(what.read_text()), as_shipped=side == "shipped")))
