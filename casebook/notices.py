"""Words for officers, sealed to each: what somebody did to a case of theirs that they must hear of."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casebook import keys
from casebook.access import Actor
from casebook.errors import Refused
from casebook.store import Casebook
from casebook.tables import Assignment, Case, Notice, OfficerKey


@dataclass(frozen=True)
class NoticeView:
    """One notice, opened."""

    notice: int
    at: datetime
    words: str


def tell(session: Session, officer: int, words: str, at: datetime) -> None:
    """Leave a notice for an officer, inside the caller's transaction; who left has no key, and reads none."""
    key = session.get(OfficerKey, officer)
    if key is not None:
        session.add(Notice(officer_id=officer, words=keys.seal_to([key.recipient], words.encode()), at=at))


def tell_assigned(session: Session, case: Case, words: str, at: datetime) -> None:
    """Leave a notice for everybody who is assigned to a case."""
    query = select(Assignment.officer_id).where(
        Assignment.case_id == case.id, Assignment.ended_at.is_(None), Assignment.until.is_(None)
    )
    for officer in session.scalars(query).all():
        tell(session, officer, words, at)


def waiting(book: Casebook, actor: Actor) -> int:
    """Count the notices that the actor has not read."""
    with book.reading() as session:
        query = select(func.count()).where(Notice.officer_id == actor.officer, Notice.seen_at.is_(None))
        return session.scalar(query) or 0


def read(book: Casebook, *, actor: Actor, at: datetime, seen: bool = False) -> list[NoticeView]:
    """Open the actor's notices, newest first; the unread ones count as read from now on."""
    if actor.identity is None:
        raise Refused("notices open with your own key: unlock it first")
    with book.writing() as session:
        query = select(Notice).where(Notice.officer_id == actor.officer).order_by(Notice.id.desc())
        rows = session.scalars(query if seen else query.where(Notice.seen_at.is_(None))).all()
        for row in rows:
            row.seen_at = row.seen_at or at
        return [NoticeView(row.id, row.at, actor.identity.open(row.words).decode()) for row in rows]
