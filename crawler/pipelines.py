"""From a page to the record: judged, looked at again in a browser where only scripts can tell, written."""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Self, cast
from urllib.parse import urljoin, urlsplit

from scrapy.crawler import Crawler

from casebook.children import allowance
from casebook.hosts import Name
from casebook.visits import Baseline, Seen, Visit
from crawler import names, verdict
from crawler.browsers import Browsers
from crawler.capture import Capturer
from crawler.desk import Desk
from crawler.likeness import Print
from crawler.missing import MissingPages
from crawler.others import Witnesses
from crawler.page import Failure, Page, Shot
from crawler.patience import retry_after
from crawler.pictured import Pictured
from crawler.spiders.recheck import Look, Recheck
from crawler.vantages import Exits, settled, wants_another
from crawler.verdict import Finding, judge
from platforms.registry import Registry
from platforms.sheet import Sheet
from platforms.words import Verdict

log = logging.getLogger(__name__)


class Judging:
    """Turns a look into a finding."""

    def __init__(self, registry: Registry, spider: Recheck) -> None:
        self._registry, self._spider = registry, spider
        self._settings = spider.desk.settings.crawler
        self._browsers = Browsers(self._settings)
        self._exits = Exits(self._settings)
        self._pictured = Pictured(spider, self._rendered, self._settings)
        self._capturer = Capturer(spider.desk, self._sighted, self._alone)
        self._missing: dict[str | None, MissingPages] = {}
        self._witnesses: dict[str | None, Witnesses] = {}
        self._seen_from: dict[str, tuple[datetime, bool]] = {}
        spider.desk.abandoned.append(self._browsers.end)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take what the pass was given."""
        return cls(crawler.settings["PEHRA_REGISTRY"], cast(Recheck, crawler.spider))

    async def process_item(self, item: Look) -> tuple[Look, Finding]:
        """Judge, and capture what is to be captured; that is no part of the visit's time."""
        look, finding = await self._found(item)
        look.ended = _now()
        await self._capturer.capture(look, finding)
        return look, finding

    async def _found(self, item: Look) -> tuple[Look, Finding]:
        """Judge; a page that our own program stumbles over costs its own visit and no other."""
        try:
            finding = await self._pictured.weighed(item, await self._judged(item))
            item.name = await self._name(item)
            if self._exits.names and wants_another(finding):
                return await self._from_elsewhere(item, finding)
        except Exception as error:  # noqa: BLE001  # the edge of a visit
            kind = type(error).__name__
            log.error("address %s could not be judged (%s)", item.visit.address, kind)  # noqa: TRY400  # law 4
            because = f"Our own program stumbled over this page ({kind}), so it tells nothing."
            return item, Finding(Verdict.UNCLEAR, "pehra.stumbled", because)
        return item, finding

    async def _judged(self, item: Look) -> Finding:
        """Judge, with a second look in the browser where the first could not tell."""
        finding = await self._compared(item)
        if finding.needs_browser and allowance(item.visit, self._settings).browser:
            page = await self._rendered(item)
            if page is not None:
                item.page = page
                finding = await self._compared(item)
        return await self._confirmed(item, finding)

    async def _compared(self, item: Look) -> Finding:
        """Judge, and where the verdict hangs on it, learn first what the site answers when something is missing."""
        page, visit = item.page, item.visit
        assert page is not None  # noqa: S101
        sheet = self._registry.sheet(visit.platform) if visit.platform else None
        judged = partial(judge, page, sheet, _known(visit), engines=self._registry.engines)
        finding = judged()
        if finding.needs_missing:
            pages, arrived = self._missing_pages(item), self._spider.desk.clock()
            missing = await pages.beside(visit, page, arrived, first=finding.rule in verdict.HELD)
            finding = judged(missing=missing)
            if finding.needs_others:
                others = await self._witnesses_from(item).beside(visit, page, missing)
                finding = judged(missing=missing, others=others)
            if finding.verdict is Verdict.LIVE and finding.print is not None:
                now = await pages.beside(visit, page, arrived, first=True)
                finding = finding if now is missing else judged(missing=now)
                if finding.verdict is Verdict.LIVE and not now.proved:
                    await pages.prove(visit, page, finding.print or Print())
        verdict.let_go(page)
        return finding

    def _witnesses_from(self, item: Look) -> Witnesses:
        """Give the witnesses as they are seen from the exit of this look."""
        if item.vantage not in self._witnesses:
            fetch, render = partial(self._beside, item), partial(self._rendered_beside, item)
            self._witnesses[item.vantage] = Witnesses(self._spider.desk, fetch, render)
        return self._witnesses[item.vantage]

    def _missing_pages(self, item: Look) -> MissingPages:
        """Give what is known of missing pages as they look from the exit of this look."""
        if item.vantage not in self._missing:
            fetch, render = partial(self._beside, item), partial(self._rendered_beside, item)
            self._missing[item.vantage] = MissingPages(self._spider.desk, fetch, render, seen_from=item.vantage)
        return self._missing[item.vantage]

    async def _beside(self, like: Look, visit: Visit, url: str) -> Page | None:
        return (await self._spider.look_from(_other(like, visit, url))).page

    async def _rendered_beside(self, like: Look, visit: Visit, url: str) -> Page | None:
        allowed = allowance(visit, self._settings).browser
        return await self._rendered(_other(like, visit, url)) if allowed else None

    async def _confirmed(self, item: Look, finding: Finding) -> Finding:
        """Look once more in a browser before a takedown is confirmed; what the two see must be one thing."""
        assert item.page is not None  # noqa: S101
        allowed = self._browsers.any and allowance(item.visit, self._settings).browser
        if finding.verdict is not Verdict.REMOVED or item.page.rendered or not allowed:
            return finding
        item.confirms = False
        page = await self._rendered(item) if item.visit.confirming else None
        if page is None:
            item.confirms = not self._browsers.any
            return finding
        item.page, item.confirms = page, True
        rendered = await self._compared(item)
        if rendered.verdict is Verdict.REMOVED:
            return rendered
        if _is_one_thing(finding, rendered):
            return finding
        because = (
            f"Two looks differ. Without scripts it seemed removed: {finding.because} "
            f"In a browser it seemed {rendered.verdict}: {rendered.because}"
        )
        return Finding(Verdict.UNCLEAR, "pehra.looks-differ", because)

    async def _from_elsewhere(self, item: Look, here: Finding) -> tuple[Look, Finding]:
        """Look from every other exit in turn until one sees it up; what each saw stands in the reason."""
        looks, findings = {}, {}
        for name in self._exits.names:
            visit = replace(item.visit, baseline=_without_tags(item.visit.baseline))
            look = Look(visit, _now(), item.control, vantage=name, exit=await self._exits.url(name))
            looks[name] = await self._spider.look_from(look)
            findings[name] = await self._believed(looks[name], await self._judged(look))
            if findings[name].verdict is Verdict.LIVE:
                break
        taken = settled(findings)
        others = {name: one for name, one in findings.items() if name != taken}
        seen = [f"From the exit {name}, {one.verdict}: {one.because}" for name, one in others.items()]
        if taken is None:
            return item, replace(here, because=" ".join([here.because, *seen]))
        finding = findings[taken]
        because = [finding.because, f"This was seen from the exit {taken}; from our own it was {here.verdict}:"]
        return looks[taken], replace(finding, because=" ".join([*because, here.because, *seen]))

    async def _believed(self, item: Look, finding: Finding) -> Finding:
        """Believe an exit that sees the content gone only if it sees anything of the site: some get 404 for all."""
        if finding.verdict is not Verdict.REMOVED or await self._sees(item):
            return finding
        because = (
            f"It seemed removed: {finding.because} But nothing else of the site could be seen from there either, so "
            "this proves nothing."
        )
        return Finding(Verdict.UNCLEAR, "pehra.exit-sees-nothing", because)

    async def _sees(self, item: Look) -> bool:
        """Look from an exit at what is known to be live there: the platform's control, else the site's first page."""
        sheet = self._registry.sheet(item.visit.platform) if item.visit.platform else None
        live = [one.live for one in sheet.control if one.live] if sheet else []
        url = self._registry.identify(live[0]).visit if live else urljoin(item.visit.url, "/")
        key = f"{item.vantage} {url}"
        known, now = self._seen_from.get(key), self._spider.desk.clock()
        if known is None or now - known[0] >= timedelta(seconds=self._settings.missing_first_s):
            known = self._seen_from[key] = now, await self._is_live(item, url, sheet if live else None)
        return known[1]

    async def _is_live(self, like: Look, url: str, sheet: Sheet | None) -> bool:
        page = await self._beside(like, like.visit, url)
        finding = judge(page, sheet, engines=self._registry.engines) if page else None
        if page and finding and finding.needs_browser:
            page = await self._rendered_beside(like, like.visit, url)
            finding = judge(page, sheet, engines=self._registry.engines) if page else None
        if page is None or finding is None:
            return False
        verdict.let_go(page)
        return finding.verdict is Verdict.LIVE and verdict.ended(page) is verdict.Way.STAYED

    async def _name(self, item: Look) -> Name:
        """Ask whether the host that was asked for still has a name; behind a proxy nobody here can tell."""
        assert item.page is not None  # noqa: S101
        if item.page.failure is not Failure.DNS or item.page.hops or item.page.rendered:
            return Name.FOUND
        if self._settings.proxy or item.control is not None:
            return Name.UNKNOWN
        return await names.ask(urlsplit(item.visit.url).hostname or "", self._settings.resolver)

    async def _rendered(self, look: Look) -> Page | None:
        """Look in a browser; where one that is to take a picture too gets nowhere, one that is not looks again."""
        if self._capturer.wants_shot(look):
            page = await self._sighted(look)
            if page is None or page.failure is None:
                return page
            look.shot = Shot(missing=f"the browser that was to take it got no answer ({page.failure.value})")
        return await self._browsed(look)

    async def _sighted(self, look: Look) -> Page | None:
        page = await self._browsed(look, sighted=True)
        if page is not None and page.failure is None:
            look.shot = page.shot
        return page

    async def _browsed(self, look: Look, *, sighted: bool = False) -> Page | None:
        upstream = self._settings.proxy if look.vantage is None else self._exits.upstream(look.vantage)
        look.drawn_at = self._spider.desk.clock()
        return await self._browsers.look(look.visit.url, upstream, sighted=sighted)

    def _alone(self, look: Look, page: Page) -> Finding:
        """Judge a page by itself, with nothing asked beside it."""
        sheet = self._registry.sheet(look.visit.platform) if look.visit.platform else None
        finding = judge(page, sheet, _known(look.visit), engines=self._registry.engines)
        verdict.let_go(page)
        return finding

    async def close_spider(self) -> None:
        """Close the browsers and the ways to other exits."""
        await self._browsers.aclose()
        await self._pictured.aclose()
        await self._exits.aclose()


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
            await self._desk.end(self._writer)
        await self._desk.write(last=True)


