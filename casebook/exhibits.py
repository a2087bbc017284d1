"""A case's evidence, opened by who may: records in words, parts as streams."""

import hashlib
import io
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from casebook import captures, journal
from casebook.access import Actor, Right, admit, key_of, require
from casebook.errors import NotFound, Unavailable
from casebook.keys import Identity
from casebook.store import Casebook
from casebook.strongroom import Strongroom
from casebook.tables import CaptureKey, CapturePart, CaptureRecord
from casebook.taken import CaptureView, PartView
from casebook.vocabulary import LinkId

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

LIST, SHOW = "evidence.list", "evidence.open"


def of_case(
    book: Casebook, ref: str, *, actor: Actor, at: datetime, links: Collection[LinkId] = (), act: str = LIST
) -> list[CaptureView]:
    """Open a case's records, oldest first, or those of some links; the look is journaled.

    Args:
        act: what the journal calls the look; part of the custody record.

    Raises:
        Refused: the actor's own key is not unlocked.
    """
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        identity = key_of(session, actor, case.id, at)
        query = select(CaptureRecord).where(CaptureRecord.case_id == case.id).order_by(CaptureRecord.number)
        rows = session.scalars(query.where(CaptureRecord.link_id.in_(list(links))) if links else query).all()
        parts = _parts(session, book, case.id, identity)
        journal.append(session, book.vault, actor, act, case.ref, at)
        return [_view(row, case.ref, identity, parts) for row in rows]


def record_of(book: Casebook, ref: str, number: int, *, actor: Actor, at: datetime) -> CaptureView:
    """Open one record; the look is journaled."""
    require(actor, Right.READ_CASES)
    with book.writing() as session:
        case = admit(session, actor, ref, at)
        identity = key_of(session, actor, case.id, at)
        query = select(CaptureRecord).where(CaptureRecord.case_id == case.id, CaptureRecord.number == number)
        row = session.scalar(query)
        if row is None:
            raise NotFound(f"no evidence of that number; try: pehra evidence list {case.ref}")
        journal.append(session, book.vault, actor, SHOW, f"{case.ref}/{number}", at)
        return _view(row, case.ref, identity, _parts(session, book, case.id, identity, row.capture_id))


def _parts(
    session: Session, book: Casebook, case: int, identity: Identity, capture: int | None = None
) -> dict[int, list[PartView]]:
    """Give the parts that a case can open, by their capture's number."""
    query = (
        select(CapturePart, CaptureKey.key)
        .join(CaptureKey, CaptureKey.part_id == CapturePart.id)
        .where(CaptureKey.case_id == case, CapturePart.dropped_at.is_(None))
        .order_by(CapturePart.id)
    )
    found: dict[int, list[PartView]] = defaultdict(list)
    for part, key in session.execute(query if capture is None else query.where(CapturePart.capture_id == capture)):
        sha256 = book.vault.unseal(captures.SHA256, part.sha256)
        secret = identity.open(key).decode()
        found[part.capture_id].append(PartView(part.name, part.media_type, part.size, sha256, part.file, secret))
    return found


def _view(row: CaptureRecord, ref: str, identity: Identity, parts: dict[int, list[PartView]]) -> CaptureView:
    return CaptureView(
        id=row.id,
        case=ref,
        number=row.number,
        sha256=row.sha256.hex(),
        record=identity.open(row.record),
        at=row.at,
        kind=row.kind,
        link=None if row.link_id is None else LinkId(row.link_id),
        reason=row.reason,
        token=row.token,
        token_from=row.token_from,
        stamped_at=row.stamped_at,
        expired_at=row.expired_at,
        parts=tuple(parts.get(row.capture_id or 0, ())),
    )


class _Hashed(io.RawIOBase):
    """Hashes what goes by."""

    def __init__(self, into: BinaryIO) -> None:
        self._into, self.hash = into, hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer") -> int:
        self.hash.update(data)
        return self._into.write(data)


def copy_part(room: Strongroom, part: PartView, into: BinaryIO) -> None:
    """Write out what a part holds, streamed.

    Raises:
        Unavailable: the file is gone, altered, or not what is on record; what was written is not to be believed.
    """
    hashed = _Hashed(into)
    room.open(part.file, part.secret, cast(BinaryIO, hashed))
    if hashed.hash.hexdigest() != part.sha256:
        raise Unavailable(f"the sealed file {part.file} holds something else than what is on record")
