"""Clocks of reports: rows that run, are met, or are missed. Which rule starts which is the reporters' matter."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from casebook.tables import Clock, Report, ReportLink, WatchedLink
from casebook.vocabulary import Awaits, Lane, State

ROWS_AT_ONCE = 500
BACK = "back"  # the rule of our own by which what came back is reported again
BACK_WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class NewClock:
    """A clock to start: by which rule of which basis, what it waits for, from when, and until when."""

    basis: str
    rule: str
    awaits: Awaits
    started_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class ClockView:
    """One clock; of met, missed and ended at most one is set."""

    basis: str
    rule: str
    awaits: Awaits
    started_at: datetime
    due_at: datetime
    suspended_at: datetime | None
    met_at: datetime | None
    missed_at: datetime | None
    ended_at: datetime | None

    @property
    def runs(self) -> bool:
        """Whether it still runs: neither met, missed, ended nor suspended."""
        return self.suspended_at is self.met_at is self.missed_at is self.ended_at is None


def portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Give numbers some at a time, as many as one statement holds on every database."""
    for start in range(0, len(ids), ROWS_AT_ONCE):
        yield ids[start : start + ROWS_AT_ONCE]


def unsettled() -> tuple[ColumnElement[bool], ...]:
    """Say which clocks are neither met, missed nor ended, held or not."""
    return (Clock.met_at.is_(None), Clock.missed_at.is_(None), Clock.ended_at.is_(None))


def running() -> tuple[ColumnElement[bool], ...]:
    """Say which clocks still run."""
    return (Clock.suspended_at.is_(None), *unsettled())


def runs_out(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """Say which clocks have run out and still run, or are known to be missed."""
    return (or_(Clock.missed_at.is_not(None), and_(Clock.due_at <= at, *running())),)


def of_reports(session: Session, reports: Sequence[int]) -> dict[int, list[ClockView]]:
    """Give the clocks of reports, oldest first."""
    found: dict[int, list[ClockView]] = {one: [] for one in reports}
    for some in portions(reports):
        for row in session.scalars(select(Clock).where(Clock.report_id.in_(some)).order_by(Clock.id)):
            found[row.report_id].append(_view(row))
    return found


def _view(row: Clock) -> ClockView:
    return ClockView(
        row.basis,
        row.rule,
        row.awaits,
        row.started_at,
        row.due_at,
        row.suspended_at,
        row.met_at,
        row.missed_at,
        row.ended_at,
    )


def start(session: Session, report: int, new: Sequence[NewClock]) -> None:
    """Start clocks inside the caller's transaction; one of the same rule that still runs ends where its next begins."""
    for one in new:
        same = update(Clock).where(Clock.report_id == report, Clock.rule == one.rule, *running())
        session.execute(same.values(ended_at=one.started_at))
        session.add(Clock(report_id=report, **vars(one)))
    session.flush()


def suspend(session: Session, report: int, rules: Collection[str], at: datetime) -> None:
    """Hold the clocks of these rules that run and are not over."""
    held = update(Clock).where(Clock.report_id == report, Clock.rule.in_(rules), Clock.due_at > at, *running())
    session.execute(held.values(suspended_at=at))


def resume(session: Session, report: int, at: datetime) -> None:
    """Let held clocks run on: each ends, and a new one has the time that was left, so that no row is ever set back."""
    held = select(Clock).where(Clock.report_id == report, Clock.suspended_at.is_not(None), Clock.ended_at.is_(None))
    for row in session.scalars(held).all():
        row.ended_at = at
        left = row.due_at - (row.suspended_at or at)
        session.add(Clock(report_id=report, **vars(NewClock(row.basis, row.rule, row.awaits, at, at + left))))
    session.flush()


def end(session: Session, report: int, at: datetime) -> None:
    """Stop every clock of a report that is neither met nor missed: nobody waits any more."""
    session.execute(update(Clock).where(Clock.report_id == report, *unsettled()).values(ended_at=at))


def end_ours(session: Session, report: int, at: datetime) -> None:
    """Stop the clocks that call for an act of ours."""
    ours = (Clock.report_id == report, Clock.awaits == Awaits.OURS, *unsettled())
    session.execute(update(Clock).where(*ours).values(ended_at=at))


def answered(session: Session, report: int, at: datetime) -> None:
    """Tell of the clocks that wait for an answer whether it came in time."""
    waiting = (Clock.report_id == report, Clock.awaits == Awaits.ANSWER, *unsettled())
    for row in session.scalars(select(Clock).where(*waiting)).all():
        row.met_at, row.missed_at = (at, None) if at <= row.due_at else (None, row.due_at)
    session.flush()


def tell(session: Session, links: Sequence[int], at: datetime) -> None:
    """After looks at links, tell of every clock that they bear on whether it was kept, inside the caller's transaction.

    Our own, such as a follow-up, end when nothing is left to follow.

    It is missed when a look found the content up after the deadline, and met when everything the report names was
    found gone by it. What went between two looks on both sides of the deadline is neither: the clock ends there.
    """
    for some in portions(links):
        query = (
            select(Clock)
            .join(ReportLink, ReportLink.report_id == Clock.report_id)
            .join(WatchedLink, WatchedLink.id == ReportLink.link_id)
            .where(WatchedLink.id.in_(some), Clock.awaits != Awaits.ANSWER, *unsettled())
            .where(or_(Clock.due_at <= at, WatchedLink.state == State.REMOVED))
        )
        for row in session.scalars(query.distinct()).all():
            _tell(row, *_seen(session, row.report_id))
    session.flush()


def reopen(session: Session, links: Sequence[int], at: datetime) -> None:
    """Start a clock of ours where what was reported and went is back: it waits for the re-report.

    It runs for the newest report that was sent and names the link.
    """
    for some in portions(links):
        newest = (
            select(func.max(Report.id))
            .join(ReportLink, ReportLink.report_id == Report.id)
            .where(ReportLink.link_id.in_(some), Report.sent_at.is_not(None), Report.lane != Lane.DATA_REQUEST)
            .group_by(ReportLink.link_id)
        )
        for report in sorted(set(session.scalars(newest))):
            start(session, report, [NewClock(BACK, BACK, Awaits.OURS, at, at + BACK_WITHIN)])


def _seen(session: Session, report: int) -> tuple[datetime | None, datetime | None]:
    """Give when anything a report names was last seen live, and from when on all of it was gone; None where it is not.

    A link that is watched no longer is left out: nobody looks there.
    """
    query = (
        select(WatchedLink.state, WatchedLink.last_seen_live_at, WatchedLink.first_seen_gone_at)
        .join(ReportLink, ReportLink.link_id == WatchedLink.id)
        .where(ReportLink.report_id == report, WatchedLink.retired_at.is_(None))
    )
    rows = session.execute(query).all()
    live = max((row.last_seen_live_at for row in rows if row.last_seen_live_at), default=None)
    gone = [row.first_seen_gone_at for row in rows if row.state is State.REMOVED and row.first_seen_gone_at]
    return live, max(gone) if rows and len(gone) == len(rows) else None


def _tell(row: Clock, live: datetime | None, gone: datetime | None) -> None:
    if row.awaits is Awaits.OURS:
        row.ended_at = gone
    elif gone is not None and (gone <= row.due_at or row.suspended_at is not None):
        row.met_at = gone
    elif row.suspended_at is None and live is not None and live > row.due_at:
        row.missed_at = row.due_at
    elif gone is not None:
        row.ended_at = gone
