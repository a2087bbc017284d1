"""What the casebook counts of all cases together: columns of numbers, with no case, no address and no words in them."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import BigInteger, ColumnElement, Select, String, and_, case, cast, false, func, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from casebook import journal
from casebook.access import RIGHTS, Actor, Right, reach, require
from casebook.clocks import portions
from casebook.errors import Refused
from casebook.store import Casebook
from casebook.tables import Check, Clock, Event, JournalEntry, Report, ReportLink, Tally, WatchedLink
from casebook.vocabulary import Awaits, EventKind, Outcome, ReportState

Numbers = npt.NDArray[np.int64]
NEVER = np.iinfo(np.int64).max
GAPS_OF = 5_000  # links; with more than these, the gaps between checks are measured on every k-th
Columns = Select[*tuple[Any, ...]]
KEYS = ("platform", "channel", "lane", "category")
PUBLISHED = "stats.publish"


class Epoch(FunctionElement[int]):
    """A moment as whole seconds since 1970, computed where the rows are; NULL stays NULL."""

    type = BigInteger()
    inherit_cache = True


@compiles(Epoch, "sqlite")
def _sqlite(element: Epoch, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    return f"unixepoch({compiler.process(element.clauses, **options)})"


@compiles(Epoch, "postgresql")
def _postgresql(element: Epoch, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    return f"floor(extract(epoch from {compiler.process(element.clauses, **options)}))::bigint"


@dataclass(frozen=True)
class Period:
    """Requests sent from `start` up to `end`, as everything stood at `as_of`; what happened later is not known."""

    start: datetime
    end: datetime
    as_of: datetime

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d}..{self.end:%Y-%m-%d}"


@dataclass(frozen=True)
class Measured:
    """What was found: three tables as columns, whole seconds since 1970, `NEVER` where something has not happened.

    Attributes:
        groups: every platform, channel, lane and category that was met together; `report_group` points into it.
        report, report_group, sent, replied, answered, refused, acted, withdrawn: one row per report, by number.
        asked_report, asked_link, live, gone, back: one row per link of a report: last seen live and first seen gone
            of the first takedown that was seen after sending, or when it was last seen live at all; when it was back.
            What was gone before it was asked about has `gone` before `sent`.
        clock_report, due, met, missed: one row per deadline.
        gap_link, gap_at: looks at every `every`-th link, in order of link and time.
        erased: links, takedowns, resurfacings of erased cases, per platform; all times together.
    """

    groups: list[tuple[str, str, str, str]]
    report: Numbers
    report_group: Numbers
    sent: Numbers
    replied: Numbers
    answered: Numbers
    refused: Numbers
    acted: Numbers
    withdrawn: Numbers
    asked_report: Numbers
    asked_link: Numbers
    live: Numbers
    gone: Numbers
    back: Numbers
    clock_report: Numbers
    due: Numbers
    met: Numbers
    missed: Numbers
    gap_link: Numbers
    gap_at: Numbers
    every: int
    erased: dict[str, tuple[int, int, int]]


COLUMNS = tuple(one.name for one in fields(Measured))[1:-2]


def measure(book: Casebook, period: Period, *, actor: Actor, at: datetime) -> Measured:
    """Measure what was asked in a period: of all cases for who may count, of an officer's own otherwise.

    The look is on record before it happens, in a transaction of its own: reading a large book takes seconds, and
    nobody shall wait to write meanwhile.
    """
    whole = Right.COUNT in RIGHTS[actor.role]
    if not whole:
        require(actor, Right.READ_CASES)
    with book.writing() as session:
        journal.append(session, book.vault, actor, "stats.see", str(period), at)
    with book.reading() as session:
        return _measured(session, _sent(period, None if whole else reach(actor, at)), with_erased=whole)


def publish(book: Casebook, period: Period, *, actor: Actor, at: datetime) -> Measured:
    """Measure a period that is over, for everybody to read, and put on record that it was published.

    Raises:
        Refused: the period is not over, or overlaps another that was published: the difference of two would tell of
            the few that are in one alone.
    """
    require(actor, Right.COUNT)
    if period.end > at:
        raise Refused("a period is published when it is over: choose another --to")
    with book.writing() as session:
        for other in session.scalars(select(JournalEntry.subject).where(JournalEntry.act == PUBLISHED).distinct()):
            if other != str(period) and _overlap(other, period):
                raise Refused(
                    f"the period {other} was published already; one that overlaps it would let readers subtract the "
                    "two: choose the same again, or one beside it"
                )
        journal.append(session, book.vault, actor, PUBLISHED, str(period), at)
    with book.reading() as session:
        return _measured(session, _sent(period, None), with_erased=False)


def _overlap(other: str, period: Period) -> bool:
    start, end = (date.fromisoformat(one) for one in other.split(".."))
    return start < period.end.date() and period.start.date() < end


def _sent(period: Period, own: Select[int] | None) -> tuple[ColumnElement[bool], ...]:
    """Say which reports count."""
    within = (Report.sent_at >= period.start, Report.sent_at < period.end)
    return within if own is None else (*within, Report.case_id.in_(own))


def _measured(session: Session, counted: tuple[ColumnElement[bool], ...], *, with_erased: bool) -> Measured:
    groups, reports = _reports(session, counted)
    asked = _asked(session, reports[0], reports[2])
    clocks = _of_reports(_columns(session, _clocks(reports[0])), reports[0])
    every, gaps = _gaps(session, asked[1])
    columns: dict[str, Any] = dict(zip(COLUMNS, (*reports, *asked, *clocks, *gaps), strict=True))
    return Measured(groups=groups, every=every, erased=_erased(session) if with_erased else {}, **columns)


def _reports(
    session: Session, counted: tuple[ColumnElement[bool], ...]
) -> tuple[list[tuple[str, str, str, str]], list[Numbers]]:
    """Give the groups that occur, and the reports in order of their numbers, each with its group's place."""
    keys = [func.coalesce(getattr(Report, name), "") for name in KEYS]
    query = select(
        keys[0] + "\t" + keys[1] + "\t" + keys[2] + "\t" + keys[3],
        Report.id,
        *(_moment(one) for one in (Report.sent_at, Report.first_reply_at, Report.answered_at)),
        _is(Report.outcome == Outcome.REFUSED)
        + 2 * _is(Report.outcome == Outcome.ACTED)
        + 4 * _is(Report.state == ReportState.WITHDRAWN),
    ).where(*counted)
    words, *rest = _strings(session, query)
    names = words.split("\n") if words else []
    places = {name: place for place, name in enumerate(dict.fromkeys(names))}
    group = np.fromiter(map(places.__getitem__, names), dtype=np.int64, count=len(names))
    columns = [_numbers(one) for one in rest]
    order = np.argsort(columns[0], kind="stable")
    report, sent, replied, answered, flags = (one[order] for one in columns)
    groups = [(one[0], one[1], one[2], one[3]) for one in (name.split("\t") for name in places)]
    return groups, [report, group[order], sent, replied, answered, flags & 1, flags >> 1 & 1, flags >> 2]


