"""The append-only record of acts and looks, each entry chained to the one before by the vault's key."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook.access import Actor, Right, require
from casebook.store import Casebook
from casebook.tables import Book, JournalEntry
from casebook.vault import Vault, keyed

START = bytes(32)


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


def verify(book: Casebook, actor: Actor) -> Verified:
    """Walk the whole chain and name the first entry that was altered, removed, or put in between."""
    require(actor, Right.VERIFY_JOURNAL)
    with book.reading() as session:
        head = session.scalars(select(Book)).one()
        key = _key(head, book.vault)
        count, before = 0, START
        for entry in _entries(session):
            count += 1
            if entry.seq != count:
                return Verified(count - 1, count, "this entry is missing")
            seal = _seal(key, before, entry.seq, entry.at, entry.actor, entry.act, entry.subject)
            if seal != entry.seal:
                return Verified(count - 1, count, "this entry was altered")
            before = seal
        if (count, before) != (head.journal_length, head.journal_head):
            return Verified(count, count + 1, "entries at the end are missing")
    return Verified(count, None, None)


def _entries(session: Session) -> Iterator[JournalEntry]:
    yield from session.scalars(select(JournalEntry).order_by(JournalEntry.seq).execution_options(yield_per=1000))
