"""The case file: entries sealed to the case. Whoever may add to it need not be able to read it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook import journal, keys
from casebook.access import MONITOR, Actor, Right, admit, key_of, reach, require
from casebook.errors import NotFound, Refused
from casebook.keys import Identity
from casebook.store import Casebook
from casebook.tables import Case, CaseKey, Entry
from casebook.vocabulary import EntryKind

LONGEST = 100_000


@dataclass(frozen=True)
class EntryView:
    """One entry, opened; `words` has the fields its kind has."""

    entry: int
    kind: EntryKind
    words: dict[str, Any]
    at: datetime
    author: str
    due_at: datetime | None
    done_at: datetime | None


def put(
    session: Session,
    case: int,
    kind: EntryKind,
    words: dict[str, Any],
    *,
    actor: Actor,
    at: datetime,
    due_at: datetime | None = None,
) -> Entry:
    """Seal an entry to a case inside the caller's transaction; only its recipient is needed, no key."""
    sealed = seal(session, case, words)
    entry = Entry(case_id=case, kind=kind, words=sealed, at=at, author=actor.name, due_at=due_at)
    session.add(entry)
    session.flush()
    return entry


def seal(session: Session, case: int, words: dict[str, Any]) -> bytes:
    """Seal words to a case.

    Raises:
        Refused: they are longer than a case file is meant for.
    """
    data = json.dumps(words, ensure_ascii=False).encode()
    if len(data) > LONGEST:
        raise Refused(f"this is longer than {LONGEST} bytes: keep long papers outside, and note where")
    held = session.get_one(CaseKey, case, with_for_update={"read": True})  # not while the case gets a new key
    return keys.seal_to([held.recipient], data)


def add(book: Casebook, ref: str, kind: EntryKind, words: dict[str, Any], *, actor: Actor, at: datetime) -> int:
    """Add an entry to a case's file; gives its number. The monitor may too, and cannot read it back."""
    require(actor, Right.ADD_TO_CASES)
    with book.writing() as session:
        case = _case_for_adding(session, actor, ref, at)
        entry = put(session, case.id, kind, words, actor=actor, at=at)
        journal.append(session, book.vault, actor, f"file.add {kind}", case.ref, at)
        return entry.id


def _case_for_adding(session: Session, actor: Actor, ref: str, at: datetime) -> Case:
    if actor is not MONITOR:
        return admit(session, actor, ref, at)
    case = session.scalar(select(Case).where(Case.ref == ref))
    if case is None:
        raise NotFound("no case of that reference")
    return case


def read(book: Casebook, ref: str, *, actor: Actor, at: datetime) -> list[EntryView]:
    """Open a case's file, oldest entry first; the look is journaled.

    Raises:
        Refused: the actor's own key is not unlocked.
    """
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        identity = key_of(session, actor, case.id, at)
        journal.append(session, book.vault, actor, "file.read", case.ref, at)
        return opened(session, case.id, identity)


def opened(session: Session, case: int, identity: Identity, kind: EntryKind | None = None) -> list[EntryView]:
    """Open a case's entries, or those of one kind, oldest first, inside the caller's transaction."""
    query = select(Entry).where(Entry.case_id == case).order_by(Entry.id)
    rows = session.scalars(query if kind is None else query.where(Entry.kind == kind))
    return [view(row, words_of(row, identity)) for row in rows]


def words_of(row: Entry, identity: Identity) -> dict[str, Any]:
    """Open one entry's words."""
    words: dict[str, Any] = json.loads(identity.open(row.words))
    return words


def view(row: Entry, words: dict[str, Any]) -> EntryView:
    """Give an entry with its opened words."""
    return EntryView(row.id, row.kind, words, row.at, row.author, row.due_at, row.done_at)


def admitted(session: Session, actor: Actor, entry: int, kind: EntryKind, at: datetime) -> tuple[Entry, Case]:
    """Give an entry of a case that the actor may open.

    Raises:
        NotFound: there is none, or it is another's: the two are never told apart.
    """
    query = select(Entry, Case).join(Case, Case.id == Entry.case_id).with_for_update(of=Entry)
    row = session.execute(
        query.where(Entry.id == entry, Entry.kind == kind, Case.id.in_(reach(actor, at)))
    ).one_or_none()
    if row is None:
        raise NotFound(f"no {kind} of that number; try: pehra {kind.replace('-', '')} list")
    return row.Entry, row.Case
