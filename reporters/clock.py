"""One clock of one report, and the words for how it stands and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reporters.bases import ClockRule, Pauses


class ClockRefused(Exception):
    """A clock that would run backwards, or cannot be told; the text is a sentence for staff."""


class Standing(StrEnum):
    """How a clock stands at a moment."""

    OPEN = "open"  # runs, and its basis names no length: it is never due
    RUNNING = "running"
    SOON = "soon"
    HELD = "held"
    MISSED = "missed"
    STOPPED = "stopped"


class Outcome(StrEnum):
    """What became of a deadline, told by two looks at the content."""

    KEPT = "kept"
    MISSED = "missed"
    CANNOT_TELL = "cannot-tell"  # it went between two looks on both sides of the deadline, or nobody looked after it
    PENDING = "pending"
    BEFORE = "gone-before"  # it was gone when the clock started: nobody kept or missed anything
    NO_DEADLINE = "no-deadline"


@dataclass(frozen=True, slots=True)
class Hold:
    """A span in which a clock does not run; `until` is None while it lasts."""

    by: Pauses
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of one report.

    `of` is the report's reference; `stopped_at` when what it waited for came; `extended` that the longer end of the
    rule's span holds. All moments are aware and kept in UTC.

    Raises:
        ClockRefused: moments without a zone, or out of order.
    """

    of: str
    rule: ClockRule
    started_at: datetime
    holds: tuple[Hold, ...] = ()
    stopped_at: datetime | None = None
    extended: bool = False

    def __post_init__(self) -> None:
        moments = [self.started_at]
        for one in self.holds:
            moments += [one.since, *([one.until] if one.until else [])]
        moments += [self.stopped_at] if self.stopped_at else []
        if any(moment.utcoffset() is None for moment in moments):
            raise ClockRefused(f"The clock {self.rule.id} needs a time zone with every moment.")
        if moments != sorted(moments):
            raise ClockRefused(backwards(self, "its moments are out of order"))

    @property
    def held_by(self) -> Pauses | None:
        """What holds it now; None where it runs or has stopped."""
        held = self.holds and self.holds[-1].until is None and self.stopped_at is None
        return self.holds[-1].by if held else None


def backwards(clock: Clock, why: str) -> str:
    """Say that a clock would run backwards, and why."""
    return f"The clock {clock.rule.id} would run backwards: {why}. Please look at the day and hour."
