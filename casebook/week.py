"""What happened in the cases of one officer in a time: the matter of a digest, without addresses, names or pictures."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from casebook import clocks, controls, journal
from casebook.access import Actor, Role, standing
from casebook.errors import Refused
from casebook.store import Casebook
from casebook.tables import (
    Address,
    Assignment,
    Case,
    Clock,
    Entry,
    Event,
    Report,
    ReportLink,
    Sighting,
    Told,
    WatchedLink,
)
from casebook.vocabulary import EntryKind, EventKind, ReportState, SightingState, State

T = TypeVar("T")

DUE_WITHIN = timedelta(hours=48)
WAITING = (ReportState.SENT, ReportState.ACKNOWLEDGED, ReportState.INFO_REQUESTED)
SHOWN = 40  # of one kind; the rest is a number


@dataclass(frozen=True)
class Back:
    """A link that is up again; `report` is the newest that named it, which a new one can cite."""

    case: str
    link: int
    platform: str | None
    at: datetime
    times: int
    flapping: bool
    report: int | None


@dataclass(frozen=True)
class Copy:
    """A suspected copy, or a page that names somebody, that waits for a person."""

    case: str
    sighting: int
    tier: str
    at: datetime


@dataclass(frozen=True)
class Due:
    """A clock of a report that is missed, or will be within 48 hours."""

    case: str
    report: int
    basis: str
    due_at: datetime


@dataclass(frozen=True)
class Lost:
    """A link of which nobody could tell for too long."""

    case: str
    link: int
    platform: str | None
    at: datetime


@dataclass(frozen=True)
class Blind:
    """A platform that our eyes fail on, since when."""

    platform: str
    at: datetime


@dataclass(frozen=True)
class Down:
    """Links of one platform that were taken down; hours from report to takedown by its two ends; None: unreported.

    Medians of what came down: what is still up has no hours yet, so these are no platform's response time.
    """

    platform: str | None
    links: int
    hours: tuple[float, float] | None


@dataclass(frozen=True)
class Some(Generic[T]):
    """The first of a kind, and how many there are."""

    shown: tuple[T, ...] = ()
    of: int = 0

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.of - len(self.shown)


@dataclass(frozen=True)
class Week:
    """What a digest tells one officer; `per_day` counts takedowns by day of UTC, oldest first."""

    since: datetime
    until: datetime
    back: Some[Back] = field(default_factory=Some)
    copies: Some[Copy] = field(default_factory=Some)
    missed: Some[Due] = field(default_factory=Some)
    due: Some[Due] = field(default_factory=Some)
    lost: Some[Lost] = field(default_factory=Some)
    blind: tuple[Blind, ...] = ()
    down: tuple[Down, ...] = ()
    per_day: tuple[int, ...] = ()
    cases: int = 0
    watched: int = 0
    follow_ups_overdue: int = 0

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing that somebody has to do or would want to know."""
        telling = (self.back, self.copies, self.missed, self.due, self.lost)
        return not (any(one.of for one in telling) or self.blind or self.down or self.follow_ups_overdue)


def of_officer(book: Casebook, officer: int, since: datetime, until: datetime, *, actor: Actor, at: datetime) -> Week:
    """Gather what happened after `since` and until `until` in the open cases that an officer may open now."""
    _require_own(actor, officer)
    with book.writing() as session:
        journal.append(session, book.vault, actor, "digest.gather", f"officer-{officer}", at)
        mine = _cases(officer, at)
        within = (Event.at > since, Event.at <= until)
        downs = _downs(session, mine, within)
        return Week(
            since,
            until,
            back=_back(session, mine, within),
            copies=_copies(session, mine, (Sighting.found_at > since, Sighting.found_at <= until)),
            missed=_clocks(session, mine, (Report.state.in_(WAITING), *clocks.runs_out(at))),
            due=_clocks(session, mine, (Clock.due_at > at, Clock.due_at <= at + DUE_WITHIN, *clocks.running())),
            lost=_lost(session, mine, within),
            blind=_blind(session, mine),
            down=tuple(_by_platform(downs)),
            per_day=_per_day(downs, since, until),
            cases=session.scalar(select(func.count()).select_from(mine.subquery())) or 0,
            watched=_watched(session, mine),
            follow_ups_overdue=_overdue(session, mine, at),
        )


