"""How much room evidence has: the disk's, of which some stays free, and each case's."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from casebook import journal, notices
from casebook.access import Actor, Right, Role, require
from casebook.settings import Evidence
from casebook.store import Casebook
from casebook.strongroom import Strongroom
from casebook.tables import Book, CaptureKey, CapturePart, CaptureRecord, Case, Officer
from casebook.vocabulary import NotKept

AGAIN = 1.1  # times the room that has to be free before captures go on, so that they do not stop and go


def no_room(book: Casebook, room: Strongroom, limits: Evidence, *, actor: Actor, at: datetime) -> NotKept | None:
    """Say whether captures rest because the disk is nearly full; staff are told once, when that begins."""
    require(actor, Right.RECORD_CHECKS)
    free = room.free_bytes()
    stopped = stopped_since(book) is not None
    low = free < limits.keep_free_bytes * (AGAIN if stopped else 1)
    if low != stopped:
        _change(book, low=low, free=free, actor=actor, at=at)
    return NotKept.DISK if low else None


def stopped_since(book: Casebook) -> datetime | None:
    """Say since when captures rest."""
    with book.reading() as session:
        return session.scalar(select(Book.captures_stopped_at))


def _change(book: Casebook, *, low: bool, free: int, actor: Actor, at: datetime) -> None:
    """Note that captures stop or go on; where two processes see it, one tells."""
    with book.writing() as session:
        waits = Book.captures_stopped_at.is_(None) if low else Book.captures_stopped_at.is_not(None)
        moved = update(Book).where(waits).values(captures_stopped_at=at if low else None).returning(Book.id)
        if not session.execute(moved.execution_options(synchronize_session=False)).all():
            return
        journal.append(session, book.vault, actor, f"evidence.{'stop' if low else 'go on'}", "home", at)
        if low:
            words = f"the disk has only {free // 1_000_000} MB free: pages are checked, but not captured; make room"
            staff = select(Officer.id).where(Officer.left_at.is_(None), Officer.role == Role.OFFICER)
            for officer in session.scalars(staff).all():
                notices.tell(session, officer, words, at)


def used(session: Session, case: int) -> int:
    """Say how many bytes a case keeps as evidence."""
    query = select(func.sum(CapturePart.size)).join(CaptureKey, CaptureKey.part_id == CapturePart.id)
    return int(session.scalar(query.where(CaptureKey.case_id == case, CapturePart.dropped_at.is_(None))) or 0)


def tell_full(session: Session, case: Case, limits: Evidence, at: datetime) -> None:
    """Tell those assigned that a case's room is used up, unless its newest record says so already."""
    query = select(CaptureRecord.reason).where(CaptureRecord.case_id == case.id)
    if session.scalar(query.order_by(CaptureRecord.number.desc()).limit(1)) is NotKept.CASE:
        return
    words = (
        f"{case.ref} keeps as much evidence as it may ({limits.case_bytes // 1_000_000} MB, evidence.case_bytes): "
        "its pages are checked, and not captured any more"
    )
    notices.tell_assigned(session, case, words, at)
