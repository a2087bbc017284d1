"""From what a sweep met to the record: recognised in memory, written in batches; no picture's bytes go any further."""

import asyncio
import logging
from collections import OrderedDict
from dataclasses import replace
from hashlib import sha256
from typing import Self, cast

from scrapy.crawler import Crawler

from casebook.sightings import Media, Met
from casebook.sources import Sweep
from crawler.recognising import Recogniser, Taken
from crawler.spiders.sweep import Ended, Sweeper
from crawler.sweepdesk import SweepDesk
from crawler.walk import Picked, Spoken, Walk
from matchers.decoding import Decoders
from matchers.errors import NoDecoder

log = logging.getLogger(__name__)

WRITTEN_AT_ONCE = 50
REMEMBERED = 4_000  # pictures of one case, by their bytes, for one pass

Noted = tuple[Walk, Met]


class _NoBank(Exception):
    """What a case looks for could not be read; without it, its sweeps tell nothing."""


class Recognising:
    """Turns what was met into what is noted; keeps the fingerprints of one pass, never a picture."""

    def __init__(self, desk: SweepDesk) -> None:
        self._desk = desk
        self._decoders = Decoders()
        self._of: dict[int, asyncio.Task[Recogniser]] = {}
        self._seen: dict[int, OrderedDict[bytes, Taken]] = {}
        self._hits: dict[tuple[int, str], Met] = {}  # copies by source and address: they may stand on more pages

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take what the pass was given."""
        return cls(cast(Sweeper, crawler.spider).desk)

    async def process_item(self, item: Picked | Spoken | Ended) -> "Noted | Ended | None":
        """Recognise one thing; one that our own program stumbles over costs itself alone."""
        if isinstance(item, Ended):
            return item
        try:
            met = await (self._picture(item) if isinstance(item, Picked) else self._words(item))
        except NoDecoder:
            item.walk.frontier.end("pehra.no-decoder", "The process that reads pictures did not start.")
            return None
        except _NoBank as error:
            item.walk.frontier.end("pehra.no-bank", f"What this case looks for could not be read ({error}).")
            return None
        except Exception as error:  # noqa: BLE001  # the edge of a picture
            kind = type(error).__name__
            log.error("something met by source %s could not be matched (%s)", item.walk.sweep.source, kind)  # noqa: TRY400
            return None
        return None if met is None else (item.walk, met)

    async def _recogniser(self, sweep: Sweep) -> Recogniser:
        """Give a case's bank, built once in a pass; two walks of one case wait for the same one."""
        if sweep.case not in self._of:
            self._of[sweep.case] = asyncio.create_task(self._built(sweep))
        try:
            return await self._of[sweep.case]
        except Exception as error:  # noqa: BLE001  # the edge of a bank
            raise _NoBank(type(error).__name__) from None

    async def _built(self, sweep: Sweep) -> Recogniser:
        banked, watched = await self._desk.bank(sweep), await self._desk.watched(sweep)
        return await asyncio.to_thread(Recogniser.of, banked, watched)

    async def _words(self, item: Spoken) -> Met | None:
        recogniser = await self._recogniser(item.walk.sweep)
        if recogniser.watch is None:
            return None
        hits = await asyncio.to_thread(recogniser.named, item.said)
        return Met(item.page, None, hits) if hits else None

    async def _picture(self, item: Picked) -> Met | None:
        recogniser = await self._recogniser(item.walk.sweep)
        if not item.body:
            return await self._again(item, recogniser)
        digest = sha256(item.body).digest()
        item.walk.frontier.met(digest)
        taken = await self._taken(item, digest, recogniser)
        hits = await asyncio.to_thread(recogniser.hits, taken)
        media = Media(
            item.address,
            taken.kind,
            digest,
            item.etag,
            item.last_modified,
            print=taken.kept,
            pdq=taken.pdq,
            features=taken.features,
        )
        met = Met(item.page, media, hits)
        if hits:
            self._hits[item.walk.sweep.source, item.address] = met
        return met

    async def _again(self, item: Picked, recogniser: Recogniser) -> Met | None:
        """Match what is known of an address from before: it may be a copy on one more page, or looked for since."""
        known = item.known
        if known is None:
            here = self._hits.get((item.walk.sweep.source, item.address))
            return None if here is None else replace(here, page=item.page)
        taken = recogniser.known(known.kind, known.print)
        hits = await asyncio.to_thread(recogniser.hits, taken)
        media = Media(item.address, known.kind, None, known.etag, known.last_modified)
        return Met(item.page, media, hits) if hits or item.etag else None

    async def _taken(self, item: Picked, digest: bytes, recogniser: Recogniser) -> Taken:
        """Take prints, unless the same bytes were met before, in this pass or an earlier one."""
        case = item.walk.sweep.case
        here = self._seen.setdefault(case, OrderedDict())
        if digest in here:
            return here[digest]
        before = None if recogniser.deep else await self._desk.known_bytes(item.walk.sweep, digest)
        if before is not None:
            taken = recogniser.known(before.kind, before.print)
        else:
            taken = await asyncio.to_thread(recogniser.taken, self._decoders, item.body)
        here[digest] = taken
        if len(here) > REMEMBERED:
            here.popitem(last=False)
        return taken

    async def close_spider(self) -> None:
        """End the children that decode."""
        await asyncio.to_thread(self._decoders.close)


class Noting:
    """Hands what was met to the desk, some at a time, and the end of each walk after all of its own."""

    def __init__(self, desk: SweepDesk) -> None:
        self._desk = desk
        self._waiting: dict[int, list[Met]] = {}
        self._writing: dict[int, asyncio.Lock] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take what the pass was given."""
        return cls(cast(Sweeper, crawler.spider).desk)

    async def process_item(self, item: "Noted | Ended | None") -> None:
        """Note one thing."""
        if isinstance(item, Ended):
            await self._end(item)
        elif item is not None:
            walk, met = item
            waiting = self._waiting.setdefault(walk.sweep.source, [])
            waiting.append(met)
            if len(waiting) >= WRITTEN_AT_ONCE:
                await self._write(walk)

    async def _end(self, item: Ended) -> None:
        walk = item.walk
        await self._write(walk)
        if not walk.lost:
            await self._desk.finish(walk.sweep, replace(item.outcome, sightings=walk.new))

    async def _write(self, walk: Walk) -> None:
        source = walk.sweep.source
        async with self._writing.setdefault(source, asyncio.Lock()):
            met = self._waiting.pop(source, [])
            new = await self._desk.record(walk.sweep, met) if met else 0
            walk.lost = walk.lost or new is None
            walk.new += new or 0