def _of_reports(columns: list[Numbers], reports: Numbers) -> list[Numbers]:
    """Keep the rows whose first column is one of the reports, which are in order."""
    if not reports.size:
        return [one[:0] for one in columns]
    place = np.minimum(np.searchsorted(reports, columns[0]), reports.size - 1)
    ours = reports[place] == columns[0]
    return columns if ours.all() else [one[ours] for one in columns]


def _spanned(column: Any, numbers: Numbers) -> ColumnElement[bool]:  # noqa: ANN401  # whatever is a column
    """Narrow a query down to a span of numbers; a join with each row's report would cost more than all the rest."""
    if not numbers.size:
        return false()
    low, high = int(numbers.min()), int(numbers.max())
    return and_(column >= low, column <= high)


def _asked(session: Session, reports: Numbers, sent: Numbers) -> list[Numbers]:
    """Give the links that reports name, each with the takedown that was seen first after it was sent.

    A link that never came back has only one takedown, and the link's own row holds it; the others' stories are read
    from their events.
    """
    pairs = select(ReportLink.report_id, ReportLink.link_id).where(_spanned(ReportLink.report_id, reports))
    report, link = _of_reports(_columns(session, pairs), reports)
    told = case((WatchedLink.taken_down_at.is_not(None), WatchedLink.first_seen_gone_at), else_=None)
    moments = (_moment(one) for one in (WatchedLink.last_seen_live_at, told))
    query = select(WatchedLink.id, *moments, _is(WatchedLink.times_resurfaced > 0)).where(
        _spanned(WatchedLink.id, link)
    )
    links = _ordered(_columns(session, query))
    row = np.searchsorted(links[0], link)
    live, gone, stories = links[1][row], links[2][row], np.flatnonzero(links[3][row])
    live = np.where(live == NEVER, 0, live)
    back = np.full_like(gone, NEVER)
    if stories.size:
        when = sent[np.searchsorted(reports, report[stories])]
        downs, ups = _stories(session, link[stories])
        live[stories], gone[stories], back[stories] = _story(
            link[stories], when, downs, ups, live[stories], gone[stories]
        )
    return [report, link, live, gone, back]


