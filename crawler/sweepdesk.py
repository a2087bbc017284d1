"""Hands sources out to the sweep and takes back what it met: the only part of a sweep that knows the casebook."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from casebook import images, names, seen, sightings, sources
from casebook.access import MONITOR
from casebook.errors import Busy
from casebook.images import Banked
from casebook.names import Watched
from casebook.seen import Known
from casebook.settings import Settings
from casebook.sightings import Met
from casebook.sources import Outcome, Sweep
from casebook.store import Casebook

POLLED_EVERY_S = 1.0
HELD_SHARE = 0.3  # of a lease, after which it is prolonged
BUSY_TRIES = 10

T = TypeVar("T")


@dataclass
class SweepDesk:
    """One pass over sources.

    `only` holds sources leased beforehand; without it the desk leases what is due, one after the other, until nothing
    was for `linger_s` or `stop` is called. A book that fails ends the pass, and `fault` says how. What is in
    `abandoned` is called when a pass is given up in the middle.
    """

    book: Casebook
    settings: Settings
    owner: str
    clock: Callable[[], datetime]
    only: list[Sweep] | None = None
    abandoned: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    in_hand: int = 0
    fault: Exception | None = None
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """Hand out nothing more."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether the pass is ending."""
        return self._stopped.is_set()

    async def sources(self) -> AsyncIterator[Sweep]:
        """Give sources as long as there are any, and room for them."""
        if self.only is not None:
            for sweep in self.only:
                await self._room()
                if self.stopped:
                    return
                self.in_hand += 1
                yield sweep
            return
        idle_s = 0.0
        while not self.stopped and idle_s <= self.settings.monitor.linger_s:
            await self._room()
            batch = [] if self.stopped else await self._asked(self._lease) or []
            for sweep in batch:
                self.in_hand += 1
                idle_s = 0.0
                yield sweep
            if not batch:
                await self._pause(POLLED_EVERY_S)
                idle_s = 0.0 if self.in_hand else idle_s + POLLED_EVERY_S

    async def _room(self) -> None:
        while self.in_hand >= self.settings.sweeps.at_once and not self.stopped:
            await self._pause(POLLED_EVERY_S / 4)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), seconds)

    def _lease(self) -> list[Sweep]:
        now = self.clock()
        return sources.lease(self.book, self.owner, actor=MONITOR, at=now, until=self._until(now))

    def _until(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self.settings.monitor.lease_s)

    async def hold(self) -> None:
        """Prolong the leases until cancelled; sweeps take longer than visits."""
        while True:
            await asyncio.sleep(self.settings.monitor.lease_s * HELD_SHARE)
            await self._asked(self._prolong)

    def _prolong(self) -> int:
        return sources.prolong(self.book, self.owner, actor=MONITOR, until=self._until(self.clock()))

    async def bank(self, sweep: Sweep) -> list[Banked]:
        """Give the pictures and films that a sweep looks for."""
        return await self._asked(lambda: images.bank(self.book, sweep.case, actor=MONITOR)) or []

    async def watched(self, sweep: Sweep) -> list[Watched]:
        """Give the names that a sweep looks for."""
        at = self.clock()
        return await self._asked(lambda: names.watched(self.book, sweep.case, actor=MONITOR, at=at)) or []

    async def known(self, sweep: Sweep, media: Collection[str]) -> dict[str, Known]:
        """Give what earlier sweeps of the case know of these addresses."""
        return await self._asked(lambda: seen.known(self.book, sweep.case, media, actor=MONITOR)) or {}

    async def known_bytes(self, sweep: Sweep, sha256: bytes) -> Known | None:
        """Give what earlier sweeps of the case know of these bytes."""
        found = await self._asked(lambda: seen.known_bytes(self.book, sweep.case, [sha256], actor=MONITOR))
        return (found or {}).get(sha256)

    async def barred(self, addresses: Collection[str]) -> set[str]:
        """Give those of these addresses that hold somebody's child; all of them where that cannot be told (law 6)."""
        found = await self._asked(lambda: seen.barred(self.book, addresses, actor=MONITOR))
        return set(addresses) if found is None else found

    async def record(self, sweep: Sweep, met: Sequence[Met]) -> int | None:
        """Write what was met; gives the number of new sightings, None where the source is ours no more."""
        at, sweeps = self.clock(), self.settings.sweeps
        written = await self._asked(
            lambda: sightings.record(self.book, self.owner, sweep.source, met, actor=MONITOR, at=at, sweeps=sweeps)
        )
        return None if written is None else len(written.new)

    async def finish(self, sweep: Sweep, outcome: Outcome) -> None:
        """End a sweep."""
        at, sweeps = self.clock(), self.settings.sweeps
        await self._asked(
            lambda: sources.record(self.book, self.owner, sweep.source, outcome, actor=MONITOR, at=at, sweeps=sweeps)
        )

    def let_go(self) -> None:
        """Have one source less in hand."""
        self.in_hand -= 1

    async def _asked(self, ask: Callable[[], T]) -> T | None:
        """Ask the book in a thread; one that is busy is asked again, one that fails ends the pass."""
        for attempt in range(BUSY_TRIES):
            try:
                return await asyncio.to_thread(ask)
            except Busy as error:
                if attempt == BUSY_TRIES - 1:
                    self._give_up(error)
            except Exception as error:  # noqa: BLE001  # the edge of a job
                self._give_up(error)
                return None
            await asyncio.sleep(POLLED_EVERY_S)
        return None

    def _give_up(self, error: Exception) -> None:
        self.fault = error
        self.stop()
