"""Visits what is due, hop by hop, and hands over what came back."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.http import Response
from scrapy.http.headers import Headers
from twisted.python.failure import Failure as TwistedFailure

from casebook.children import Allowance, allowance
from casebook.controls import Asked
from casebook.hosts import Name
from casebook.settings import Crawler as CrawlerSettings
from casebook.visits import Visit
from casebook.vocabulary import AddressId
from casebook.wishes import Wish
from crawler.decoding import ACCEPTED, Undecodable, unpack
from crawler.desk import Desk
from crawler.exchange import Exchange, Wire
from crawler.fetching import failure_of
from crawler.hops import target_of
from crawler.page import Failure, Hop, Page, Shot

log = logging.getLogger(__name__)

PICTURES = "image/avif,image/webp,image/*,*/*;q=0.8"
TEXT = ("text/", "application/xhtml", "application/xml", "application/json")


@dataclass
class Look:
    """One address on its way through a pass; `control` where it is visited to check our own eyes.

    `confirms`: whether what it shows may end the wait for a takedown. `vantage` names another exit than our own, and
    `exit` is the proxy that leads there. `picture_bytes`: the most of a picture that is taken, where one is looked
    for; 0 where none is. `shown_by` is the page that shows that picture. `pictures` is what was noted of the pictures
    that the page is about, None where nothing was. `exchanges` is what went over the wire, where a capture may keep it;
    `ended` is when it was judged, `drawn_at` when a browser showed the page, and `shot` a picture of that.
    """

    visit: Visit
    began: float
    control: Asked | None = None
    confirms: bool = True
    vantage: str | None = None
    exit: str | None = None
    name: Name = Name.FOUND
    hops: list[Hop] = field(default_factory=list)
    received: int = 0
    page: Page | None = None
    picture_bytes: int = 0
    shown_by: str | None = None
    pictures: list[dict[str, str]] | None = None
    exchanges: list[Exchange] = field(default_factory=list, repr=False)
    ended: float | None = None
    drawn_at: datetime | None = None
    shot: Shot | None = None

    @property
    def wish(self) -> Wish | None:
        """What is wanted of this very address; a control or a picture is never captured."""
        return None if self.control is not None or self.picture_bytes else self.visit.wish


class Recheck(Spider):
    """Walks no site: each address is visited once, with the hops it sends us on."""

    name = "recheck"

    def __init__(self, desk: Desk, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(**kwargs)
        self.desk = desk
        self.limits: CrawlerSettings = desk.settings.crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "Recheck":  # noqa: ANN401
        """Listen to what arrives, so that reading can stop."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.on_headers, signals.headers_received)
        crawler.signals.connect(spider.on_bytes, signals.bytes_received)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Ask for each address that the desk hands out."""
        eyes = self.desk.eyes
        for asked in [] if eyes is None else await eyes.forced():
            yield self._control(asked)
        async for visit in self.desk.visits():
            for asked in [] if eyes is None else await eyes.due(visit.platform):
                yield self._control(asked)
            yield self._request(Look(visit, _now()), visit.url)

    def _control(self, asked: Asked) -> Request:
        """Visit a control as a link is visited, before those that wait for it."""
        platform, url = asked.control.platform, asked.control.visit or asked.control.url
        visit = Visit(AddressId(0), url, site=b"", platform=platform, minor=False, baseline=None, read_whole_at=None)
        return self._request(Look(visit, _now(), asked), visit.url)

    def _request(self, look: Look, url: str) -> Request:
        left = self.limits.visit_time_s - (_now() - look.began if look.hops else 0.0)
        look.received = 0
        return Request(
            url,
            callback=self.answered,
            errback=self.failed,
            dont_filter=True,
            headers=self._headers(look),
            priority=0 if look.control is None else 1,
            meta={
                "look": look,
                "exit": look.exit,
                "download_slot": urlsplit(url).netloc,  # of a normalised address, so the host in its one spelling
                "download_timeout": max(0.1, min(self.limits.answer_time_s, left)),
                "wire": self._wire(look),
            },
        )

    def _wire(self, look: Look) -> Wire | None:
        """Have what goes over the wire noted where it may be captured; of a minor's link never."""
        kept = look.wish is not None and self._allowance(look).capture
        return Wire(self.desk.clock()) if kept else None

    async def look_from(self, look: Look) -> Look:
        """Visit, hop by hop, while another look waits in the pipeline: from another exit, or an address beside it."""
        assert self.crawler.engine is not None  # noqa: S101  # it runs while its pipelines do
        step: Request | Look = self._request(look, look.visit.url)
        while isinstance(step, Request):
            try:
                response = await self.crawler.engine.download_async(step)
            except Exception as error:  # noqa: BLE001  # the edge of a visit
                return self._end(look, step.url, failure_of(error))
            (step,) = self.answered(response)
        return step

    def _headers(self, look: Look) -> dict[str, str]:
        headers = {
            "User-Agent": self.limits.user_agent,
            "Accept": PICTURES if look.picture_bytes else "text/html,application/xhtml+xml,*/*;q=0.8",
            "Accept-Language": "en,ur;q=0.7",
            "Accept-Encoding": ACCEPTED,
        }
        if look.shown_by is not None:
            headers["Referer"] = look.shown_by  # as a browser would, for some serve pictures only to their own pages
        known = look.visit.baseline
        whole = look.wish is not None and look.wish.likely
        if known is not None and not look.hops and not whole and self._believes_unmodified(look.visit):
            if known.etag:
                headers["If-None-Match"] = known.etag
            elif known.last_modified:
                headers["If-Modified-Since"] = known.last_modified
        return headers

    def _believes_unmodified(self, visit: Visit) -> bool:
        read = visit.read_whole_at
        return read is not None and (self.desk.clock() - read).total_seconds() < self.limits.full_read_every_s

    def on_headers(self, headers: Headers, request: Request, **_: Any) -> None:  # noqa: ANN401
        """Stop before a body that is media; of a minor's link, before whatever is not called text."""
        look: Look = request.meta["look"]
        if look.picture_bytes:
            return
        kind = (headers.get("Content-Type") or b"").decode("latin-1").strip().lower()
        if not kind.startswith(TEXT) if kind else not self._allowance(look).unnamed:
            raise StopDownload(fail=False)

    def on_bytes(self, data: bytes, request: Request, **_: Any) -> None:  # noqa: ANN401
        """Stop at the limit; a minor's link has a lower one."""
        look: Look = request.meta["look"]
        look.received += len(data)
        if look.received >= self._allowance(look).body_bytes:
            raise StopDownload(fail=False)

    def _allowance(self, look: Look) -> Allowance:
        allowed = allowance(look.visit, self.limits)
        return replace(allowed, body_bytes=look.picture_bytes) if look.picture_bytes else allowed

    def answered(self, response: Response) -> list[Request | Look]:
        """Follow a hop, or hand over the last answer; one that our own program stumbles over is malformed.

        As a list, for Scrapy reads a generator's source each time.
        """
        look: Look = response.meta["look"]
        try:
            return self._next(response, look)
        except Exception as error:  # noqa: BLE001  # the edge of a visit
            kind = type(error).__name__
            log.error("address %s could not be read (%s)", look.visit.address, kind)  # noqa: TRY400  # law 4
            return [self._end(look, response.url, Failure.MALFORMED)]

    def _next(self, response: Response, look: Look) -> list[Request | Look]:
        page = self._page(response, look)
        target = target_of(page)
        if target is None:
            look.page = page
            return [look]
        if len(look.hops) >= self.limits.redirects:
            return [self._end(look, response.url, Failure.REDIRECTS)]
        if _now() - look.began > self.limits.visit_time_s and look.hops:
            return [self._end(look, response.url, Failure.TIMEOUT)]
        if not look.hops:
            look.began = _now()
        look.hops.append(Hop(response.url, response.status, target))
        return [self._request(look, target)]

    def _page(self, response: Response, look: Look) -> Page:
        headers = {name.decode("latin-1").lower(): values[0].decode("latin-1") for name, values in _pairs(response)}
        stopped = "download_stopped" in response.flags
        self._note(response, look, stopped=stopped)
        failure, body, more = _refusal(response, headers) if look.exit else None, b"", False
        try:
            body, more = unpack(response.body, headers.get("content-encoding", ""), self._allowance(look).body_bytes)
        except Undecodable:
            failure = Failure.MALFORMED
        asked = response.request.headers if response.request else {}
        return Page(
            url=look.visit.url,
            final_url=response.url,
            status=response.status,
            headers=headers,
            body=body,
            hops=tuple(look.hops),
            failure=failure,
            truncated=stopped or more,
            conditional=b"If-None-Match" in asked or b"If-Modified-Since" in asked,
        )

    def _note(self, response: Response, look: Look, *, stopped: bool) -> None:
        """Note what went over the wire; all hops together hold as much as a capture may."""
        wire: Wire | None = response.meta.get("wire")
        if wire is None:
            return
        room = self.desk.settings.evidence.page_bytes - sum(len(one.body) for one in look.exchanges)
        cut = ("length" if response.body else "unspecified") if stopped or len(response.body) > room else None
        look.exchanges.append(
            Exchange(
                response.url, response.status, wire.began, self.desk.clock(), wire.asked, wire.answered,
                response.body[: max(0, room)], wire.ip, wire.certificate, cut,
            )
        )  # fmt: skip

    def failed(self, failure: TwistedFailure) -> list[Look]:
        """Hand over a visit that brought back no answer."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error = failure.value
        return [] if error is None else [self._end(request.meta["look"], request.url, failure_of(error))]

    def _end(self, look: Look, url: str, failure: Failure) -> Look:
        look.page = Page(url=look.visit.url, final_url=url, hops=tuple(look.hops), failure=failure)
        return look


def _refusal(response: Response, headers: dict[str, str]) -> Failure | None:
    """Tell our own guarding proxy's answers from a site's; over TLS nothing here is the proxy's."""
    word = headers.get("x-pehra-refused") if response.url.startswith("http://") else None
    return Failure(word) if word in set(Failure) else None


def _pairs(response: Response) -> Iterator[tuple[bytes, list[bytes]]]:
    for name, values in response.headers.items():
        if values:
            yield name, values


def _now() -> float:
    return asyncio.get_running_loop().time()
