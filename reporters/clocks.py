"""Clocks of reports: what set each going, when it is due, whether it was kept; pure, all moments in UTC.

A clock is never one number on a platform: it is started by an event, and may be held by another. It is never set back;
what begins again is a new clock. Whether it was missed is told by what was seen at the address, not by silence.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from reporters.bases import ClockRule, Pauses

SOON = timedelta(hours=48)


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
    CANNOT_TELL = "cannot-tell"  # it went between two looks that stand on both sides of the deadline
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Hold:
    """A span in which a clock does not run; `until` is None while it lasts."""

    by: Pauses
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of one report. `of` is the report's reference; `stopped_at` when what it waited for came."""

    of: str
    rule: ClockRule
    started_at: datetime
    holds: tuple[Hold, ...] = ()
    stopped_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Swept:
    """Clocks to act on, each list by what is due first."""

    soon: tuple[Clock, ...]
    missed: tuple[Clock, ...]


def start(rule: ClockRule, of: str, at: datetime) -> Clock:
    """Set a clock going at the event its rule names; also how one begins again, as a clock of its own.

    Raises:
        ClockRefused: `at` names no time zone.
    """
    raise NotImplementedError


def hold(clock: Clock, by: Pauses, at: datetime) -> Clock:
    """Hold a clock.

    Raises:
        ClockRefused: before it started or was last let go, already held or stopped, or its rule knows no such hold.
    """
    raise NotImplementedError


def let_go(clock: Clock, at: datetime) -> Clock:
    """Let a held clock run on.

    Raises:
        ClockRefused: it is not held, or `at` lies before it was.
    """
    raise NotImplementedError


def stop(clock: Clock, at: datetime) -> Clock:
    """Stop a clock for good: what it waited for has come, or nobody waits any more.

    Raises:
        ClockRefused: before it started, or it is stopped.
    """
    raise NotImplementedError


def due(clock: Clock, holidays: frozenset[date] = frozenset()) -> datetime | None:
    """Tell when a clock runs out, in UTC; None while it is held, or where its rule names no length."""
    raise NotImplementedError


def standing(clock: Clock, now: datetime, holidays: frozenset[date] = frozenset()) -> Standing:
    """Tell how a clock stands at `now`; a stopped one was stopped, early or late (see `outcome`)."""
    raise NotImplementedError


def outcome(clock: Clock, now: datetime, last_seen_live: datetime | None, first_seen_gone: datetime | None) -> Outcome:
    """Tell whether the content was gone in time.

    Args:
        last_seen_live: the last look that showed it; None where it was never seen since the clock started.
        first_seen_gone: the first look that showed it gone, of a confirmed takedown; None where there is none.
    """
    raise NotImplementedError


def sweep(
    clocks: Iterable[Clock], now: datetime, *, within: timedelta = SOON, holidays: frozenset[date] = frozenset()
) -> Swept:
    """Find the clocks that are missed, or due within this long."""
    raise NotImplementedError
