"""The risk flag of a case, sealed in its file, and the follow-up that a high one demands."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casebook import casefile, followups, journal
from casebook.access import Actor, Right, admit, require
from casebook.errors import Refused
from casebook.store import Casebook
from casebook.tables import Entry
from casebook.vocabulary import EntryKind, Risk

WITHIN = {Risk.HIGH: timedelta(hours=72), Risk.IMMEDIATE: timedelta(hours=24)}


@dataclass(frozen=True)
class Flagged:
    """A flag that was set, and when somebody is to be asked next; None where the level demands nothing."""

    case: str
    risk: Risk
    follow_up_due_at: datetime | None


def flag(
    book: Casebook,
    ref: str,
    level: Risk,
    because: str,
    *,
    actor: Actor,
    at: datetime,
    due_at: datetime | None = None,
) -> Flagged:
    """Set a case's risk. A high or immediate one has a follow-up in time: the one asked for, one set already, or ours.

    Raises:
        Refused: the follow-up asked for would come too late for this level.
    """
    require(actor, Right.KEEP_CASES)
    latest = at + WITHIN[level] if level in WITHIN else None
    if latest is not None and due_at is not None and due_at > latest:
        hours = WITHIN[level] // timedelta(hours=1)
        raise Refused(f"a risk that is {level} needs a follow-up within {hours} hours")
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        casefile.put(session, case.id, EntryKind.RISK, {"level": level, "words": because}, actor=actor, at=at)
        if due_at is not None:
            followups.put(session, case.id, due_at, None, actor=actor, at=at)
        elif latest is not None:
            due_at = _set_already(session, case.id, at, latest)
            if due_at is None:
                due_at = latest
                followups.put(session, case.id, due_at, None, actor=actor, at=at)
        journal.append(session, book.vault, actor, "case.risk", case.ref, at)
        return Flagged(case.ref, level, due_at)


def _set_already(session: Session, case: int, at: datetime, latest: datetime) -> datetime | None:
    """When the first follow-up that lies ahead and comes in time is due."""
    query = select(func.min(Entry.due_at)).where(
        Entry.case_id == case,
        Entry.kind == EntryKind.FOLLOW_UP,
        Entry.done_at.is_(None),
        Entry.due_at > at,
        Entry.due_at <= latest,
    )
    return session.scalar(query)
