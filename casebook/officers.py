"""Members of staff."""

from datetime import datetime

from sqlalchemy import select

from casebook import journal
from casebook.access import Actor, Role
from casebook.errors import NotFound, Refused
from casebook.store import Casebook
from casebook.tables import Officer


def add_first(book: Casebook, name: str, *, at: datetime) -> Actor:
    """Add the officer a new home begins with; where there is one already, nothing changes."""
    with book.writing() as session:
        first = session.scalars(select(Officer).order_by(Officer.id)).first()
        if first is None:
            first = Officer(
                name=book.vault.seal("officer.name", name), name_digest=book.vault.digest("officer", name), added_at=at
            )
            session.add(first)
            session.flush()
            actor = _actor(first)
            journal.append(session, book.vault, actor, "officer.add", actor.name, at)
        return _actor(first)


def find(book: Casebook, name: str | None) -> Actor:
    """Tell who acts: by name, else the only officer there is.

    Raises:
        NotFound: nobody of that name. Refused: several officers and no name given.
    """
    with book.reading() as session:
        if name is not None:
            row = session.scalar(select(Officer).where(Officer.name_digest == book.vault.digest("officer", name)))
            if row is None:
                raise NotFound("no officer of that name: check --officer or PEHRA_OFFICER")
            return _actor(row)
        officers = session.scalars(select(Officer).limit(2)).all()
    if not officers:
        raise NotFound("no officer yet: run `pehra init`")
    if len(officers) > 1:
        raise Refused("several officers use this home: say who you are with --officer or PEHRA_OFFICER")
    return _actor(officers[0])


def _actor(row: Officer) -> Actor:
    return Actor(f"officer-{row.id}", Role.OFFICER)
