"""Captures: what a visit brought, sealed for the cases that agreed to it, straight from memory.

A capture never changes a finding, and one that fails costs the check nothing: it is recorded that there is none.
"""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, BinaryIO, TypeVar

from casebook import evidence
from casebook.access import MONITOR
from casebook.children import allowance
from casebook.errors import Busy, Unavailable
from casebook.strongroom import SealedPart
from casebook.taken import ARCHIVE, SAYS, SCREENSHOT, Body, Taken
from casebook.vocabulary import NotKept, Verdict
from casebook.wishes import Due
from crawler import account
from crawler.desk import Desk, Keeping
from crawler.page import Page, Shot
from crawler.spiders.recheck import Look
from crawler.verdict import Finding

log = logging.getLogger(__name__)

ARCHIVE_TYPE, PICTURE_TYPE = "application/warc", "image/png"
BUSY_TRIES, BUSY_S = 20, 0.5

See = Callable[[Look], Awaitable[Page | None]]
Judge = Callable[[Look, Page], Finding]
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class _Sight:
    """What a browser showed for a capture, what is to be said of it, and what need not be kept again."""

    page: Page | None = None
    said: str | None = None
    earlier: Body | None = None


class Capturer:
    """Makes the captures of one pass, one at a time, which bounds memory.

    `see` has a browser take a picture of a page, `judge` judges what it then shows.
    """

    def __init__(self, desk: Desk, see: See, judge: Judge) -> None:
        self._desk, self._see, self._judge = desk, see, judge
        self._limits, self._crawler = desk.settings.evidence, desk.settings.crawler
        self._turn = asyncio.Lock()

    def wants_shot(self, look: Look) -> bool:
        """Say whether a browser that looks for the judge is to take a picture as well: then no second visit is made."""
        agreed = self._desk.keeping is not None and allowance(look.visit, self._crawler).screenshot
        return agreed and look.wish is not None and look.wish.likely and look.shot is None

    async def capture(self, look: Look, finding: Finding) -> None:
        """Capture a visit, where it is due."""
        due = look.wish.due(finding.verdict) if look.wish else None
        if due is None or self._desk.keeping is None:
            return
        try:
            await self._capture(self._desk.keeping, look, finding, due)
        except Exception as error:  # noqa: BLE001  # the edge of a capture: the check goes on
            kind = type(error).__name__
            log.error("address %s could not be captured (%s)", look.visit.address, kind)  # noqa: TRY400  # law 4
        look.exchanges, look.shot = [], None

    async def _capture(self, keeping: Keeping, look: Look, finding: Finding, due: Due) -> None:
        if not allowance(look.visit, self._crawler).capture:
            await self._none(keeping, look, finding, due, NotKept.MINOR, SAYS[NotKept.MINOR])
        elif not look.exchanges:
            await self._none(keeping, look, finding, due, NotKept.FAILED, account.no_answer(look.page))
        elif (lack := await self._asked(self._no_room, keeping)) is not None:
            await self._none(keeping, look, finding, due, lack, SAYS[NotKept.DISK])
        else:
            sight = await self._sight(look, finding)
            async with self._turn:
                earlier = await self._asked(partial(evidence.body, self._desk.book, look.visit.address, actor=MONITOR))
                await self._sealed(keeping, look, finding, due, replace(sight, earlier=earlier))

    def _no_room(self, keeping: Keeping) -> NotKept | None:
        desk = self._desk
        return evidence.no_room(desk.book, keeping.room, self._limits, actor=MONITOR, at=desk.clock())

    async def _sight(self, look: Look, finding: Finding) -> _Sight:
        """Have a picture taken where a case agreed to one and none was; this is the only visit made for a capture."""
        if look.shot is not None or not allowance(look.visit, self._crawler).screenshot:
            return _Sight()
        page = await self._see(look)
        if page is None:
            return _Sight(said=account.BROWSER_GONE)
        if page.failure is not None:
            look.shot = Shot(missing=f"the browser that was to take it got no answer ({page.failure.value})")
            return _Sight()
        look.shot = page.shot
        return _Sight(page, account.differs(finding, self._judge(look, page)))

    async def _sealed(self, keeping: Keeping, look: Look, finding: Finding, due: Due, sight: _Sight) -> None:
        files: list[str] = []
        try:
            taken = await asyncio.to_thread(self._taken, keeping, look, finding, due, sight, files)
        except Unavailable:
            keeping.room.drop(files)
            await self._none(keeping, look, finding, due, NotKept.DISK, SAYS[NotKept.DISK])
            return
        except Exception:
            keeping.room.drop(files)
            await self._none(keeping, look, finding, due, NotKept.FAILED, SAYS[NotKept.FAILED])
            raise
        await self._kept(keeping, taken)

    def _taken(
        self, keeping: Keeping, look: Look, finding: Finding, due: Due, sight: _Sight, files: list[str]
    ) -> Taken:
        """Seal the parts; what is sealed is named in `files` at once, so that it can be let go of."""
        from crawler import warc  # heavy: only captures need it

        desk, seal = self._desk, partial(keeping.room.seal, address=look.visit.address)
        drawn = _drawn(look, sight)
        earlier = sight.earlier
        written: list[warc.Written] = []

        def write(out: BinaryIO) -> None:
            written.append(
                warc.compose(
                    out, look.exchanges, info=_info(), ids=_ids(keeping.noise), at=look.exchanges[0].began,
                    drawn=drawn, earlier=None if earlier is None else warc.Body(**earlier.note),
                )
            )  # fmt: skip

        parts = [seal(ARCHIVE, ARCHIVE_TYPE, write)]
        files.append(parts[0].file)
        parts += self._picture(look, seal, files)
        body = written[0].body if finding.verdict is Verdict.LIVE else None  # what comes back is what was live
        facts = account.facts(look, finding, self._crawler, keeping.clock())
        said = [*account.left_out(look, drawn=drawn is not None), *([sight.said] if sight.said else [])]
        return Taken(
            look.visit.address,
            look.exchanges[0].began,
            desk.clock(),
            due.why,
            {**facts, "left_out": said},
            tuple(parts),
            refers_to=earlier.capture if earlier is not None and written[0].again else None,
            body=None if body is None else asdict(body),
        )

    def _picture(self, look: Look, seal: Callable[..., SealedPart], files: list[str]) -> list[SealedPart]:
        png = None if look.shot is None else look.shot.png
        if png is None:
            return []
        if len(png) > self._limits.page_bytes:
            look.shot = Shot(missing=f"it is larger than {self._limits.page_bytes} bytes")
            return []
        part = seal(SCREENSHOT, PICTURE_TYPE, lambda out: out.write(png))
        files.append(part.file)
        return [part]

    async def _none(self, keeping: Keeping, look: Look, finding: Finding, due: Due, reason: NotKept, said: str) -> None:
        """Have it recorded that there is no capture, and why; once, however often it is tried again."""
        if due.again:
            return
        at = self._desk.clock()
        began = look.exchanges[0].began if look.exchanges else at
        facts = account.facts(look, finding, self._crawler, keeping.clock())
        await self._kept(
            keeping, Taken(look.visit.address, began, at, due.why, {**facts, "left_out": [said]}, not_kept=reason)
        )

    async def _kept(self, keeping: Keeping, taken: Taken) -> None:
        """Put it on record; what a book never takes is let go of, and the next visit tries anew."""
        desk = self._desk
        keep = partial(evidence.keep, desk.book, keeping.room, taken, self._limits, actor=MONITOR, at=taken.ended_at)
        try:
            await self._asked(keep)
        except BaseException:
            keeping.room.drop([one.file for one in taken.parts])
            raise

    async def _asked(self, verb: Callable[..., Answer], *given: Any) -> Answer:  # noqa: ANN401  # handed on
        """Ask the book in a thread of its own; one that is busy is asked again."""
        for _ in range(BUSY_TRIES):
            try:
                return await asyncio.to_thread(verb, *given)
            except Busy:
                await asyncio.sleep(BUSY_S)
        return await asyncio.to_thread(verb, *given)


def _drawn(look: Look, sight: _Sight) -> Any:  # noqa: ANN401  # of a module that is read at need
    from crawler.warc import Drawn

    judged = look.page if look.page is not None and look.page.rendered else None
    page = judged or sight.page
    if page is None or page.failure is not None or look.drawn_at is None:
        return None
    return Drawn(page.final_url, page.body, look.drawn_at, cut=page.truncated)


def _info() -> Iterator[tuple[str, str]]:
    yield "software", f"{account.TOOL}/{account.VERSION}"
    yield "format", "WARC File Format 1.1"
    yield "conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"


def _ids(noise: Callable[[int], bytes]) -> Iterator[str]:
    while True:
        yield uuid.UUID(bytes=noise(16), version=4).urn.join("<>")
