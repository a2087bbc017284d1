"""Which addresses stand in the queue: those that an open case watches, with the complainant's consent."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.orm import Session

from casebook.access import agreed
from casebook.tables import Address, Case, WatchedLink
from casebook.vocabulary import Act


def watched() -> Select[int]:
    """Give the addresses that somebody watches and may watch."""
    return (
        select(WatchedLink.address_id)
        .join(Case, Case.id == WatchedLink.case_id)
        .where(WatchedLink.retired_at.is_(None), Case.closed_at.is_(None), agreed(Act.WATCH))
    )


def unwatch(session: Session, addresses: Select[int] | list[int]) -> None:
    """Take those of these addresses that nobody watches any more out of the queue; a visit on its way is dropped."""
    _move(session, Address.id.in_(addresses), Address.id.not_in(watched()), due_at=None, lease=None)


def watch_again(session: Session, addresses: Select[int], at: datetime) -> None:
    """Put those of these addresses that are watched, and stand in no queue, at its front."""
    _move(session, Address.id.in_(addresses), Address.id.in_(watched()), Address.due_at.is_(None), due_at=at)


def _move(session: Session, *which: ColumnElement[bool], **to: datetime | None) -> None:
    session.execute(update(Address).where(*which).values(**to).execution_options(synchronize_session=False))