def seen(look: Look, finding: Finding, at: datetime) -> Seen:
    """Put a look and its finding into the casebook's form."""
    page = look.page
    assert page is not None  # noqa: S101
    whole = finding.verdict is Verdict.LIVE and page.status == 200 and not page.rendered and look.vantage is None
    took_s = (_now() if look.ended is None else look.ended) - look.began
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
        retry_after=retry_after(page, at),
        confirms=look.confirms,
        vantage=look.vantage,
        name=look.name,
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
    pictures = look.pictures if look.pictures is not None else before.pictures if before else None
    noted = Baseline(tags.get("etag"), tags.get("last-modified"), known, pictures)
    return noted if noted != Baseline() else None


def _without_tags(noted: Baseline | None) -> Baseline | None:
    """Keep what the page is known by: another exit asks for the whole page."""
    return None if noted is None else replace(noted, etag=None, last_modified=None)


def _other(like: Look, visit: Visit, url: str) -> Look:
    """Look at another address from where a look was made."""
    return Look(replace(visit, url=url, baseline=None, wish=None), _now(), vantage=like.vantage, exit=like.exit)


def _is_one_thing(plain: Finding, rendered: Finding) -> bool:
    """Whether a browser sees again what the site shows for what is missing; that it is that was proved without one."""
    if not plain.rule.startswith("generic.missing-"):
        return False
    if rendered.rule in ("generic.one-page-for-all", "generic.no-witness"):
        return True
    return rendered.rule == plain.rule.replace("missing-", "")


def _now() -> float:
    return asyncio.get_running_loop().time()