def of_mailing(book: Casebook, mailing: int, officer: int, *, actor: Actor, at: datetime) -> Week:
    """Gather what one urgent mail has to tell."""
    _require_own(actor, officer)
    with book.writing() as session:
        journal.append(session, book.vault, actor, "digest.gather", f"officer-{officer}", at)
        mine, of = _cases(officer, at), _numbers(session.scalars(select(Told.what).where(Told.mailing_id == mailing)))
        return Week(
            at,
            at,
            back=_back(session, mine, (Event.id.in_(of["event"]),)),
            copies=_copies(session, mine, (Sighting.id.in_(of["sighting"]),)),
            missed=_clocks(session, mine, (Clock.id.in_(of["clock"]),)),
        )


def urgent(session: Session, officer: int, since: datetime, at: datetime) -> list[str]:
    """Name what happened in an officer's urgent cases since a moment: event-12, sighting-3, clock-7."""
    mine = _cases(officer, at).where(Case.urgent)
    back = _links_of(mine, Event.id).where(Event.kind == EventKind.RESURFACED, Event.at > since, Event.at <= at)
    copies = select(Sighting.id).where(
        Sighting.case_id.in_(mine), Sighting.state == SightingState.SUSPECTED, Sighting.found_at > since
    )
    missed = _clocks_of(mine, Clock.id).where(Clock.due_at > since, *clocks.runs_out(at))
    kinds = (("event", back), ("sighting", copies), ("clock", missed))
    return [f"{kind}-{number}" for kind, query in kinds for number in session.scalars(query)]


def _require_own(actor: Actor, officer: int) -> None:
    if actor.role is not Role.MONITOR and actor.officer != officer:
        raise Refused("a digest is for the officer whose cases it is about")


def _cases(officer: int, at: datetime) -> Select[int]:
    return (
        select(Case.id)
        .join(Assignment, Assignment.case_id == Case.id)
        .where(Case.closed_at.is_(None), Assignment.officer_id == officer, *standing(at))
        .distinct()
    )


