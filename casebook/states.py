"""A link's state over many checks: a pure function, and the house's definitions of takedown and resurfacing."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from casebook.vocabulary import EventKind, State, Verdict

TELLING = frozenset({Verdict.LIVE, Verdict.REMOVED, Verdict.RESTRICTED})


@dataclass(frozen=True)
class Standing:
    """What is known of one link.

    `last_seen_live_at` and `first_seen_gone_at` are the two ends between which a takedown happened. `gone_since`
    starts a run of `removed` that is not yet confirmed; `taken_down_at` is set while a takedown stands;
    `live_again_at` is a first look that found the link back, not yet confirmed by a second. `last_back_at` and
    `back_before_at` are its last two resurfacings; `flapping_at` is set while it comes and goes.
    """

    state: State
    since: datetime
    last_told_at: datetime
    last_seen_live_at: datetime | None = None
    first_seen_gone_at: datetime | None = None
    gone_since: datetime | None = None
    taken_down_at: datetime | None = None
    live_again_at: datetime | None = None
    times_resurfaced: int = 0
    last_back_at: datetime | None = None
    back_before_at: datetime | None = None
    flapping_at: datetime | None = None


@dataclass(frozen=True)
class Change:
    """A standing after a check, and what happened on the way."""

    standing: Standing
    events: tuple[EventKind, ...] = ()


def begin(at: datetime) -> Standing:
    """Start watching: nothing is known."""
    return Standing(State.UNCHECKED, since=at, last_told_at=at)


def advance(
    known: Standing,
    verdict: Verdict,
    at: datetime,
    *,
    confirm_after: timedelta,
    lost_after: timedelta,
    flapping_within: timedelta,
    confirms: bool = True,
) -> Change:
    """Say what a check changes.

    A takedown needs two looks, `confirm_after` apart, with nothing live between: a platform that stumbles for an
    hour must not be told to a complainant as good news. A resurfacing needs a second look for the same reason. The
    third resurfacing within `flapping_within` says that the link is flapping, once; it is until for as long it was
    back no more.

    Args:
        confirms: whether this look may end the wait for a takedown; one without a browser may not, where there is one.
    """
    known = _calmed(known, at, flapping_within)
    if verdict not in TELLING:
        if at - known.last_told_at >= lost_after:
            return _enter(known, State.LOST, at, EventKind.LOST)
        return Change(known)
    told = replace(known, last_told_at=at)
    if verdict is Verdict.LIVE:
        return _live(told, at, flapping_within)
    if verdict is Verdict.REMOVED:
        return _removed(told, at, confirm_after, confirms=confirms)
    if told.taken_down_at is not None:
        return _enter(told, State.REMOVED, at, None)
    return _enter(told, State.RESTRICTED, at, EventKind.RESTRICTED)


def _calmed(known: Standing, at: datetime, within: timedelta) -> Standing:
    """Forget that a link was flapping once it was back no more for that long."""
    if known.flapping_at is None or known.last_back_at is None or at - known.last_back_at <= within:
        return known
    return replace(known, flapping_at=None)


def _live(known: Standing, at: datetime, flapping_within: timedelta) -> Change:
    if known.taken_down_at is None:
        up = State.RESURFACED if known.times_resurfaced else State.LIVE
        seen = replace(known, last_seen_live_at=at, gone_since=None)
        return _enter(seen, up, at, EventKind.SEEN_LIVE)
    if known.live_again_at is None:
        return Change(replace(known, live_again_at=at))
    back = replace(
        known,
        last_seen_live_at=at,
        gone_since=None,
        taken_down_at=None,
        live_again_at=None,
        times_resurfaced=known.times_resurfaced + 1,
        last_back_at=at,
        back_before_at=known.last_back_at,
    )
    change = _enter(back, State.RESURFACED, at, EventKind.RESURFACED)
    before = known.back_before_at
    if known.flapping_at is not None or before is None or at - before > flapping_within:
        return change
    return Change(replace(change.standing, flapping_at=at), (*change.events, EventKind.FLAPPING))


def _removed(known: Standing, at: datetime, confirm_after: timedelta, *, confirms: bool) -> Change:
    if known.taken_down_at is not None:
        return _enter(replace(known, live_again_at=None), State.REMOVED, at, None)
    if known.gone_since is None:
        return Change(replace(known, gone_since=at))
    if at - known.gone_since < confirm_after or not confirms:
        return Change(known)
    gone = replace(known, first_seen_gone_at=known.gone_since, gone_since=None, taken_down_at=at)
    return _enter(gone, State.REMOVED, at, EventKind.TAKEN_DOWN)


def _enter(known: Standing, state: State, at: datetime, event: EventKind | None) -> Change:
    if known.state is state:
        return Change(known)
    return Change(replace(known, state=state, since=at), (event,) if event else ())
