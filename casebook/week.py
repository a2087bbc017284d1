"""What happened in the cases of one officer in a time: the matter of a digest, without addresses, names or pictures."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from casebook import asked, clocks, controls, falls, journal
from casebook.access import Actor, Role, among, standing
from casebook.asked import Asked, Step
from casebook.errors import Refused
from casebook.falls import Down
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
from casebook.vocabulary import Awaits, EntryKind, EventKind, ReportState, SightingState, State

T = TypeVar("T")

DUE_WITHIN = timedelta(hours=48)
WAITING = (ReportState.SENT, ReportState.ACKNOWLEDGED, ReportState.INFO_REQUESTED)
SHOWN = 40  # of one kind; the rest is a number


@dataclass(frozen=True)
class Back:
    """A link that is up again; `report` is the last that named it before, `again` the one that was drafted since."""

    case: str
    link: int
    platform: str | None
    at: datetime
    times: int
    flapping: bool
    report: int | None
    again: Step | None = None


@dataclass(frozen=True)
class Copy:
    """A suspected copy, or a page that names somebody, that waits for a person."""

    case: str
    sighting: int
    tier: str
    at: datetime


@dataclass(frozen=True)
class Due:
    """A clock of a report that is missed, or will be within 48 hours; `ours` calls for an act of our own.

    `then` is the step that was drafted since.
    """

    case: str
    report: int
    basis: str
    due_at: datetime
    ours: bool = False
    then: Step | None = None


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
    asked: Some[Asked] = field(default_factory=Some)
    blind: tuple[Blind, ...] = ()
    down: tuple[Down, ...] = ()
    per_day: tuple[int, ...] = ()
    cases: int = 0
    watched: int = 0
    follow_ups_overdue: int = 0

    @property
    def is_quiet(self) -> bool:
        """Whether nothing happened that somebody would want to know; what they asked for themselves they know."""
        telling = (self.back, self.copies, self.missed, self.due, self.lost)
        return not (any(one.of for one in telling) or self.blind or self.down or self.follow_ups_overdue)


def of_officer(book: Casebook, officer: int, since: datetime, until: datetime, *, actor: Actor, at: datetime) -> Week:
    """Gather what happened after `since` and until `until` in the open cases that an officer may open now."""
    _require_own(actor, officer)
    with book.writing() as session:
        journal.append(session, book.vault, actor, "digest.gather", f"officer-{officer}", at)
        mine = _cases(officer, at)
        within = (Event.at > since, Event.at <= until)
        fell = falls.of_links(session, _links_of(mine).where(Event.kind == EventKind.TAKEN_DOWN, *within))
        return Week(
            since,
            until,
            back=_back(session, mine, within),
            copies=_copies(session, mine, (Sighting.found_at > since, Sighting.found_at <= until)),
            missed=_clocks(session, Report.case_id.in_(mine), Report.state.in_(WAITING), *clocks.runs_out(at)),
            due=_due(session, mine, at),
            lost=_lost(session, mine, within),
            asked=_asked(session, mine, since, until),
            blind=_blind(session, mine),
            down=tuple(falls.by_platform(fell)),
            per_day=falls.per_day(fell, since, until),
            cases=session.scalar(mine.with_only_columns(func.count(Case.id.distinct()))) or 0,
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
            missed=_clocks(session, among(Report.case_id, mine), Clock.id.in_(of["clock"])),
        )


def urgent(session: Session, officer: int, since: datetime, at: datetime) -> list[str]:
    """Name what happened in an officer's urgent cases since a moment: event-12, sighting-3, clock-7."""
    mine = _cases(officer, at).where(Case.urgent)
    back = _links_of(mine, Event.id).where(Event.kind == EventKind.RESURFACED, Event.at > since, Event.at <= at)
    copies = select(Sighting.id).where(
        Sighting.case_id.in_(mine), Sighting.state == SightingState.SUSPECTED, Sighting.found_at > since
    )
    missed = _clocks_of(Clock.id).where(Report.case_id.in_(mine), Clock.due_at > since, *clocks.runs_out(at))
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
        .where(among(WatchedLink.case_id, mine), WatchedLink.retired_at.is_(None))
    )


def _some(session: Session, query: Any, make: Callable[..., T]) -> Some[T]:  # noqa: ANN401  # a query for make's fields
    rows = session.execute(query.add_columns(func.count().over()).limit(SHOWN)).all()
    return Some(tuple(make(*row[:-1]) for row in rows), rows[0][-1] if rows else 0)


def _back(session: Session, mine: Select[int], which: tuple[ColumnElement[bool], ...]) -> Some[Back]:
    """Give links that are back and still up, the newest return of each."""
    newest = select(func.max(Event.id)).where(Event.kind == EventKind.RESURFACED, *which).group_by(Event.link_id)
    report = (
        select(func.max(Report.id))
        .join(ReportLink, ReportLink.report_id == Report.id)
        .where(ReportLink.link_id == WatchedLink.id, Report.sent_at <= Event.at)
        .correlate(WatchedLink, Event)
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
    query = query.where(Event.id.in_(newest), WatchedLink.state == State.RESURFACED)
    found = _some(session, query.order_by(Event.at.desc()), Back)
    since = asked.since(session, {one.link: one.at for one in found.shown})
    return Some(tuple(replace(one, again=since.get(one.link)) for one in found.shown), found.of)


def _copies(session: Session, mine: Select[int], which: tuple[ColumnElement[bool], ...]) -> Some[Copy]:
    query = (
        select(Case.ref, Sighting.id, Sighting.tier, Sighting.found_at)
        .join(Case, Case.id == Sighting.case_id)
        .where(Sighting.case_id.in_(mine), Sighting.state == SightingState.SUSPECTED, *which)
        .order_by(Sighting.found_at.desc())
    )
    return _some(session, query, Copy)


def _clocks_of(*columns: Any) -> Select[Any]:  # noqa: ANN401  # columns of any type
    reports = select(*columns).join(Report, Report.id == Clock.report_id)
    return reports.join(Case, Case.id == Report.case_id)


def _due(session: Session, mine: Select[int], at: datetime) -> Some[Due]:
    soon = (Clock.due_at > at, Clock.due_at <= at + DUE_WITHIN)
    return _clocks(session, among(Report.case_id, mine), *soon, *clocks.running())


def _clocks(session: Session, *which: ColumnElement[bool]) -> Some[Due]:
    columns = (Case.ref, Report.id, Clock.basis, Clock.due_at, Clock.awaits == Awaits.OURS)
    found = _some(session, _clocks_of(*columns).where(*which).order_by(Clock.due_at), Due)
    further = asked.further(session, {one.report for one in found.shown})
    return Some(tuple(replace(one, then=further.get(one.report)) for one in found.shown), found.of)


def _asked(session: Session, mine: Select[int], since: datetime, until: datetime) -> Some[Asked]:
    """Give the cases in which something was sent, or waits to be."""
    chosen = _some(session, asked.cases(mine, since, until), lambda case, _: case)
    return Some(tuple(asked.in_cases(session, chosen.shown, since, until)), chosen.of)


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


def _watched(session: Session, mine: Select[int]) -> int:
    query = select(func.count()).where(WatchedLink.case_id.in_(mine), WatchedLink.retired_at.is_(None))
    return session.scalar(query) or 0


def _overdue(session: Session, mine: Select[int], at: datetime) -> int:
    query = select(func.count()).where(
        Entry.case_id.in_(mine), Entry.kind == EntryKind.FOLLOW_UP, Entry.due_at <= at, Entry.done_at.is_(None)
    )
    return session.scalar(query) or 0
