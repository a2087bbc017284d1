"""Follow-ups: when somebody is to be asked how they are, and what to do when they cannot be reached."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook import casefile, journal
from casebook.access import Actor, Right, admit, key_of, reach, require
from casebook.casefile import EntryView
from casebook.errors import Refused
from casebook.store import Casebook
from casebook.tables import Case, Entry
from casebook.vocabulary import EntryKind

PROTOCOL_AFTER_MISSES = 3


@dataclass(frozen=True)
class FollowUpView:
    """A follow-up that is still to be made; `missed_in_a_row` counts the attempts since the last that was made."""

    entry: int
    case: str
    due_at: datetime
    overdue: bool
    words: str | None
    missed_in_a_row: int


@dataclass(frozen=True)
class Missed:
    """What a missed contact leads to: the next follow-up, and after some misses in a row the risk protocol.

    The protocol is a matter for people: nothing is sent by itself to somebody who cannot be reached, for it may be
    somebody else who holds their phone.
    """

    case: str
    next: int
    due_at: datetime
    in_a_row: int
    risk_protocol: bool


def add(book: Casebook, ref: str, due_at: datetime, words: str | None, *, actor: Actor, at: datetime) -> int:
    """Set a follow-up; gives its number."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        entry = put(session, case.id, due_at, words, actor=actor, at=at)
        journal.append(session, book.vault, actor, "followup.add", f"{case.ref}/{entry}", at)
        return entry


def put(session: Session, case: int, due_at: datetime, words: str | None, *, actor: Actor, at: datetime) -> int:
    """Set a follow-up inside the caller's transaction.

    Raises:
        Refused: its time is over.
    """
    if due_at <= at:
        raise Refused("a follow-up lies ahead: name a time that is still to come")
    kept = {} if words is None else {"words": words}
    return casefile.put(session, case, EntryKind.FOLLOW_UP, kept, actor=actor, at=at, due_at=due_at).id


def list_open(book: Casebook, *, actor: Actor, at: datetime, case: str | None = None) -> list[FollowUpView]:
    """List the follow-ups still to be made in a case, or in all the actor's open ones; the earliest due first."""
    require(actor, Right.READ_CASES)
    query = select(Case).join(Entry, Entry.case_id == Case.id).where(Case.id.in_(reach(actor, at)), *_open()).distinct()
    with book.writing() as session:
        ref = "all" if case is None else admit(session, actor, case, at).ref
        query = query.where(Case.closed_at.is_(None)) if case is None else query.where(Case.ref == ref)
        journal.append(session, book.vault, actor, "followup.list", ref, at)
        found = [view for one in session.scalars(query).all() for view in _views(session, one, actor, at)]
    return sorted(found, key=lambda one: (one.due_at, one.entry))


def _open() -> tuple[Any, ...]:
    return (Entry.kind == EntryKind.FOLLOW_UP, Entry.due_at.is_not(None), Entry.done_at.is_(None))


def _views(session: Session, case: Case, actor: Actor, at: datetime) -> list[FollowUpView]:
    entries = _opened(session, case.id, actor, at)
    missed = misses_in_a_row(entries)
    return [
        FollowUpView(one.entry, case.ref, one.due_at, one.due_at <= at, one.words.get("words"), missed)
        for one in entries
        if one.due_at is not None and one.done_at is None
    ]


def _opened(session: Session, case: int, actor: Actor, at: datetime) -> list[EntryView]:
    return casefile.opened(session, case, key_of(session, actor, case, at), EntryKind.FOLLOW_UP)


def misses_in_a_row(entries: list[EntryView]) -> int:
    """Count the attempts that reached nobody since the last one that did."""
    outcomes = [one.words["outcome"] for one in entries if "outcome" in one.words]
    return next((n for n, outcome in enumerate(reversed(outcomes)) if outcome != "missed"), len(outcomes))


def done(book: Casebook, entry: int, words: str | None, *, actor: Actor, at: datetime) -> str:
    """Note that a follow-up was made; gives the case's reference."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        case = _end(session, entry, "done", words, actor, at)
        journal.append(session, book.vault, actor, "followup.done", f"{case.ref}/{entry}", at)
        return case.ref


def missed(book: Casebook, entry: int, next_at: datetime, words: str | None, *, actor: Actor, at: datetime) -> Missed:
    """Note that nobody was reached, and set the next follow-up: a missed contact never ends the matter."""
    require(actor, Right.KEEP_CASES)
    with book.writing() as session:
        case = _end(session, entry, "missed", words, actor, at)
        following = put(session, case.id, next_at, None, actor=actor, at=at)
        in_a_row = misses_in_a_row(_opened(session, case.id, actor, at))
        journal.append(session, book.vault, actor, "followup.missed", f"{case.ref}/{entry}", at)
        return Missed(case.ref, following, next_at, in_a_row, in_a_row >= PROTOCOL_AFTER_MISSES)


def _end(session: Session, entry: int, outcome: str, words: str | None, actor: Actor, at: datetime) -> Case:
    """Take a follow-up off the list; how it ended is an entry of its own."""
    row, case = casefile.admitted(session, actor, entry, EntryKind.FOLLOW_UP, at)
    if row.due_at is None or row.done_at is not None:
        raise Refused("that follow-up is over; try: pehra followup list")
    row.done_at = at
    kept = {"of": entry, "outcome": outcome} | ({} if words is None else {"words": words})
    casefile.put(session, case.id, EntryKind.FOLLOW_UP, kept, actor=actor, at=at)
    return case
