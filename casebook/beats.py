"""The monitor's sign of life."""

from dataclasses import dataclass
from datetime import datetime

from casebook.access import Actor, Right, require
from casebook.store import Casebook
from casebook.tables import Beat


@dataclass(frozen=True)
class Life:
    """When the monitor started, last gave a sign, and ended in order."""

    started_at: datetime
    beat_at: datetime
    ended_at: datetime | None


def begin(book: Casebook, *, actor: Actor, at: datetime) -> None:
    """Note that the monitor started."""
    require(actor, Right.RECORD_CHECKS)
    with book.writing() as session:
        session.merge(Beat(id=1, started_at=at, beat_at=at, ended_at=None))


def beat(book: Casebook, *, actor: Actor, at: datetime, ended: bool = False) -> None:
    """Give a sign of life, or the last one."""
    require(actor, Right.RECORD_CHECKS)
    with book.writing() as session:
        row = session.get(Beat, 1)
        if row is not None:
            row.beat_at = at
            row.ended_at = at if ended else None


def last(book: Casebook) -> Life | None:
    """Tell when the monitor last lived; None if it never ran."""
    with book.reading() as session:
        row = session.get(Beat, 1)
        return None if row is None else Life(row.started_at, row.beat_at, row.ended_at)
