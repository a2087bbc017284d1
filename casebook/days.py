"""Each UTC day's records of evidence under one root in the journal, and the proofs that a record was among them.

A day is closed when it is over, once, whatever was running then. A record that is written late, or under a clock that
was set back, comes under the root of the next day that is still open: every record comes under exactly one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from casebook import journal, merkle
from casebook.access import Actor, Right, admit, require
from casebook.store import Casebook
from casebook.tables import Book, CaptureRecord, EvidenceDay

DIGEST_BYTES = 32
AT_ONCE = 500  # below what one statement may name on every database
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Closed:
    """A day that was closed."""

    day: str
    root: bytes
    count: int


@dataclass(frozen=True)
class Proof:
    """That a record was among a day's.

    Args:
        day: `2026-11-28`, in UTC.
        index: the record's place among the day's, from 0.
        count: how many there were.
        root: 32 bytes, in the journal at entry `journal_seq`.
        beside: hashes of the neighbours, 32 bytes each, from the leaf to the root.
        token: the time stamp over the root; None until there is one.
    """

    day: str
    index: int
    count: int
    root: bytes
    beside: tuple[bytes, ...]
    journal_seq: int
    token: bytes | None
    token_from: str | None
    stamped_at: datetime | None

    def holds(self, digest: bytes) -> bool:
        """Tell whether it proves that a record of this SHA-256 (32 bytes) was there; nothing else is looked at."""
        return merkle.holds(digest, self.index, self.count, self.beside, self.root)


def close(book: Casebook, *, actor: Actor, at: datetime) -> list[Closed]:
    """Close every day that is over and has records under no root yet, oldest first."""
    require(actor, Right.RECORD_CHECKS)
    with book.writing() as session:
        return [_closed(session, book, day, ids, actor, at) for day, ids in _over(session, at)]


def _over(session: Session, at: datetime) -> list[tuple[str, list[int]]]:
    """Give the days to close, each with its records' ids in order; the records are held, so two that close wait."""
    today = at.astimezone(UTC).date()
    midnight = datetime.combine(today, time(), UTC)
    rows = session.execute(
        select(CaptureRecord.at, CaptureRecord.id)
        .where(CaptureRecord.day.is_(None), CaptureRecord.at < midnight)
        .order_by(CaptureRecord.id)
        .with_for_update()
    ).all()
    taken = set(session.scalars(select(EvidenceDay.day))) if rows else set()
    placed = sorted((_first_open(moment.date(), taken), record) for moment, record in rows)
    grouped = groupby(placed, key=lambda one: one[0])
    return [(day.isoformat(), [record for _, record in some]) for day, some in grouped if day < today]


def _first_open(day: date, taken: set[str]) -> date:
    while day.isoformat() in taken:
        day += DAY
    return day


def _closed(session: Session, book: Casebook, day: str, ids: Sequence[int], actor: Actor, at: datetime) -> Closed:
    leaves = _digests(session, ids)
    root = merkle.Tree(leaves).root
    journal.append(session, book.vault, actor, "evidence.root", f"{day}/{root.hex()}", at)
    seq = session.scalars(select(Book.journal_length)).one()
    session.add(EvidenceDay(day=day, root=root, count=len(leaves), leaves=b"".join(leaves), journal_seq=seq))
    for some in _portions(ids):
        session.execute(update(CaptureRecord).where(CaptureRecord.id.in_(some)).values(day=day))
    return Closed(day, root, len(leaves))


def _digests(session: Session, ids: Sequence[int]) -> list[bytes]:
    found: list[bytes] = []
    for some in _portions(ids):
        query = select(CaptureRecord.sha256).where(CaptureRecord.id.in_(some)).order_by(CaptureRecord.id)
        found += session.scalars(query)
    return found


def _portions(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]


def proofs(book: Casebook, ref: str, *, actor: Actor, at: datetime) -> dict[int, Proof]:
    """Give the proofs of a case's records by their numbers; those of a day that is not closed yet have none.

    Raises:
        NotFound: no such case, or not theirs.
    """
    require(actor, Right.READ_CASES)
    with book.reading() as session:
        case = admit(session, actor, ref, at).id
        query = (
            select(CaptureRecord.number, CaptureRecord.sha256, EvidenceDay)
            .join(EvidenceDay, EvidenceDay.day == CaptureRecord.day)
            .where(CaptureRecord.case_id == case)
            .order_by(EvidenceDay.day, CaptureRecord.id)
        )
        found: dict[int, Proof] = {}
        for _, rows in groupby(session.execute(query), key=lambda row: row[2].day):
            some = list(rows)
            found |= _of_day(some[0][2], [(number, digest) for number, digest, _ in some])
        return found


def _of_day(day: EvidenceDay, wanted: Sequence[tuple[int, bytes]]) -> dict[int, Proof]:
    leaves = [day.leaves[start : start + DIGEST_BYTES] for start in range(0, len(day.leaves), DIGEST_BYTES)]
    tree, places = merkle.Tree(leaves), {one: index for index, one in enumerate(leaves)}
    # A record whose digest is not among the day's was altered since: it has no proof, and whoever verifies says so.
    return {number: _proof(day, tree, places[digest]) for number, digest in wanted if digest in places}


def _proof(day: EvidenceDay, tree: merkle.Tree, index: int) -> Proof:
    beside, stamped = tuple(tree.path(index)), (day.token, day.token_from, day.stamped_at)
    return Proof(day.day, index, day.count, day.root, beside, day.journal_seq, *stamped)