def _numbers(words: Iterable[str]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {"event": [], "sighting": [], "clock": []}
    for word in words:
        kind, _, number = word.partition("-")
        found[kind].append(int(number))
    return found


def _links_of(mine: Select[int], *columns: Any) -> Select[Any]:  # noqa: ANN401  # columns of any type
    return (
        select(*columns)
        .join(WatchedLink, WatchedLink.id == Event.link_id)
        .join(Case, Case.id == WatchedLink.case_id)
        .where(WatchedLink.case_id.in_(mine), WatchedLink.retired_at.is_(None))
    )


def _some(session: Session, query: Any, make: type[T]) -> Some[T]:  # noqa: ANN401  # a query for make's fields
    rows = session.execute(query.limit(SHOWN)).all()
    of = len(rows)
    if of == SHOWN:
        of = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    return Some(tuple(make(*row) for row in rows), of)


def _back(session: Session, mine: Select[int], which: tuple[ColumnElement[bool], ...]) -> Some[Back]:
    """Give links that are back and still up, the newest return of each."""
    newest = _links_of(mine, func.max(Event.id)).where(
        Event.kind == EventKind.RESURFACED, WatchedLink.state == State.RESURFACED, *which
    )
    report = (
        select(func.max(Report.id))
        .where(Report.id.in_(_reports_of(WatchedLink.id)), Report.state != ReportState.DRAFTED)
        .correlate(WatchedLink)
        .scalar_subquery()
    )
    columns = (
        Case.ref,
        WatchedLink.id,
        Address.platform,
        Event.at,
        WatchedLink.times_resurfaced,
        WatchedLink.flapping_at.is_not(None),
        report,
    )
    query = _links_of(mine, *columns).join(Address, Address.id == WatchedLink.address_id)
    query = query.where(Event.id.in_(newest.group_by(Event.link_id)))
    return _some(session, query.order_by(Event.at.desc()), Back)


def _copies(session: Session, mine: Select[int], which: tuple[ColumnElement[bool], ...]) -> Some[Copy]:
    query = (
        select(Case.ref, Sighting.id, Sighting.tier, Sighting.found_at)
        .join(Case, Case.id == Sighting.case_id)
        .where(Sighting.case_id.in_(mine), Sighting.state == SightingState.SUSPECTED, *which)
        .order_by(Sighting.found_at.desc())
    )
    return _some(session, query, Copy)


def _clocks_of(mine: Select[int], *columns: Any) -> Select[Any]:  # noqa: ANN401  # columns of any type
    return (
        select(*columns)
        .join(Report, Report.id == Clock.report_id)
        .join(Case, Case.id == Report.case_id)
        .where(Report.case_id.in_(mine))
    )


def _clocks(session: Session, mine: Select[int], which: tuple[ColumnElement[bool], ...]) -> Some[Due]:
    query = _clocks_of(mine, Case.ref, Report.id, Clock.basis, Clock.due_at).where(*which)
    return _some(session, query.order_by(Clock.due_at), Due)


def _lost(session: Session, mine: Select[int], within: tuple[ColumnElement[bool], ...]) -> Some[Lost]:
    query = _links_of(mine, Case.ref, WatchedLink.id, Address.platform, Event.at)
    query = query.join(Address, Address.id == WatchedLink.address_id)
    query = query.where(Event.kind == EventKind.LOST, WatchedLink.state == State.LOST, *within)
    return _some(session, query.order_by(Event.at.desc()), Lost)


def _blind(session: Session, mine: Select[int]) -> tuple[Blind, ...]:
    theirs = (
        select(Address.platform)
        .join(WatchedLink, WatchedLink.address_id == Address.id)
        .where(WatchedLink.case_id.in_(mine), WatchedLink.retired_at.is_(None))
    )
    broken = controls.broken(session)
    known = set(session.scalars(theirs.where(Address.platform.in_(broken)).distinct())) if broken else set()
    return tuple(Blind(platform, since) for platform, since in sorted(broken.items()) if platform in known)


@dataclass(frozen=True)
class _Fall:
    platform: str | None
    at: datetime
    from_h: float | None
    to_h: float | None


def _downs(session: Session, mine: Select[int], within: tuple[ColumnElement[bool], ...]) -> list[_Fall]:
    columns = (
        Address.platform,
        Event.at,
        WatchedLink.reported_at,
        Event.last_seen_live_at,
        Event.first_seen_gone_at,
    )
    query = _links_of(mine, *columns).join(Address, Address.id == WatchedLink.address_id)
    query = query.where(Event.kind == EventKind.TAKEN_DOWN, *within)
    return [_fall(*row) for row in session.execute(query)]


def _fall(
    platform: str | None, at: datetime, reported: datetime | None, live: datetime | None, gone: datetime | None
) -> _Fall:
    """Measure from the report; what was gone before it was reported has no time."""
    if reported is None or gone is None or gone < reported:
        return _Fall(platform, at, None, None)
    begun = max(live or reported, reported)
    return _Fall(platform, at, (begun - reported) / timedelta(hours=1), (gone - reported) / timedelta(hours=1))


def _by_platform(downs: Iterable[_Fall]) -> Iterator[Down]:
    by: dict[str, list[_Fall]] = {}
    for fall in downs:
        by.setdefault(fall.platform or "", []).append(fall)
    for platform, falls in sorted(by.items(), key=lambda one: (-len(one[1]), one[0])):
        ends = [(fall.from_h, fall.to_h) for fall in falls if fall.from_h is not None and fall.to_h is not None]
        hours = (median(low for low, _ in ends), median(high for _, high in ends)) if ends else None
        yield Down(platform or None, len(falls), hours)


def _per_day(downs: Iterable[_Fall], since: datetime, until: datetime) -> tuple[int, ...]:
    days = max(1, -(-(until - since) // timedelta(days=1)))
    counts = [0] * min(days, 31)
    for fall in downs:
        back = (until - fall.at) // timedelta(days=1)
        if back < len(counts):
            counts[-1 - back] += 1
    return tuple(counts)


def _watched(session: Session, mine: Select[int]) -> int:
    query = select(func.count()).where(WatchedLink.case_id.in_(mine), WatchedLink.retired_at.is_(None))
    return session.scalar(query) or 0


def _overdue(session: Session, mine: Select[int], at: datetime) -> int:
    query = select(func.count()).where(
        Entry.case_id.in_(mine), Entry.kind == EntryKind.FOLLOW_UP, Entry.due_at <= at, Entry.done_at.is_(None)
    )
    return session.scalar(query) or 0


def _reports_of(link: Any) -> Select[int]:  # noqa: ANN401  # a column of numbers
    return select(ReportLink.report_id).where(ReportLink.link_id == link)
