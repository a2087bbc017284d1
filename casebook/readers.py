"""Who of staff gets digests, where, and in which language."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from casebook import journal, officers
from casebook.access import Actor, Right, Role, require
from casebook.errors import NotFound, Refused
from casebook.store import Casebook
from casebook.tables import Officer, Reader

LANGUAGES = ("en", "ur")
ADDRESS = re.compile(r"[^@\s<>,;\"]{1,64}@[^@\s<>,;\"]{1,200}")


@dataclass(frozen=True)
class ReaderView:
    """What somebody gets, without the address it goes to."""

    officer: str
    language: str
    weekly: bool
    daily: bool
    urgent: bool
    since: datetime


def subscribe(
    book: Casebook,
    address: str,
    *,
    actor: Actor,
    at: datetime,
    language: str = "en",
    weekly: bool = True,
    daily: bool = False,
    urgent: bool = True,
    name: str | None = None,
) -> str:
    """Send somebody digests from now on, or change how; themselves, or whom `name` names. Gives their id.

    Raises:
        Refused: the address is none, or they open no cases.
    """
    require(actor, Right.KEEP_OFFICERS)
    if not ADDRESS.fullmatch(address):
        raise Refused("this is no mail address")
    if language not in LANGUAGES:
        raise Refused(f"digests are written in {' and '.join(LANGUAGES)}")
    with book.writing() as session:
        officer = _who(session, book, actor, name)
        if officer.role != Role.OFFICER:
            raise Refused(f"a {officer.role} opens no cases, so there is nothing to tell")
        row = session.scalar(select(Reader).where(Reader.officer_id == officer.id)) or Reader(
            officer_id=officer.id, since=at
        )
        row.address, row.language = book.vault.seal("reader.address", address), language
        row.weekly, row.daily, row.urgent = weekly, daily, urgent
        session.add(row)
        journal.append(session, book.vault, actor, "digest.subscribe", officers.id_of(officer), at)
        return officers.id_of(officer)


def unsubscribe(book: Casebook, *, actor: Actor, at: datetime, name: str | None = None) -> str:
    """Send somebody no digest any more, and forget their address."""
    require(actor, Right.KEEP_OFFICERS)
    with book.writing() as session:
        officer = _who(session, book, actor, name)
        if session.scalar(select(Reader.id).where(Reader.officer_id == officer.id)) is None:
            raise NotFound("they get no digests; see: pehra digest readers")
        session.execute(delete(Reader).where(Reader.officer_id == officer.id))
        journal.append(session, book.vault, actor, "digest.unsubscribe", officers.id_of(officer), at)
        return officers.id_of(officer)


def forget(session: Session, officer: int) -> None:
    """Forget where somebody who leaves got their digests, inside the caller's transaction."""
    session.execute(delete(Reader).where(Reader.officer_id == officer))


def everybody(book: Casebook, *, actor: Actor, at: datetime) -> list[ReaderView]:
    """List who gets digests."""
    require(actor, Right.KEEP_OFFICERS)
    with book.writing() as session:
        journal.append(session, book.vault, actor, "digest.readers", "all", at)
        return [
            ReaderView(f"officer-{row.officer_id}", row.language, row.weekly, row.daily, row.urgent, row.since)
            for row in session.scalars(select(Reader).order_by(Reader.officer_id))
        ]


def language_of(book: Casebook, actor: Actor) -> str:
    """Give the language that somebody reads; English where they have not said."""
    with book.reading() as session:
        return session.scalar(select(Reader.language).where(Reader.officer_id == actor.officer)) or LANGUAGES[0]


def _who(session: Session, book: Casebook, actor: Actor, name: str | None) -> Officer:
    return officers.present(session, book, name) if name is not None else session.get_one(Officer, actor.officer)
