"""Hands visits out to the spider and takes findings back, in batches of one transaction each."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from casebook import visits
from casebook.access import MONITOR
from casebook.errors import Busy
from casebook.settings import Settings
from casebook.store import Casebook
from casebook.strongroom import Strongroom
from casebook.visits import Seen, Visit
from crawler.eyes import Eyes

WRITTEN_AT_ONCE = 100
WRITTEN_EVERY_S = 0.25
POLLED_EVERY_S = 0.5


@dataclass(frozen=True)
class Keeping:
    """What captures need of the outside world: where they are sealed, chance for their ids, what the clock goes by.

    `clock` gives `source`, and `synchronised`, None where nobody can tell.
    """

    room: Strongroom
    noise: Callable[[int], bytes]
    clock: Callable[[], Mapping[str, Any]]


@dataclass
class Desk:
    """One pass's view of the queue.

    `only` holds visits leased beforehand; without it the desk leases what is due until nothing was for `linger_s`, or
    until `stop` is called. `clock` and `chance` are the outside world. A book that is busy is asked again; one that
    fails ends the pass, and `fault` says how. `eyes` are the controls that are visited beside, `keeping` is where
    captures go; none without. What is in `abandoned` is called when a pass is given up in the middle of a visit.
    """

    book: Casebook
    settings: Settings
    owner: str
    clock: Callable[[], datetime]
    chance: Callable[[], float]
    only: list[Visit] | None = None
    eyes: Eyes | None = None
    keeping: Keeping | None = None
    abandoned: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    recorded: int = 0
    in_hand: int = 0
    fault: Exception | None = None
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)
    _moved: asyncio.Event = field(default_factory=asyncio.Event)
    _buffer: list[Seen] = field(default_factory=list)
    _waiting: list[tuple[str, Seen]] = field(default_factory=list)
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def stop(self) -> None:
        """Hand out nothing more."""
        self._stopped.set()
        self._moved.set()

    @property
    def stopped(self) -> bool:
        """Whether the pass is ending."""
        return self._stopped.is_set()

    async def visits(self) -> AsyncIterator[Visit]:
        """Give visits as long as there are any."""
        if self.only is not None:
            for visit in self.only:
                self.in_hand += 1
                yield visit
            return
        idle_s = 0.0
        while idle_s <= self.settings.monitor.linger_s and (room := await self._room()):
            batch = await self._more(room)
            for visit in batch:
                self.in_hand += 1
                yield visit
            if batch:
                idle_s = 0.0
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), POLLED_EVERY_S)
            idle_s = idle_s + POLLED_EVERY_S if self.in_hand == 0 else 0.0

    async def _room(self) -> int:
        """Wait until less than half a batch is in hand; give how many more may be, none once the pass is ending."""
        most = self.settings.monitor.batch
        while self.in_hand * 2 >= most and not self.stopped:
            self._moved.clear()
            await self._moved.wait()
        return 0 if self.stopped else most - self.in_hand

    async def _more(self, most: int) -> list[Visit]:
        try:
            return await asyncio.to_thread(self._lease, most)
        except Busy:
            return []
        except Exception as error:  # noqa: BLE001  # the edge of a job
            self._give_up(error)
            return []

    def _give_up(self, error: Exception) -> None:
        self.fault = error
        self.stop()

    def _lease(self, most: int) -> list[Visit]:
        now, monitor, gap_s = self.clock(), self.settings.monitor, self.settings.crawler.per_host_delay_s
        per_site = max(1, int(monitor.lease_s / 4 / gap_s)) if gap_s else most
        return visits.lease(
            self.book,
            self.owner,
            actor=MONITOR,
            at=now,
            until=now + timedelta(seconds=monitor.lease_s),
            most=most,
            per_site=per_site,
            gap=timedelta(seconds=gap_s),
        )

    async def take(self, seen: Seen, platform: str | None = None) -> None:
        """Take one finding; it is on record when its batch is written, after the platform's controls have answered."""
        if self.eyes is not None and platform is not None and self.eyes.wait_for(platform):
            self._waiting.append((platform, seen))
            return
        self._buffer.append(seen)
        if len(self._buffer) >= WRITTEN_AT_ONCE:
            await self.write()

    async def write(self, *, last: bool = False) -> None:
        """Write what has come in; what a busy book does not take waits for the next time."""
        async with self._writing:
            if self.eyes is not None and not await self._write_controls(self.eyes):
                return
            self._let_on(last=last)
            batch, self._buffer = self._buffer, []
            if not batch:
                return
            try:
                self.recorded += await asyncio.to_thread(self._record, batch)
            except Busy:
                self._buffer = batch + self._buffer
                return
            except Exception as error:  # noqa: BLE001  # the edge of a job
                self._give_up(error)
            self.in_hand -= len(batch)
            self._moved.set()

    async def _write_controls(self, eyes: Eyes) -> bool:
        try:
            await eyes.write()
        except Busy:
            return False
        except Exception as error:  # noqa: BLE001  # the edge of a job
            self._give_up(error)
        return True

    def _let_on(self, *, last: bool) -> None:
        """Let findings on whose platform's controls have answered, or never will."""
        eyes = self.eyes
        if eyes is not None:
            self._buffer += [seen for platform, seen in self._waiting if last or not eyes.wait_for(platform)]
            self._waiting = [one for one in self._waiting if not last and eyes.wait_for(one[0])]

    def _record(self, batch: list[Seen]) -> int:
        dead_after = timedelta(seconds=self.settings.crawler.dead_host_after_s)
        cadence, chance = self.settings.cadence, self.chance
        return visits.record(
            self.book, self.owner, batch, actor=MONITOR, cadence=cadence, chance=chance, dead_after=dead_after
        )

    async def write_steadily(self) -> None:
        """Write at short intervals until cancelled."""
        while True:
            await asyncio.sleep(WRITTEN_EVERY_S)
            await self.write()

    async def end(self, writer: "asyncio.Task[None]") -> None:
        """End who writes steadily, between two writes: a batch on its way would come after its leases are given up."""
        async with self._writing:
            writer.cancel()
        with suppress(asyncio.CancelledError):
            await writer
