"""Which digests are owed, to whom, and what became of each: one of a kind for each day, and none twice."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from casebook import journal, periods, week
from casebook.access import Actor, Right, Role, require
from casebook.errors import Refused
from casebook.settings import Digest as Settings
from casebook.store import Casebook
from casebook.tables import Mailing, Reader, Told
from casebook.vocabulary import DigestKind

LONGEST_WAIT = timedelta(days=1)
KEPT = timedelta(days=400)
SENDING_TAKES = timedelta(minutes=10)  # for so long another sender leaves one alone that was just taken up


@dataclass(frozen=True)
class Owed:
    """A digest to be written and sent now."""

    digest: int
    officer: int
    address: str
    language: str
    kind: DigestKind
    label: str
    since: datetime
    until: datetime


@dataclass(frozen=True)
class DigestView:
    """What became of a digest: `fate` is sent, waiting, unsure (the server had it and nobody knows more) or refused."""

    digest: int
    officer: str
    kind: DigestKind
    label: str
    fate: str
    tries: int
    sent_at: datetime | None


def owed(book: Casebook, settings: Settings, *, actor: Actor, at: datetime) -> list[Owed]:
    """Give what is to be sent now. Each is taken up: nobody else gets it for some minutes."""
    require(actor, Right.RECORD_CHECKS)
    with book.writing() as session:
        for reader in session.scalars(select(Reader).order_by(Reader.id)).all():
            _note_due(session, reader, settings, at)
            _note_urgent(session, reader, at)
        session.flush()
        query = select(Mailing, Reader).join(Reader, Reader.officer_id == Mailing.officer_id)
        rows = session.execute(query.where(*_waits(), Mailing.try_at <= at).order_by(Mailing.id)).all()
        return [_taken(book, digest, reader, at) for digest, reader in rows]


def _waits() -> tuple[ColumnElement[bool], ...]:
    return (Mailing.sent_at.is_(None), Mailing.handed_over_at.is_(None), Mailing.refused_at.is_(None))


def _note_due(session: Session, reader: Reader, settings: Settings, at: datetime) -> None:
    """Note the digest of the newest day, if there is none yet; days missed before it are in the same one."""
    for kind in (DigestKind.WEEKLY, DigestKind.DAILY):
        if not (reader.weekly if kind is DigestKind.WEEKLY else reader.daily):
            continue
        period = periods.newest(kind, settings, at)
        if period.due_at < reader.since or _of(session, reader, kind, period.label):
            continue
        last = select(func.max(Mailing.until)).where(Mailing.officer_id == reader.officer_id, Mailing.kind == kind)
        since = session.scalar(last) or period.due_at - periods.LASTS[kind]
        session.add(_row(reader, kind, period.label, since, at))


def _of(session: Session, reader: Reader, kind: DigestKind, label: str) -> bool:
    query = select(Mailing.id).where(
        Mailing.officer_id == reader.officer_id, Mailing.kind == kind, Mailing.label == label
    )
    return session.scalar(query) is not None


def _note_urgent(session: Session, reader: Reader, at: datetime) -> None:
    """Note a mail with what happened in urgent cases and no urgent mail has told yet."""
    if not reader.urgent:
        return
    happened = week.urgent(session, reader.officer_id, max(reader.since, at - periods.LASTS[DigestKind.WEEKLY]), at)
    told = set(session.scalars(select(Told.what).where(Told.officer_id == reader.officer_id, Told.what.in_(happened))))
    fresh = [what for what in happened if what not in told]
    if not fresh:
        return
    row = _row(reader, DigestKind.URGENT, f"{at:%Y-%m-%dT%H:%M:%S.%f}", at, at)
    session.add(row)
    session.flush()
    session.add_all(Told(mailing_id=row.id, officer_id=reader.officer_id, what=what) for what in fresh)


def _row(reader: Reader, kind: DigestKind, label: str, since: datetime, at: datetime) -> Mailing:
    return Mailing(officer_id=reader.officer_id, kind=kind, label=label, since=since, until=at, tries=0, try_at=at)


def _taken(book: Casebook, digest: Mailing, reader: Reader, at: datetime) -> Owed:
    digest.try_at = at + SENDING_TAKES
    address = book.vault.unseal("reader.address", reader.address)
    return Owed(
        digest.id, reader.officer_id, address, reader.language, digest.kind, digest.label, digest.since, digest.until
    )


def hand_over(book: Casebook, digest: int, *, actor: Actor, at: datetime) -> None:
    """Note that a digest leaves now; it can be noted once.

    Raises:
        Refused: it left already, by another hand.
    """
    require(actor, Right.RECORD_CHECKS)
    with book.writing() as session:
        row = session.get_one(Mailing, digest, with_for_update=True)
        if row.handed_over_at is not None or row.sent_at is not None:
            raise Refused("this digest has left already")
        row.handed_over_at = at


def sent(book: Casebook, digest: int, *, actor: Actor, at: datetime) -> None:
    """Note that a digest was taken, or that there was nothing to tell in it."""
    require(actor, Right.RECORD_CHECKS)
    with book.writing() as session:
        row = session.get_one(Mailing, digest)
        row.sent_at, row.tries = at, row.tries + 1
        journal.append(session, book.vault, actor, f"digest.sent {row.kind}", f"officer-{row.officer_id}", at)


def put_off(book: Casebook, digest: int, retry: timedelta, *, actor: Actor, at: datetime) -> None:
    """Note that a digest did not leave; it is tried again later, each time after twice as long."""
    require(actor, Right.RECORD_CHECKS)
    with book.writing() as session:
        row = session.get_one(Mailing, digest)
        row.handed_over_at = None
        row.try_at = at + min(retry * 2 ** min(row.tries, 20), LONGEST_WAIT)
        row.tries += 1


def refuse(book: Casebook, digest: int, *, actor: Actor, at: datetime) -> None:
    """Note that the server will not have a digest; it is not tried again, and the list shows it."""
    require(actor, Right.RECORD_CHECKS)
    with book.writing() as session:
        row = session.get_one(Mailing, digest)
        row.refused_at, row.tries = at, row.tries + 1
        journal.append(session, book.vault, actor, f"digest.refused {row.kind}", f"officer-{row.officer_id}", at)


def history(book: Casebook, *, actor: Actor, at: datetime, last: int = 50) -> list[DigestView]:
    """List what was sent to whom, newest first; to an officer their own."""
    require(actor, Right.KEEP_OFFICERS)
    query = select(Mailing).order_by(Mailing.id.desc()).limit(last)
    if actor.role is Role.OFFICER:
        query = query.where(Mailing.officer_id == actor.officer)
    with book.writing() as session:
        journal.append(session, book.vault, actor, "digest.list", "all", at)
        return list(_views(session.scalars(query)))


def _views(rows: Iterable[Mailing]) -> Iterator[DigestView]:
    for row in rows:
        yield DigestView(row.id, f"officer-{row.officer_id}", row.kind, row.label, _fate(row), row.tries, row.sent_at)


def _fate(row: Mailing) -> str:
    if row.sent_at is not None:
        return "sent"
    if row.refused_at is not None:
        return "refused"
    return "unsure" if row.handed_over_at is not None else "waiting"


def troubled(book: Casebook, *, at: datetime) -> int:
    """Count digests of the last month that were refused, or of which nobody knows whether they arrived.

    Urgent ones are left out: that there was one would tell of a case.
    """
    recent = (Mailing.until > at - timedelta(days=31)) & (Mailing.kind != DigestKind.URGENT)
    gone = Mailing.handed_over_at.is_not(None) | Mailing.refused_at.is_not(None)
    with book.reading() as session:
        return session.scalar(select(func.count()).where(recent, gone, Mailing.sent_at.is_(None))) or 0


def drop_old(book: Casebook, *, at: datetime) -> None:
    """Let go of what is known of digests sent more than a year ago."""
    old = select(Mailing.id).where(Mailing.until < at - KEPT)
    with book.writing() as session:
        session.execute(delete(Told).where(Told.mailing_id.in_(old)))
        session.execute(delete(Mailing).where(Mailing.until < at - KEPT))
