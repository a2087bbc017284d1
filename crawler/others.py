"""Witnesses: whether a site still serves its other pages, asked where being sent away would be taken for a removal."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from urllib.parse import urljoin, urlsplit

from casebook import visits
from casebook.access import MONITOR
from casebook.visits import Visit
from crawler.desk import Desk
from crawler.document import Document
from crawler.likeness import RUNS_KEPT_OF_MISSING, Print, alike
from crawler.missing import Ask
from crawler.page import Page
from crawler.siblings import is_alike
from crawler.verdict import Missing, Others, Way, ended, judge, let_go
from platforms.address import AddressRefused, normalise
from platforms.words import Verdict

LINKS_READ = 400
ASKED_AT_MOST = 3
ENOUGH = 2  # pages that differ from each other, where so many are listed: one wall shows the same for all
LOOKS_ALIKE = 0.5


@dataclass(frozen=True)
class _Answered:
    at: datetime
    others: Others


class Witnesses:
    """Asks for other pages of a site that are of the directory and kind of the one that was looked at.

    They are those that the site lists itself, on the page where the visit ended and on its first page, and those that
    are watched there and were live. No more than a few are asked for, and what they said is good for a minute.

    Args:
        fetch: asks for an address as for one that is due, for the same visit: same slot, same guards, same limits.
        render: the same in the browser; None where there is none.
    """

    def __init__(self, desk: Desk, fetch: Ask, render: Ask) -> None:
        self._desk, self._fetch, self._render = desk, fetch, render
        self._known: dict[str, _Answered] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def beside(self, visit: Visit, page: Page, missing: Missing) -> Others:
        """Say what becomes of the others now."""
        key = f"{visit.url.rpartition('/')[0]} {page.rendered} {missing.way}"
        async with self._locks[key]:
            known, now = self._known.get(key), self._desk.clock()
            good_for_s = self._desk.settings.crawler.missing_first_s
            if known is None or (now - known.at).total_seconds() >= good_for_s:
                known = self._known[key] = _Answered(now, await self._ask(visit, page, missing))
            return known.others

    async def _ask(self, visit: Visit, page: Page, missing: Missing) -> Others:
        ask = self._render if page.rendered else self._fetch
        told: list[tuple[Others, Print]] = []
        async for url in _first(self._listed(visit, page, ask), ASKED_AT_MOST):
            answer = await ask(visit, url)
            if answer is not None:
                told.append(_told(answer, missing))
                let_go(answer)
            if _are_two(told):
                break
        return _agreed(told)

    async def _listed(self, visit: Visit, page: Page, ask: Ask) -> AsyncIterator[str]:
        """Give addresses that may be witnesses, the likeliest first, each once."""
        seen = {visit.url, page.final_url}
        for urls in (links_like(visit.url, page), await asyncio.to_thread(self._watched, visit)):
            for url in urls:
                if url not in seen:
                    seen.add(url)
                    yield url
        if ended(page) is Way.HOME:
            return
        first = await ask(visit, urljoin(visit.url, "/"))
        for url in links_like(visit.url, first) if first is not None else ():
            if url not in seen:
                seen.add(url)
                yield url

    def _watched(self, visit: Visit) -> Sequence[str]:
        found = visits.live_on(self._desk.book, visit.site, actor=MONITOR, but=visit.address)
        return [url for url in found if is_alike(visit.url, url)]


def links_like(url: str, page: Page) -> list[str]:
    """Give the links of a page to addresses of the same directory and kind, in the page's order, in one spelling."""
    found = dict.fromkeys(one for one in _links(page) if is_alike(url, one))
    found.pop(url, None)
    return list(found)


def _links(page: Page) -> Iterator[str]:
    for node in islice(Document(page).select("a[href]"), LINKS_READ):
        try:
            url = urljoin(page.final_url, (node.attributes.get("href") or "").strip())
            if urlsplit(url).scheme in ("http", "https"):
                yield normalise(url).partition("#")[0]
        except (AddressRefused, ValueError):
            continue


def _told(answer: Page, missing: Missing) -> tuple[Others, Print]:
    """Say what one of the others shows: there, sent or shown what this one is, or nothing that tells."""
    finding, where = judge(answer, missing=missing), ended(answer)
    if finding.verdict is Verdict.LIVE and where is Way.STAYED:
        return Others.SERVED, finding.print or Print()
    alike = finding.rule == "generic.like-missing" or (where is missing.way and where is not Way.STAYED)
    return Others.ALIKE if alike else Others.UNKNOWN, Print()


def _are_two(told: Sequence[tuple[Others, Print]]) -> bool:
    """Whether enough of them are there, and no two show one thing."""
    there = [one for others, one in told if others is Others.SERVED]
    return len(there) >= ENOUGH and any(_differ(there[0], one) for one in there[1:])


def _agreed(told: Sequence[tuple[Others, Print]]) -> Others:
    said = [others for others, _ in told]
    there, sent = said.count(Others.SERVED), said.count(Others.ALIKE)
    if _are_two(told) or (there == 1 and not sent):
        return Others.SERVED
    return Others.ALIKE if sent >= ENOUGH and not there else Others.UNKNOWN


def _differ(one: Print, other: Print) -> bool:
    same = (one.title, one.heading, one.picture) == (other.title, other.heading, other.picture)
    return not same or alike(one.runs, other.runs, RUNS_KEPT_OF_MISSING) < LOOKS_ALIKE


async def _first(urls: AsyncIterator[str], most: int) -> AsyncIterator[str]:
    given = 0
    async for url in urls:
        yield url
        given += 1
        if given >= most:
            return
