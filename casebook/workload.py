"""Who carries how much: numbers per officer, with no case and no complainant in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from casebook import exposure, journal
from casebook.access import Actor, Right, Role, require, standing
from casebook.store import Casebook
from casebook.tables import Assignment, Case, Entry, Officer, WatchedLink
from casebook.vocabulary import EntryKind, State

WAITING = (State.RESTRICTED, State.LOST)


@dataclass(frozen=True)
class Load:
    """What one officer carries. A case that two are assigned to counts for both.

    `links_waiting` are those that only a person can tell about; `missed_in_7_days` are contacts that reached nobody.
    """

    officer: str
    open_cases: int
    watched_links: int
    links_waiting: int
    follow_ups_overdue: int
    missed_in_7_days: int
    opened_in_7_days: int


def see(book: Casebook, *, actor: Actor, at: datetime) -> list[Load]:
    """Tell what each officer who works here carries now."""
    require(actor, Right.SEE_WORKLOAD)
    with book.writing() as session:
        journal.append(session, book.vault, actor, "workload.see", "all", at)
        return list(_loads(session, at))


def _loads(session: Session, at: datetime) -> Iterator[Load]:
    links = _links(at)
    cases, watched = _counts(session, _cases(at)), _counts(session, links)
    waiting = _counts(session, links.where(WatchedLink.state.in_(WAITING)))
    overdue = _counts(session, _overdue(at))
    missed = exposure.per_officer(session, "followup.missed", at - exposure.WEEK)
    opened = exposure.per_officer(session, exposure.ACT, at - exposure.WEEK)
    staff = select(Officer.id).where(Officer.role == Role.OFFICER, Officer.left_at.is_(None)).order_by(Officer.id)
    for one in session.scalars(staff):
        name = f"officer-{one}"
        yield Load(
            name,
            cases.get(one, 0),
            watched.get(one, 0),
            waiting.get(one, 0),
            overdue.get(one, 0),
            missed.get(name, 0),
            opened.get(name, 0),
        )


def _counts(session: Session, query: Select[int, int]) -> dict[int, int]:
    return {officer: count for officer, count in session.execute(query)}  # noqa: C416  # rows are no pairs to a type


def _carried(counted: InstrumentedAttribute[int], at: datetime) -> Select[int, int]:
    """Count something of open cases per officer; one who is assigned twice, for a time too, counts it once."""
    return (
        select(Assignment.officer_id, func.count(counted.distinct()))
        .join(Case, Case.id == Assignment.case_id)
        .where(Case.closed_at.is_(None), *standing(at))
        .group_by(Assignment.officer_id)
    )


def _cases(at: datetime) -> Select[int, int]:
    return _carried(Case.id, at)


def _links(at: datetime) -> Select[int, int]:
    query = _carried(WatchedLink.id, at).join(WatchedLink, WatchedLink.case_id == Case.id)
    return query.where(WatchedLink.retired_at.is_(None))


def _overdue(at: datetime) -> Select[int, int]:
    query = _carried(Entry.id, at).join(Entry, Entry.case_id == Case.id)
    return query.where(Entry.kind == EntryKind.FOLLOW_UP, Entry.due_at <= at, Entry.done_at.is_(None))
