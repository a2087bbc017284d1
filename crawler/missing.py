"""The site's own missing page: asked for when a verdict hangs on it, at most once a day, and kept sealed."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from casebook import missing
from casebook.access import MONITOR
from casebook.errors import Busy
from casebook.visits import Visit
from crawler.desk import Desk
from crawler.likeness import Print
from crawler.page import Page
from crawler.siblings import shape_of, sibling
from crawler.verdict import Missing, Way, ended, learn, let_go, proved_by, renewed, slim

RENDERED = " rendered"

Ask = Callable[[Visit, str], Awaitable[Page | None]]


@dataclass(frozen=True)
class _Record:
    """What was learned last, and what was last proved; the one may be a wall that stands for a day."""

    learned_at: datetime
    latest: Missing
    proved: Missing | None = None

    @cached_property
    def missing(self) -> Missing:
        """What is to be gone by."""
        return renewed(self.proved, self.latest) if self.proved else self.latest


class MissingPages:
    """What sites answer for addresses that cannot exist.

    Args:
        fetch: asks for an address as for one that is due, for the same visit: same slot, same guards, same limits.
        render: the same in the browser; None where there is none.
        seen_from: another exit than our own, which may be shown something else.
    """

    def __init__(self, desk: Desk, fetch: Ask, render: Ask, *, seen_from: str | None = None) -> None:
        self._desk, self._fetch, self._render = desk, fetch, render
        self._seen_from = "" if seen_from is None else f" from {seen_from}"
        self._records: dict[str, _Record] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def beside(self, visit: Visit, page: Page, arrived: datetime, *, first: bool = False) -> Missing:
        """Give what the site answers beside this page; nothing known where it could not be learned.

        Args:
            arrived: when the page was there.
            first: an address never seen before is about to be called live, which only what the site answers at the
                same time can bear out: on another day, this page may be a wall that stands before everything.
        """
        key = self._key(visit, page)
        if key is None:
            return Missing()
        if self._locks[key].locked() or key not in self._records:
            slim(page)  # it is going to wait
        async with self._locks[key]:
            record = self._records.get(key) or await self._recall(key)
            now = self._desk.clock()
            limits = self._desk.settings.crawler
            good_for_s = limits.missing_first_s if first else limits.missing_every_s
            age_s = (now - record.learned_at).total_seconds() if record else 0.0
            if record is None or (age_s >= good_for_s and not (first and record.learned_at >= arrived)):
                latest = await self._ask(visit, page)
                before = (record.missing if record.missing.proved else record.proved) if record else None
                record = _Record(now, latest, before)
                await self._keep(visit, key, record)
            self._records[key] = record
            return record.missing

    async def prove(self, visit: Visit, page: Page, here: Print) -> None:
        """Note that this page is live and looks otherwise than the site's missing page."""
        key = self._key(visit, page)
        record = self._records.get(key) if key else None
        if key is None or record is None or record.latest.way is None or record.missing.proved:
            return
        record = replace(record, proved=proved_by(record.latest, here))
        self._records[key] = record
        await self._keep(visit, key, record)

    async def _ask(self, visit: Visit, page: Page) -> Missing:
        other = sibling(_beside_what(visit, page), self._desk.chance)
        asked = await (self._render if page.rendered else self._fetch)(visit, other.url) if other else None
        if asked is None:
            return Missing()
        latest = learn(asked)
        let_go(asked)
        return latest

    def _key(self, visit: Visit, page: Page) -> str | None:
        shape = shape_of(_beside_what(visit, page))
        return None if shape is None else shape + (RENDERED if page.rendered else "") + self._seen_from

    async def _recall(self, key: str) -> _Record | None:
        with suppress(Busy):
            known = await asyncio.to_thread(missing.recall, self._desk.book, key, actor=MONITOR)
            if known is not None:
                proved = known.what.get("proved")
                return _Record(known.learned_at, _read(known.what["latest"]), _read(proved) if proved else None)
        return None

    async def _keep(self, visit: Visit, key: str, record: _Record) -> None:
        """Put it on record; a book that is busy costs one more question on another day."""
        what = {"latest": _written(record.latest), "proved": _written(record.proved) if record.proved else None}
        learned = missing.Learned(what, record.learned_at)
        with suppress(Busy):
            await asyncio.to_thread(missing.keep, self._desk.book, visit.site, key, learned, actor=MONITOR)


def _beside_what(visit: Visit, page: Page) -> str:
    """Ask beside the address itself, or where another site took it over: beside the address there."""
    return page.final_url if ended(page) is Way.SITE else visit.url


def _written(one: Missing) -> dict[str, Any]:
    return {
        "way": one.way,
        "honest": one.honest,
        "print": one.print.kept(),
        "proved": one.proved,
        "own": list(one.own),
        "parked": one.parked,
    }


def _read(what: dict[str, Any]) -> Missing:
    way = None if what["way"] is None else Way(what["way"])
    printed, own = Print.read(what["print"]), tuple(what["own"])
    return Missing(way, what["honest"], printed, what["proved"], own, what.get("parked", False))