def _stories(session: Session, links: Numbers) -> tuple[list[Numbers], list[Numbers]]:
    """Give takedowns (link, first seen gone, last seen live) and resurfacings (link, at) of links that came back."""
    back = Event.kind == EventKind.RESURFACED
    moments = (_moment(one) for one in (Event.at, Event.first_seen_gone_at, Event.last_seen_live_at))
    query = (
        select(Event.link_id, *moments, _is(back))
        .join(WatchedLink, WatchedLink.id == Event.link_id)
        .where(WatchedLink.times_resurfaced > 0, or_(back, Event.kind == EventKind.TAKEN_DOWN))
        .where(_spanned(WatchedLink.id, links))
    )
    link, at, gone, live, is_back = _columns(session, query)
    up = is_back == 1
    return _ordered([link[~up], gone[~up], live[~up]]), _ordered([link[up], at[up]])


def _ordered(columns: list[Numbers]) -> list[Numbers]:
    """Put rows in order of their first column, then their second; most come so already."""
    first, second = columns[:2]
    step = np.diff(first)
    if ((step > 0) | ((step == 0) & (np.diff(second) >= 0))).all():
        return columns
    order = np.lexsort((second, first))
    return [one[order] for one in columns]


def _story(
    link: Numbers, sent: Numbers, downs: list[Numbers], ups: list[Numbers], live: Numbers, gone: Numbers
) -> tuple[Numbers, Numbers, Numbers]:
    """Find for each asking the takedown that was seen first after it was sent, and when the link was back after it.

    Where there is none after, but the link was down when it was asked about, that one stands: gone before.
    """
    first = _after(downs, link, sent)
    found = first >= 0
    taken = np.where(found, downs[1][first], gone)
    seen = np.where(found, downs[2][first], live)
    seen = np.where(seen == NEVER, 0, seen)
    back = _after(ups, link, taken)
    return seen, taken, np.where((back >= 0) & (taken != NEVER), ups[1][back] if ups[1].size else NEVER, NEVER)


def _after(rows: list[Numbers], link: Numbers, moment: Numbers) -> Numbers:
    """Give the place of each link's first row after a moment, -1 where there is none; rows are in order."""
    if not rows[0].size:
        return np.full(link.shape, -1, dtype=np.int64)
    span = np.int64(1) << 34  # seconds: far beyond any date, and a million million links fit beside it
    keys = rows[0] * span + np.minimum(rows[1], span - 1)
    place = np.searchsorted(keys, link * span + np.minimum(moment, span - 1), side="right")
    there = place < keys.size
    place = np.where(there, place, 0)
    return np.where(there & (rows[0][place] == link), place, -1)


def _clocks(reports: Numbers) -> Columns:
    moments = (_moment(one) for one in (Clock.due_at, Clock.met_at, Clock.missed_at))
    return select(Clock.report_id, *moments).where(Clock.awaits != Awaits.OURS, _spanned(Clock.report_id, reports))


def _gaps(session: Session, links: Numbers) -> tuple[int, list[Numbers]]:
    """Give the moments of looks at every k-th link that was asked about, with k."""
    known = np.sort(links)
    known = known[np.diff(known, prepend=-1) > 0]
    every = max(1, -(-known.size // GAPS_OF))
    chosen = [int(one) for one in known[::every]]
    looks = select(WatchedLink.id, _moment(Check.at)).join(Check, Check.address_id == WatchedLink.address_id)
    parts = [_columns(session, looks.where(WatchedLink.id.in_(some))) for some in portions(chosen)]
    columns = [np.concatenate(one) for one in zip(*parts, strict=True)]
    return every, _ordered(columns or [np.empty(0, dtype=np.int64)] * 2)


def _erased(session: Session) -> dict[str, tuple[int, int, int]]:
    sums = (func.sum(Tally.links), func.sum(Tally.takedowns), func.sum(Tally.resurfacings))
    rows = session.execute(select(func.coalesce(Tally.platform, ""), *sums).group_by(Tally.platform))
    return {row[0]: (int(row[1]), int(row[2]), int(row[3])) for row in rows}


def _moment(column: Any) -> ColumnElement[int]:  # noqa: ANN401  # whatever SQLAlchemy takes for a column
    return func.coalesce(Epoch(column), NEVER)


def _is(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _columns(session: Session, query: Columns) -> list[Numbers]:
    return [_numbers(one) for one in _strings(session, query)]


def _strings(session: Session, query: Columns) -> list[str]:
    """Give each column in one piece, with commas between; words with ends of lines.

    A million rows handed over one by one cost twice as much as all else together.
    """
    rows = query.subquery()
    pieces = [
        func.aggregate_strings(one, "\n")
        if isinstance(one.type, String)
        else func.aggregate_strings(cast(one, String), ",")
        for one in rows.c
    ]
    found = session.execute(select(*pieces)).one()
    return [one or "" for one in found]


def _numbers(words: str) -> Numbers:
    return np.fromstring(words, dtype=np.int64, sep=",") if words else np.empty(0, dtype=np.int64)
