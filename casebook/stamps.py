"""Which records of evidence and which days' roots have no time stamp yet, and what became of each try.

Only digests are handed out: a record's begins with a random number and tells nothing of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session, aliased

from casebook import journal, notices
from casebook.access import Actor, Right, require
from casebook.store import Casebook
from casebook.tables import CaptureRecord, Case, EvidenceDay, EvidenceExport

TOLD_AFTER = timedelta(days=1)
REASON = 200


@dataclass(frozen=True)
class Pending:
    """What is to be stamped: a record's digest, or a day's root; 32 bytes of SHA-256 either way."""

    id: int
    digest: bytes
    is_day: bool = False


@dataclass(frozen=True)
class Stamped:
    """A stamp that was verified: a DER TimeStampResp, which states its time itself, and the server's address."""

    token: bytes
    server: str


def pending(book: Casebook, *, actor: Actor, most: int) -> list[Pending]:
    """Give what has no stamp yet, days before records, the oldest first."""
    require(actor, Right.RECORD_CHECKS)
    day, record = EvidenceDay, CaptureRecord
    with book.reading() as session:
        days = session.execute(select(day.id, day.root).where(day.token.is_(None)).order_by(day.id).limit(most)).all()
        query = select(record.id, record.sha256).where(record.token.is_(None)).order_by(record.id)
        records = session.execute(query.limit(most - len(days))).all()
    return [*(Pending(*one, is_day=True) for one in days), *(Pending(*one) for one in records)]


def record(book: Casebook, one: Pending, stamp: Stamped, *, actor: Actor, at: datetime) -> bool:
    """Keep a stamp, and tell whether it was kept: one that is there already stays.

    `stamped_at` is when it came on record, after every export that could not show it yet.
    """
    require(actor, Right.RECORD_CHECKS)
    with book.writing() as session:
        row = _row(session, one)
        if row is None or row.token is not None:
            return False
        journal.append(session, book.vault, actor, "evidence.stamped", _subject(session, row), at)
        row.token, row.token_from, row.stamped_at = stamp.token, stamp.server, _after_exports(session, at)
        row.stamp_failed = row.stamp_failed_at = None
        return True


def _after_exports(session: Session, at: datetime) -> datetime:
    """Give a time later than every export's, once the journal's end is held: an export made again must be the same."""
    last = session.scalar(select(func.max(EvidenceExport.at)))
    return at if last is None or last < at else last + timedelta(microseconds=1)


def failed(book: Casebook, some: Sequence[Pending], because: str, *, actor: Actor, at: datetime) -> None:
    """Note why these have no stamp yet; the first time for each is journaled."""
    require(actor, Right.RECORD_CHECKS)
    with book.writing() as session:
        for one in some:
            row = _row(session, one)
            if row is None or row.token is not None:
                continue
            if row.stamp_failed_at is None:
                row.stamp_failed_at = at
                journal.append(session, book.vault, actor, "evidence.unstamped", _subject(session, row), at)
            row.stamp_failed = because[:REASON]


def _row(session: Session, one: Pending) -> CaptureRecord | EvidenceDay | None:
    """Give the row, held until the transaction ends; None where its case was erased meanwhile."""
    if one.is_day:
        return session.get(EvidenceDay, one.id, with_for_update=True)
    return session.get(CaptureRecord, one.id, with_for_update=True)


def _subject(session: Session, row: CaptureRecord | EvidenceDay) -> str:
    if isinstance(row, EvidenceDay):
        return row.day
    return f"{session.get_one(Case, row.case_id).ref}/{row.number}"


def tell(book: Casebook, *, actor: Actor, at: datetime) -> int:
    """Tell those assigned, once, that a case's records have had no stamp for a day; gives how many cases that were."""
    require(actor, Right.RECORD_CHECKS)
    row, other = CaptureRecord, aliased(CaptureRecord)
    told = exists().where(other.case_id == Case.id, other.token.is_(None), other.stamp_told_at.is_not(None))
    waits = exists().where(row.case_id == Case.id, row.token.is_(None), row.stamp_failed_at <= at - TOLD_AFTER)
    with book.writing() as session:
        cases = session.scalars(select(Case).where(waits, ~told).order_by(Case.id)).all()
        for case in cases:
            notices.tell_assigned(session, case, _words(case), at)
            mine = (row.case_id == case.id, row.token.is_(None))
            session.execute(update(row).where(*mine).values(stamp_told_at=at))
        return len(cases)


def _words(case: Case) -> str:
    return (
        f"{case.ref}: for a day no time-stamp server has confirmed its newest evidence. It is kept, and tried again; "
        "the day's root in the journal stands for it meanwhile. What the servers answer: pehra doctor"
    )
