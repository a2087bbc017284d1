"""Links reported for their picture: the picture may go while its page stays, or be served on when its page is gone.

When such a page is first live, the few pictures it is about are fetched into memory and fingerprinted; their addresses
and fingerprints are noted. Later looks ask for them again. Only positive signs count: a picture that cannot be fetched,
or stands at another address now, or gave way to another picture, proves nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urldefrag, urljoin, urlsplit

from casebook.children import allowance
from casebook.settings import Crawler
from crawler.document import Document
from crawler.likeness import DECORATION, SITE_PICTURE, Print, Reading, held
from crawler.page import Page
from crawler.spiders.recheck import Look, Recheck
from crawler.verdict import Finding, let_go
from matchers.decoding import Decoders
from matchers.errors import NoDecoder, PictureError
from matchers.hashes import RADIUS, Fingerprint, Turned, pdq
from matchers.limits import Limits
from platforms.words import Verdict

NOTED = 4  # a page with more pictures than this is a list, and nobody can say which was reported
SHOWN = 12  # pictures of a page that are compared with what was noted
LEAST_SIDE = 150  # pixels; what is smaller is decoration
SAME_TEXT = 0.8
GONE = frozenset({404, 410})
CHANGED = "generic.changed"

Noted = dict[str, str]
Render = Callable[[Look], Awaitable[Page | None]]


class Fate(StrEnum):
    """What became of a picture at its address."""

    SERVED = "served"
    GONE = "gone"
    OTHER = "other"
    UNTOLD = "untold"


@dataclass(frozen=True)
class Shown:
    """What one address of a picture gave: its fate, and its fingerprint where it is a picture with some detail."""

    fate: Fate
    turned: Turned | None = None


class Pictured:
    """Weighs a finding by what became of the pictures that the page was about."""

    def __init__(self, spider: Recheck, render: Render, settings: Crawler) -> None:
        self._spider, self._render, self._settings = spider, render, settings
        self._decoders = Decoders(Limits(bytes=settings.picture_bytes))

    async def weighed(self, item: Look, finding: Finding) -> Finding:
        """Give the finding that holds when the pictures are asked for too; of a minor's link nothing is asked."""
        if not allowance(item.visit, self._settings).pictures or item.control is not None or item.page is None:
            return finding
        noted = item.visit.baseline.pictures if item.visit.baseline else None
        if not noted:
            if finding.verdict is Verdict.LIVE and noted is None:
                item.pictures = await self._first(item, item.page)
            return finding
        if finding.verdict is Verdict.REMOVED:
            return _still_served(finding) if await self._any_served(item, noted) else finding
        if finding.verdict is Verdict.LIVE or _only_the_picture_changed(item, finding):
            return await self._of_a_live_page(item, noted, finding)
        return finding

    async def aclose(self) -> None:
        """End the process that decodes."""
        await asyncio.to_thread(self._decoders.close)

    async def _first(self, item: Look, page: Page) -> list[Noted] | None:
        """Note the pictures of a page; an empty list where it has none to go by, None where they did not come."""
        urls = addresses(page, NOTED + 1)
        if urls is None:
            return None
        if len(urls) > NOTED:
            return []
        shown = [await self._shown(item, url) for url in urls]
        if any(one.fate is Fate.UNTOLD for one in shown):
            return None  # another look may get them all
        kept = [(url, one.turned) for url, one in zip(urls, shown, strict=True) if one.turned is not None]
        return [{"url": url, "pdq": turned.upright.hex} for url, turned in kept]

    async def _any_served(self, item: Look, noted: Sequence[Noted]) -> bool:
        return Fate.SERVED in [await self._fate(item, one) for one in noted]

    async def _of_a_live_page(self, item: Look, noted: Sequence[Noted], finding: Finding) -> Finding:
        """Say whether a page that is up has lost its pictures, at their addresses and as a browser shows it now."""
        fates = {await self._fate(item, one) for one in noted}
        if fates & {Fate.SERVED, Fate.UNTOLD}:
            return finding
        if Fate.OTHER in fates:
            return _untold(finding)
        page = item.page
        if self._settings_have_browser and page is not None and not page.rendered:
            page = await self._render(item)
        elif page is not None and not page.rendered and Document(page).has_scripts:
            page = None
        elsewhere = None if page is None else await self._now_shown(item, page, noted)
        if elsewhere is None:
            return _untold(finding)
        if elsewhere:
            item.pictures = elsewhere
            return finding if finding.verdict is Verdict.LIVE else _moved(item)
        item.confirms = True
        return _gone(len(noted))

    @property
    def _settings_have_browser(self) -> bool:
        return self._spider.desk.settings.crawler.browser != "off"

    async def _now_shown(self, item: Look, page: Page, noted: Sequence[Noted]) -> list[Noted] | None:
        """Find the noted pictures among those that a page shows now.

        None where some of those did not come, or are others: the same picture cropped or with a new mark would be.
        """
        urls = addresses(page, SHOWN)
        if urls is None:
            return None
        shown = [(url, await self._shown(item, url)) for url in urls]
        found = [{"url": url, "pdq": known["pdq"]} for url, one in shown for known in noted if _is(one, known)]
        return found if found or all(one.fate is Fate.GONE for _, one in shown) else None

    async def _fate(self, item: Look, noted: Noted) -> Fate:
        shown = await self._shown(item, noted["url"])
        return Fate.OTHER if shown.fate is Fate.SERVED and not _is(shown, noted) else shown.fate

    async def _shown(self, item: Look, url: str) -> Shown:
        """Fetch one picture into memory and fingerprint it; nothing of it is kept."""
        visit = replace(item.visit, url=url, baseline=None, wish=None)
        look = Look(
            visit,
            _now(),
            vantage=item.vantage,
            exit=item.exit,
            picture_bytes=self._settings.picture_bytes,
            shown_by=item.page.final_url if item.page else None,
        )
        page = (await self._spider.look_from(look)).page
        if page is None or page.failure is not None:
            return Shown(Fate.UNTOLD)
        if page.status in GONE:
            return Shown(Fate.GONE)
        if page.status != 200 or page.truncated:
            return Shown(Fate.UNTOLD)
        try:
            pictures = await asyncio.to_thread(self._decoders.read, page.body)
        except (NoDecoder, PictureError):  # a page instead of a picture may be a wall
            return Shown(Fate.UNTOLD)
        large = next((one for one in pictures if min(one.width, one.height) >= LEAST_SIDE), None)
        turned = None if large is None else pdq(large.pixels)
        return Shown(Fate.GONE if turned is None else Fate.SERVED, turned)  # a plain or tiny one stands in its place


