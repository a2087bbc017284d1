"""Forgetting a case for good: its keys go first, then its rows; a receipt and sums without a case are what stays."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, exists, func, select
from sqlalchemy.orm import Session, aliased

from casebook import journal, lapsing, missing, sweeping
from casebook.access import Actor, Right, require
from casebook.store import Casebook, outside_transactions
from casebook.tables import (
    Address,
    Assignment,
    Case,
    CaseKey,
    Check,
    Clock,
    Consent,
    Dispatch,
    Entry,
    Event,
    Letter,
    MissingPage,
    Receipt,
    Report,
    ReportEvent,
    ReportLink,
    Request,
    Tally,
    Ticket,
    WatchedLink,
)
from casebook.vocabulary import EventKind, RequestKind

DELETED_AT_ONCE = 500


@dataclass(frozen=True)
class ReceiptView:
    """What is left to show of an erased case."""

    case: str
    erased_at: datetime
    asked_by: str
    approved_by: str
    links: int
    entries: int


def erase_due(
    book: Casebook, *, actor: Actor, at: datetime, objection: timedelta, bury: Callable[[str], None]
) -> list[ReceiptView]:
    """Erase every case whose erasing was approved and whose time for objections is over.

    Args:
        bury: keeps the reference outside the database, so that a backup cannot bring the case back; called first.
    """
    require(actor, Right.RECORD_CHECKS)
    query = select(Request.id).where(
        Request.kind == RequestKind.ERASE,
        Request.approved_at <= at - objection,
        Request.refused_at.is_(None),
        Request.done_at.is_(None),
    )
    with book.reading() as session:
        due = session.scalars(query.order_by(Request.id)).all()
    receipts = [_erase(book, request, actor, at, bury) for request in due]
    if receipts:
        scrub(book)
    return receipts


def _erase(book: Casebook, request: int, actor: Actor, at: datetime, bury: Callable[[str], None]) -> ReceiptView:
    with book.writing() as session:
        row = session.get_one(Request, request)
        case = session.get_one(Case, row.case_id)
        by = (f"officer-{row.asked_by}", f"officer-{row.approver}")
        bury(case.ref)
        return destroy(session, book, case, *by, actor=actor, at=at)


def destroy(
    session: Session, book: Casebook, case: Case, asked_by: str, approved_by: str, *, actor: Actor, at: datetime
) -> ReceiptView:
    """Erase one case inside the caller's transaction."""
    links = session.scalar(select(func.count()).where(WatchedLink.case_id == case.id)) or 0
    entries = session.scalar(select(func.count()).where(Entry.case_id == case.id)) or 0
    ref, number = case.ref, case.id
    _keep_sums(session, number)
    session.execute(delete(CaseKey).where(CaseKey.case_id == number))
    session.execute(delete(Assignment).where(Assignment.case_id == number))
    forget_reports(session, select(Report.id).where(Report.case_id == number))
    sweeping.erased(session, number)
    lapsing.erased(session, number, at)
    for table in (Entry, Consent, Request):
        session.execute(delete(table).where(table.case_id == number))
    _forget_links(session, number)
    session.execute(delete(Case).where(Case.id == number))
    receipt = Receipt(ref=ref, erased_at=at, asked_by=asked_by, approved_by=approved_by, links=links, entries=entries)
    session.add(receipt)
    journal.append(session, book.vault, actor, "case.erase", ref, at)
    return _view(receipt)


def _keep_sums(session: Session, case: int) -> None:
    """Add what happened to the case's links to sums over many cases."""
    downs = (
        select(func.count())
        .where(Event.link_id == WatchedLink.id, Event.kind == EventKind.TAKEN_DOWN)
        .correlate(WatchedLink)
        .scalar_subquery()
    )
    query = (
        select(
            Address.platform,
            WatchedLink.category,
            func.count(),
            func.sum(downs),
            func.sum(WatchedLink.times_resurfaced),
        )
        .join(Address, Address.id == WatchedLink.address_id)
        .where(WatchedLink.case_id == case)
        .group_by(Address.platform, WatchedLink.category)
    )
    for platform, category, links, takedowns, resurfacings in session.execute(query).all():
        same = Tally.platform.is_(None) if platform is None else Tally.platform == platform
        row = session.scalar(select(Tally).where(same, Tally.category == category).with_for_update())
        if row is None:
            row = Tally(platform=platform, category=category, links=0, takedowns=0, resurfacings=0)
            session.add(row)
        row.links += links
        row.takedowns += int(takedowns or 0)
        row.resurfacings += int(resurfacings or 0)
    session.flush()


def forget_reports(session: Session, reports: Select[int]) -> int:
    """Delete reports with all that hangs on them, inside the caller's transaction; gives how many there were."""
    for table in (ReportLink, ReportEvent, Ticket, Clock, Dispatch, Letter):
        session.execute(delete(table).where(table.report_id.in_(reports)))
    return len(session.execute(delete(Report).where(Report.id.in_(reports)).returning(Report.id)).all())


def _forget_links(session: Session, case: int) -> None:
    """Delete the case's links, and every address that no other case ever watched, with its checks."""
    other = aliased(WatchedLink)
    elsewhere = exists().where(other.address_id == WatchedLink.address_id, other.case_id != case)
    mine = select(WatchedLink.id).where(WatchedLink.case_id == case)
    alone = session.scalars(select(WatchedLink.address_id).where(WatchedLink.case_id == case, ~elsewhere)).all()
    session.execute(delete(Event).where(Event.link_id.in_(mine)))
    session.execute(delete(WatchedLink).where(WatchedLink.case_id == case))
    for start in range(0, len(alone), DELETED_AT_ONCE):
        some = alone[start : start + DELETED_AT_ONCE]
        session.execute(delete(Check).where(Check.address_id.in_(some)))
        lapsing.leave_addresses(session, some)
        session.execute(delete(Address).where(Address.id.in_(some)))
    missing.forget(session)


def scrub(book: Casebook) -> None:
    """Drive what was deleted out of the files: SQLite overwrites it and empties its log, PostgreSQL vacuums."""
    lite = book.engine.dialect.name == "sqlite"
    reports = (Report, ReportLink, ReportEvent, Ticket, Clock, Dispatch, Letter)
    links = (WatchedLink, Address, Check, Event, MissingPage)
    tables = (CaseKey, Assignment, Entry, Consent, Request, *reports, *links, *sweeping.TABLES, *lapsing.TABLES, Case)
    vacuum = [f'VACUUM "{table.__tablename__}"' for table in tables]
    with outside_transactions(book) as execute:
        for statement in ["PRAGMA wal_checkpoint(TRUNCATE)"] if lite else vacuum:
            execute(statement)


def receipts(book: Casebook, *, actor: Actor) -> list[ReceiptView]:
    """List what was erased, newest first."""
    require(actor, Right.VERIFY_JOURNAL)
    with book.reading() as session:
        return [_view(row) for row in session.scalars(select(Receipt).order_by(Receipt.erased_at.desc()))]


def _view(row: Receipt) -> ReceiptView:
    return ReceiptView(row.ref, row.erased_at, row.asked_by, row.approved_by, row.links, row.entries)
