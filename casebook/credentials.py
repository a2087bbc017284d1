"""Officers' keys over their lives: a new passphrase, a new key, one that was lost, and the escrow key."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook import journal, keys, officers
from casebook.access import Actor, Right, require
from casebook.errors import Refused
from casebook.keys import Identity
from casebook.store import Casebook
from casebook.tables import Assignment, Book, CaseKey, OfficerKey


def set_passphrase(book: Casebook, passphrase: str, *, actor: Actor, at: datetime) -> None:
    """Lock the actor's own key under a new passphrase."""
    identity = _own(actor)
    locked = keys.lock(identity, passphrase)
    with book.writing() as session:
        key = session.get_one(OfficerKey, actor.officer, with_for_update=True)
        if key.recipient != identity.recipient:
            raise Refused("your key was changed meanwhile: unlock again")
        key.identity, key.protected, key.wrong_tries, key.wait_until = locked, True, 0, None
        journal.append(session, book.vault, actor, "officer.passphrase", actor.name, at)


def rotate(book: Casebook, passphrase: str | None, *, actor: Actor, at: datetime) -> Actor:
    """Give the actor a new key, and seal every case they are assigned to to it; gives the actor with it.

    Raises:
        Refused: their key was changed meanwhile.
    """
    old, new = _own(actor), Identity.make()
    with book.writing() as session:
        key = session.get_one(OfficerKey, actor.officer, with_for_update=True)
        if key.recipient != old.recipient:
            raise Refused("your key was changed meanwhile: unlock again")
        _replace(session, book, key, new, passphrase)
        theirs = select(Assignment).where(Assignment.officer_id == actor.officer, Assignment.key.is_not(None))
        for one in session.scalars(theirs):
            assert one.key is not None  # noqa: S101  # filtered above
            one.key = keys.seal_to([new.recipient], old.open(one.key))
        journal.append(session, book.vault, actor, "officer.rotate", actor.name, at)
    return Actor(actor.name, actor.role, actor.officer, new)


def restore(
    book: Casebook, name: str, passphrase: str, *, actor: Actor, at: datetime, escrow: Identity | None = None
) -> int:
    """Give somebody who lost their passphrase a new key, and back the cases that the actor or the escrow key opens.

    Returns:
        How many of their cases stay shut: somebody else who is assigned to them, or the escrow key, has to follow.
    """
    require(actor, Right.KEEP_OFFICERS)
    with book.writing() as session:
        row = officers.present(session, book, name)
        if row.id == actor.officer:
            raise Refused("somebody else has to restore you")
        if escrow is not None and session.scalars(select(Book.escrow)).one() != escrow.recipient:
            raise Refused("this is not the escrow key of this home")
        new, shut = Identity.make(), 0
        _replace(session, book, session.get_one(OfficerKey, row.id), new, passphrase)
        theirs = select(Assignment).where(Assignment.officer_id == row.id, Assignment.ended_at.is_(None))
        for one in session.scalars(theirs):
            case = _case_key(session, one.case_id, actor, escrow)
            one.key = None if case is None else keys.seal_to([new.recipient], case)
            shut += case is None
        how = "officer.restore" if escrow is None else "officer.restore with escrow"
        journal.append(session, book.vault, actor, how, officers.id_of(row), at)
        return shut


def _case_key(session: Session, case: int, actor: Actor, escrow: Identity | None) -> bytes | None:
    """Open a case's private key with whatever is at hand."""
    if escrow is not None:
        sealed = session.scalar(select(CaseKey.escrow).where(CaseKey.case_id == case))
        return None if sealed is None else escrow.open(sealed)
    mine = select(Assignment.key).where(
        Assignment.case_id == case,
        Assignment.officer_id == actor.officer,
        Assignment.ended_at.is_(None),
        Assignment.until.is_(None),
    )
    sealed = session.scalar(mine)
    return None if sealed is None else _own(actor).open(sealed)


def _replace(session: Session, book: Casebook, key: OfficerKey, new: Identity, passphrase: str | None) -> None:
    key.recipient, key.identity = new.recipient, officers.locked(book, new, passphrase)
    key.protected, key.wrong_tries, key.wait_until = passphrase is not None, 0, None
    session.flush()


def make_escrow(book: Casebook, *, at: datetime, actor: Actor) -> Identity | None:
    """Make the home's escrow key, once; None where there is one. Its private part is kept by nobody here."""
    with book.writing() as session:
        row = session.scalars(select(Book).with_for_update()).one()
        if row.escrow is not None:
            return None
        identity = Identity.make()
        row.escrow = identity.recipient
        journal.append(session, book.vault, actor, "escrow.make", "home", at)
        return identity


def _own(actor: Actor) -> Identity:
    if actor.identity is None:
        raise Refused("this needs your own key: unlock it first")
    return actor.identity