def addresses(page: Page, most: int) -> list[str] | None:
    """Give the addresses of the pictures that a page is about, announced ones first.

    None where it is about a film, of which this knows nothing, or is no page at all.
    """
    document = Document(page)
    if not document.is_html or any(name.startswith("og:video") for name in document.metas):
        return None
    if document.select("body video, body audio"):
        return None
    metas = (document.metas.get(name, "") for name in ("og:image", "og:image:url", "twitter:image"))
    announced = (url for url in metas if url and not SITE_PICTURE.search(url))
    own = (url for url in document.own_pictures if not DECORATION.search(url))
    found = _absolute(page.final_url, [*announced, *own])
    let_go(page)
    return found[:most]


def _absolute(base: str, urls: Iterable[str]) -> list[str]:
    found: dict[str, None] = {}
    for url in urls:
        try:
            whole = urldefrag(urljoin(base, url.strip())).url
            if urlsplit(whole).scheme in ("http", "https"):
                found.setdefault(whole)
        except ValueError:
            continue
    return list(found)


def _is(shown: Shown, noted: Noted) -> bool:
    """Whether what was served is the noted picture, in any turn."""
    if shown.turned is None:
        return False
    known = Fingerprint.from_hex(noted["pdq"])
    return any(one.distance(known) <= RADIUS for one in shown.turned.turns.values())


def _only_the_picture_changed(item: Look, finding: Finding) -> bool:
    """Whether a page says the same in words as when it was live; its main picture alone makes it another."""
    if finding.rule != CHANGED:
        return False
    known, here = _known(item), _here(item)
    return known.title == here.title and held(known.runs, here) >= SAME_TEXT


def _known(item: Look) -> Print:
    before = item.visit.baseline.print if item.visit.baseline else None
    return Print.read(before or {})


def _here(item: Look) -> Print:
    return Print() if item.page is None else Reading(item.page, Document(item.page)).print


def _moved(item: Look) -> Finding:
    """Say that the picture stands at another address; by that address the page is known from now on."""
    here = _here(item)
    known = replace(_known(item), picture=here.picture, announced=here.announced, shown=here.shown)
    because = "The page says what it said, and shows the picture it was about from another address."
    return Finding(Verdict.LIVE, "generic.picture-moved", because, print=known)


def _gone(count: int) -> Finding:
    which = "The picture it was about is" if count == 1 else f"The {count} pictures it was about are"
    because = f"The page is up. {which} served no more, and the page shows no other."
    return Finding(Verdict.REMOVED, "generic.picture-gone", because)


def _still_served(finding: Finding) -> Finding:
    because = f"The picture is still served at its own address, although its page seems gone: {finding.because}"
    return Finding(Verdict.LIVE, "generic.picture-served", because)


def _untold(finding: Finding) -> Finding:
    because = (
        "The picture is gone from its address, and whether the page shows it in another form could not be told. "
        f"Of the page: {finding.because}"
    )
    return Finding(Verdict.UNCLEAR, "generic.picture-untold", because)


def _now() -> float:
    return asyncio.get_running_loop().time()
