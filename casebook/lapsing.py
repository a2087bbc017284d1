"""How evidence ends: its keys go first, in the transaction that decides it; the files follow (see `tidying`)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, exists, select, update
from sqlalchemy.orm import Session, aliased

from casebook import journal
from casebook.access import Actor
from casebook.store import Casebook
from casebook.tables import Capture, CaptureKey, CapturePart, CaptureRecord, Case, EvidenceExport

TABLES = (CaptureKey, CaptureRecord, CapturePart, Capture, EvidenceExport)
LAPSED_AT_ONCE = 200


def erased(session: Session, case: int, at: datetime) -> None:
    """Forget all evidence of a case, inside the caller's transaction; what other cases hold too stays theirs."""
    session.execute(delete(CaptureKey).where(CaptureKey.case_id == case))
    for table in (CaptureRecord, EvidenceExport):
        session.execute(delete(table).where(table.case_id == case))
    _drop_unopenable(session, at)


def _drop_unopenable(session: Session, at: datetime) -> None:
    opens = exists().where(CaptureKey.part_id == CapturePart.id)
    gone = update(CapturePart).where(CapturePart.dropped_at.is_(None), ~opens).values(dropped_at=at)
    session.execute(gone.execution_options(synchronize_session=False))
    empty = update(Capture).where(Capture.body.is_not(None), ~has_parts()).values(body=None)
    session.execute(empty.execution_options(synchronize_session=False))


def leave_addresses(session: Session, addresses: Sequence[int]) -> None:
    """Let captures know nothing of addresses that are about to be deleted, inside the caller's transaction."""
    session.execute(update(Capture).where(Capture.address_id.in_(addresses)).values(address_id=None, body=None))


def forget_address(session: Session, book: Casebook, address: int, *, actor: Actor, at: datetime) -> None:
    """Let every capture of an address that turns out to be a minor's go, inside the caller's transaction (law 6)."""
    kept = select(Capture.id).where(Capture.address_id == address, has_parts())
    lapse(session, book, kept, "evidence.expire minor", actor=actor, at=at)


def has_parts() -> ColumnElement[bool]:
    """Whether a capture (in a query that has `Capture`) has parts that can be opened."""
    return exists().where(CapturePart.capture_id == Capture.id, CapturePart.dropped_at.is_(None))


def lapse(
    session: Session, book: Casebook, captures: Select[int], act: str, *, actor: Actor, at: datetime
) -> list[int]:
    """Destroy the keys of captures inside the caller's transaction; records stay, and say so. Gives their numbers."""
    chosen = session.scalars(captures).all()
    parts = select(CapturePart.id).where(CapturePart.capture_id.in_(chosen))
    session.execute(delete(CaptureKey).where(CaptureKey.part_id.in_(parts)))
    session.execute(
        update(CapturePart).where(CapturePart.capture_id.in_(chosen), CapturePart.dropped_at.is_(None))
        .values(dropped_at=at).execution_options(synchronize_session=False)
    )  # fmt: skip
    session.execute(update(Capture).where(Capture.id.in_(chosen)).values(body=None, refers_to=None))
    rows = select(CaptureRecord, Case.ref).join(Case, Case.id == CaptureRecord.case_id)
    for record, ref in session.execute(rows.where(CaptureRecord.capture_id.in_(chosen)).order_by(CaptureRecord.id)):
        record.expired_at = record.expired_at or at
        journal.append(session, book.vault, actor, act, f"{ref}/{record.number}", at)
    session.flush()
    return list(chosen)


def expire(book: Casebook, before: datetime, *, actor: Actor, at: datetime) -> int:
    """Let go of what ended before a time, in small transactions; what a younger capture refers to stays with it."""
    later = aliased(Capture)
    needed = exists().where(later.refers_to == Capture.id, later.ended_at >= before)
    query = select(Capture.id).where(Capture.ended_at < before, has_parts(), ~needed).order_by(Capture.id)
    gone = 0
    while True:
        with book.writing() as session:
            some = lapse(session, book, query.limit(LAPSED_AT_ONCE), "evidence.expire", actor=actor, at=at)
        gone += len(some)
        if len(some) < LAPSED_AT_ONCE:
            return gone
