"""The controls of one pass: which are due, which are on their way, and what they answered."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from casebook import controls
from casebook.access import MONITOR
from casebook.controls import Asked, Control
from casebook.errors import Busy
from casebook.settings import Crawler
from casebook.store import Casebook
from platforms.registry import Registry
from platforms.words import Verdict

PATIENCE_S = 60.0


@dataclass
class Eyes:
    """Asks each control at most hourly, whoever asks, and keeps findings waiting until theirs have answered.

    `now` names platforms whose controls are asked at once, due or not. One that never answers is not waited for longer
    than two visits may take.
    """

    book: Casebook
    registry: Registry
    settings: Crawler
    clock: Callable[[], datetime]
    now: Sequence[str] = ()
    _next: dict[str, datetime] = field(default_factory=dict)
    _asked: dict[str, set[Asked]] = field(default_factory=dict)
    _until: dict[str, datetime] = field(default_factory=dict)
    _answers: dict[Asked, Verdict] = field(default_factory=dict)

    async def forced(self) -> list[Asked]:
        """Claim the controls of the platforms named in `now`."""
        return [asked for one in self.now for asked in await self._claim(one, timedelta())]

    async def due(self, platform: str | None) -> list[Asked]:
        """Claim those of a platform's controls whose hour has come; the casebook is asked at most once an hour."""
        at = self.clock()
        if platform is None or self._next.get(platform, at) > at:
            return []
        return await self._claim(platform, timedelta(seconds=self.settings.controls_every_s))

    async def _claim(self, platform: str, every: timedelta) -> list[Asked]:
        """Claim in the casebook; a busy one is asked again with the platform's next link."""
        at, known = self.clock(), self._of(platform)
        if not known:
            self._next[platform] = at + timedelta(seconds=self.settings.controls_every_s)
            await asyncio.to_thread(controls.forget, self.book, [platform], actor=MONITOR, at=at)
            return []
        try:
            asked, following = await asyncio.to_thread(
                controls.claim, self.book, known, actor=MONITOR, at=at, every=every
            )
        except Busy:
            return []
        self._next[platform] = following
        self._asked.setdefault(platform, set()).update(asked)
        self._until[platform] = at + timedelta(seconds=2 * self.settings.visit_time_s + PATIENCE_S)
        return asked

    def _of(self, platform: str) -> list[Control]:
        """Give a platform's controls at the addresses that are visited to see them, as for links to them."""
        sheet = self.registry.sheet(platform)
        found = [] if sheet is None else controls.controls_of(sheet)
        return [replace(one, visit=self.registry.identify(one.url).visit) for one in found]

    def wait_for(self, platform: str) -> bool:
        """Say whether findings of this platform have to wait."""
        return bool(self._asked.get(platform)) and self.clock() < self._until[platform]

    def answered(self, asked: Asked, verdict: Verdict) -> None:
        """Take what a control was judged to be."""
        self._answers[asked] = verdict

    async def write(self) -> None:
        """Put answers on record, a platform's together."""
        for platform, asked in list(self._asked.items()):
            told = {one: self._answers[one] for one in asked if one in self._answers}
            if not told or (len(told) < len(asked) and self.wait_for(platform)):
                continue
            await asyncio.to_thread(
                controls.record, self.book, told, self._of(platform), actor=MONITOR, at=self.clock()
            )
            self._asked[platform] = asked - told.keys()
            for one in told:
                del self._answers[one]
