"""Clocks of reports: what set each going, when it is due, whether it was kept; pure, all moments in UTC.

A clock is never one number on a platform: it is started by an event, and may be held by another. It is never set back;
what begins again is a new clock. Whether it was missed is told by what was seen at the address, not by silence.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from reporters.bases import ClockRule, Pauses
from reporters.clock import Clock, ClockRefused, Hold, Outcome, Standing, backwards
from reporters.lengths import end_of

__all__ = [
    "Clock", "ClockRefused", "Hold", "Outcome", "Standing", "Swept", "Told",
    "due", "extend", "hold", "let_go", "outcome", "standing", "start", "stop", "sweep", "tell",
]  # fmt: skip

SOON = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Told:
    """One clock in words, for a list or a digest: no address, no name."""

    of: str
    clock: str
    standing: Standing
    due_at: datetime | None
    next: tuple[str, ...]
    then: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Swept:
    """Clocks to act on, each list by what is due first."""

    soon: tuple[Clock, ...]
    missed: tuple[Clock, ...]


def start(rule: ClockRule, of: str, at: datetime, *, now: datetime | None = None) -> Clock:
    """Set a clock going at the event its rule names; also how one begins again, as a clock of its own.

    Raises:
        ClockRefused: `at` names no time zone, or lies after `now` where that is given.
    """
    clock = Clock(of, rule, _utc(rule, at))
    if now is not None and at > now:
        raise ClockRefused(backwards(clock, "its event would lie in the future"))
    return clock


def hold(clock: Clock, by: Pauses, at: datetime) -> Clock:
    """Hold a clock.

    Raises:
        ClockRefused: before it started or was last let go, already held or stopped, or its rule knows no such hold.
    """
    _runs(clock)
    if clock.held_by:
        raise ClockRefused(f"The clock {clock.rule.id} is held already ({clock.held_by}).")
    if by not in clock.rule.paused_by:
        known = ", ".join(clock.rule.paused_by) or "nothing"
        raise ClockRefused(f"The clock {clock.rule.id} is not held by {by}; what holds it: {known}.")
    return replace(clock, holds=(*clock.holds, Hold(by, _utc(clock.rule, at))))


def let_go(clock: Clock, at: datetime) -> Clock:
    """Let a held clock run on.

    Raises:
        ClockRefused: it is not held, or `at` lies before it was.
    """
    _runs(clock)
    if not clock.held_by:
        raise ClockRefused(f"The clock {clock.rule.id} is not held.")
    return replace(clock, holds=(*clock.holds[:-1], replace(clock.holds[-1], until=_utc(clock.rule, at))))


def stop(clock: Clock, at: datetime) -> Clock:
    """Stop a clock for good: what it waited for has come, or nobody waits any more.

    Raises:
        ClockRefused: before it started, or it is stopped.
    """
    _runs(clock)
    return replace(clock, stopped_at=_utc(clock.rule, at))


def extend(clock: Clock) -> Clock:
    """Let the longer end of its rule's span hold: they said that they need it.

    Raises:
        ClockRefused: its rule has no longer end, or it is stopped.
    """
    _runs(clock)
    if clock.rule.up_to is None:
        raise ClockRefused(f"The clock {clock.rule.id} has no longer end to take.")
    return replace(clock, extended=True)


def due(clock: Clock, holidays: frozenset[date] = frozenset()) -> datetime | None:
    """Tell when a clock runs out, in UTC; None while it is held, or where its rule names no length.

    The time it was held is added.
    """
    if clock.held_by:
        return None
    spans = [(one.until or clock.stopped_at or one.since) - one.since for one in clock.holds]
    return end_of(clock.rule, clock.started_at + sum(spans, timedelta()), holidays, longest=clock.extended)


def standing(
    clock: Clock, now: datetime, holidays: frozenset[date] = frozenset(), within: timedelta = SOON
) -> Standing:
    """Tell how a clock stands at `now`; a stopped one was stopped, early or late (see `outcome`)."""
    if clock.stopped_at:
        return Standing.STOPPED
    if clock.held_by:
        return Standing.HELD
    at = due(clock, holidays)
    if at is None:
        return Standing.OPEN
    if now >= at:
        return Standing.MISSED
    return Standing.SOON if at - now <= within else Standing.RUNNING


def outcome(
    clock: Clock,
    now: datetime,
    last_seen_live: datetime | None,
    first_seen_gone: datetime | None,
    holidays: frozenset[date] = frozenset(),
) -> Outcome:
    """Tell whether the content was gone in time.

    Args:
        last_seen_live: the last look that showed it; None where it was never seen since the clock started.
        first_seen_gone: the first look that showed it gone, of a confirmed takedown; None where there is none.
    """
    if first_seen_gone is not None and first_seen_gone <= clock.started_at:
        return Outcome.BEFORE
    at = due(clock, holidays)
    if at is None:
        return Outcome.PENDING if clock.held_by else Outcome.NO_DEADLINE
    if first_seen_gone is not None and first_seen_gone <= at:
        return Outcome.KEPT
    if last_seen_live is not None and last_seen_live >= at:
        return Outcome.MISSED
    return Outcome.PENDING if first_seen_gone is None and now < at else Outcome.CANNOT_TELL


def tell(clock: Clock, now: datetime, holidays: frozenset[date] = frozenset()) -> Told:
    """Say how a clock stands, when it is due, and what to do now that it is missed."""
    stands = standing(clock, now, holidays)
    late = stands is Standing.MISSED
    acts, bases = (clock.rule.missed, clock.rule.then) if late else ((), ())
    return Told(clock.of, clock.rule.id, stands, due(clock, holidays), acts, bases)


def sweep(
    clocks: Iterable[Clock], now: datetime, *, within: timedelta = SOON, holidays: frozenset[date] = frozenset()
) -> Swept:
    """Find the clocks that are missed, or due within this long."""
    found: dict[Standing, list[tuple[datetime, Clock]]] = {Standing.SOON: [], Standing.MISSED: []}
    for clock in clocks:
        at, stands = due(clock, holidays), standing(clock, now, holidays, within)
        if at is not None and stands in found:
            found[stands].append((at, clock))
    soon, missed = (sorted(found[one], key=lambda pair: pair[0]) for one in (Standing.SOON, Standing.MISSED))
    return Swept(tuple(clock for _, clock in soon), tuple(clock for _, clock in missed))


def _utc(rule: ClockRule, at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ClockRefused(f"The clock {rule.id} needs a time zone with every moment.")
    return at.astimezone(UTC)


def _runs(clock: Clock) -> None:
    if clock.stopped_at:
        raise ClockRefused(f"The clock {clock.rule.id} has stopped; what begins again is a new clock.")
