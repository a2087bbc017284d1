"""Members of staff: their roles, their keys, and how they prove who they are."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook import journal, keys
from casebook.access import Actor, Right, Role, require
from casebook.errors import NotFound, Refused
from casebook.keys import Identity
from casebook.store import Casebook
from casebook.tables import Officer, OfficerKey

FREE_TRIES = 5
LONGEST_WAIT_S = 60


@dataclass(frozen=True)
class Claim:
    """Who somebody says they are; `officers.prove` makes an actor of it."""

    officer: int
    name: str
    role: Role
    protected: bool


@dataclass(frozen=True)
class OfficerView:
    """A member of staff as a list shows them."""

    officer: str
    name: str
    role: str
    protected: bool
    added_at: datetime
    left_at: datetime | None


def add_first(book: Casebook, name: str, *, at: datetime, passphrase: str | None = None) -> Actor:
    """Add the officer a new home begins with; where there is one already, nothing changes."""
    with book.writing() as session:
        first = session.scalars(select(Officer).order_by(Officer.id)).first()
        if first is not None:
            return Actor(id_of(first), Role(first.role), first.id, _unprotected(session, book, first.id))
        row, identity = _new(session, book, name, Role.OFFICER, passphrase, at)
        actor = Actor(id_of(row), Role.OFFICER, row.id, identity)
        journal.append(session, book.vault, actor, "officer.add", actor.name, at)
        return actor


def any_yet(book: Casebook) -> bool:
    """Tell whether the home has an officer."""
    with book.reading() as session:
        return session.scalar(select(Officer.id).limit(1)) is not None


def add(
    book: Casebook,
    name: str,
    role: Role,
    *,
    actor: Actor,
    at: datetime,
    passphrase: str | None,
) -> str:
    """Add a member of staff; they see no case until they are assigned to one. Gives their id."""
    require(actor, Right.KEEP_OFFICERS)
    if role is Role.MONITOR:
        raise Refused("the monitor is no member of staff: choose another role")
    with book.writing() as session:
        if _named(session, book, name) is not None:
            raise Refused("there is an officer of that name already")
        row, _ = _new(session, book, name, role, passphrase, at)
        journal.append(session, book.vault, actor, f"officer.add {role}", id_of(row), at)
        return id_of(row)


def _new(
    session: Session, book: Casebook, name: str, role: Role, passphrase: str | None, at: datetime
) -> tuple[Officer, Identity]:
    if not name.strip():
        raise Refused("an officer needs a name")
    sealed, digest = book.vault.seal("officer.name", name), book.vault.digest("officer", name)
    row = Officer(name=sealed, name_digest=digest, added_at=at, role=role)
    session.add(row)
    session.flush()
    identity = Identity.make()
    sealed_key = locked(book, identity, passphrase)
    protected = passphrase is not None
    session.add(
        OfficerKey(
            officer_id=row.id, recipient=identity.recipient, identity=sealed_key, protected=protected, wrong_tries=0
        )
    )
    session.flush()
    return row, identity


def locked(book: Casebook, identity: Identity, passphrase: str | None) -> bytes:
    """Lock a private key under a passphrase, or where none was set under the monitor's key."""
    if passphrase is None:
        return book.vault.seal("officer_key.identity", identity.secret)
    return keys.lock(identity, passphrase)


def claim(book: Casebook, name: str | None) -> Claim:
    """Tell who is meant: by name, else the only officer there is.

    Raises:
        NotFound: nobody of that name. Refused: several officers and no name given.
    """
    with book.reading() as session:
        if name is not None:
            row = _named(session, book, name)
            if row is None or row.left_at is not None:
                raise NotFound("no officer of that name: check --officer or PEHRA_OFFICER")
        else:
            rows = session.scalars(select(Officer).where(Officer.left_at.is_(None)).limit(2)).all()
            if not rows:
                raise NotFound("no officer yet: run `pehra init`")
            if len(rows) > 1:
                raise Refused("several officers use this home: say who you are with --officer or PEHRA_OFFICER")
            row = rows[0]
        key = session.get_one(OfficerKey, row.id)
        return Claim(row.id, id_of(row), Role(row.role), key.protected)


