"""The files of evidence brought to what is on record: those that are dropped go, half-written ones are named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, exists, select, update

from casebook import evidence
from casebook.access import Actor, Right, require
from casebook.settings import Evidence
from casebook.store import Casebook
from casebook.strongroom import Left, Strongroom
from casebook.tables import Capture, CapturePart, CaptureRecord
from casebook.taken import Taken
from casebook.vocabulary import AddressId, NotKept, Why

DROPPED_AT_ONCE = 500


class Tidied(NamedTuple):
    """What one round did: captures that were found half-written, and files that were removed, their keys being gone."""

    half_written: int
    removed: int


@dataclass(frozen=True)
class Kept:
    """What is kept as evidence, all cases together; `missing` files are on record and not in the folder."""

    files: int
    bytes: int
    missing: int
    strange: int
    stopped_at: datetime | None


def tidy(book: Casebook, room: Strongroom, limits: Evidence, *, actor: Actor, at: datetime) -> Tidied:
    """Name and remove what killed processes left half written, and remove files whose keys are gone."""
    require(actor, Right.RECORD_CHECKS)
    half = sum(_half_written(book, room, left, limits, actor, at) for left in room.left())
    return Tidied(half, _remove_dropped(book, room))


def _half_written(book: Casebook, room: Strongroom, left: Left, limits: Evidence, actor: Actor, at: datetime) -> bool:
    """Settle what had come on record; record the rest as what it is, then remove it."""
    with book.reading() as session:
        recorded = set(session.scalars(select(CapturePart.file).where(CapturePart.file.in_(left.files))))
    room.settle(recorded)
    lost = [one for one in left.files if one not in recorded]
    if lost and left.address is not None:
        taken = Taken(AddressId(left.address), left.at, left.at, Why.VISIT, {}, not_kept=NotKept.HALF_WRITTEN)
        evidence.keep(book, room, taken, limits, actor=actor, at=at)
    room.drop(lost)
    return bool(lost)


def _remove_dropped(book: Casebook, room: Strongroom) -> int:
    removed = 0
    while files := _dropped(book):
        room.drop(files)
        with book.writing() as session:
            session.execute(delete(CapturePart).where(CapturePart.file.in_(files)))
        removed += len(files)
    if removed:
        _forget_empty(book)
    return removed


def _dropped(book: Casebook) -> Sequence[str]:
    query = select(CapturePart.file).where(CapturePart.dropped_at.is_not(None)).limit(DROPPED_AT_ONCE)
    with book.reading() as session:
        return session.scalars(query).all()


def _forget_empty(book: Casebook) -> None:
    """Forget captures of which nothing is left; their records know all that stays to be known."""
    with book.writing() as session:
        empty = session.scalars(select(Capture.id).where(~exists().where(CapturePart.capture_id == Capture.id))).all()
        for start in range(0, len(empty), DROPPED_AT_ONCE):
            some = empty[start : start + DROPPED_AT_ONCE]
            session.execute(update(CaptureRecord).where(CaptureRecord.capture_id.in_(some)).values(capture_id=None))
            session.execute(update(Capture).where(Capture.refers_to.in_(some)).values(refers_to=None))
            session.execute(delete(Capture).where(Capture.id.in_(some)))


def kept(book: Casebook, room: Strongroom) -> Kept:
    """Hold the folder against what is on record; names no case."""
    settled = room.files()
    with book.reading() as session:
        rows = session.execute(select(CapturePart.file, CapturePart.size, CapturePart.dropped_at)).all()
    on_record = [row for row in rows if row.dropped_at is None]
    missing = [row.file for row in on_record if row.file not in settled and not room.has(row.file)]
    return Kept(
        files=len(on_record),
        bytes=sum(row.size for row in on_record),
        missing=len(missing),
        strange=len(settled - {row.file for row in rows}),
        stopped_at=evidence.stopped_since(book),
    )
