"""The append-only record of acts and looks, each entry chained to the one before by the vault's key."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import Session

from casebook.access import Actor, Right, Role, admit, reach, require
from casebook.errors import NotFound
from casebook.store import Casebook
from casebook.tables import Book, Case, JournalEntry
from casebook.vault import Vault, keyed

START = bytes(32)
REF_LENGTH = 8  # of C-7F3K2M
LAST = 100


@dataclass(frozen=True)
class Verified:
    """What a walk along the chain found: how many entries hold, and the first that does not."""

    entries: int
    first_bad: int | None
    because: str | None


def append(session: Session, vault: Vault, actor: Actor, act: str, subject: str, at: datetime) -> None:
    """Add one entry inside the caller's transaction. `subject` is an id or case reference, never a name."""
    book = session.scalars(select(Book).with_for_update()).one()
    seq = book.journal_length + 1
    seal = _seal(_key(book, vault), book.journal_head, seq, at, actor.name, act, subject)
    session.add(JournalEntry(seq=seq, at=at, actor=actor.name, act=act, subject=subject, seal=seal))
    book.journal_length, book.journal_head = seq, seal
    session.flush()


def _key(book: Book, vault: Vault) -> bytes:
    """Give the chain's own key, which stays when the monitor's key changes."""
    return vault.chain_key() if book.journal_key is None else unsealed_key(vault, book.journal_key)


def unsealed_key(vault: Vault, sealed: bytes) -> bytes:
    """Open the chain's key."""
    return bytes.fromhex(vault.unseal("book.journal_key", sealed))


def _seal(key: bytes, before: bytes, seq: int, at: datetime, actor: str, act: str, subject: str) -> bytes:
    parts = (before.hex(), str(seq), at.isoformat(), actor, act, subject)
    return keyed(key, "journal", "\x1f".join(parts))


def walk(session: Session, vault: Vault, *, anchors: Collection[int] = ()) -> tuple[Verified, dict[int, bytes]]:
    """Walk the whole chain, entry by entry; give the heads it had at these lengths too."""
    head = session.scalars(select(Book)).one()
    key, count, before = _key(head, vault), 0, START
    heads = {0: START}
    for seq, at, actor, act, subject, sealed in _rows(session):
        count += 1
        if seq != count:
            return Verified(count - 1, count, "this entry is missing"), heads
        before = _seal(key, before, seq, at, actor, act, subject)
        if before != sealed:
            return Verified(count - 1, count, "this entry was altered"), heads
        if count in anchors:
            heads[count] = before
    if (count, before) != (head.journal_length, head.journal_head):
        return Verified(count, count + 1, "entries at the end are missing"), heads
    return Verified(count, None, None), heads


def _rows(session: Session) -> Iterator[Row[int, datetime, str, str, str, bytes]]:
    """Give the entries as plain rows, a thousand in memory at a time."""
    entry = JournalEntry
    query = select(entry.seq, entry.at, entry.actor, entry.act, entry.subject, entry.seal).order_by(entry.seq)
    yield from session.execute(query.execution_options(yield_per=1000))


def newest(book: Casebook) -> datetime | None:
    """Give the time of the newest entry, which names nobody; None before the first."""
    with book.reading() as session:
        return session.scalar(select(JournalEntry.at).order_by(JournalEntry.seq.desc()).limit(1))


def verify(book: Casebook, actor: Actor) -> Verified:
    """Walk the whole chain and name the first entry that was altered, removed, or put in between."""
    require(actor, Right.VERIFY_JOURNAL)
    with book.reading() as session:
        return walk(session, book.vault)[0]


@dataclass(frozen=True)
class EntryView:
    """One entry: who did or saw what, and when."""

    seq: int
    at: datetime
    actor: str
    act: str
    subject: str


def entries(
    book: Casebook, *, actor: Actor, at: datetime, case: str | None = None, last: int = LAST
) -> list[EntryView]:
    """List the newest entries, oldest first: all of them for an auditor; for an officer what they did, and their cases.

    Raises:
        Refused: the actor's role reads no journal; NotFound: no such case, or not theirs.
    """
    query = select(JournalEntry)
    if actor.role is not Role.OFFICER:
        require(actor, Right.READ_JOURNAL)
    with book.writing() as session:
        ref = None if case is None else _admitted(session, actor, case, at)
        if ref is not None:
            query = query.where(_about() == ref)
        elif actor.role is Role.OFFICER:
            theirs = _about().in_(select(Case.ref).where(Case.id.in_(reach(actor, at))))
            query = query.where(or_(JournalEntry.actor == actor.name, theirs))
        rows = session.scalars(query.order_by(JournalEntry.seq.desc()).limit(last)).all()
        append(session, book.vault, actor, "journal.list", ref or "all", at)
    return [EntryView(one.seq, one.at, one.actor, one.act, one.subject) for one in reversed(rows)]


def _about() -> ColumnElement[str]:
    """Give the case that an entry is about: its subject is a reference, alone or before a stroke and a number."""
    return func.substr(JournalEntry.subject, 1, REF_LENGTH)


def _admitted(session: Session, actor: Actor, case: str, at: datetime) -> str:
    """Give a reference as the journal has it; an auditor may ask for an erased case too."""
    if actor.role is Role.OFFICER:
        return admit(session, actor, case, at).ref
    ref = case.strip().upper()
    if session.scalar(select(JournalEntry.seq).where(_about() == ref).limit(1)) is None:
        raise NotFound("the journal has no case of that reference")
    return ref