def unprotected(book: Casebook) -> tuple[list[str], int]:
    """Give the ids of those who work here without a passphrase, and how many work here."""
    with book.reading() as session:
        query = select(Officer, OfficerKey.protected).join(OfficerKey).where(Officer.left_at.is_(None))
        rows = session.execute(query.order_by(Officer.id)).all()
    return [id_of(row) for row, protected in rows if not protected], len(rows)


def prove(book: Casebook, claimed: Claim, passphrase: str | None, *, at: datetime) -> Actor:
    """Make an actor of a claim. Without a passphrase set, being at this machine is the proof.

    Raises:
        Refused: the passphrase is wrong; after some tries each further one has to wait.
    """
    with book.reading() as session:
        key = session.get_one(OfficerKey, claimed.officer)
        identity = _unprotected(session, book, claimed.officer)
    if identity is None:
        if key.wait_until is not None and at < key.wait_until <= at + timedelta(seconds=LONGEST_WAIT_S):
            raise Refused(f"too many wrong passphrases: wait {ceil((key.wait_until - at).total_seconds())} s")
        identity = keys.unlock(key.identity, passphrase or "")
        if identity is None or key.wrong_tries:
            _count_try(book, claimed, at, wrong=identity is None)
        if identity is None:
            raise Refused("the passphrase is wrong")
    return Actor(claimed.name, claimed.role, claimed.officer, identity)


def with_identity(claimed: Claim, identity: Identity, book: Casebook) -> Actor | None:
    """Make an actor of a claim whose key was unlocked before; None where it is another's, or an old one."""
    with book.reading() as session:
        recipient = session.get_one(OfficerKey, claimed.officer).recipient
    return Actor(claimed.name, claimed.role, claimed.officer, identity) if recipient == identity.recipient else None


def _unprotected(session: Session, book: Casebook, officer: int) -> Identity | None:
    key = session.get_one(OfficerKey, officer)
    return None if key.protected else Identity.of(book.vault.unseal("officer_key.identity", key.identity))


def _count_try(book: Casebook, claimed: Claim, at: datetime, *, wrong: bool) -> None:
    with book.writing() as session:
        key = session.get_one(OfficerKey, claimed.officer, with_for_update=True)
        key.wrong_tries = key.wrong_tries + 1 if wrong else 0
        over = key.wrong_tries - FREE_TRIES
        key.wait_until = at + timedelta(seconds=min(2.0**over, LONGEST_WAIT_S)) if over >= 0 else None
        if wrong:
            journal.append(session, book.vault, Actor(claimed.name, claimed.role), "officer.wrong", claimed.name, at)


def list_officers(book: Casebook, *, actor: Actor, at: datetime) -> list[OfficerView]:
    """List members of staff, those who left too; of cases it says nothing."""
    require(actor, Right.KEEP_OFFICERS)
    with book.writing() as session:
        journal.append(session, book.vault, actor, "officer.list", "all", at)
        query = select(Officer, OfficerKey).outerjoin(OfficerKey).order_by(Officer.id)
        return [
            OfficerView(
                id_of(row),
                book.vault.unseal("officer.name", row.name),
                row.role,
                key is not None and key.protected,
                row.added_at,
                row.left_at,
            )
            for row, key in session.execute(query)
        ]


def present(session: Session, book: Casebook, name: str) -> Officer:
    """Find somebody who works here.

    Raises:
        NotFound: nobody of that name.
    """
    row = _named(session, book, name)
    if row is None or row.left_at is not None:
        raise NotFound("no officer of that name; try: pehra officer list")
    return row


def _named(session: Session, book: Casebook, name: str) -> Officer | None:
    return session.scalar(select(Officer).where(Officer.name_digest == book.vault.digest("officer", name)))


def id_of(row: Officer) -> str:
    """How an officer is named everywhere but in the list of officers."""
    return f"officer-{row.id}"
