"""Opening a link to look at it oneself: deliberate, refused for children, on record first, and counted as exposure."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from casebook import journal, links
from casebook.access import Actor, Right, require
from casebook.errors import Refused
from casebook.store import Casebook
from casebook.tables import JournalEntry
from casebook.vocabulary import LinkId

ACT = "link.open"
WEEK, MONTH = timedelta(days=7), timedelta(days=30)


@dataclass(frozen=True)
class Opened:
    """What opening did: whether the opener could, and how many links this officer opened in the last 7 days."""

    link: int
    opened: bool
    in_7_days: int


@dataclass(frozen=True)
class Exposure:
    """How many links one officer opened: in 7 days, in 30, and on each day on which there were any."""

    officer: str
    in_7_days: int
    in_30_days: int
    days: dict[date, int]


@dataclass(frozen=True)
class Sum:
    """What a supervisor sees of it: no case, no link, no day."""

    officer: str
    in_7_days: int
    in_30_days: int


def open_link(book: Casebook, link: LinkId, opener: Callable[[str], int], *, actor: Actor, at: datetime) -> Opened:
    """Open a link's address, after the journal has it: a look that is not on record does not happen.

    `opener` gives 0 where it could. The address counts, not the case: what is a child's for one is so for all.

    Raises:
        Refused: it holds somebody's child, and is handed on by address alone.
    """
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        row = links.admitted(session, actor, link, at)
        if row.WatchedLink.minor or row.Address.minor:
            raise Refused(
                "this link may hold a child's picture, which nobody here opens: hand it on with `pehra link handover`"
            )
        url = book.vault.unseal("address.url", row.Address.url)
        journal.append(session, book.vault, actor, ACT, f"{row.Case.ref}/{link}", at)
        counted = _count(session, actor, at)
    return Opened(link, opener(url) == 0, counted)


def own_week(book: Casebook, *, actor: Actor, at: datetime) -> int:
    """Count what the actor opened in the last 7 days."""
    with book.reading() as session:
        return _count(session, actor, at)


def _count(session: Session, actor: Actor, at: datetime) -> int:
    query = select(func.count()).where(*_since(at - WEEK, ACT), JournalEntry.actor == actor.name)
    return session.scalar(query) or 0


def _since(start: datetime, act: str) -> tuple[ColumnElement[bool], ...]:
    return (JournalEntry.act == act, JournalEntry.at > start)


def own(book: Casebook, *, actor: Actor, at: datetime) -> Exposure:
    """Tell an officer how many links they opened, day by day (UTC)."""
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        query = select(JournalEntry.at).where(*_since(at - MONTH, ACT), JournalEntry.actor == actor.name)
        times = session.scalars(query.order_by(JournalEntry.seq)).all()
        journal.append(session, book.vault, actor, "exposure.list", actor.name, at)
    week = sum(one > at - WEEK for one in times)
    return Exposure(actor.name, week, len(times), dict(Counter(one.date() for one in times)))


def sums(book: Casebook, *, actor: Actor, at: datetime) -> list[Sum]:
    """Tell a supervisor how many links each officer opened."""
    require(actor, Right.SEE_WORKLOAD)
    with book.writing() as session:
        week, month = (per_officer(session, ACT, at - one) for one in (WEEK, MONTH))
        journal.append(session, book.vault, actor, "exposure.list", "all", at)
    return [Sum(one, week.get(one, 0), month[one]) for one in sorted(month)]


def per_officer(session: Session, act: str, start: datetime) -> dict[str, int]:
    """Count an act per actor since a moment, from the journal."""
    query = select(JournalEntry.actor, func.count()).where(*_since(start, act)).group_by(JournalEntry.actor)
    return {name: count for name, count in session.execute(query)}  # noqa: C416  # rows are no pairs to a type
